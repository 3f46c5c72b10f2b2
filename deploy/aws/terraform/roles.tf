# What each step may: the statements of ../rung.yaml. A bucket may be listed, as S3 answers "denied" in place of "not there" to those who may not.

locals {
  statements = {
    plan = [
      {
        Sid    = "RungAccounts"
        Effect = "Allow"
        Action = [
          "organizations:ListAccounts",
          "organizations:ListAccountsForParent",
          "organizations:ListOrganizationalUnitsForParent",
          "organizations:ListRoots",
          "organizations:ListTagsForResource",
        ]
        Resource = ["*"]
      },
      { Sid = "RungReadPlans", Effect = "Allow", Action = ["s3:GetObject"], Resource = ["${aws_s3_bucket.work.arn}/plans/*", "${aws_s3_bucket.work.arn}/calls/*"] },
      { Sid = "RungPutPlans", Effect = "Allow", Action = ["s3:PutObject"], Resource = ["${aws_s3_bucket.work.arn}/plans/*"] },
      { Sid = "RungListPlans", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [aws_s3_bucket.work.arn] },
    ]
    shard = [
      { Sid = "RungMembers", Effect = "Allow", Action = ["sts:AssumeRole"], Resource = ["arn:${local.partition}:iam::*:role/${var.role_name}"] },
      { Sid = "RungPlans", Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject"], Resource = ["${aws_s3_bucket.work.arn}/plans/*"] },
      { Sid = "RungListPlans", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [aws_s3_bucket.work.arn] },
    ]
    merge = [
      {
        Sid      = "RungWork"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = [for folder in ["plans", "calls", "lake"] : "${aws_s3_bucket.work.arn}/${folder}/*"]
      },
      { Sid = "RungBundles", Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], Resource = ["${aws_s3_bucket.evidence.arn}/scans/*"] },
      { Sid = "RungList", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [aws_s3_bucket.work.arn, aws_s3_bucket.evidence.arn] },
      { Sid = "RungTell", Effect = "Allow", Action = ["sns:Publish"], Resource = [aws_sns_topic.told.arn] },
    ]
    function_log = [
      { Sid = "RungLogs", Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = [for group in aws_cloudwatch_log_group.logs : "${group.arn}:*"] },
    ]
    execution = [
      # It takes no resource.
      { Sid = "RungRegistry", Effect = "Allow", Action = ["ecr:GetAuthorizationToken"], Resource = ["*"] },
      {
        Sid      = "RungImage"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = ["arn:${local.partition}:ecr:*:*:repository/*"]
      },
      { Sid = "RungLogs", Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = [for group in aws_cloudwatch_log_group.logs : "${group.arn}:*"] },
    ]
    store = [
      { Sid = "RungStore", Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = [var.store_secret] },
    ]
    states = [
      # A shard of a distributed map is an execution of its own.
      { Sid = "RungShards", Effect = "Allow", Action = ["states:StartExecution"], Resource = [local.night] },
      { Sid = "RungShardsEnd", Effect = "Allow", Action = ["states:DescribeExecution", "states:StopExecution"], Resource = local.executions },
      {
        Sid      = "RungList"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["${aws_s3_bucket.work.arn}/plans/*/shards.json", "${aws_s3_bucket.work.arn}/plans/*/merged.json"]
      },
      {
        Sid       = "RungTasks"
        Effect    = "Allow"
        Action    = ["ecs:RunTask"]
        Resource  = [for task in aws_ecs_task_definition.task : task.arn]
        Condition = { ArnEquals = { "ecs:cluster" = [for cluster in aws_ecs_cluster.cluster : cluster.arn] } }
      },
      {
        Sid      = "RungTasksEnd"
        Effect   = "Allow"
        Action   = ["ecs:DescribeTasks", "ecs:StopTask"]
        Resource = ["arn:${local.partition}:ecs:${local.region}:${local.account}:task/${var.name}/*"]
      },
      # By this rule, which Step Functions makes for itself, it learns that a task has ended.
      {
        Sid      = "RungTasksTold"
        Effect   = "Allow"
        Action   = ["events:DescribeRule", "events:PutRule", "events:PutTargets"]
        Resource = ["arn:${local.partition}:events:${local.region}:${local.account}:rule/StepFunctionsGetEventsForECSTaskRule"]
      },
      {
        Sid       = "RungRoles"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = concat(aws_iam_role.execution[*].arn, [for task in local.tasks : task.role])
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      { Sid = "RungTell", Effect = "Allow", Action = ["sns:Publish"], Resource = [aws_sns_topic.told.arn] },
    ]
    functions = [
      { Sid = "RungFunctions", Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = concat(aws_lambda_function.plan[*].arn, aws_lambda_function.shard[*].arn) },
    ]
    scheduler = [
      { Sid = "RungStart", Effect = "Allow", Action = ["states:StartExecution"], Resource = [local.night] },
      { Sid = "RungDeadLetters", Effect = "Allow", Action = ["sqs:SendMessage"], Resource = aws_sqs_queue.dead_letters[*].arn },
    ]
  }
  worker = local.on_lambda == 1 ? "lambda.amazonaws.com" : "ecs-tasks.amazonaws.com"
  # Who may enter a role. Lambda names no source account.
  trust = { for service in ["lambda.amazonaws.com", "ecs-tasks.amazonaws.com", "states.amazonaws.com", "scheduler.amazonaws.com"] : service => jsonencode({
    Version = "2012-10-17"
    Statement = [merge(
      { Effect = "Allow", Principal = { Service = service }, Action = "sts:AssumeRole" },
      service == "lambda.amazonaws.com" ? {} : { Condition = { StringEquals = { "aws:SourceAccount" = local.account } } },
    )]
  }) }
}

resource "aws_iam_policy" "plan" {
  name_prefix = "${var.name}-plan-"
  description = "What `rung plan` needs"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.statements.plan })
}

resource "aws_iam_policy" "shard" {
  name_prefix = "${var.name}-shard-"
  description = "What a shard needs to enter accounts and to leave what it saw"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.statements.shard })
}

# The account that scans is read with the shard's own credentials: as `rung policy` prints.
resource "aws_iam_policy" "own_account" {
  name_prefix = "${var.name}-own-account-"
  description = "What rung reads of the account that it runs in; it allows no change"
  policy      = file("${path.module}/../read-only.json")
}

resource "aws_iam_policy" "merge" {
  name_prefix = "${var.name}-merge-"
  description = "What `rung merge` needs; no right on any account"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.statements.merge })
}

resource "aws_iam_role" "plan" {
  count              = local.on_aws
  name_prefix        = "${var.name}-plan-"
  description        = "What plans."
  assume_role_policy = local.trust[local.worker]
}

# The members' roles must trust this one.
resource "aws_iam_role" "shard" {
  count              = local.on_aws
  name_prefix        = "${var.name}-shard-"
  description        = "What scans, and enters the roles of the accounts."
  assume_role_policy = local.trust[local.worker]
}

resource "aws_iam_role" "merge" {
  count              = local.on_aws
  name_prefix        = "${var.name}-merge-"
  description        = "What merges, keeps and tells."
  assume_role_policy = local.trust["ecs-tasks.amazonaws.com"]
}

resource "aws_iam_role" "execution" {
  count              = local.on_aws
  name_prefix        = "${var.name}-execution-"
  description        = "What ECS may, to start a task."
  assume_role_policy = local.trust["ecs-tasks.amazonaws.com"]
}

resource "aws_iam_role" "states" {
  count              = local.on_aws
  name_prefix        = "${var.name}-states-"
  description        = "What the state machine may."
  assume_role_policy = local.trust["states.amazonaws.com"]
}

resource "aws_iam_role" "scheduler" {
  count              = local.on_aws
  name_prefix        = "${var.name}-scheduler-"
  description        = "What EventBridge Scheduler may."
  assume_role_policy = local.trust["scheduler.amazonaws.com"]
}

resource "aws_iam_role_policy_attachment" "plan" {
  count      = local.on_aws
  role       = aws_iam_role.plan[0].name
  policy_arn = aws_iam_policy.plan.arn
}

resource "aws_iam_role_policy_attachment" "shard" {
  count      = local.on_aws
  role       = aws_iam_role.shard[0].name
  policy_arn = aws_iam_policy.shard.arn
}

resource "aws_iam_role_policy_attachment" "own_account" {
  count      = local.on_aws
  role       = aws_iam_role.shard[0].name
  policy_arn = aws_iam_policy.own_account.arn
}

resource "aws_iam_role_policy_attachment" "merge" {
  count      = local.on_aws
  role       = aws_iam_role.merge[0].name
  policy_arn = aws_iam_policy.merge.arn
}

resource "aws_iam_role_policy" "plan_log" {
  count  = local.on_lambda
  name   = "log"
  role   = aws_iam_role.plan[0].name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements.function_log })
}

resource "aws_iam_role_policy" "shard_log" {
  count  = local.on_lambda
  name   = "log"
  role   = aws_iam_role.shard[0].name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements.function_log })
}

resource "aws_iam_role_policy" "execution" {
  count  = local.on_aws
  name   = "start"
  role   = aws_iam_role.execution[0].name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements.execution })
}

resource "aws_iam_role_policy" "store" {
  count  = var.store_secret == "" ? 0 : local.on_aws
  name   = "store"
  role   = aws_iam_role.execution[0].name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements.store })
}

resource "aws_iam_role_policy" "states" {
  count  = local.on_aws
  name   = "night"
  role   = aws_iam_role.states[0].name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements.states })
}

resource "aws_iam_role_policy" "functions" {
  count  = local.on_lambda
  name   = "functions"
  role   = aws_iam_role.states[0].name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements.functions })
}

resource "aws_iam_role_policy" "scheduler" {
  count  = local.on_aws
  name   = "start"
  role   = aws_iam_role.scheduler[0].name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements.scheduler })
}
