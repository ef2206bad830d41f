variable "key_arn" {
  description = "KMS key of the log group; null for CloudWatch's own."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days that the requests that were counted or blocked are kept."
  type        = number
  nullable    = false
}

variable "name" {
  description = "Name of the access control list; its log group is aws-waf-logs-{name}."
  type        = string
  nullable    = false
}

variable "scope" {
  description = "CLOUDFRONT or REGIONAL."
  type        = string
  nullable    = false
}

variable "settings" {
  description = "What ../variables-firewalls.tf says of one list."
  type = object({
    allowed_cidrs = set(string)
    blocked_cidrs = set(string)
    count         = set(string)
    count_rules   = map(set(string))
    groups        = list(string)
    log_allowed   = bool
    rate_limit    = number
  })
  nullable = false
}

variable "tags" {
  description = "Tags of everything made here."
  type        = map(string)
  default     = {}
  nullable    = false
}
