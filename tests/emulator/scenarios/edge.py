"""The public edge of Larch Outfitters: distributions, APIs, DNS, and who watches the network."""
from .account import ACCOUNT, EU, US

CACHING, NO_CACHING = "658327ea-f89d-4fab-a63d-7e88639e58f6", "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
HOURLY = {"TTL": 300}


def seed(account):
    """After the load balancers and buckets exist."""
    _distributions(account)
    rest = _rest_api(account)
    http = account.client("apigatewayv2").create_api(Name="larch-payments-http", ProtocolType="HTTP")["ApiId"]
    _public_origins(account, rest, http)
    _dns(account)
    _monitors(account)


def _distributions(account):
    cloudfront = account.client("cloudfront")
    control = cloudfront.create_origin_access_control(OriginAccessControlConfig={
        "Name": "larch-static", "SigningProtocol": "sigv4", "SigningBehavior": "always",
        "OriginAccessControlOriginType": "s3"})["OriginAccessControl"]["Id"]
    shop = account.load_balancers["larch-shop"]["DNSName"]
    _distribution(account, "larch-static", _bucket_origin("larch-shop-static", US, control), "http2", CACHING, hits=96.4)
    _distribution(account, "larch-shop", _custom_origin("larch-shop-alb", shop), "HTTP2and3", NO_CACHING, hits=71.3)
    _distribution(account, "larch-media", _bucket_origin("larch-media-originals", EU, control), "http2and3", CACHING)


def _bucket_origin(bucket, region, control):
    return {"Id": bucket, "DomainName": f"{bucket}.s3.{region}.amazonaws.com", "OriginAccessControlId": control,
            "S3OriginConfig": {"OriginAccessIdentity": ""}}


def _public_origins(account, rest, http):
    """Whatever else is public stands behind a distribution, too."""
    payments = account.load_balancers["larch-payments"]["DNSName"]
    origins = {"larch-api": f"{rest}.execute-api.{US}.amazonaws.com", "larch-payments-http": f"{http}.execute-api.{US}.amazonaws.com",
               "larch-payments": payments, "larch-legacy-site": f"larch-legacy-site.s3-website-{US}.amazonaws.com"}
    for name, domain in origins.items():
        static = "s3-website" in domain
        _distribution(account, name, _custom_origin(name, domain), "http2", CACHING if static else NO_CACHING,
                      hits=97.1 if static else 12.0)


def _custom_origin(name, domain):
    return {"Id": name, "DomainName": domain, "CustomOriginConfig": {
        "HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}}


def _distribution(account, comment, origin, http_version, cache_policy, hits=None):
    """A distribution; with `hits` its additional metrics are on and give that cache hit rate."""
    created = account.client("cloudfront").create_distribution(DistributionConfig={
        "CallerReference": comment, "Comment": comment, "Enabled": True, "HttpVersion": http_version.lower(),
        "Origins": {"Quantity": 1, "Items": [origin]}, "PriceClass": "PriceClass_All",
        "DefaultCacheBehavior": {"TargetOriginId": origin["Id"], "ViewerProtocolPolicy": "redirect-to-https",
                                 "CachePolicyId": cache_policy, "Compress": True}})["Distribution"]["Id"]
    account.patch("cloudfront", "ListDistributions", "DistributionList.Items", "Id", created, set={
        "HttpVersion": http_version, "Origins": {"Quantity": 1, "Items": [origin]}, "LastModifiedTime": "now-120d", "Status": "Deployed"})
    if hits is None:
        return
    account.answer("cloudfront", "GetMonitoringSubscription", when={"DistributionId": created}, data={
        "MonitoringSubscription": {"RealtimeMetricsSubscriptionConfig": {"RealtimeMetricsSubscriptionStatus": "Enabled"}}})
    dimensions = {"DistributionId": created, "Region": "Global"}
    account.metric(US, "AWS/CloudFront", "CacheHitRate", dimensions, hits, 1.2)
    account.metric(US, "AWS/CloudFront", "Requests", dimensions, 5200, 900)


def _rest_api(account):
    api = account.client("apigateway")
    created = api.create_rest_api(name="larch-shop-api", tags={"service": "shop"}, endpointConfiguration={"types": ["REGIONAL"]})["id"]
    root = api.get_resources(restApiId=created)["items"][0]["id"]
    api.put_method(restApiId=created, resourceId=root, httpMethod="GET", authorizationType="NONE")
    api.put_integration(restApiId=created, resourceId=root, httpMethod="GET", type="MOCK")
    api.create_deployment(restApiId=created, stageName="prod")
    return created


def _dns(account):
    route53 = account.client("route53")
    zone = route53.create_hosted_zone(Name="larch-outfitters.example", CallerReference="larch")["HostedZone"]["Id"]
    records = [{"Name": "www.larch-outfitters.example", "Type": "CNAME", "ResourceRecords": [
        {"Value": account.load_balancers["larch-shop"]["DNSName"]}], **HOURLY}]
    records += [{"Name": "media.larch-outfitters.example", "Type": "CNAME", "SetIdentifier": region, "Region": region,
                 "ResourceRecords": [{"Value": f"media.{region}.larch-outfitters.example"}], **HOURLY}
                for region in (US, EU)]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={
        "Changes": [{"Action": "CREATE", "ResourceRecordSet": record} for record in records]})


def _monitors(account):
    """One internet monitor, one network-performance subscription and one canary, all in us-east-1."""
    account.answer("internetmonitor", "ListMonitors", region=US, data={"Monitors": [{
        "MonitorName": "larch-shop", "Status": "ACTIVE", "ProcessingStatus": "OK",
        "MonitorArn": f"arn:aws:internetmonitor:{US}:{ACCOUNT}:monitor/larch-shop"}]})
    account.answer("ec2", "DescribeAwsNetworkPerformanceMetricSubscriptions", region=US, data={"Subscriptions": [{
        "Source": US, "Destination": EU, "Metric": "aggregate-latency", "Statistic": "p50", "Period": "five-minutes"}]})
    account.answer("synthetics", "DescribeCanaries", region=US, data={"Canaries": [{
        "Id": "4f0c8f8e-larch", "Name": "shop-front-door", "Status": {"State": "RUNNING"},
        "RuntimeVersion": "syn-nodejs-puppeteer-11.0", "Schedule": {"Expression": "rate(5 minutes)"},
        "SuccessRetentionPeriodInDays": 31, "FailureRetentionPeriodInDays": 31,
        "Timeline": {"Created": "now-260d", "LastModified": "now-40d", "LastStarted": "now-40d"}}]})
    account.metric(US, "CloudWatchSynthetics", "Duration", {"CanaryName": "shop-front-door"}, 1840, 220, step=300)
