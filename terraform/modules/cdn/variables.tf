variable "alarm_actions" {
  description = "Topics of us-east-1 that hear of health checks."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "global_key_arn" {
  description = "KMS key of us-east-1 for the logs of the firewall in front of CloudFront; null for CloudWatch's own."
  type        = string
  default     = null
}

variable "health_checks" {
  description = <<-EOT
    Route 53 health checks by key: of an address (fqdn), of a CloudWatch alarm
    (alarm_of), or of other checks (children, of which healthy_children must
    be well; null: all). Empty: none.
  EOT
  type = map(object({
    alarm            = optional(bool, true)
    children         = optional(set(string), [])
    failures         = optional(number, 3)
    fqdn             = optional(string)
    healthy_children = optional(number)
    interval_seconds = optional(number, 30)
    inverted         = optional(bool, false)
    path             = optional(string, "/health")
    regions          = optional(set(string))
    search           = optional(string)
    alarm_of = optional(object({
      name   = string
      region = string
    }))
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for check in var.health_checks :
      length([for way in [check.fqdn != null, check.alarm_of != null, length(check.children) > 0] : way if way]) == 1
    ])
    error_message = "A health check looks at one thing: fqdn, alarm_of or children."
  }
  validation {
    condition = alltrue(flatten([
      for check in var.health_checks : [
        for child in check.children : length(try(var.health_checks[child].children, ["none"])) == 0
      ]
    ]))
    error_message = "The children of a health check are other health checks, which have none."
  }
  validation {
    condition = alltrue([
      for check in var.health_checks :
      contains([10, 30], check.interval_seconds) && check.failures >= 1 && check.failures <= 10 &&
      startswith(check.path, "/")
    ])
    error_message = "A health check asks every 10 or 30 seconds, fails after 1 to 10, and its path begins with a slash."
  }
}

variable "key_arn" {
  description = "KMS key of this region for the logs of the regional firewall; null for CloudWatch's own."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days that the firewalls' logs are kept."
  type        = number
  default     = 30
  nullable    = false
}

variable "prefix" {
  description = "First part of every name: {project}-{environment}."
  type        = string
  nullable    = false
  validation {
    condition     = length(var.prefix) <= 45
    error_message = "The prefix has at most 45 characters: names of deliveries take 60, of CloudFront's functions 64."
  }
}

variable "records" {
  description = <<-EOT
    Names by key. target null is the distribution; otherwise a load balancer.
    failover is where the name goes once target or health_check is unwell.
  EOT
  type = map(object({
    health_check = optional(string)
    name         = string
    zone_id      = string
    failover = optional(object({
      health_check = optional(string)
      target = object({
        dns_name   = string
        dual_stack = optional(bool, false)
        zone_id    = string
      })
    }))
    target = optional(object({
      dns_name   = string
      dual_stack = optional(bool, false)
      zone_id    = string
    }))
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for record in var.records : record.target != null || var.distribution != null
    ])
    error_message = "A record without a target names the distribution, and there is none."
  }
  validation {
    condition = alltrue([
      for record in var.records : record.target != null || record.failover == null
    ])
    error_message = "A distribution fails over by its origins, not by its name: failover needs a target."
  }
  validation {
    condition = alltrue(flatten([
      for record in var.records : [
        for check in [record.health_check, try(record.failover.health_check, null)] :
        check == null ? true : contains(keys(var.health_checks), check)
      ]
    ]))
    error_message = "A record's health_check is among health_checks."
  }
}

variable "tags" {
  description = "Tags of everything made here."
  type        = map(string)
  default     = {}
  nullable    = false
}
