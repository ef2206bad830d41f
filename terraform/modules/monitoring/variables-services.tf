# Services beside CloudWatch's alarms and dashboards. Null or empty: off.

variable "canaries" {
  description = <<-EOT
    Canaries: each asks its addresses, one after the other, as a visitor does.
    `status` is what they must answer, `contains` a text that must be in it.
  EOT
  type = map(object({
    every_minutes = optional(number, 5)
    checks = list(object({
      url      = string
      contains = optional(string)
      status   = optional(number, 200)
    }))
  }))
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for key in keys(var.canaries) : can(regex("^[a-z][a-z0-9-]{0,20}$", key))])
    error_message = "A canary's key is 1 to 21 lower-case letters, digits and hyphens, a letter first."
  }
  validation {
    condition = alltrue(flatten([
      for canary in var.canaries : [for check in canary.checks : can(regex("^https://[^/\\s]+(/\\S*)?$", check.url))]
    ]))
    error_message = "A canary asks https addresses."
  }
  validation {
    condition     = alltrue([for canary in var.canaries : canary.every_minutes >= 1 && canary.every_minutes <= 60 && length(canary.checks) > 0])
    error_message = "A canary runs every 1 to 60 minutes and has something to check."
  }
  validation {
    condition     = length(var.canaries) == 0 || var.logs_bucket != null
    error_message = "Canaries keep what they saw in logs_bucket; there is none."
  }
}

variable "grafana" {
  description = <<-EOT
    Managed Grafana. People sign in through IAM Identity Center; `administrators`
    and `editors` are its groups' ids. `reachable_from` closes the address to
    what is not in these prefix lists or endpoints. scripts/grafana-dashboards
    puts the dashboards there. Null: none.
  EOT
  type = object({
    administrators = optional(set(string), [])
    editors        = optional(set(string), [])
    viewers        = optional(set(string), [])
    version        = optional(string, "10.4")
    reachable_from = optional(object({
      prefix_list_ids = optional(set(string), [])
      vpce_ids        = optional(set(string), [])
    }))
  })
  default = null
}

variable "prometheus" {
  description = "Managed Prometheus: a workspace with the rules in rules/, its alert manager, and a scraper for each cluster that has `scrape`. Null: none."
  type = object({
    retention_days = optional(number, 150)
  })
  default = null
  validation {
    condition     = var.prometheus == null ? true : var.prometheus.retention_days >= 1 && var.prometheus.retention_days <= 1095
    error_message = "Managed Prometheus keeps metrics 1 to 1095 days."
  }
}

variable "queries" {
  description = "Saved Logs Insights queries beside the module's own: the query and the log groups that it reads."
  type = map(object({
    log_groups = list(string)
    query      = string
  }))
  default  = {}
  nullable = false
}

variable "real_users" {
  description = "What browsers of real visitors meet (CloudWatch RUM): the site's domain and the share of visits that is measured. Null: none."
  type = object({
    domain = string
    sample = optional(number, 0.1)
  })
  default = null
  validation {
    condition     = var.real_users == null ? true : var.real_users.sample > 0 && var.real_users.sample <= 1
    error_message = "The sample of real_users is above 0 and at most 1."
  }
}

variable "search" {
  description = <<-EOT
    OpenSearch, for those who want to search logs rather than query them:
    domain in the network, a stream for the clusters' log agents, and a
    pipeline for the log groups with `search`. `administrators` are the ARNs of
    roles that may act as its administrator. Null: Logs Insights is enough.
  EOT
  type = object({
    administrators            = set(string)
    client_security_group_ids = optional(map(string), {})
    engine_version            = optional(string, "OpenSearch_2.19")
    instance_count            = optional(number, 2)
    instance_type             = optional(string, "t3.small.search")
    subnet_ids                = list(string)
    volume_gb                 = optional(number, 20)
    vpc_id                    = string
  })
  default = null
  validation {
    condition     = var.search == null || var.logs_bucket != null
    error_message = "OpenSearch's streams keep in logs_bucket what could not be indexed; there is none."
  }
  validation {
    condition     = var.search == null ? true : var.search.instance_count >= 2 && length(var.search.administrators) > 0
    error_message = "A domain has at least two nodes, in two zones, and somebody who administers it."
  }
  validation {
    condition     = var.search == null ? true : var.search.volume_gb >= 10
    error_message = "A node's volume has at least 10 GB."
  }
}

variable "tracing" {
  description = <<-EOT
    X-Ray. `sampling` are rules by name, the lowest `priority` first;
    `groups` are filter expressions by name. Null: what X-Ray does by itself
    (one request a second and 5 % of the others).
  EOT
  type = object({
    groups = optional(map(string), {})
    sampling = optional(map(object({
      priority    = number
      rate        = number
      http_method = optional(string, "*")
      path        = optional(string, "*")
      reservoir   = optional(number, 1)
      service     = optional(string, "*")
    })), {})
  })
  default = null
  validation {
    condition = var.tracing == null ? true : alltrue([
      for rule in var.tracing.sampling : rule.priority >= 1 && rule.priority <= 9999 && rule.rate >= 0 && rule.rate <= 1
    ])
    error_message = "A sampling rule's priority is 1 to 9999, its rate 0 to 1."
  }
  validation {
    condition     = var.tracing == null ? true : alltrue([for name in keys(var.tracing.sampling) : can(regex("^[a-z][a-z0-9-]{0,20}$", name))])
    error_message = "A sampling rule's name is 1 to 21 lower-case letters, digits and hyphens: with the environment's code X-Ray takes 32."
  }
}
