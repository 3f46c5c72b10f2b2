"""An organisation: its management account, four members in two units, one of them suspended."""
import io
import json
import zipfile

from .account import ACCOUNT, EU, US
from .networks import remove_default_vpcs

ROLE = "rung-read-only"
EXTERNAL_ID = "team-4711"
# name: (unit, tags, volumes by type in us-east-1, in eu-west-1, functions, suspended)
MEMBERS = {
    "shop": ("Prod/Web", {"environment": "production", "team": "web"}, ("gp3", "gp3", "gp2"), (), 1, False),
    "data": ("Prod", {"environment": "production", "team": "data"}, ("gp2", "gp2"), ("gp3",), 0, False),
    "sandbox": ("Test", {"environment": "test"}, ("gp3",), (), 2, False),
    "attic": ("Test", {"environment": "test"}, (), (), 0, True),
}


def seed(account):
    """Units, accounts, and what each holds; the role asks for an external id in `data` only."""
    remove_default_vpcs(account)
    _volumes(account, US, ("gp3",))
    client = account.client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    units = {"Prod": _unit(client, root, "Prod"), "Test": _unit(client, root, "Test")}
    units["Prod/Web"] = _unit(client, units["Prod"], "Web")
    for name, (unit, tags, here, there, functions, suspended) in MEMBERS.items():
        number = client.create_account(
            Email=f"{name}@example.com", AccountName=name,
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()])["CreateAccountStatus"]["AccountId"]
        client.move_account(AccountId=number, SourceParentId=root, DestinationParentId=units[unit])
        if suspended:
            client.close_account(AccountId=number)
            continue
        _fill(account.member(number), here, there, functions)
        wanted = {"ExternalId": EXTERNAL_ID} if name == "data" else {}
        account.extra["roles"][f"arn:aws:iam::{number}:role/{ROLE}"] = wanted
    account.extra["roles"][f"arn:aws:iam::{ACCOUNT}:role/hub"] = {}


def _unit(client, parent, name):
    return client.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]


def _fill(member, here, there, functions):
    remove_default_vpcs(member)
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]}
    role = member.client("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    _volumes(member, US, here)
    _volumes(member, EU, there)
    for number in range(functions):
        member.client("lambda").create_function(
            FunctionName=f"worker-{number + 1}", Runtime="python3.13", Role=role, Handler="app.handler",
            Code={"ZipFile": _code()}, MemorySize=256, Timeout=10, Architectures=["arm64"])


def _volumes(account, region, kinds):
    for kind in kinds:
        account.client("ec2", region).create_volume(AvailabilityZone=f"{region}a", Size=100, VolumeType=kind)


def _code():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("app.py", "def handler(event, context):\n    return event\n")
    return archive.getvalue()
