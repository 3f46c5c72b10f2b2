"""Scaling activities in the words of AWS: the prose in `Cause` is the only thing that tells who changed a capacity."""
import datetime
import uuid

from .account import ACCOUNT

STARTED = "an instance was started in response to a difference between desired and actual capacity, increasing the capacity from {before} to {to}."
STOPPED = "an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from {before} to {to}."
CAUSES = {
    "policy": "At {at} a monitor alarm TargetTracking-{group}-AlarmHigh-6f1c2a7e-04d9 in state ALARM triggered policy {policy} changing the desired capacity from {before} to {to}.  At {later} " + STARTED,
    "policy_in": "At {at} a monitor alarm TargetTracking-{group}-AlarmLow-6f1c2a7e-04d9 in state ALARM triggered policy {policy} changing the desired capacity from {before} to {to}.  At {later} " + STOPPED,
    "user": "At {at} a user request explicitly set group desired capacity changing the desired capacity from {before} to {to}.  At {later} " + STARTED,
    "user_limits": "At {at} a user request update of AutoScalingGroup constraints to min: 2, max: 4, desired: {to} changing the desired capacity from {before} to {to}.  At {later} " + STARTED,
    "schedule": "At {at} a scheduled action update of AutoScalingGroup constraints to min: 1, max: 4, desired: {to} changing the desired capacity from {before} to {to}.  At {later} " + STARTED,
    "health": "At {at} an instance was taken out of service in response to an ELB system health check failure.",
    "refresh": "At {at} an instance was taken out of service in response to an instance refresh.",
}
NAMES = uuid.UUID("6f1c2a7e-04d9-4a6e-9b5d-1a2c3d4e5f60")


def _moment(days, seconds=0):
    at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days, seconds=-seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def group_activity(group, days, cause, *, to, policy=""):
    """One activity of an Auto Scaling group, so many days ago."""
    shrinking = cause in ("policy_in", "health", "refresh")
    text = CAUSES[cause].format(at=_moment(days), later=_moment(days, 9), group=group, policy=policy,
                                before=to + 1 if shrinking else to - 1, to=to)
    identity = str(uuid.uuid5(NAMES, f"{group}{days}{cause}"))
    instance = f"i-0{identity.replace('-', '')[:16]}"
    return {"ActivityId": identity, "AutoScalingGroupName": group, "Cause": text, "StartTime": _moment(days, 12),
            "EndTime": _moment(days, 75), "StatusCode": "Successful", "Progress": 100,
            "Description": f"{'Terminating' if shrinking else 'Launching a new'} EC2 instance: {instance}",
            "Details": '{"Subnet ID":"subnet-0larch","Availability Zone":"us-east-1a"}',
            "AutoScalingGroupARN": f"arn:aws:autoscaling:us-east-1:{ACCOUNT}:autoScalingGroup:0:autoScalingGroupName/{group}"}


def ecs_activity(service, days, policy, to):
    """One activity of an ECS service under Application Auto Scaling."""
    resource = f"service/larch-prod/{service}"
    return {"ActivityId": str(uuid.uuid5(NAMES, f"{service}{days}")), "ServiceNamespace": "ecs", "ResourceId": resource,
            "ScalableDimension": "ecs:service:DesiredCount", "Description": f"Setting desired count to {to}.",
            "Cause": f"monitor alarm TargetTracking-{resource}-Alarm{'High' if to > 3 else 'Low'}-0b1f in state ALARM triggered policy {policy}",
            "StartTime": _moment(days), "EndTime": _moment(days, 40), "StatusCode": "Successful",
            "StatusMessage": f"Successfully set desired count to {to}. Change successfully fulfilled by ecs."}
