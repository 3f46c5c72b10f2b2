output "scans" {
  description = "Where bundles lie; `rung` reads them with --scans"
  value       = "s3://${aws_s3_bucket.evidence.bucket}/scans"
}

output "work_bucket" {
  description = "Bucket of plans, counts and tables for queries"
  value       = aws_s3_bucket.work.bucket
}

output "topic_arn" {
  description = "Where results and failures are told"
  value       = aws_sns_topic.told.arn
}

output "shard_role_arn" {
  description = "The role that scans; the members' roles must trust it"
  value       = one(aws_iam_role.shard[*].arn)
}

output "night_arn" {
  description = "The state machine"
  value       = one(aws_sfn_state_machine.night[*].arn)
}

output "policies" {
  description = "For roles of Kubernetes: what plans, what scans, what merges"
  value = {
    plan  = [aws_iam_policy.plan.arn]
    shard = [aws_iam_policy.shard.arn, aws_iam_policy.own_account.arn]
    merge = [aws_iam_policy.merge.arn]
  }
}
