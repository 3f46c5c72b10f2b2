"""Plays a state machine of deploy/aws in moto's interpreter, with stand-ins for Lambda and Fargate that do to the bucket what rung does.

    play.py FILE SCENARIO

SCENARIO is JSON: {"values": {..of DefinitionSubstitutions}, "shards": 4, "plan_fails": false, "fails": {"2": 1}, "merge": {"exit": 0, "left": true}, "no_list": false}
`fails` says how often a shard fails before it succeeds, `no_list` leaves out the list of shards, so that the map itself fails: the
interpreter does not count tolerated failures. Says as JSON what was run, what was told, and how the execution ended.
Time stands still: no wait of a retry is waited.
"""

import io
import json
import re
import sys
import threading
from unittest import mock

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk,
    state_task_service_callback,
    state_task_service_ecs,
)
from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

REGION = "eu-central-1"


class Engine:
    """What runs rung: remembers each run, and does what the scenario says."""

    def __init__(self, scenario):
        self.scenario, self.lock = scenario, threading.Lock()
        self.runs, self.failures = [], dict(scenario.get("fails", {}))

    def rung(self, where, args):
        """The exit code of the program."""
        with self.lock:
            self.runs.append({"where": where, "args": args})
        return {"plan": self._plan, "scan": self._scan, "merge": self._merge}[args[0]](args)

    def _plan(self, args):
        if self.scenario.get("plan_fails"):
            return 4
        out = args[args.index("--out") + 1]
        items = [{"plan": out, "shard": n, "accounts": 12, "calls": 20000} for n in range(self.scenario["shards"])]
        if not self.scenario.get("no_list"):
            self._put(out + "shards.json", items)
        return 0

    def _scan(self, args):
        shard = args[args.index("--shard") + 1]
        with self.lock:
            left = self.failures.get(shard, 0)
            self.failures[shard] = left - 1
        return 3 if left > 0 else 0

    def _merge(self, args):
        ends = self.scenario.get("merge", {"exit": 0, "left": True})
        # A shard that has failed once more than it was to succeed counts below zero.
        missing = [int(n) for n, left in self.failures.items() if left > 0]
        if ends["left"]:
            told = {"exit": ends["exit"], "complete": not missing, "shards": self.scenario["shards"], "missing": sorted(missing)}
            self._put(args[1] + "merged.json", told)
        return ends["exit"]

    def _put(self, url, value):
        bucket, key = re.fullmatch(r"s3://([^/]+)/(.+)", url).groups()
        boto3.client("s3", region_name=REGION).put_object(Bucket=bucket, Key=key, Body=json.dumps(value))


class Lambda:
    """`rung lambda`: events as its documentation has them."""

    def __init__(self, engine):
        self.engine = engine

    def invoke(self, FunctionName, Payload):
        event = json.loads(Payload)
        with self.engine.lock:
            self.engine.runs.append({"where": FunctionName, "event": event})
        if isinstance(event["plan"], dict):
            plan = event["plan"]
            args = ["plan", "--out", plan["out"], "--run-id", plan["run_id"], "--calls", plan["calls"], *plan["args"]]
        else:
            args = ["scan", "--plan", event["plan"], "--shard", str(event["shard"])]
        code = self.engine.rung(FunctionName, args)
        answer = {"exit": code} if code == 0 else {"errorType": "Scan", "errorMessage": f"exit code {code}"}
        error = {} if code == 0 else {"FunctionError": "Unhandled"}
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(answer).encode()), **error}


class Fargate:
    """Tasks that end as soon as they begin. One that ends with another exit code than 0 fails the state, as .sync does."""

    def __init__(self, engine):
        self.engine, self.ended = engine, {}

    def run_task(self, **asked):
        (override,) = asked["Overrides"]["ContainerOverrides"]
        assert override["Name"] == "rung" and asked["LaunchType"] == "FARGATE", asked
        network = asked["NetworkConfiguration"]["AwsvpcConfiguration"]
        assert len(network["Subnets"]) == 2, network
        with self.engine.lock:
            arn = f"arn:aws:ecs:{REGION}:123456789012:task/{asked['Cluster']}/{len(self.ended)}"
            self.ended[arn] = None
        self.ended[arn] = self.engine.rung(asked["TaskDefinition"], override["Command"])
        if self.ended[arn]:
            # .sync fails when the task has ended; the interpreter loses its place if it fails there, not here.
            raise ClientError({"Error": {"Code": "TaskFailed", "Message": f"exit code {self.ended[arn]}"}}, "RunTask")
        return self._task(arn, asked["Cluster"])

    def describe_tasks(self, cluster, tasks):
        return self._task(tasks[0], cluster)

    def _task(self, arn, cluster):
        # The interpreter reads both spellings.
        return {"tasks": [{"lastStatus": "STOPPED"}], "Tasks": [{"TaskArn": arn, "ClusterArn": cluster, "LastStatus": "STOPPED"}]}


class Text:
    """S3 as Step Functions' own integration answers: with the text of the object."""

    def get_object(self, **asked):
        client = boto3.client("s3", region_name=REGION)
        try:
            return {"Body": client.get_object(**asked)["Body"].read().decode()}
        except client.exceptions.NoSuchKey as error:
            raise ClientError(error.response, "GetObject") from None


def play(definition, scenario):
    engine = Engine(scenario)
    stand_ins = {"lambda": Lambda(engine), "ecs": Fargate(engine)}
    client = lambda region, service, state_credentials=None: stand_ins.get(service) or boto_client_for(region, service, state_credentials)
    text = lambda region, service, state_credentials=None: Text() if service == "s3" else client(region, service)
    values = scenario["values"]
    patches = [mock.patch.object(module, "boto_client_for", client) for module in (lambda_eval_utils, state_task_service_ecs)]
    patches.append(mock.patch.object(state_task_service_aws_sdk, "boto_client_for", text))
    patches += [mock.patch.object(module, "time", mock.Mock()) for module in (retrier_decl, state_task_service_callback)]
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        for patch in patches:
            patch.start()
        boto3.client("s3", region_name=REGION).create_bucket(Bucket=values["Work"], CreateBucketConfiguration={"LocationConstraint": REGION})
        sns, sqs = boto3.client("sns", region_name=REGION), boto3.client("sqs", region_name=REGION)
        topic = sns.create_topic(Name="rung")["TopicArn"]
        queue = sqs.create_queue(QueueName="told")["QueueUrl"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])
        for name, value in {**values, "Topic": topic, "Partition": "aws"}.items():
            definition = definition.replace("${%s}" % name, value)
        assert "${" not in definition, re.findall(r"\$\{\w+\}", definition)
        states = boto3.client("stepfunctions", region_name=REGION)
        machine = states.create_state_machine(name="rung", definition=definition, roleArn="arn:aws:iam::123456789012:role/rung")["stateMachineArn"]
        execution = states.start_execution(stateMachineArn=machine, name="night-1")["executionArn"]
        ended = states.describe_execution(executionArn=execution)
        while ended["status"] == "RUNNING":
            threading.Event().wait(0.02)
            ended = states.describe_execution(executionArn=execution)
        told = [json.loads(one["Body"]) for one in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])]
        for patch in patches:
            patch.stop()
    messages = [{"subject": one["Subject"], "message": json.loads(one["Message"])} for one in told]
    return {"status": ended["status"], "error": ended.get("error"), "cause": ended.get("cause"), "runs": engine.runs, "told": messages}


if __name__ == "__main__":
    path, scenario = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        json.dump(play(file.read(), json.loads(scenario)), sys.stdout, default=str)
