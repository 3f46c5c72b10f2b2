//! What can be known about a subject: plain records, one file a kind, units in the names.
//!
//! A field is `Observed<T>` when AWS may not show it; a plain type only for what identifies the subject.
//! A record inside a fact has its fields in the order of the alphabet: read back and written again it is the same bytes.

mod api_stage;
mod bucket;
mod cache;
mod cache_demand;
mod database;
mod database_storage;
mod debt_detection;
mod debt_register;
mod deployment_target;
mod distribution;
mod entry_point;
mod file_system;
mod function;
mod global_network;
mod instance;
mod load_test;
mod monitoring;
mod ops_item;
mod pipeline;
mod public_origin;
mod regional_network;
mod scaling_metric;
mod scaling_target;
mod sized_resource;
mod sizing_practice;
mod slo;
mod static_server;
mod storage_automation;
mod volume;
mod vpc;
mod wa_workload;

pub use api_stage::ApiStage;
pub use bucket::Bucket;
pub use cache::{Cache, CacheKind};
pub use cache_demand::CacheDemand;
pub use database::{Database, SqlDigest};
pub use database_storage::DatabaseStorage;
pub use debt_detection::DebtDetection;
pub use debt_register::{DebtEntry, DebtRegister};
pub use deployment_target::{Deployer, DeploymentTarget};
pub use distribution::{CacheBehaviour, Distribution};
pub use entry_point::{EntryPoint, EntryPointKind, LatencyData, LatencyObjective, WatchingAlarm};
pub use file_system::FileSystem;
pub use function::{Function, ProvisionedConcurrency, ReservedConcurrency, SynchronousTrigger};
pub use global_network::GlobalNetwork;
pub use instance::Instance;
pub use load_test::{Experiment, LoadTest, LoadTestRunner};
pub use monitoring::Monitoring;
pub use ops_item::OpsItem;
pub use pipeline::{LoadTestGate, Pipeline, RegionalDelivery};
pub use public_origin::{OriginKind, PublicOrigin};
pub use regional_network::RegionalNetwork;
pub use scaling_metric::ScalingMetric;
pub use scaling_target::{PredictiveMode, ScalingCauses, ScalingKind, ScalingTarget};
pub use sized_resource::{SizedKind, SizedResource};
pub use sizing_practice::SizingPractice;
pub use slo::{Indicator, Slo};
pub use static_server::{ServerKind, StaticServer};
pub use storage_automation::StorageAutomation;
pub use volume::{Volume, VolumeType};
pub use vpc::Vpc;
pub use wa_workload::{PillarRisks, WaWorkload};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use crate::model::{Context, Truth};

/// Generates `Kind`, `Facts` and `Test` from one list, so that a new kind of subject is one line.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident, $snake:literal, $plural:literal;)*) => {
        /// A kind of subject.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum Kind {
            $($(#[$doc])* #[serde(rename = $snake)] $name,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$name),*];
            /// How many kinds there are.
            pub const COUNT: usize = Kind::ALL.len();

            /// Its name in evidence and findings, for example `database_storage`.
            pub fn name(self) -> &'static str {
                match self { $(Kind::$name => $snake,)* }
            }

            /// What several of them are called in a sentence.
            pub fn plural(self) -> &'static str {
                match self { $(Kind::$name => $plural,)* }
            }
        }

        /// The facts about one subject. In JSON: `"kind"` beside `"facts"`.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "kind", content = "facts")]
        pub enum Facts {
            $($(#[$doc])* #[serde(rename = $snake)] $name(Box<$name>),)*
        }

        impl Facts {
            /// The kind these facts belong to.
            pub fn kind(&self) -> Kind {
                match self { $(Facts::$name(_) => Kind::$name,)* }
            }

            /// Serializes the record alone, without its kind.
            pub(crate) fn serialize_record<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $(Facts::$name(facts) => facts.serialize(serializer),)* }
            }
        }

        $(impl From<$name> for Facts {
            fn from(facts: $name) -> Facts {
                Facts::$name(Box::new(facts))
            }
        })*

        /// What must hold for one subject of a kind.
        #[derive(Debug)]
        pub enum Test {
            $(
                $(#[$doc])*
                $name {
                    /// Whether the criterion speaks about this subject.
                    applies: fn(&$name, &Context<'_>) -> Truth,
                    /// What must hold.
                    holds: fn(&$name, &Context<'_>) -> Truth,
                    /// Names of the facts that decide, as they stand in the record.
                    facts: &'static [&'static str],
                },
            )*
        }

        impl Test {
            /// The kind of subject it judges.
            pub fn kind(&self) -> Kind {
                match self { $(Test::$name { .. } => Kind::$name,)* }
            }

            /// Names of the facts that decide.
            pub fn facts(&self) -> &'static [&'static str] {
                match self { $(Test::$name { facts, .. } => facts,)* }
            }

            /// Whether it applies and whether it holds. Facts of another kind: it does not apply.
            pub(crate) fn run(&self, facts: &Facts, context: &Context<'_>) -> (Truth, Truth) {
                match (self, facts) {
                    $((Test::$name { applies, holds, .. }, Facts::$name(facts)) => {
                        match applies(facts, context) {
                            Truth::False => (Truth::False, Truth::False),
                            applies => (applies, holds(facts, context)),
                        }
                    })*
                    _ => (Truth::False, Truth::False),
                }
            }
        }
    };
}

kinds! {
    /// An EBS volume.
    Volume, "volume", "volumes";
    /// The storage of an RDS database.
    DatabaseStorage, "database_storage", "database storages";
    /// An S3 bucket.
    Bucket, "bucket", "buckets";
    /// An EFS file system.
    FileSystem, "file_system", "file systems";
    /// Automation in one account and region that changes volume types or IOPS.
    StorageAutomation, "storage_automation", "accounts and regions";
    /// A Lambda function.
    Function, "function", "functions";
    /// A database: an RDS instance outside clusters, or a cluster with its instances.
    Database, "database", "databases";
    /// What scales by Auto Scaling or Application Auto Scaling.
    ScalingTarget, "scaling_target", "scaling targets";
    /// A server behind a load balancer that nothing scales.
    StaticServer, "static_server", "static servers";
    /// A VPC of the account.
    Vpc, "vpc", "VPCs";
    /// A load balancer, website or API that the internet reaches directly.
    PublicOrigin, "public_origin", "public origins";
    /// A CloudFront distribution.
    Distribution, "distribution", "distributions";
    /// What measures latency in one account and region.
    RegionalNetwork, "regional_network", "accounts and regions";
    /// What of one account answers near its users.
    GlobalNetwork, "global_network", "accounts";
    /// A cache of ElastiCache, MemoryDB or DAX.
    Cache, "cache", "caches";
    /// A stage of a REST API with a cache.
    ApiStage, "api_stage", "API stages with a cache";
    /// What of one account and region a cache could stand before.
    CacheDemand, "cache_demand", "accounts and regions";
    /// Where requests enter.
    EntryPoint, "entry_point", "entry points";
    /// A service level objective of Application Signals.
    Slo, "slo", "service level objectives";
    /// What deployments change.
    DeploymentTarget, "deployment_target", "deployment targets";
    /// What one account measures.
    Monitoring, "monitoring", "accounts";
    /// What tests load.
    LoadTest, "load_test", "load tests";
    /// A pipeline of CodePipeline.
    Pipeline, "pipeline", "pipelines";
    /// An experiment of AWS Fault Injection Service.
    Experiment, "experiment", "experiments";
    /// What was searched for pipelines, load tests and experiments in one account and region.
    RegionalDelivery, "regional_delivery", "accounts and regions";
    /// A performance debt register that the configuration names.
    DebtRegister, "debt_register", "debt registers";
    /// An entry of a performance debt register.
    DebtEntry, "debt_entry", "debt entries";
    /// A running EC2 instance.
    Instance, "instance", "instances";
    /// An Auto Scaling group or an ECS service, as Compute Optimizer sizes it.
    SizedResource, "sized_resource", "other sized resources";
    /// What of one account and region sizes compute.
    SizingPractice, "sizing_practice", "accounts and regions";
    /// A workload of the Well-Architected Tool.
    WaWorkload, "wa_workload", "Well-Architected workloads";
    /// An OpsItem of OpsCenter.
    OpsItem, "ops_item", "OpsItems";
    /// What of one account and region writes debt down by itself.
    DebtDetection, "debt_detection", "accounts and regions";
}

/// For `applies`: every subject of the kind.
pub(crate) fn every<T>(_: &T, _: &Context<'_>) -> Truth {
    Truth::True
}
