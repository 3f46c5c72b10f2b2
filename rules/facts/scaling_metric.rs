//! What a scaling policy scales on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A kind of metric: what somebody asks of the target, or what the target uses to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScalingMetric {
    /// Processor time.
    Cpu,
    /// Memory.
    Memory,
    /// Bytes or packets.
    Network,
    /// Requests or connections that arrive.
    RequestCount,
    /// Response time.
    Latency,
    /// Work that waits: messages, lag, surge queue.
    Queue,
    /// Requests in work at once.
    Concurrency,
    /// A metric of the user's own namespace that is none of the above.
    Custom,
    /// Another metric of an AWS service: consumed capacity, storage, sessions.
    Other,
}

/// Words in a metric's name, without case, and what they tell; the first that fits counts.
const WORDS: &[(&str, ScalingMetric)] = &[
    ("cpu", ScalingMetric::Cpu),
    ("processor", ScalingMetric::Cpu),
    ("memory", ScalingMetric::Memory),
    ("mem_", ScalingMetric::Memory),
    ("networkin", ScalingMetric::Network),
    ("networkout", ScalingMetric::Network),
    ("networkpackets", ScalingMetric::Network),
    ("networkrx", ScalingMetric::Network),
    ("networktx", ScalingMetric::Network),
    ("latency", ScalingMetric::Latency),
    ("responsetime", ScalingMetric::Latency),
    ("queue", ScalingMetric::Queue),
    ("backlog", ScalingMetric::Queue),
    ("numberofmessages", ScalingMetric::Queue),
    ("ageofoldestmessage", ScalingMetric::Queue),
    ("iteratorage", ScalingMetric::Queue),
    ("offsetlag", ScalingMetric::Queue),
    ("timelag", ScalingMetric::Queue),
    ("concurren", ScalingMetric::Concurrency),
    ("request", ScalingMetric::RequestCount),
    ("invocations", ScalingMetric::RequestCount),
    ("connectioncount", ScalingMetric::RequestCount),
    ("flowcount", ScalingMetric::RequestCount),
    ("databaseconnections", ScalingMetric::RequestCount),
];

impl ScalingMetric {
    /// The kind of a predefined metric: `ASGAverageCPUUtilization`, `ALBRequestCountPerTarget` ...
    pub fn of_predefined(name: &str) -> ScalingMetric {
        // Spot Fleet's metrics carry the word in their prefix.
        let name = name.strip_prefix("EC2SpotFleetRequest").unwrap_or(name);
        by_name(name).unwrap_or(ScalingMetric::Other)
    }

    /// The kind of a CloudWatch metric.
    pub fn of_metric(namespace: &str, name: &str) -> ScalingMetric {
        let own = !["AWS/", "ECS/", "ContainerInsights", "CWAgent", "LambdaInsights"]
            .iter()
            .any(|prefix| namespace.starts_with(prefix));
        by_name(name).unwrap_or(if own { ScalingMetric::Custom } else { ScalingMetric::Other })
    }

    /// Whether it measures what is asked of the target rather than what the target uses.
    pub fn is_demand(self) -> bool {
        use ScalingMetric::{Concurrency, Custom, Latency, Queue, RequestCount};
        matches!(self, RequestCount | Latency | Queue | Concurrency | Custom)
    }
}

fn by_name(name: &str) -> Option<ScalingMetric> {
    let lower = name.to_ascii_lowercase();
    WORDS.iter().find(|(word, _)| lower.contains(word)).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predefined_metrics() {
        let of = ScalingMetric::of_predefined;
        assert_eq!(of("ASGAverageCPUUtilization"), ScalingMetric::Cpu);
        assert_eq!(of("ASGAverageNetworkIn"), ScalingMetric::Network);
        assert_eq!(of("ALBRequestCountPerTarget"), ScalingMetric::RequestCount);
        assert_eq!(of("ECSServiceAverageMemoryUtilization"), ScalingMetric::Memory);
        assert_eq!(of("EC2SpotFleetRequestAverageNetworkOut"), ScalingMetric::Network);
        assert_eq!(of("LambdaProvisionedConcurrencyUtilization"), ScalingMetric::Concurrency);
        assert_eq!(of("DynamoDBReadCapacityUtilization"), ScalingMetric::Other);
    }

    #[test]
    fn metrics_of_services_and_of_users() {
        let of = ScalingMetric::of_metric;
        assert_eq!(of("AWS/EC2", "CPUUtilization"), ScalingMetric::Cpu);
        assert_eq!(of("AWS/ApplicationELB", "TargetResponseTime"), ScalingMetric::Latency);
        assert_eq!(of("AWS/SQS", "ApproximateNumberOfMessagesVisible"), ScalingMetric::Queue);
        assert_eq!(of("AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds"), ScalingMetric::Queue);
        assert_eq!(of("AWS/NetworkELB", "ActiveFlowCount"), ScalingMetric::RequestCount);
        assert_eq!(of("ECS/ContainerInsights", "RunningTaskCount"), ScalingMetric::Other);
        assert_eq!(of("CWAgent", "mem_used_percent"), ScalingMetric::Memory);
        assert_eq!(of("Shop", "OrdersPerSecond"), ScalingMetric::Custom);
        assert_eq!(of("Shop", "CpuOfTheShop"), ScalingMetric::Cpu, "a processor metric stays one under another name");
    }

    #[test]
    fn demand_is_what_is_asked_not_what_is_used() {
        use ScalingMetric::*;
        let demand: Vec<_> = [Cpu, Memory, Network, RequestCount, Latency, Queue, Concurrency, Custom, Other]
            .into_iter()
            .filter(|kind| kind.is_demand())
            .collect();
        assert_eq!(demand, [RequestCount, Latency, Queue, Concurrency, Custom]);
    }
}
