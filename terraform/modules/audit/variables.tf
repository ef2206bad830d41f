variable "alarm_addresses" {
  description = "Mail addresses that hear of the alarms; each has to confirm."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "alarms" {
  description = <<-EOT
    What the trail is searched for, by name: a filter pattern of CloudWatch
    Logs and what it means. null takes the set of the CIS AWS Foundations
    Benchmark in filters.tf; empty is none.
  EOT
  type = map(object({
    description = string
    pattern     = string
    threshold   = optional(number, 1)
  }))
  default = null
}

variable "bucket_suffix" {
  description = "Last part of the buckets' names, which are one for the world; null is none."
  type        = string
  default     = null
}

variable "data_events" {
  description = "Buckets whose every object access is recorded, by name; each costs by the event."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "disposable" {
  description = "Whether the buckets are deleted together with what is in them: for rehearsals only."
  type        = bool
  default     = false
  nullable    = false
}

variable "insights" {
  description = "Whether CloudTrail looks for unusual rates of calls and errors; costs by the event."
  type        = bool
  default     = false
  nullable    = false
}

variable "key_deletion_days" {
  description = "Days that the key waits before it is deleted, 7 to 30."
  type        = number
  default     = 30
  nullable    = false
}

variable "lock_days" {
  description = "Days for which nobody but a role with s3:BypassGovernanceRetention can delete what the trail wrote; null is off. Cannot be switched on later."
  type        = number
  default     = null
  validation {
    condition     = var.lock_days == null ? true : var.lock_days >= 1 && var.lock_days <= 3650
    error_message = "lock_days is 1 to 3650."
  }
}

variable "log_retention_days" {
  description = "Days that the trail can be searched in CloudWatch Logs; the bucket keeps it for retention_days."
  type        = number
  default     = 90
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "Cap of the role; null is none."
  type        = string
  default     = null
}

variable "prefix" {
  description = "First part of every name: {project}-{environment}."
  type        = string
  nullable    = false
}

variable "retention_days" {
  description = "Days that trail and configuration history are kept in the buckets."
  type        = number
  default     = 2555
  nullable    = false
  validation {
    condition     = var.retention_days >= 365 && var.retention_days >= coalesce(var.lock_days, 0)
    error_message = "Auditors want a year at least, and nothing ends before its lock does."
  }
}

variable "tags" {
  description = "Tags of everything made here, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "topic_publishers" {
  description = "Services that may publish to the alarms' topic beside CloudWatch, for this account: budgets.amazonaws.com, costalerts.amazonaws.com."
  type        = set(string)
  default     = []
  nullable    = false
}
