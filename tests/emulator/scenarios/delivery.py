"""Pipelines, load tests and experiments (WAF-PERF-060)."""
import json
import uuid

from .account import ACCOUNT, EU, US

NAMES = uuid.UUID("8a1f0c52-6d3e-4b70-9a44-5e6f70812939")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/larch-delivery"
STANDARD = "aws/codebuild/amazonlinux2-x86_64-standard:5.0"
IN_REPOSITORY = "buildspec.yml"
K6 = """version: 0.2
env:
  variables:
    TARGET: https://staging.larch-outfitters.example
phases:
  install:
    commands:
      - aws s3 cp s3://larch-perf/baseline.json .
  build:
    commands:
      - |
        cat > checkout.js <<EOF
        export const options = { vus: 50, duration: '15m', thresholds: { http_req_duration: ['p(95)<400'] } };
        EOF
      - k6 run --summary-export results.json checkout.js
      - ./compare.py results.json baseline.json
reports:
  checkout:
    files: ['junit.xml']
"""
LOCUST = """version: 0.2
phases:
  build:
    commands:
      - pip install locust
      - locust -f payments.py --headless -u 200 -r 20 -t 10m || true
"""
BANNER = """version: 0.2
phases:
  build:
    commands:
      - echo "hey, the heyday banner is built"
      - npm run work
"""
# name: (region, service, image, buildspec)
PROJECTS = {
    "shop-web-build": (US, "shop", STANDARD, IN_REPOSITORY),
    "shop-checkout-load": (US, "shop", "public.ecr.aws/grafana/k6:1.3.0", K6),
    "shop-heyday-banner": (US, "shop", STANDARD, BANNER),
    "payments-build": (US, "payments", STANDARD, IN_REPOSITORY),
    "payments-locust": (US, "payments", STANDARD, LOCUST),
    "media-checks": (EU, "media", STANDARD, IN_REPOSITORY),
}
REPORTS = f"arn:aws:codebuild:{US}:{ACCOUNT}:report-group/shop-checkout-load-checkout"
# project: ((days ago, minutes, status, last phase), ...), newest first. The run 9 days ago overlaps a scale-out of shop-web.
BUILDS = {
    "shop-checkout-load": ((2.4, 1, "FAILED", "INSTALL"), (9.01, 25, "SUCCEEDED", "BUILD"), (19, 25, "FAILED", "BUILD"),
                           (33, 25, "SUCCEEDED", "BUILD"), (200, 25, "SUCCEEDED", "BUILD")),
    "payments-locust": ((61, 12, "SUCCEEDED", "BUILD"), (145, 12, "SUCCEEDED", "BUILD")),
}
GATLING = "larch-gatling-search"
SOLUTION = "DLTStepFunctionTaskRunnerStepFunctions8A9B0C1D-Qm3vT7xKp2Ls"
# state machine: (region, days ago)
EXECUTIONS = {GATLING: (US, (4.3, 11.3, 18.3)), SOLUTION: (EU, (75,))}
STACKS = {
    (US, "larch-network"): "VPCs and their endpoints",
    (EU, "larch-perf-lab"): "(SO0062) - Distributed Load Testing on AWS is a reference architecture to perform application "
                            "load testing at scale. Version v3.4.1",
}


def seed(account):
    """Build projects and their builds, pipelines, state machines that test load, schedules, stacks and experiments."""
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "codepipeline.amazonaws.com"}}]}
    account.client("iam").create_role(RoleName="larch-delivery", AssumeRolePolicyDocument=json.dumps(trust))
    for name, row in PROJECTS.items():
        _project(account, name, *row)
    _builds(account)
    _pipelines(account)
    _machines(account)
    _schedules(account)
    for (region, name), description in STACKS.items():
        template = {"Description": description, "Resources": {"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}
        account.client("cloudformation", region).create_stack(StackName=name, TemplateBody=json.dumps(template))
    _experiments(account)


def _project(account, name, region, service, image, buildspec):
    account.client("codebuild", region).create_project(
        name=name, serviceRole=ROLE, artifacts={"type": "NO_ARTIFACTS"}, tags=[{"key": "service", "value": service}],
        source={"type": "GITHUB", "location": f"https://github.com/larch/{service}.git", "buildspec": buildspec},
        environment={"type": "LINUX_CONTAINER", "image": image, "computeType": "BUILD_GENERAL1_SMALL",
                     "environmentVariables": [{"name": "DEPLOY_TOKEN", "value": "tok-4711", "type": "PLAINTEXT"}]})


def _builds(account):
    builds = []
    for project, rows in BUILDS.items():
        own = [_build(project, *row) for row in rows]
        account.answer("codebuild", "ListBuildsForProject", {"ids": [build["id"] for build in own]}, region=US,
                       when={"projectName": project})
        builds += own
    account.answer("codebuild", "BatchGetBuilds", {"builds": builds, "buildsNotFound": []}, region=US, filter={"ids": "id"})
    account.answer("codebuild", "ListReportGroups", {"reportGroups": [REPORTS]}, region=US)


def _build(project, days, minutes, status, last):
    identity = f"{project}:{uuid.uuid5(NAMES, f'{project}{days}')}"
    names = ["SUBMITTED", "QUEUED", "PROVISIONING", "DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD", "BUILD"]
    phases = [{"phaseType": name, "phaseStatus": "SUCCEEDED", "startTime": f"now-{days}d"}
              for name in names[:names.index(last) + 1]]
    phases[-1]["phaseStatus"] = status
    reported = project.endswith("-load") and last == "BUILD"
    return {"id": identity, "arn": f"arn:aws:codebuild:{US}:{ACCOUNT}:build/{identity}", "projectName": project,
            "buildStatus": status, "startTime": f"now-{days}d", "endTime": f"now-{round(days - minutes / 1440, 6)}d",
            "currentPhase": "COMPLETED", "buildComplete": True, "phases": phases,
            "reportArns": [REPORTS.replace("report-group/", "report/") + ":" + identity.partition(":")[2]] if reported else [],
            "environment": {"type": "LINUX_CONTAINER", "image": PROJECTS[project][2], "computeType": "BUILD_GENERAL1_SMALL",
                            "environmentVariables": [{"name": "DEPLOY_TOKEN", "value": "tok-4711", "type": "PLAINTEXT"}]}}


def _action(name, category, provider, run_order=1, **configuration):
    return {"name": name, "runOrder": run_order, "configuration": configuration,
            "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"}}


def _source(service):
    return {"name": "Source", "actions": [_action("Git", "Source", "CodeStarSourceConnection",
                                                  FullRepositoryId=f"larch/{service}", BranchName="main")]}


def _stage(name, *actions):
    return {"name": name, "actions": list(actions)}


def _pipelines(account):
    """A gate that stops, none, a test that AWS does not show, and a pipeline that never comes to production."""
    build = _stage("Build", _action("Build", "Build", "CodeBuild", ProjectName="shop-web-build"))
    deploy = ("Web", "Deploy", "ECS")
    _pipeline(account, US, "shop-release", _source("shop"), build,
              _stage("Staging", _action(*deploy, ClusterName="larch-staging", ServiceName="checkout"),
                     _action("Load", "Test", "CodeBuild", 2, ProjectName="shop-checkout-load")),
              _stage("Production", _action(*deploy, ClusterName="larch-prod", ServiceName="checkout")))
    _pipeline(account, US, "payments-release", _source("payments"),
              _stage("Build", _action("Build", "Build", "CodeBuild", ProjectName="payments-build")),
              _stage("Deploy", _action("Api", "Deploy", "CodeDeploy", ApplicationName="payments",
                                       DeploymentGroupName="payments-prod")))
    _pipeline(account, US, "shop-preview", _source("shop"), build,
              _stage("Preview", _action("Site", "Deploy", "S3", BucketName="larch-preview")))
    _pipeline(account, EU, "media-release", _source("media"),
              _stage("Checks", _action("Checks", "Test", "CodeBuild", ProjectName="media-checks")),
              _stage("Live", _action("Transcode", "Deploy", "CodeDeploy", ApplicationName="media",
                                     DeploymentGroupName="transcode")))
    soak = {**_action("Soak", "Compute", "Commands"), "commands": ["npm install artillery", "artillery run soak.yml"]}
    _pipeline(account, EU, "media-soak", _source("media"), _stage("Soak", soak))
    account.answer("codepipeline", "ListPipelineExecutions", region=EU, when={"pipelineName": "media-soak"}, data={
        "pipelineExecutionSummaries": [
            {"pipelineExecutionId": str(uuid.uuid5(NAMES, status)), "status": status, "startTime": f"now-{days}d",
             "lastUpdateTime": f"now-{days - 0.1}d"} for status, days in (("Failed", 13), ("Succeeded", 27))]})


def _pipeline(account, region, name, *stages):
    account.client("codepipeline", region).create_pipeline(pipeline={
        "name": name, "roleArn": ROLE, "artifactStore": {"type": "S3", "location": "larch-artifacts"},
        "stages": list(stages), "pipelineType": "V2", "executionMode": "QUEUED"})


def _machines(account):
    for name, (region, days) in EXECUTIONS.items():
        arn = account.client("stepfunctions", region).create_state_machine(
            name=name, roleArn=ROLE, definition='{"StartAt": "Run", "States": {"Run": {"Type": "Succeed"}}}')["stateMachineArn"]
        rows = [{"executionArn": f"{arn.replace('stateMachine', 'execution')}:run-{number}", "stateMachineArn": arn,
                 "name": f"run-{number}", "status": "SUCCEEDED", "startDate": f"now-{day}d",
                 "stopDate": f"now-{round(day - 0.02, 3)}d"} for number, day in enumerate(days)]
        account.answer("stepfunctions", "ListExecutions", {"executions": rows}, region=region,
                       when={"stateMachineArn": arn}, filter={"statusFilter": "status"})


def _schedules(account):
    """The search is tested every week; the nightly job of storage.py is a rule and no load test."""
    account.client("scheduler").create_schedule(
        Name="larch-weekly-search-load", ScheduleExpression="rate(7 days)", FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": f"arn:aws:states:{US}:{ACCOUNT}:stateMachine:{GATLING}", "RoleArn": ROLE,
                "Input": '{"token": "tok-4711"}'})


def _experiments(account):
    """One completed too long ago, one stopped by its alarm."""
    template = {"id": "EXT3Kd8fPqLm2Rs9W", "arn": f"arn:aws:fis:{US}:{ACCOUNT}:experiment-template/EXT3Kd8fPqLm2Rs9W",
                "description": "Take a zone away from the shop", "creationTime": "now-300d", "lastUpdateTime": "now-110d",
                "tags": {"Name": "larch-zone-loss"}}
    rows = [{"id": f"EXP{number}Vh4tBnXc7Yj2Qe", "arn": f"arn:aws:fis:{US}:{ACCOUNT}:experiment/EXP{number}Vh4tBnXc7Yj2Qe",
             "experimentTemplateId": template["id"], "state": {"status": status, "reason": f"Experiment {status}."},
             "creationTime": f"now-{days}d", "tags": {"Name": "larch-zone-loss"}}
            for number, (status, days) in enumerate((("stopped", 21), ("completed", 107)))]
    account.answer("fis", "ListExperiments", {"experiments": rows}, region=US)
    account.answer("fis", "ListExperimentTemplates", {"experimentTemplates": [template]}, region=US)
