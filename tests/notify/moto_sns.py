"""moto's SNS with a topic and a queue behind it. Prints the server's address and the topic's ARN; for each line of standard input, what came into the
queue since, as one line of JSON; and stops when its standard input ends."""

import json
import logging
import sys

import boto3
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
url = "http://{}:{}".format(*server.get_host_and_port())
keys = {"endpoint_url": url, "region_name": "us-east-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"}
sns, sqs = boto3.client("sns", **keys), boto3.client("sqs", **keys)
topic = sns.create_topic(Name="rung")["TopicArn"]
queue = sqs.create_queue(QueueName="rung")["QueueUrl"]
arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
print(json.dumps({"url": url, "topic": topic}), flush=True)
for _ in sys.stdin:
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    told = [json.loads(message["Body"]) for message in messages]
    print(json.dumps([{"subject": one.get("Subject"), "message": one["Message"]} for one in told]), flush=True)
server.stop()
