variable "anomalies" {
  description = "Alarms by what is usual at this hour, for the load balancers' traffic and latency; `width` is the band's width in standard deviations. Null: none."
  type = object({
    width = optional(number, 3)
  })
  default = null
}

variable "dashboards" {
  description = "Dashboards of the environment; `regions` are those that the replication row looks at beside this one. Null: none."
  type = object({
    regions = optional(set(string), [])
  })
  default = {}
}

variable "environment" {
  description = "Code of the environment, as the functions put it into their metrics: dev, staging, prod."
  type        = string
  nullable    = false
}

variable "key_arn" {
  description = "Key of logs and topics. Its policy must let these use it: the logs service for the groups named in README.md, and cloudwatch, aps and the `publishers`."
  type        = string
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that logs are kept where a group says nothing else; one of CloudWatch's steps."
  type        = number
  default     = 30
  nullable    = false
}

variable "logs_bucket" {
  description = "Name of the bucket that takes what canaries and log streams write; null where there are none."
  type        = string
  default     = null
}

variable "other_alarms" {
  description = "Alarms made elsewhere that belong to the environment's two lamps and its dashboard, by a name of your own."
  type = map(object({
    name     = string
    severity = optional(string, "morning")
  }))
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for alarm in var.other_alarms : contains(["morning", "urgent"], alarm.severity)])
    error_message = "An alarm's severity is morning or urgent."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that caps every role made here; null for none."
  type        = string
  default     = null
}

variable "prefix" {
  description = "First part of every name: {project}-{environment}."
  type        = string
  nullable    = false
}

variable "publishers" {
  description = "AWS services that may publish to the morning topic, beside alarms."
  type        = set(string)
  default     = ["backup.amazonaws.com", "budgets.amazonaws.com", "costalerts.amazonaws.com", "events.rds.amazonaws.com"]
  nullable    = false
  validation {
    condition     = alltrue([for service in var.publishers : contains(keys(local._publishers), service)])
    error_message = "Publishers are among ${join(", ", keys(local._publishers))}; another one gets its condition in topics.tf first."
  }
}

variable "subscriptions" {
  description = <<-EOT
    Who hears what, by name. `urgent` is for whoever is called at night, with a
    pager's https address or sms; `morning` is read by those who come in.
  EOT
  type = map(object({
    endpoint = string
    protocol = optional(string, "email")
    severity = string
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for subscription in var.subscriptions : contains(
        ["email", "email-json", "https", "lambda", "sms", "sqs"], subscription.protocol
      )
    ])
    error_message = "A subscription's protocol is email, email-json, https, lambda, sms or sqs."
  }
  validation {
    condition = alltrue([
      for subscription in var.subscriptions : contains(["morning", "urgent"], subscription.severity)
    ])
    error_message = "A subscription's severity is morning or urgent."
  }
}

variable "tags" {
  description = "Tags of everything made here, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "thresholds" {
  description = "When alarms ring; the defaults suit a small web application."
  type = object({
    cache_cpu_percent              = optional(number, 80)
    cache_evictions                = optional(number, 100)
    cache_lag_seconds              = optional(number, 10)
    cache_memory_percent           = optional(number, 80)
    certificate_days               = optional(number, 30)
    database_connections_percent   = optional(number, 80)
    database_cpu_percent           = optional(number, 85)
    database_memory_percent        = optional(number, 10)
    database_storage_percent       = optional(number, 15)
    distribution_error_percent     = optional(number, 5)
    latency_seconds                = optional(number, 2)
    load_balancer_error_percent    = optional(number, 5)
    load_balancer_minimum_requests = optional(number, 20)
    node_cpu_percent               = optional(number, 85)
    node_disk_percent              = optional(number, 80)
    node_memory_percent            = optional(number, 85)
    replica_lag_seconds            = optional(number, 60)
    replication_pending_mb         = optional(number, 1024)
    replication_seconds            = optional(number, 900)
  })
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for name, value in var.thresholds : value > 0 && (endswith(name, "_percent") ? value < 100 : true)
    ])
    error_message = "A threshold is above 0, and a percentage below 100."
  }
}

variable "without" {
  description = "Alarms to leave out, by key or by the key's beginning: database/timeline/credits, nat."
  type        = set(string)
  default     = []
  nullable    = false
}
