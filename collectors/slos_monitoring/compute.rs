//! How much of the compute has CPU and memory data: running instances, and ECS services that want tasks.

use std::{collections::HashSet, sync::Arc};

use rung_rules::model::{GapId, Observed, Reason, SourceId, Truth};

use crate::{
    aws::{Listing, Place},
    calls::{
        cloudwatch_metrics::{self, Dimension},
        ec2_instances::{self, Instance},
        ecs::{self, Service},
    },
    metrics::{Ask, Metric, MetricQuery, Metrics},
};

static INSTANCE_CPU: Metric = Metric::hourly("AWS/EC2", "CPUUtilization", "Average", &["InstanceId"]);
static SERVICE_CPU: Metric = Metric::hourly("AWS/ECS", "CPUUtilization", "Average", &["ClusterName", "ServiceName"]);
static SERVICE_MEMORY: Metric =
    Metric::hourly("AWS/ECS", "MemoryUtilization", "Average", &["ClusterName", "ServiceName"]);

/// What the CloudWatch agent calls used memory, in percent: on Linux, on Windows.
const AGENT_MEMORY: [&str; 2] = ["mem_used_percent", "Memory % Committed Bytes In Use"];

/// The metrics of a place's compute.
pub(super) async fn ask_metrics(place: &Place, ask: &Ask) {
    if place.is_global() {
        return;
    }
    let cpu = |instances: &[Instance]| ask.all(instances.iter().map(|instance| INSTANCE_CPU.of(&instance.id)));
    let (instances, services) = futures::join!(ec2_instances::instances_as_they_come(place, cpu), ecs::services(place));
    // Once more: who came first to the list may have been somebody who asks for nothing.
    cpu(&instances.items);
    ask.all(services.items.iter().filter(wants_tasks).flat_map(of_service));
}

fn wants_tasks(service: &&Service) -> bool {
    service.active() && service.desired > 0
}

fn of_service(service: &Service) -> [MetricQuery; 2] {
    [&SERVICE_CPU, &SERVICE_MEMORY].map(|metric| metric.of_all([service.cluster.clone(), service.name.clone()]))
}

/// How many there are, how many have both, and how many could not be read.
pub(super) struct Compute {
    pub(super) all: Observed<u64>,
    pub(super) measured: Observed<u64>,
    pub(super) unread: Observed<u64>,
}

pub(super) async fn count(place: &Place, metrics: &Metrics) -> Compute {
    let (instances, services) = futures::join!(ec2_instances::instances(place), ecs::services(place));
    let memory = Memory::read(place, &instances).await;
    let of_instances = instances.items.iter().map(|one| {
        let cpu = metrics.has_data(&INSTANCE_CPU.of(&one.id));
        cpu.truth().and(memory.has(&one.id).truth())
    });
    let of_services = services.items.iter().filter(wants_tasks).map(|one| {
        let [cpu, memory] = of_service(one).map(|query| metrics.has_data(&query));
        cpu.truth().and(memory.truth())
    });
    let (mut all, mut measured, mut unread) = (0, 0, None);
    for truth in of_instances.chain(of_services) {
        all += 1;
        match truth {
            Truth::True => measured += 1,
            Truth::Unknown(reasons) => unread = unread.or(reasons.iter().find_map(gap_of)),
            Truth::False => {}
        }
    }
    let from = instances.from;
    Compute {
        all: instances.gap.or(services.gap).map_or(Observed::known(all, from), Observed::unknown),
        measured: Observed::known(measured, from),
        unread: unread.map_or(Observed::known(0, from), Observed::unknown),
    }
}

fn gap_of(reason: &Reason) -> Option<GapId> {
    match reason {
        Reason::Gap(gap) => Some(*gap),
        Reason::Attestation => None,
    }
}

/// The instances whose memory the CloudWatch agent sends; asked only where there are instances.
struct Memory {
    sent: HashSet<Arc<str>>,
    from: SourceId,
    gap: Option<GapId>,
}

impl Memory {
    async fn read(place: &Place, instances: &Listing<Instance>) -> Memory {
        let mut memory = Memory { sent: HashSet::new(), from: instances.from, gap: None };
        if instances.items.is_empty() {
            return memory;
        }
        let listings = AGENT_MEMORY.map(|name| cloudwatch_metrics::dimensions_of(place, "CWAgent", name));
        for listing in futures::future::join_all(listings).await {
            memory.from = listing.from;
            memory.gap = memory.gap.or(listing.gap);
            memory.sent.extend(listing.items.iter().flatten().filter_map(instance));
        }
        memory
    }

    fn has(&self, instance: &str) -> Observed<bool> {
        match (self.sent.contains(instance), self.gap) {
            (false, Some(gap)) => Observed::unknown(gap),
            (sent, _) => Observed::known(sent, self.from),
        }
    }
}

fn instance((name, value): &Dimension) -> Option<Arc<str>> {
    (&**name == "InstanceId").then(|| value.clone())
}
