"""The account being seeded: boto3 clients for what moto holds, and a collection of what the front adds."""
import json

import boto3
import urllib3
from botocore.config import Config

US, EU = "us-east-1", "eu-west-1"
ACCOUNT = "123456789012"
TOPIC = {region: f"arn:aws:sns:{region}:{ACCOUNT}:larch-oncall" for region in (US, EU)}


class Account:
    """Seeds one account through the front at `url`."""

    def __init__(self, url, credentials=None):
        self.url = url
        self.credentials = credentials or {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        self.clients = {}
        self.extra = {"answers": [], "patches": [], "metrics": [], "roles": {}}
        self.instances, self.volumes, self.subnets, self.vpcs = {}, {}, {}, {}
        self.target_groups, self.load_balancers = {}, {}

    def client(self, service, region=US):
        """A boto3 client that talks to the front."""
        if (service, region) not in self.clients:
            self.clients[service, region] = boto3.client(
                service, region_name=region, endpoint_url=self.url, config=Config(retries={"total_max_attempts": 1}),
                **self.credentials)
        return self.clients[service, region]

    def answer(self, service, operation, data, **more):
        """A canned answer; `region`, `when` and `filter` as in answers.py."""
        self.extra["answers"].append({"service": service, "operation": operation, "answer": data, **more})

    def patch(self, service, operation, items, key, name, **more):
        """Change (`set`, `unset`) one item of a list in moto's answers."""
        self.extra["patches"].append({"service": service, "operation": operation, "list": items, "key": key,
                                      "id": name, **more})

    def append(self, service, operation, items, item, **more):
        """Add an item to a list in moto's answers."""
        self.extra["patches"].append({"service": service, "operation": operation, "list": items, "append": item, **more})

    def metric(self, region, namespace, name, dimensions, base, amplitude=0.0, **more):
        """A series of the metric store; `since`, `step`, `statistics`, `count` as in metrics.py."""
        self.extra["metrics"].append({"region": region, "namespace": namespace, "metric": name,
                                      "dimensions": dimensions, "base": base, "amplitude": amplitude, **more})

    def alarm(self, region, name, namespace, metric, dimensions, threshold, *, state="OK", actions=True, **more):
        """A metric alarm that notifies the on-call topic."""
        statistic = {} if "ExtendedStatistic" in more else {"Statistic": more.pop("Statistic", "Average")}
        client = self.client("cloudwatch", region)
        client.put_metric_alarm(
            AlarmName=name, Namespace=namespace, MetricName=metric,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            Period=300, EvaluationPeriods=3, Threshold=threshold, ActionsEnabled=actions, AlarmActions=[TOPIC[region]],
            **{"ComparisonOperator": "GreaterThanThreshold", **statistic, **more})
        client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="Threshold crossed or not, as seeded")
        self.patch("cloudwatch", "DescribeAlarms", "MetricAlarms", "AlarmName", name, region=region, set={
            "AlarmConfigurationUpdatedTimestamp": "now-200d", "StateUpdatedTimestamp": "now-6d",
            "StateTransitionedTimestamp": "now-200d" if state == "INSUFFICIENT_DATA" else "now-6d"})

    def member(self, number, role="OrganizationAccountAccessRole"):
        """Another account, entered by the role that AWS makes in each account of an organisation."""
        given = self.client("sts").assume_role(RoleArn=f"arn:aws:iam::{number}:role/{role}", RoleSessionName="seed")
        keys = given["Credentials"]
        return Account(self.url, {"aws_access_key_id": keys["AccessKeyId"], "aws_session_token": keys["SessionToken"],
                                  "aws_secret_access_key": keys["SecretAccessKey"]})

    def load(self):
        """Hand the collected answers, patches and metrics to the front."""
        post(self.url, "/_load", self.extra)


def post(url, path, data=None):
    """A command to the front."""
    reply = urllib3.request("POST", url + path, body=json.dumps(data or {}))
    if reply.status != 200:
        raise RuntimeError(f"{path}: {reply.data.decode()}")


def tags(name, service, environment="production", owner=None):
    """The tags every Larch Outfitters resource carries."""
    values = {"Name": name, "service": service, "environment": environment, "owner": owner or f"{service}-team"}
    return [{"Key": key, "Value": value} for key, value in values.items()]
