//! How the operations about compute are tried: instances, groups, services, functions, and what Compute Optimizer says.

use aws_sdk_applicationautoscaling::types::ServiceNamespace;
use aws_sdk_ec2::types::{Filter, InstanceType};

use super::tries::{MadeUp, Try, found, list, of_one};
use crate::calls::{
    application_autoscaling as scalable, autoscaling, compute_optimizer as ebs,
    compute_optimizer_automation as automation, compute_optimizer_compute as optimizer,
    compute_optimizer_lambda as of_functions, ec2_instances, ecs, lambda, lambda_concurrency, lambda_tags,
    lambda_triggers,
};

/// Services of one namespace stand for all: permission does not tell them apart.
const NAMESPACE: ServiceNamespace = ServiceNamespace::Ecs;

pub(super) static TRIES: &[Try] = &[
    // One page instead of a dry run: what a scan will cost depends on how many there are.
    list!(
        ec2_instances::DESCRIBE_INSTANCES,
        Region,
        |clients| {
            let running = Filter::builder().name("instance-state-name").values("running").build();
            clients.ec2().describe_instances().filters(running).max_results(1000)
        },
        |page| {
            let instances =
                page.reservations.unwrap_or_default().into_iter().flat_map(|one| one.instances.unwrap_or_default());
            found(instances.filter_map(|one| one.instance_id), page.next_token.as_deref())
        }
    ),
    list!(ec2_instances::DESCRIBE_INSTANCE_TYPES, Region, |clients| clients
        .ec2()
        .describe_instance_types()
        .instance_types(InstanceType::T3Micro)
        .dry_run(true))
    .least(0),
    list!(autoscaling::DESCRIBE_AUTO_SCALING_GROUPS, Region, |clients| {
        clients.autoscaling().describe_auto_scaling_groups().max_records(1)
    }),
    list!(autoscaling::DESCRIBE_POLICIES, Region, |clients| clients.autoscaling().describe_policies().max_records(1)),
    list!(autoscaling::DESCRIBE_SCALING_ACTIVITIES, Region, |clients| {
        clients.autoscaling().describe_scaling_activities().max_records(1)
    }),
    list!(autoscaling::DESCRIBE_SCHEDULED_ACTIONS, Region, |clients| {
        clients.autoscaling().describe_scheduled_actions().max_records(1)
    }),
    list!(scalable::DESCRIBE_SCALABLE_TARGETS, Region, |clients| {
        clients.application_autoscaling().describe_scalable_targets().service_namespace(NAMESPACE).max_results(1)
    })
    .least(scalable::NAMESPACES.len() as u32),
    list!(scalable::DESCRIBE_SCALING_POLICIES, Region, |clients| {
        clients.application_autoscaling().describe_scaling_policies().service_namespace(NAMESPACE).max_results(1)
    })
    .least(0),
    list!(scalable::DESCRIBE_SCALING_ACTIVITIES, Region, |clients| {
        clients.application_autoscaling().describe_scaling_activities().service_namespace(NAMESPACE).max_results(1)
    })
    .least(0),
    list!(scalable::DESCRIBE_SCHEDULED_ACTIONS, Region, |clients| {
        clients.application_autoscaling().describe_scheduled_actions().service_namespace(NAMESPACE).max_results(1)
    })
    .least(0),
    list!(ecs::LIST_CLUSTERS, Region, |clients| clients.ecs().list_clusters().max_results(1), |page| {
        found(page.cluster_arns.unwrap_or_default(), page.next_token.as_deref())
    }),
    of_one!(
        ecs::LIST_SERVICES,
        Region,
        ecs::LIST_CLUSTERS,
        MadeUp::Name,
        |clients, cluster| clients.ecs().list_services().cluster(cluster).max_results(1),
        |page| found(page.service_arns.unwrap_or_default(), page.next_token.as_deref())
    ),
    // The ARN of a service names its cluster: `service/cluster/name`.
    of_one!(
        ecs::DESCRIBE_SERVICES,
        Region,
        ecs::LIST_SERVICES,
        MadeUp::Arn("ecs", "service/rung-preflight/rung-preflight"),
        |clients, service| {
            let cluster = service.rsplit('/').nth(1).unwrap_or_default();
            clients.ecs().describe_services().cluster(cluster).services(service)
        }
    ),
    // A whole page: the price of a scan depends on how many there are.
    list!(lambda::LIST_FUNCTIONS, Region, |clients| clients.lambda().list_functions().max_items(50), |page| {
        let functions = page.functions.unwrap_or_default().into_iter();
        found(functions.filter_map(|one| one.function_arn), page.next_marker.as_deref())
    }),
    of_one!(
        lambda_concurrency::GET_FUNCTION_CONCURRENCY,
        Region,
        lambda::LIST_FUNCTIONS,
        MadeUp::Name,
        |clients, function| clients.lambda().get_function_concurrency().function_name(function)
    ),
    of_one!(
        lambda_concurrency::LIST_PROVISIONED_CONCURRENCY,
        Region,
        lambda::LIST_FUNCTIONS,
        MadeUp::Name,
        |clients, function| clients
            .lambda()
            .list_provisioned_concurrency_configs()
            .function_name(function)
            .max_items(1)
    ),
    of_one!(
        lambda_tags::LIST_TAGS,
        Region,
        lambda::LIST_FUNCTIONS,
        MadeUp::Arn("lambda", "function:rung-preflight"),
        |clients, function| clients.lambda().list_tags().resource(function)
    ),
    of_one!(lambda_triggers::GET_POLICY, Region, lambda::LIST_FUNCTIONS, MadeUp::Name, |clients, function| {
        clients.lambda().get_policy().function_name(function)
    }),
    of_one!(
        lambda_triggers::LIST_FUNCTION_URL_CONFIGS,
        Region,
        lambda::LIST_FUNCTIONS,
        MadeUp::Name,
        |clients, function| clients.lambda().list_function_url_configs().function_name(function).max_items(1)
    ),
    of_one!(lambda_triggers::LIST_ALIASES, Region, lambda::LIST_FUNCTIONS, MadeUp::Name, |clients, function| {
        clients.lambda().list_aliases().function_name(function).max_items(1)
    }),
    list!(lambda_triggers::LIST_EVENT_SOURCE_MAPPINGS, Region, |clients| {
        clients.lambda().list_event_source_mappings().max_items(1)
    }),
    list!(optimizer::GET_ENROLLMENT_STATUS, Region, |clients| clients.compute_optimizer().get_enrollment_status()),
    list!(optimizer::GET_EC2_INSTANCE_RECOMMENDATIONS, Region, |clients| {
        clients.compute_optimizer().get_ec2_instance_recommendations().max_results(1)
    }),
    list!(optimizer::GET_AUTO_SCALING_GROUP_RECOMMENDATIONS, Region, |clients| {
        clients.compute_optimizer().get_auto_scaling_group_recommendations().max_results(1)
    }),
    list!(optimizer::GET_ECS_SERVICE_RECOMMENDATIONS, Region, |clients| {
        clients.compute_optimizer().get_ecs_service_recommendations().max_results(1)
    })
    .least(0),
    list!(of_functions::GET_LAMBDA_FUNCTION_RECOMMENDATIONS, Region, |clients| {
        clients.compute_optimizer().get_lambda_function_recommendations().max_results(1)
    }),
    list!(ebs::GET_EBS_VOLUME_RECOMMENDATIONS, Region, |clients| {
        clients.compute_optimizer().get_ebs_volume_recommendations().max_results(1)
    }),
    list!(automation::LIST_AUTOMATION_RULES, Region, |clients| {
        clients.compute_optimizer_automation().list_automation_rules().max_results(1)
    }),
];
