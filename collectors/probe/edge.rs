//! How the operations about networks and their edge are tried: VPCs, load balancers, APIs, distributions, names.

use super::tries::{MadeUp, Try, found, list, of_one};
use crate::calls::{
    apigateway, apigatewayv2, cloudfront, cloudfront_tags, ec2_endpoints, ec2_network, elbv2, elbv2_tags,
    globalaccelerator, internetmonitor, networkmonitor, route53,
};

/// AWS's own cache policy "CachingOptimized", which every account has.
const CACHING_OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7439639f0d4a";

pub(super) static TRIES: &[Try] = &[
    list!(ec2_network::DESCRIBE_VPCS, Region, |clients| clients.ec2().describe_vpcs().dry_run(true)),
    list!(ec2_network::DESCRIBE_SUBNETS, Region, |clients| clients.ec2().describe_subnets().dry_run(true)),
    list!(ec2_network::DESCRIBE_ROUTE_TABLES, Region, |clients| clients.ec2().describe_route_tables().dry_run(true)),
    list!(ec2_network::DESCRIBE_NAT_GATEWAYS, Region, |clients| clients.ec2().describe_nat_gateways().dry_run(true)),
    list!(ec2_network::DESCRIBE_NETWORK_PERFORMANCE_SUBSCRIPTIONS, Region, |clients| {
        clients.ec2().describe_aws_network_performance_metric_subscriptions().dry_run(true)
    }),
    list!(ec2_endpoints::DESCRIBE_VPC_ENDPOINTS, Region, |clients| clients
        .ec2()
        .describe_vpc_endpoints()
        .dry_run(true)),
    list!(ec2_endpoints::DESCRIBE_NETWORK_INTERFACES, Region, |clients| {
        clients.ec2().describe_network_interfaces().dry_run(true)
    }),
    list!(
        elbv2::DESCRIBE_LOAD_BALANCERS,
        Region,
        |clients| clients.elbv2().describe_load_balancers().page_size(1),
        |page| {
            let balancers = page.load_balancers.unwrap_or_default().into_iter();
            found(balancers.filter_map(|one| one.load_balancer_arn), page.next_marker.as_deref())
        }
    ),
    list!(
        elbv2::DESCRIBE_TARGET_GROUPS,
        Region,
        |clients| clients.elbv2().describe_target_groups().page_size(1),
        |page| {
            let groups = page.target_groups.unwrap_or_default().into_iter();
            found(groups.filter_map(|one| one.target_group_arn), page.next_marker.as_deref())
        }
    ),
    of_one!(
        elbv2::DESCRIBE_TARGET_HEALTH,
        Region,
        elbv2::DESCRIBE_TARGET_GROUPS,
        MadeUp::Arn("elasticloadbalancing", "targetgroup/rung-preflight/0000000000000000"),
        |clients, group| clients.elbv2().describe_target_health().target_group_arn(group)
    ),
    of_one!(
        elbv2_tags::DESCRIBE_TAGS,
        Region,
        elbv2::DESCRIBE_LOAD_BALANCERS,
        MadeUp::Arn("elasticloadbalancing", "loadbalancer/app/rung-preflight/0000000000000000"),
        |clients, balancer| clients.elbv2().describe_tags().resource_arns(balancer)
    ),
    list!(apigateway::GET_REST_APIS, Region, |clients| clients.apigateway().get_rest_apis().limit(1), |page| {
        let apis = page.items.unwrap_or_default().into_iter();
        found(apis.filter_map(|one| one.id), page.position.as_deref())
    }),
    of_one!(apigateway::GET_STAGES, Region, apigateway::GET_REST_APIS, MadeUp::Name, |clients, api| {
        clients.apigateway().get_stages().rest_api_id(api)
    }),
    list!(apigatewayv2::GET_APIS, Region, |clients| clients.apigatewayv2().get_apis().max_results("1")),
    list!(
        cloudfront::LIST_DISTRIBUTIONS,
        Global,
        |clients| clients.cloudfront().list_distributions().max_items(1),
        |page| {
            let list = page.distribution_list;
            let next = list.as_ref().and_then(|list| list.next_marker.clone());
            let items = list.and_then(|list| list.items).unwrap_or_default().into_iter();
            found(items.map(|one| one.id), next.as_deref())
        }
    ),
    of_one!(
        cloudfront::GET_MONITORING_SUBSCRIPTION,
        Global,
        cloudfront::LIST_DISTRIBUTIONS,
        MadeUp::Id("E00000000000000"),
        |clients, distribution| clients.cloudfront().get_monitoring_subscription().distribution_id(distribution)
    ),
    list!(cloudfront::GET_CACHE_POLICY, Global, |clients| clients
        .cloudfront()
        .get_cache_policy()
        .id(CACHING_OPTIMIZED))
    .least(0),
    Try::new(&cloudfront_tags::LIST_TAGS_FOR_RESOURCE, super::tries::At::Global, 0, |trying| {
        Box::pin(async move {
            let made_up = MadeUp::Id("E00000000000000");
            let one = trying.one_of(&cloudfront::LIST_DISTRIBUTIONS, made_up).await;
            let arn = trying.place().arn("cloudfront", &format!("distribution/{}", one.id));
            let request = trying.clients().cloudfront().list_tags_for_resource().resource(&*arn);
            trying.ask(&cloudfront_tags::LIST_TAGS_FOR_RESOURCE, one.given, request.send(), super::tries::nothing).await
        })
    }),
    list!(globalaccelerator::LIST_ACCELERATORS, Global, |clients| {
        clients.globalaccelerator().list_accelerators().max_results(1)
    }),
    list!(route53::LIST_HOSTED_ZONES, Global, |clients| clients.route53().list_hosted_zones().max_items(1), |page| {
        found(page.hosted_zones.into_iter().map(|one| one.id), page.next_marker.as_deref())
    }),
    of_one!(
        route53::LIST_RESOURCE_RECORD_SETS,
        Global,
        route53::LIST_HOSTED_ZONES,
        MadeUp::Id("Z00000000000000000000"),
        |clients, zone| clients.route53().list_resource_record_sets().hosted_zone_id(zone).max_items(1)
    ),
    list!(internetmonitor::LIST_MONITORS, Region, |clients| clients.internetmonitor().list_monitors().max_results(1)),
    list!(networkmonitor::LIST_MONITORS, Region, |clients| clients.networkmonitor().list_monitors().max_results(1)),
];
