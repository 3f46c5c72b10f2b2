"""Networks of Larch Outfitters: three VPCs, endpoints, and an account without default VPCs."""
from .account import EU, US, tags


def remove_default_vpcs(account):
    """Larch Outfitters (and an empty account) has no default VPCs."""
    for region in (US, EU):
        ec2 = account.client("ec2", region)
        for vpc in ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]:
            mine = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
            for subnet in ec2.describe_subnets(Filters=mine)["Subnets"]:
                ec2.delete_subnet(SubnetId=subnet["SubnetId"])
            ec2.delete_vpc(VpcId=vpc["VpcId"])


def seed(account):
    """larch-prod with endpoints, larch-eu with the free gateway and one more, larch-sandbox with nothing in it."""
    remove_default_vpcs(account)
    prod_tables = vpc(account, US, "larch-prod", "10.10")
    eu_tables = vpc(account, EU, "larch-eu", "10.20")
    _sandbox(account)
    for service in ("s3", "dynamodb"):
        _gateway_endpoint(account, US, "larch-prod", service, prod_tables)
    _gateway_endpoint(account, EU, "larch-eu", "s3", eu_tables)
    for service in ("ecr.api", "ecr.dkr", "ecs", "logs", "monitoring", "sts", "secretsmanager", "lambda"):
        _interface_endpoint(account, US, "larch-prod", service)
    _interface_endpoint(account, US, "larch-prod", "kms", private_dns=False)
    _interface_endpoint(account, EU, "larch-eu", "logs")


def vpc(account, region, name, prefix):
    """A VPC with two public and two private subnets; returns its private route tables."""
    ec2 = account.client("ec2", region)
    vpc = ec2.create_vpc(CidrBlock=f"{prefix}.0.0/16", TagSpecifications=_named("vpc", name))["Vpc"]["VpcId"]
    for attribute in ("EnableDnsSupport", "EnableDnsHostnames"):
        ec2.modify_vpc_attribute(VpcId=vpc, **{attribute: {"Value": True}})
    account.vpcs[name] = vpc
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    public = _route_table(ec2, vpc, f"{name}-public", {"GatewayId": gateway})
    private_tables = []
    for number, zone in enumerate("ab"):
        outer = _subnet(account, region, vpc, f"{name}-public-{zone}", f"{prefix}.{number}.0/24", zone)
        inner = _subnet(account, region, vpc, f"{name}-private-{zone}", f"{prefix}.{number + 10}.0/24", zone)
        if zone == "a":
            nat = _nat_gateway(ec2, outer, name)
        private = _route_table(ec2, vpc, f"{name}-private-{zone}", {"NatGatewayId": nat})
        ec2.associate_route_table(RouteTableId=public, SubnetId=outer)
        ec2.associate_route_table(RouteTableId=private, SubnetId=inner)
        private_tables.append(private)
    return private_tables


def _named(kind, name, service="platform"):
    return [{"ResourceType": kind, "Tags": tags(name, service)}]


def _subnet(account, region, vpc, name, cidr, zone):
    created = account.client("ec2", region).create_subnet(
        VpcId=vpc, CidrBlock=cidr, AvailabilityZone=region + zone, TagSpecifications=_named("subnet", name))
    account.subnets[name] = created["Subnet"]["SubnetId"]
    return account.subnets[name]


def _route_table(ec2, vpc, name, to):
    table = ec2.create_route_table(VpcId=vpc, TagSpecifications=_named("route-table", name))["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **to)
    return table


def _nat_gateway(ec2, subnet, name):
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    created = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address, TagSpecifications=_named("natgateway", name))
    return created["NatGateway"]["NatGatewayId"]


def _sandbox(account):
    ec2 = account.client("ec2", US)
    vpc = ec2.create_vpc(CidrBlock="10.99.0.0/16", TagSpecifications=[
        {"ResourceType": "vpc", "Tags": tags("larch-sandbox", "platform", "development")}])["Vpc"]["VpcId"]
    account.vpcs["larch-sandbox"] = vpc
    _subnet(account, US, vpc, "larch-sandbox-a", "10.99.0.0/24", "a")


def _gateway_endpoint(account, region, vpc, service, tables):
    account.client("ec2", region).create_vpc_endpoint(
        VpcId=account.vpcs[vpc], ServiceName=f"com.amazonaws.{region}.{service}", VpcEndpointType="Gateway",
        RouteTableIds=tables, TagSpecifications=_named("vpc-endpoint", f"{vpc}-{service}"))


def _interface_endpoint(account, region, vpc, service, private_dns=True):
    account.client("ec2", region).create_vpc_endpoint(
        VpcId=account.vpcs[vpc], ServiceName=f"com.amazonaws.{region}.{service}", VpcEndpointType="Interface",
        SubnetIds=[account.subnets[f"{vpc}-private-{zone}"] for zone in "ab"], PrivateDnsEnabled=private_dns,
        TagSpecifications=_named("vpc-endpoint", f"{vpc}-{service}"))
