"""Roles of other accounts: moto lets everyone assume any; here only those that a scenario names, worded as AWS words it."""
import wire


def refusal(request, roles):
    """The error of a role that does not exist or does not trust this caller, or None."""
    arn = request.parameters.get("RoleArn", "")
    wanted = roles.get(arn)
    if not roles or (wanted is not None and wanted.get("ExternalId") in (None, request.parameters.get("ExternalId"))):
        return None
    user = f"arn:aws:iam::{request.account}:user/scanner"
    message = f"User: {user} is not authorized to perform: sts:AssumeRole on resource: {arn}"
    return wire.error("sts", request.protocol, 403, "AccessDenied", message)


def session(request, answer):
    """The account of the session that was given, by its access key."""
    if answer.status >= 300:
        return {}
    data = wire.parse("sts", "AssumeRole", request.protocol, answer)
    return {data["Credentials"]["AccessKeyId"]: request.parameters["RoleArn"].split(":")[4]}
