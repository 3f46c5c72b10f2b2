"""Caches and their hit rates (WAF-PERF-030): ElastiCache, MemoryDB, DAX, stage caches, TTLs, alarms and dashboards."""
import json

from .account import ACCOUNT, EU, TOPIC, US

SHORT_LIVED = "7c1f5e0a-3b52-4a0e-9d7e-2f6a1c9b8d40"
CACHE, MEMORYDB, DAX = "AWS/ElastiCache", "AWS/MemoryDB", "AWS/DAX"


def seed(account):
    """After the distributions and APIs exist."""
    _elasticache(account)
    _memorydb_and_dax(account)
    _stage_cache(account)
    found = account.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    distributions = {item["Comment"]: item["Id"] for item in found}
    _ttls(account, distributions)
    _alarms(account, distributions)
    _dashboards(account, distributions)


def _group(name, region, engine, status="available"):
    members = [{"CacheClusterId": f"{name}-00{n}", "CacheNodeId": "0001", "CurrentRole": role,
                "PreferredAvailabilityZone": f"{region}a"} for n, role in ((1, "primary"), (2, "replica"))]
    return {"ReplicationGroupId": name, "Description": name, "Status": status, "Engine": engine, "ClusterEnabled": False,
            "CacheNodeType": "cache.r7g.large", "MemberClusters": [member["CacheClusterId"] for member in members],
            "NodeGroups": [{"NodeGroupId": "0001", "Status": "available", "NodeGroupMembers": members}],
            "ARN": f"arn:aws:elasticache:{region}:{ACCOUNT}:replicationgroup:{name}"}


def _cluster(name, region, engine, nodes, status="available"):
    shown = [{"CacheNodeId": f"000{n}", "CacheNodeStatus": "available", "CacheNodeCreateTime": "now-300d"}
             for n in range(1, nodes + 1)]
    return {"CacheClusterId": name, "Engine": engine, "CacheClusterStatus": status, "NumCacheNodes": nodes,
            "CacheNodes": shown, "CacheNodeType": "cache.t4g.small", "CacheClusterCreateTime": "now-300d",
            "ARN": f"arn:aws:elasticache:{region}:{ACCOUNT}:cluster:{name}"}


def _elasticache(account):
    """Hit rates of about 93, 61, none and 88 percent; what comes or goes must not count."""
    groups = {US: [_group("larch-sessions", US, "valkey"), _group("larch-preview", US, "valkey", "creating")], EU: []}
    clusters = {US: [_cluster("larch-fragments", US, "memcached", 2)],
                EU: [_cluster("larch-media-index", EU, "redis", 1), _cluster("larch-old-thumbs", EU, "redis", 1, "deleting")]}
    serverless = {US: [{"ServerlessCacheName": "larch-catalog", "Status": "available", "Engine": "valkey", "MajorEngineVersion": "8",
                        "CreateTime": "now-90d", "ARN": f"arn:aws:elasticache:{US}:{ACCOUNT}:serverlesscache:larch-catalog"}],
                  EU: []}
    for region in (US, EU):
        account.answer("elasticache", "DescribeReplicationGroups", {"ReplicationGroups": groups[region]}, region=region)
        account.answer("elasticache", "DescribeCacheClusters", {"CacheClusters": clusters[region]}, region=region)
        account.answer("elasticache", "DescribeServerlessCaches", {"ServerlessCaches": serverless[region]}, region=region)
    for node, hits, misses in (("larch-sessions-001", 930, 70), ("larch-sessions-002", 465, 35)):
        _lookups(account, US, CACHE, _node(node), "Cache", hits, misses)
    for node in ("0001", "0002"):
        _lookups(account, US, CACHE, _node("larch-fragments", node), "Get", 610, 390, evictions=14)
    _lookups(account, EU, CACHE, _node("larch-media-index"), "Cache", 0, 0)
    _lookups(account, US, CACHE, {"clusterId": "larch-catalog"}, "Cache", 880, 120)


def _node(cluster, node="0001"):
    return {"CacheClusterId": cluster, "CacheNodeId": node}


def _lookups(account, region, namespace, dimensions, prefix, hits, misses, evictions=0):
    account.metric(region, namespace, f"{prefix}Hits", dimensions, hits, hits / 20)
    account.metric(region, namespace, f"{prefix}Misses", dimensions, misses, misses / 20)
    account.metric(region, namespace, "Evictions", dimensions, evictions)


def _memorydb_and_dax(account):
    """About 97 and 84 percent. DAX publishes nothing of what did not happen: no scans."""
    shards = [{"Name": f"000{n}", "Status": "available", "NumberOfNodes": 2, "Nodes": [
        {"Name": f"larch-ledger-000{n}-00{m}", "Status": "available"} for m in (1, 2)]} for n in (1, 2)]
    account.answer("memorydb", "DescribeClusters", region=US, data={"Clusters": [{
        "Name": "larch-ledger", "Status": "available", "NumberOfShards": 2, "Shards": shards, "Engine": "valkey",
        "EngineVersion": "7.3", "NodeType": "db.r7g.large", "ARN": f"arn:aws:memorydb:{US}:{ACCOUNT}:cluster/larch-ledger"}]})
    _lookups(account, US, MEMORYDB, {"ClusterName": "larch-ledger"}, "Keyspace", 970, 30)
    account.answer("dax", "DescribeClusters", region=US, data={"Clusters": [{
        "ClusterName": "larch-carts", "Status": "available", "TotalNodes": 3, "ActiveNodes": 3, "NodeType": "dax.r5.large",
        "ClusterArn": f"arn:aws:dax:{US}:{ACCOUNT}:cache/larch-carts"}]})
    for metric, count in (("ItemCacheHits", 640), ("QueryCacheHits", 200), ("ItemCacheMisses", 110), ("QueryCacheMisses", 50)):
        account.metric(US, DAX, metric, {"ClusterId": "larch-carts"}, count, count / 20)


def _stage_cache(account):
    """The shop's API caches everything for five minutes."""
    api = next(api["id"] for api in account.client("apigateway").get_rest_apis()["items"] if api["name"] == "larch-shop-api")
    account.patch("apigateway", "GetStages", "item", "stageName", "prod", when={"restApiId": api}, set={
        "cacheClusterEnabled": True, "cacheClusterSize": "0.5", "cacheClusterStatus": "AVAILABLE",
        "methodSettings": {"*/*": {"cachingEnabled": True, "cacheTtlInSeconds": 300, "throttlingBurstLimit": 5000,
                                   "throttlingRateLimit": 10000.0}}})


def _ttls(account, distributions):
    """larch-shop keeps pages for a minute by a policy of its own; larch-static sets headers at the edge."""
    account.answer("cloudfront", "GetCachePolicy", when={"Id": SHORT_LIVED}, data={"CachePolicy": {
        "Id": SHORT_LIVED, "LastModifiedTime": "now-80d", "CachePolicyConfig": {
            "Name": "larch-pages", "Comment": "pages for a minute", "MinTTL": 0, "DefaultTTL": 60, "MaxTTL": 600}}})
    behaviours = {item["Id"]: item["DefaultCacheBehavior"] for item in
                  account.client("cloudfront").list_distributions()["DistributionList"]["Items"]}
    shop, static = distributions["larch-shop"], distributions["larch-static"]
    headers = {"Quantity": 1, "Items": [{"FunctionARN": f"arn:aws:cloudfront::{ACCOUNT}:function/larch-cache-headers",
                                         "EventType": "viewer-response"}]}
    for identity, more in ((shop, {"CachePolicyId": SHORT_LIVED}), (static, {"FunctionAssociations": headers})):
        account.patch("cloudfront", "ListDistributions", "DistributionList.Items", "Id", identity,
                      set={"DefaultCacheBehavior": {**behaviours[identity], **more}})


def _alarms(account, distributions):
    """Sessions and the catalogue are watched well, the ledger too low, the carts without actions, the rest not at all."""
    account.alarm(US, "larch-sessions hit rate", CACHE, "CacheHitRate", _node("larch-sessions-001"), 80,
                  ComparisonOperator="LessThanThreshold")
    dimensions = {"clusterId": "larch-catalog"}
    _ratio_alarm(account, "larch-catalog hit ratio", CACHE, "Cache", dimensions, "hits / (hits + misses)", 0.75)
    dimensions = {"ClusterName": "larch-ledger"}
    _ratio_alarm(account, "larch-ledger hit rate", MEMORYDB, "Keyspace", dimensions, "100 * hits / (hits + misses)", 60)
    dimensions = {"ClusterId": "larch-carts"}
    _ratio_alarm(account, "larch-carts hit rate", DAX, "ItemCache", dimensions, "100 * hits / (hits + misses)", 80, actions=False)
    for name, threshold in (("larch-static", 90), ("larch-legacy-site", 85)):
        dimensions = {"DistributionId": distributions[name], "Region": "Global"}
        account.alarm(US, f"{name} hit rate", "AWS/CloudFront", "CacheHitRate", dimensions, threshold,
                      ComparisonOperator="LessThanThreshold")


def _ratio_alarm(account, name, namespace, prefix, dimensions, expression, threshold, actions=True):
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    counts = [{"Id": kind, "ReturnData": False, "MetricStat": {"Period": 300, "Stat": "Sum", "Metric": {
        "Namespace": namespace, "MetricName": prefix + kind.capitalize(), "Dimensions": named}}} for kind in ("hits", "misses")]
    account.client("cloudwatch").put_metric_alarm(
        AlarmName=name, EvaluationPeriods=3, Threshold=threshold, ComparisonOperator="LessThanThreshold",
        ActionsEnabled=actions, AlarmActions=[TOPIC[US]], Metrics=[
            {"Id": "rate", "Expression": expression, "Label": "hit rate", "ReturnData": True}, *counts])


def _dashboards(account, distributions):
    """One dashboard shows the fragments and the shop's distribution, in shorthand; the other shows no cache."""
    fragments = [[{"expression": "100*hits/(hits+misses)", "label": "hit rate", "id": "rate"}],
                 [CACHE, "GetHits", "CacheClusterId", "larch-fragments", "CacheNodeId", "0001", {"id": "hits", "visible": False}],
                 [".", "GetMisses", ".", ".", ".", ".", {"id": "misses", "visible": False}]]
    pages = [["AWS/CloudFront", "CacheHitRate", "Region", "Global", "DistributionId", distributions["larch-shop"]]]
    orders = [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "shop-orders"], ["...", "payments-ledger"]]
    _dashboard(account, "larch-shop", [("Fragments", fragments), ("Pages", pages)])
    _dashboard(account, "larch-databases", [("CPU", orders)])


def _dashboard(account, name, graphs):
    widgets = [{"type": "text", "x": 0, "y": 0, "width": 24, "height": 1, "properties": {"markdown": f"# {name}"}}]
    widgets += [{"type": "metric", "x": 0, "y": 1 + 6 * n, "width": 12, "height": 6, "properties": {
        "title": title, "view": "timeSeries", "region": US, "period": 300, "metrics": metrics}}
        for n, (title, metrics) in enumerate(graphs)]
    account.client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=json.dumps({"widgets": widgets}))
