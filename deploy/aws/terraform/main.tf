# A whole organisation every night, as ../rung.yaml has it: the same resources, roles and state machine (which is read from the same file).
#   terraform init && terraform apply -var image=... -var vpc=vpc-... -var 'subnets=["subnet-..."]' -var email=team@example.org
# The folder reads files of the one above it: copy deploy/aws as a whole.

data "aws_caller_identity" "own" {}
data "aws_partition" "own" {}
data "aws_region" "own" {}

locals {
  account    = data.aws_caller_identity.own.account_id
  partition  = data.aws_partition.own.partition
  region     = data.aws_region.own.name
  on_lambda  = var.engine == "lambda" ? 1 : 0
  on_fargate = var.engine == "fargate" ? 1 : 0
  on_aws     = var.engine == "kubernetes" ? 0 : 1
  # Made from names, as the state machine's role names the state machine.
  night      = "arn:${local.partition}:states:${local.region}:${local.account}:stateMachine:${var.name}"
  executions = [for between in [":", "/"] : "arn:${local.partition}:states:${local.region}:${local.account}:execution:${var.name}${between}*"]

  buckets = { evidence = aws_s3_bucket.evidence, work = aws_s3_bucket.work }
}

# Evidence: what was put cannot be removed before its time. `rung` removes what need not be kept (a delete marker); its version stays locked.
resource "aws_s3_bucket" "evidence" {
  bucket_prefix       = "${var.name}-evidence-"
  object_lock_enabled = true
}

# Plans, what shards leave, counts of calls, tables for queries: without a lock, as all of it can be made again.
resource "aws_s3_bucket" "work" {
  bucket_prefix = "${var.name}-work-"
}

resource "aws_s3_bucket_object_lock_configuration" "evidence" {
  bucket = aws_s3_bucket.evidence.bucket
  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = var.lock_days
    }
  }
  depends_on = [aws_s3_bucket_versioning.all]
}

resource "aws_s3_bucket_versioning" "all" {
  for_each = local.buckets
  bucket   = each.value.bucket
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "all" {
  for_each = local.buckets
  bucket   = each.value.bucket
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "all" {
  for_each                = local.buckets
  bucket                  = each.value.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "all" {
  for_each = local.buckets
  bucket   = each.value.bucket
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "all" {
  for_each = local.buckets
  bucket   = each.value.bucket
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [each.value.arn, "${each.value.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
  depends_on = [aws_s3_bucket_public_access_block.all]
}

resource "aws_s3_bucket_lifecycle_configuration" "all" {
  for_each = local.buckets
  bucket   = each.value.bucket
  dynamic "rule" {
    for_each = each.key == "work" ? [var.plan_days] : []
    content {
      id     = "plans"
      status = "Enabled"
      filter {
        prefix = "plans/"
      }
      expiration {
        days = rule.value
      }
    }
  }
  # S3 leaves a locked version alone until its lock has ended.
  rule {
    id     = "replaced"
    status = "Enabled"
    filter {}
    noncurrent_version_expiration {
      noncurrent_days = 1
    }
    expiration {
      expired_object_delete_marker = true
    }
  }
  rule {
    id     = "unfinished"
    status = "Enabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
  depends_on = [aws_s3_bucket_versioning.all]
}

# Results and failures.
resource "aws_sns_topic" "told" {
  name = var.name
}

resource "aws_sns_topic_subscription" "email" {
  count     = var.email == "" ? 0 : 1
  topic_arn = aws_sns_topic.told.arn
  protocol  = "email"
  endpoint  = var.email
}

resource "aws_sns_topic_policy" "told" {
  count = local.on_aws
  arn   = aws_sns_topic.told.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # EventBridge knows no condition in policies of topics.
      { Sid = "RungEnds", Effect = "Allow", Principal = { Service = "events.amazonaws.com" }, Action = ["sns:Publish"], Resource = aws_sns_topic.told.arn },
      {
        Sid       = "RungNotStarted"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["sns:Publish"]
        Resource  = aws_sns_topic.told.arn
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "logs" {
  count             = local.on_aws
  name              = "/rung/${var.name}"
  retention_in_days = var.log_days
}

resource "aws_lambda_function" "plan" {
  count         = local.on_lambda
  function_name = "${var.name}-plan"
  description   = "rung plan"
  role          = aws_iam_role.plan[0].arn
  package_type  = "Image"
  image_uri     = var.image
  memory_size   = 1024
  # The most that Lambda has.
  timeout = 900
  image_config {
    command = ["lambda"]
  }
  environment {
    variables = { RUNG_CONFIG_TEXT = var.configuration }
  }
  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.logs[0].name
  }
}

resource "aws_lambda_function" "shard" {
  count         = local.on_lambda
  function_name = "${var.name}-shard"
  description   = "rung scan of a shard"
  role          = aws_iam_role.shard[0].arn
  package_type  = "Image"
  image_uri     = var.image
  memory_size   = var.shard_memory
  timeout       = 900
  image_config {
    command = ["lambda"]
  }
  ephemeral_storage {
    size = var.shard_disk
  }
  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.logs[0].name
  }
}

resource "aws_ecs_cluster" "cluster" {
  count = local.on_aws
  name  = var.name
}

# Out to AWS, and nothing in.
resource "aws_security_group" "out" {
  count       = local.on_aws
  name_prefix = "${var.name}-"
  description = "rung, out to HTTPS and nothing in"
  vpc_id      = var.vpc
  lifecycle {
    precondition {
      condition     = var.image != "" && var.vpc != "" && length(var.subnets) > 0
      error_message = "image, vpc and subnets are needed; with lambda, too: the merge runs on Fargate."
    }
  }
}

resource "aws_vpc_security_group_egress_rule" "https" {
  count             = local.on_aws
  security_group_id = aws_security_group.out[0].id
  description       = "APIs of AWS"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "store" {
  count             = var.store_secret == "" ? 0 : local.on_aws
  security_group_id = aws_security_group.out[0].id
  description       = "the store, PostgreSQL"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
  cidr_ipv4         = "0.0.0.0/0"
}

locals {
  # A task for each of these; the merge runs here whatever the shards run on: it wants more disk, and may want more time, than Lambda has.
  tasks = merge(
    local.on_fargate == 1 ? {
      plan  = { cpu = 512, memory = 2048, role = aws_iam_role.plan[0].arn }
      shard = { cpu = var.shard_cpu, memory = var.shard_memory, role = aws_iam_role.shard[0].arn }
    } : {},
    local.on_aws == 1 ? { merge = { cpu = var.merge_cpu, memory = var.merge_memory, role = aws_iam_role.merge[0].arn } } : {},
  )
  variables = {
    plan  = { RUNG_CONFIG_TEXT = var.configuration }
    shard = {}
    merge = {
      RUNG_SCANS       = "s3://${aws_s3_bucket.evidence.bucket}/scans"
      RUNG_CONFIG_TEXT = <<-EOT
        ${var.configuration}

        [[notify.to]]
        name = "topic of the stack"
        kind = "sns"
        topic = "${aws_sns_topic.told.arn}"
      EOT
    }
  }
}

resource "aws_ecs_task_definition" "task" {
  for_each                 = local.tasks
  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  task_role_arn            = each.value.role
  execution_role_arn       = aws_iam_role.execution[0].arn
  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }
  dynamic "ephemeral_storage" {
    for_each = each.key == "merge" ? [var.merge_disk] : []
    content {
      size_in_gib = ephemeral_storage.value
    }
  }
  volume {
    name = "data"
  }
  volume {
    name = "tmp"
  }
  container_definitions = jsonencode([{
    name                   = "rung"
    image                  = var.image
    essential              = true
    user                   = "65532:65532"
    readonlyRootFilesystem = true
    # Time to leave what an interrupted run saw.
    stopTimeout     = 120
    linuxParameters = { capabilities = { drop = ["ALL"] } }
    environment = [for name, value in merge({
      HOME           = "/var/lib/rung"
      XDG_DATA_HOME  = "/var/lib"
      XDG_CACHE_HOME = "/tmp"
      AWS_REGION     = local.region
    }, local.variables[each.key]) : { name = name, value = value }]
    secrets = each.key == "merge" && var.store_secret != "" ? [{ name = "RUNG_STORE", valueFrom = var.store_secret }] : []
    mountPoints = [
      { sourceVolume = "data", containerPath = "/var/lib/rung" },
      { sourceVolume = "tmp", containerPath = "/tmp" },
    ]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.logs[0].name
        awslogs-region        = local.region
        awslogs-stream-prefix = each.key
      }
    }
  }])
}

resource "aws_sfn_state_machine" "night" {
  count    = local.on_aws
  name     = var.name
  role_arn = aws_iam_role.states[0].arn
  definition = templatefile("${path.module}/../${var.engine}.asl.json", {
    Partition      = local.partition
    Work           = aws_s3_bucket.work.bucket
    Topic          = aws_sns_topic.told.arn
    Cluster        = aws_ecs_cluster.cluster[0].arn
    PlanTask       = one([for key, task in aws_ecs_task_definition.task : task.arn if key == "plan"])
    ShardTask      = one([for key, task in aws_ecs_task_definition.task : task.arn if key == "shard"])
    MergeTask      = aws_ecs_task_definition.task["merge"].arn
    PlanFunction   = one(aws_lambda_function.plan[*].arn)
    ShardFunction  = one(aws_lambda_function.shard[*].arn)
    AssignPublicIp = var.assign_public_ip ? "ENABLED" : "DISABLED"
    SecurityGroup  = aws_security_group.out[0].id
    Subnets        = join(",", var.subnets)
    RoleName       = var.role_name
    # Each a word of its own: 'a', 'b'.
    PlanArguments  = join("', '", var.plan_arguments)
    MergeArguments = join("', '", var.merge_arguments)
    Concurrency    = var.concurrency
    Tolerated      = var.tolerated_failure_percentage
  })
  # Step Functions looks at once whether it may do what it says.
  depends_on = [aws_iam_role_policy.states, aws_iam_role_policy.functions]
}

# What could not be started lies here for 14 days, and is told.
resource "aws_sqs_queue" "dead_letters" {
  count                     = local.on_aws
  name_prefix               = "${var.name}-"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_cloudwatch_metric_alarm" "not_started" {
  count               = local.on_aws
  alarm_name          = "${var.name}-not-started"
  alarm_description   = "EventBridge Scheduler could not start the night; why lies in the queue"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters[0].name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.told.arn]
}

# The last net: an execution that ended otherwise is told, even where its own message could not be sent.
resource "aws_cloudwatch_event_rule" "night_failed" {
  count       = local.on_aws
  name_prefix = "${var.name}-"
  description = "A night of rung that failed, ran out of time or was stopped"
  event_pattern = jsonencode({
    source      = ["aws.states"]
    detail-type = ["Step Functions Execution Status Change"]
    detail      = { stateMachineArn = [local.night], status = ["FAILED", "TIMED_OUT", "ABORTED"] }
  })
}

resource "aws_cloudwatch_event_target" "night_failed" {
  count = local.on_aws
  rule  = aws_cloudwatch_event_rule.night_failed[0].name
  arn   = aws_sns_topic.told.arn
}

resource "aws_scheduler_schedule" "night" {
  count                        = local.on_aws
  name                         = var.name
  description                  = "rung, every night"
  schedule_expression          = var.cron
  schedule_expression_timezone = var.time_zone
  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 10
  }
  target {
    arn      = local.night
    role_arn = aws_iam_role.scheduler[0].arn
    input    = "{}"
    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 5
    }
    dead_letter_config {
      arn = aws_sqs_queue.dead_letters[0].arn
    }
  }
  depends_on = [aws_sfn_state_machine.night]
}
