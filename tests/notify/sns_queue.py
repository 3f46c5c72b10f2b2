"""A topic with a queue behind it. `make`: prints the topic's ARN. `read`: prints what lies in the queue, a line of JSON each."""

import json
import sys

import boto3

what, url = sys.argv[1:3]
keys = {"endpoint_url": url, "region_name": "us-east-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"}
sns, sqs = boto3.client("sns", **keys), boto3.client("sqs", **keys)
if what == "make":
    topic = sns.create_topic(Name="rung")["TopicArn"]
    queue = sqs.create_queue(QueueName="rung")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    print(topic)
else:
    queue = sqs.get_queue_url(QueueName="rung")["QueueUrl"]
    for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
        told = json.loads(message["Body"])
        print(json.dumps({"subject": told.get("Subject"), "message": told["Message"]}))
