//! How the operations about data are tried: volumes, file systems, buckets, databases, caches.

use aws_sdk_pi::types::{DimensionGroup, ServiceType};
use aws_smithy_types::DateTime;

use super::{
    judge::Answer,
    run::Trying,
    tries::{At, Found, Given, MadeUp, NO_RESOURCE, Try, When, found, list, nothing, of_one},
};
use crate::calls::{
    dax, ec2_volumes, efs, elasticache, memorydb, pi, rds_clusters, rds_instances, rds_parameters, rds_recommendations,
    s3, s3_object, s3_website,
};

/// The smallest page that RDS, ElastiCache and DAX give.
const SMALLEST: i32 = 20;

pub(super) static TRIES: &[Try] = &[
    // One page instead of a dry run: what a scan will cost depends on how many there are. Metrics are of attached ones.
    list!(
        ec2_volumes::DESCRIBE_VOLUMES,
        Region,
        |clients| clients.ec2().describe_volumes().max_results(1000),
        |page| {
            let volumes = page.volumes.unwrap_or_default().into_iter();
            let attached = volumes.filter(|one| one.attachments.as_ref().is_some_and(|attached| !attached.is_empty()));
            found(attached.filter_map(|one| one.volume_id), page.next_token.as_deref())
        }
    ),
    list!(efs::DESCRIBE_FILE_SYSTEMS, Region, |clients| clients.efs().describe_file_systems().max_items(1), |page| {
        let systems = page.file_systems.unwrap_or_default().into_iter();
        found(systems.map(|one| one.file_system_id), page.next_marker.as_deref())
    }),
    of_one!(
        efs::DESCRIBE_LIFECYCLE_CONFIGURATION,
        Region,
        efs::DESCRIBE_FILE_SYSTEMS,
        MadeUp::Id("fs-00000000000000000"),
        |clients, system| clients.efs().describe_lifecycle_configuration().file_system_id(system)
    ),
    // A whole page: each bucket costs requests and metrics.
    list!(s3::LIST_BUCKETS, Global, |clients| clients.s3().list_buckets().max_buckets(1000), buckets),
    Try::new(&s3::GET_LIFECYCLE, At::Region, 0, |trying| {
        Box::pin(async move {
            let Some(bucket) = bucket(trying).await else { return Answer::not_tried(NO_RESOURCE) };
            let request = trying.clients().s3().get_bucket_lifecycle_configuration().bucket(bucket);
            trying.ask(&s3::GET_LIFECYCLE, Given::Real, request.send(), nothing).await
        })
    }),
    Try::new(&s3::LIST_INTELLIGENT_TIERING, At::Region, 0, |trying| {
        Box::pin(async move {
            let Some(bucket) = bucket(trying).await else { return Answer::not_tried(NO_RESOURCE) };
            let request = trying.clients().s3().list_bucket_intelligent_tiering_configurations().bucket(bucket);
            trying.ask(&s3::LIST_INTELLIGENT_TIERING, Given::Real, request.send(), nothing).await
        })
    }),
    Try::new(&s3_website::GET_BUCKET_WEBSITE, At::Region, 0, |trying| {
        Box::pin(async move {
            let Some(bucket) = bucket(trying).await else { return Answer::not_tried(NO_RESOURCE) };
            let request = trying.clients().s3().get_bucket_website().bucket(bucket);
            trying.ask(&s3_website::GET_BUCKET_WEBSITE, Given::Real, request.send(), nothing).await
        })
    }),
    Try::new(&s3_object::GET_OBJECT, At::Global, 1, |trying| Box::pin(register(trying))).when(When::Register),
    list!(
        rds_instances::DESCRIBE_DB_INSTANCES,
        Region,
        |clients| clients.rds().describe_db_instances().max_records(SMALLEST),
        |page| {
            let instances = page.db_instances.unwrap_or_default();
            let with_insights = instances.iter().filter(|one| one.performance_insights_enabled == Some(true));
            let also = with_insights.filter_map(|one| one.dbi_resource_id.clone()).take(1).collect();
            let groups = instances.into_iter().flat_map(|one| one.db_parameter_groups.unwrap_or_default());
            let groups = groups.filter_map(|group| group.db_parameter_group_name);
            Found { also, ..found(groups, page.marker.as_deref()) }
        }
    ),
    list!(
        rds_clusters::DESCRIBE_DB_CLUSTERS,
        Region,
        |clients| clients.rds().describe_db_clusters().max_records(SMALLEST),
        |page| {
            let clusters = page.db_clusters.unwrap_or_default().into_iter();
            found(clusters.filter_map(|one| one.db_cluster_parameter_group), page.marker.as_deref())
        }
    ),
    of_one!(
        rds_parameters::DESCRIBE_DB_PARAMETERS,
        Region,
        rds_instances::DESCRIBE_DB_INSTANCES,
        MadeUp::Name,
        |clients, group| clients.rds().describe_db_parameters().db_parameter_group_name(group).max_records(SMALLEST)
    ),
    of_one!(
        rds_parameters::DESCRIBE_DB_CLUSTER_PARAMETERS,
        Region,
        rds_clusters::DESCRIBE_DB_CLUSTERS,
        MadeUp::Name,
        |clients, group| {
            clients.rds().describe_db_cluster_parameters().db_cluster_parameter_group_name(group).max_records(SMALLEST)
        }
    ),
    list!(rds_recommendations::DESCRIBE_DB_RECOMMENDATIONS, Region, |clients| {
        clients.rds().describe_db_recommendations().max_records(SMALLEST)
    }),
    Try::new(&pi::DESCRIBE_DIMENSION_KEYS, At::Region, 0, |trying| Box::pin(digests(trying))).when(When::SqlDigests),
    list!(elasticache::DESCRIBE_REPLICATION_GROUPS, Region, |clients| {
        clients.elasticache().describe_replication_groups().max_records(SMALLEST)
    }),
    list!(elasticache::DESCRIBE_CACHE_CLUSTERS, Region, |clients| {
        clients.elasticache().describe_cache_clusters().max_records(SMALLEST)
    }),
    list!(elasticache::DESCRIBE_SERVERLESS_CACHES, Region, |clients| clients
        .elasticache()
        .describe_serverless_caches()),
    list!(memorydb::DESCRIBE_CLUSTERS, Region, |clients| clients.memorydb().describe_clusters()),
    list!(dax::DESCRIBE_CLUSTERS, Region, |clients| clients.dax().describe_clusters().max_results(SMALLEST)),
];

/// Name and region of each bucket: what is about a bucket is asked in its region. Bucket names hold no blank.
fn buckets(page: aws_sdk_s3::operation::list_buckets::ListBucketsOutput) -> Found {
    let named = page.buckets.unwrap_or_default().into_iter().filter_map(|one| Some((one.name?, one.bucket_region?)));
    let ids: Vec<String> = named.map(|(name, region)| format!("{region} {name}")).collect();
    Found {
        count: ids.len(),
        more: page.continuation_token.is_some_and(|token| !token.is_empty()),
        ids,
        also: Vec::new(),
    }
}

/// A bucket of the region. A made-up name could be somebody else's.
async fn bucket(trying: &Trying) -> Option<String> {
    let shown = trying.shown(&s3::LIST_BUCKETS).await;
    let here =
        shown.ids.iter().filter_map(|id| id.split_once(' ')).find(|(region, _)| **region == *trying.place().region);
    here.map(|(_, name)| name.to_owned())
}

/// The first byte of the register, in its bucket's region where the account lists it.
async fn register(trying: &Trying) -> Answer {
    let Some((bucket, key)) = &trying.wanted().register else { return Answer::not_tried(NO_RESOURCE) };
    let shown = trying.shown(&s3::LIST_BUCKETS).await;
    let region = shown.ids.iter().filter_map(|id| id.split_once(' ')).find(|(_, name)| name == bucket);
    let request = trying.clients().s3().get_object().bucket(bucket).key(key).range("bytes=0-0").customize();
    let request = match region {
        Some((region, _)) => {
            let region = aws_types::region::Region::new(region.to_owned());
            request.config_override(aws_sdk_s3::Config::builder().region(region))
        }
        None => request,
    };
    trying.ask(&s3_object::GET_OBJECT, Given::Nothing, request.send(), nothing).await
}

/// One digest of the last hour. Performance Insights calls an unknown database forbidden: only a real one tells.
async fn digests(trying: &Trying) -> Answer {
    let shown = trying.shown(&rds_instances::DESCRIBE_DB_INSTANCES).await;
    let Some(resource) = shown.also.into_iter().next() else { return Answer::not_tried(NO_RESOURCE) };
    let now = trying.place().span.now.as_second();
    let group = DimensionGroup::builder().group("db.sql_tokenized").dimensions("db.sql_tokenized.id").limit(1).build();
    let request = trying.clients().pi().describe_dimension_keys().service_type(ServiceType::Rds).identifier(resource);
    let window = request.start_time(DateTime::from_secs(now - 3600)).end_time(DateTime::from_secs(now));
    let asked = window.metric("db.load.avg").set_group_by(group.ok());
    trying.ask(&pi::DESCRIBE_DIMENSION_KEYS, Given::Real, asked.send(), nothing).await
}
