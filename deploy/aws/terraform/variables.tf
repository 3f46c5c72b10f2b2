# The same as the parameters of ../rung.yaml; docs/deploy.md says what they mean.

variable "name" {
  description = "Name of what is made"
  type        = string
  default     = "rung"
  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{0,31}$", var.name))
    error_message = "A letter, then up to 31 letters, digits and dashes."
  }
}

variable "engine" {
  description = "What the shards run on; kubernetes makes only buckets, topic and policies, for deploy/kubernetes"
  type        = string
  default     = "fargate"
  validation {
    condition     = contains(["lambda", "fargate", "kubernetes"], var.engine)
    error_message = "lambda, fargate or kubernetes."
  }
}

variable "image" {
  description = "Image of rung, built from its Containerfile; in ECR of this region for lambda"
  type        = string
  default     = ""
}

variable "vpc" {
  description = "VPC of the tasks"
  type        = string
  default     = ""
}

variable "subnets" {
  description = "Subnets of the tasks, which reach AWS by a NAT gateway, or are public"
  type        = list(string)
  default     = []
}

variable "assign_public_ip" {
  description = "True in public subnets"
  type        = bool
  default     = false
}

variable "cron" {
  description = "When, as EventBridge Scheduler writes it"
  type        = string
  default     = "cron(0 2 * * ? *)"
}

variable "time_zone" {
  description = "Its time zone, of the IANA database"
  type        = string
  default     = "UTC"
}

variable "plan_arguments" {
  description = "Words of `rung plan`; --out, --run-id, --calls and --role-name are added"
  type        = list(string)
  default     = ["--org", "--region", "all"]
  validation {
    condition     = length(var.plan_arguments) > 0 && alltrue([for word in var.plan_arguments : can(regex("^[^'\"\\\\{}$]+$", word))])
    error_message = "At least one word, without quotes, backslashes, braces and dollars: each would end a word of the state machine."
  }
}

variable "merge_arguments" {
  description = "Words of `rung merge`; the plan, --notify and --lake are added"
  type        = list(string)
  default     = ["--format", "text"]
  validation {
    condition     = length(var.merge_arguments) > 0 && alltrue([for word in var.merge_arguments : can(regex("^[^'\"\\\\{}$]+$", word))])
    error_message = "At least one word, without quotes, backslashes, braces and dollars: each would end a word of the state machine."
  }
}

variable "role_name" {
  description = "The role in each account, with its path if it has one"
  type        = string
  default     = "rung-read-only"
  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@/-]{1,128}$", var.role_name))
    error_message = "A name of a role, with its path before it."
  }
}

variable "configuration" {
  description = "The text of rung.toml (scope, targets, who is told, retention); the topic is told in any case"
  type        = string
  default     = ""
}

variable "concurrency" {
  description = "Shards at once"
  type        = number
  default     = 40
}

variable "tolerated_failure_percentage" {
  description = "Percentage of shards that may fail before the night counts as failed; it is merged and told all the same"
  type        = number
  default     = 5
}

variable "shard_memory" {
  description = "MiB of a shard; on Fargate one that goes with shard_cpu"
  type        = number
  default     = 4096
}

variable "shard_cpu" {
  description = "Processor units of a shard on Fargate; 1024 is one"
  type        = number
  default     = 1024
}

variable "shard_disk" {
  description = "MiB below /tmp of a shard on Lambda; on Fargate it has 20 GiB"
  type        = number
  default     = 4096
}

variable "merge_memory" {
  description = "MiB of the merge, one that goes with merge_cpu"
  type        = number
  default     = 4096
}

variable "merge_cpu" {
  description = "Processor units of the merge; 1024 is one"
  type        = number
  default     = 2048
}

variable "merge_disk" {
  description = "GiB of disk of the merge, which holds the whole scan once"
  type        = number
  default     = 50
}

variable "store_secret" {
  description = "ARN of a secret that holds the URL of a PostgreSQL database; without it the store ends with the merge"
  type        = string
  default     = ""
}

variable "email" {
  description = "An address that is told results and failures, once it has confirmed"
  type        = string
  default     = ""
}

variable "lock_days" {
  description = "Days that nobody without s3:BypassGovernanceRetention can remove evidence"
  type        = number
  default     = 365
}

variable "plan_days" {
  description = "Days that plans and what shards left are kept"
  type        = number
  default     = 7
}

variable "log_days" {
  description = "Days that logs are kept"
  type        = number
  default     = 90
}
