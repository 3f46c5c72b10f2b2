//! The ten controls of the performance-efficiency pillar.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{EnumIter, IntoEnumIterator};

/// How much a control weighs in the framework the model comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// High.
    High,
    /// Medium.
    Medium,
    /// Low.
    Low,
}

/// A control of the model, WAF-PERF-010 to WAF-PERF-100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, Serialize, Deserialize, JsonSchema)]
pub enum Control {
    /// WAF-PERF-010.
    #[serde(rename = "WAF-PERF-010")]
    ComputeSizing,
    /// WAF-PERF-020.
    #[serde(rename = "WAF-PERF-020")]
    AutoScaling,
    /// WAF-PERF-030.
    #[serde(rename = "WAF-PERF-030")]
    Caching,
    /// WAF-PERF-040.
    #[serde(rename = "WAF-PERF-040")]
    DatabasePerformance,
    /// WAF-PERF-050.
    #[serde(rename = "WAF-PERF-050")]
    SlosMonitoring,
    /// WAF-PERF-060.
    #[serde(rename = "WAF-PERF-060")]
    LoadTests,
    /// WAF-PERF-070.
    #[serde(rename = "WAF-PERF-070")]
    NetworkPerformance,
    /// WAF-PERF-080.
    #[serde(rename = "WAF-PERF-080")]
    ServerlessManaged,
    /// WAF-PERF-090.
    #[serde(rename = "WAF-PERF-090")]
    StorageIo,
    /// WAF-PERF-100.
    #[serde(rename = "WAF-PERF-100")]
    PerformanceDebt,
}

impl Control {
    /// All ten, in the model's order.
    pub fn all() -> impl Iterator<Item = Control> {
        Control::iter()
    }

    /// `10`, `20` ... `100`: the number in the control's id.
    pub fn number(self) -> u16 {
        (self as u16 + 1) * 10
    }

    /// `WAF-PERF-090`.
    pub fn id(self) -> String {
        format!("WAF-PERF-{:03}", self.number())
    }

    /// The control's name in the model's table.
    pub fn title(self) -> &'static str {
        match self {
            Control::ComputeSizing => "Compute Sizing",
            Control::AutoScaling => "Auto-Scaling",
            Control::Caching => "Caching",
            Control::DatabasePerformance => "Database Performance",
            Control::SlosMonitoring => "SLOs & Monitoring",
            Control::LoadTests => "Load Tests",
            Control::NetworkPerformance => "Network Performance",
            Control::ServerlessManaged => "Serverless & Managed",
            Control::StorageIo => "Storage I/O",
            Control::PerformanceDebt => "Performance Debt",
        }
    }

    /// The framework's severity.
    pub fn severity(self) -> Severity {
        match self {
            Control::ComputeSizing | Control::AutoScaling | Control::DatabasePerformance | Control::SlosMonitoring => {
                Severity::High
            }
            Control::ServerlessManaged => Severity::Low,
            _ => Severity::Medium,
        }
    }

    /// What the model's table says of this control at levels 1 to 5.
    pub fn cells(self) -> [&'static str; 5] {
        match self {
            Control::ComputeSizing => [
                "No standard; over-provisioned",
                "Experience-based; documented",
                "Measured baseline; CI validation",
                "Compute Optimizer integrated",
                "ML-based predictive sizing",
            ],
            Control::AutoScaling => [
                "Static capacity",
                "ASG configured, not validated",
                "Validated by load test",
                "Predictive scaling configured",
                "Autonomous capacity management",
            ],
            Control::Caching => [
                "No cache",
                "Ad-hoc cache without strategy",
                "Strategy documented; hit rate measured",
                "Cache hit >= 80% enforced",
                "Adaptive TTLs, intelligent warming",
            ],
            Control::DatabasePerformance => [
                "No analysis; slow queries unknown",
                "Slow query log enabled",
                "Performance Insights active; index strategy",
                "Automatic regression detection",
                "Query SLOs, automatic tuning",
            ],
            Control::SlosMonitoring => [
                "No SLOs",
                "Informal targets, average values",
                "Formal SLOs; P99 alerting",
                "Error budget management",
                "Predictive burn rate alerts",
            ],
            Control::LoadTests => [
                "No load tests",
                "Manual tests before releases",
                "Automatic in CI/CD gate",
                "Regression detection automatic",
                "Continuous + chaos engineering",
            ],
            Control::NetworkPerformance => [
                "No topology design",
                "CDN for static content",
                "VPC endpoints + CDN configured",
                "Latency baseline measured",
                "Anycast, edge computing",
            ],
            Control::ServerlessManaged => [
                "Default config; not optimized",
                "Memory adjusted without measurement",
                "Profiling performed; optimized",
                "Provisioned concurrency where needed",
                "Cost per invocation optimized",
            ],
            Control::StorageIo => [
                "gp2; no I/O monitoring",
                "Storage type selected",
                "gp3 migration; I/O alerts",
                "Disk type fully optimized",
                "Intelligent tiering; auto-tuning",
            ],
            Control::PerformanceDebt => [
                "No documentation",
                "Informal tracking in tickets",
                "Register + quarterly review",
                "Business impact quantified",
                "Automatic debt detection",
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_the_model() {
        let ids: Vec<_> = Control::all().map(Control::id).collect();
        assert_eq!(ids.first().map(String::as_str), Some("WAF-PERF-010"));
        assert_eq!(ids.last().map(String::as_str), Some("WAF-PERF-100"));
        assert_eq!(ids.len(), 10);
        for control in Control::all() {
            assert_eq!(serde_json::to_value(control).unwrap(), control.id());
        }
    }
}
