# What is watched. Keys are known at plan; names and ARNs may come from
# resources that do not exist yet.

variable "applications" {
  description = "Services that Application Signals knows; `environment` is eks:<cluster>/<namespace>. Empty: none."
  type = map(object({
    environment   = string
    service       = string
    fault_percent = optional(number, 5)
    latency_ms    = optional(number, 2000)
  }))
  default  = {}
  nullable = false
}

variable "caches" {
  description = "ElastiCache replication groups; `shards` null is cluster mode off. Empty: none."
  type = map(object({
    id              = string
    nodes_per_shard = optional(number, 1)
    shards          = optional(number)
  }))
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for cache in var.caches : cache.nodes_per_shard >= 1 && coalesce(cache.shards, 1) >= 1])
    error_message = "A cache has at least one shard and one node in each."
  }
}

variable "certificates" {
  description = "ACM certificates of this Region by key: the ARN. Empty: none."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "clusters" {
  description = <<-EOT
    EKS clusters. `container_insights` says that the observability add-on runs
    there; `scrape` lets Managed Prometheus read its metrics from inside the
    network, with the cluster's ARN and where its scraper stands.
  EOT
  type = map(object({
    name               = string
    container_insights = optional(bool, true)
    scrape = optional(object({
      arn                = string
      security_group_ids = list(string)
      subnet_ids         = list(string)
    }))
  }))
  default  = {}
  nullable = false
}

variable "databases" {
  description = "RDS instances. `max_connections` where the parameter group sets it. Empty: none."
  type = map(object({
    identifier      = string
    class           = string
    burstable       = optional(bool, false)
    max_connections = optional(number)
    replica         = optional(bool, false)
    storage_gb      = optional(number, 20)
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for database in var.databases :
      database.max_connections != null || can(local._memory_gib[regex("^db\\.([tmr])", database.class)[0]][split(".", database.class)[2]])
    ])
    error_message = "The memory of a database's class is not known: ${join(", ", [for key, database in var.databases : "${key} is a ${database.class}"])}. Add the class to facts.tf, or give max_connections and do without the memory's alarm."
  }
}

variable "distributions" {
  description = "CloudFront distributions; their metrics exist in us-east-1 alone. Empty: none."
  type = map(object({
    id = string
  }))
  default  = {}
  nullable = false
  validation {
    condition     = length(var.distributions) == 0 || local._region == "us-east-1"
    error_message = "CloudFront's metrics exist in us-east-1; this is ${local._region}. Watch distributions from there."
  }
}

variable "functions" {
  description = "The operations Lambdas, for their dashboard: function, log group, dead-letter queue. Empty: no dashboard of theirs. Their alarms are modules/automation's."
  type = map(object({
    function_name = string
    dead_letters  = optional(string)
    log_group     = optional(string)
  }))
  default  = {}
  nullable = false
}

variable "health_checks" {
  description = "Route 53 health checks by key: the id. Their metrics exist in us-east-1 alone. Empty: none."
  type        = map(string)
  default     = {}
  nullable    = false
  validation {
    condition     = length(var.health_checks) == 0 || local._region == "us-east-1"
    error_message = "The metrics of health checks exist in us-east-1; this is ${local._region}. Watch them from there."
  }
}

variable "load_balancers" {
  description = "Application load balancers by key: ARN suffixes of the balancer and of its target groups. Empty: none."
  type = map(object({
    arn_suffix    = string
    target_groups = optional(map(string), {})
  }))
  default  = {}
  nullable = false
}

variable "log_groups" {
  description = <<-EOT
    Log groups of the applications, /{prefix}/{key}. `filters` count lines and
    ring above `threshold` in five minutes; `masked` are AWS's data identifiers
    (EmailAddress, ...) that readers do not see; `anomalies` lets CloudWatch
    look for lines that are new; `search` sends them to OpenSearch.
  EOT
  type = map(object({
    retention_days = optional(number)
    class          = optional(string, "STANDARD")
    anomalies      = optional(bool, false)
    masked         = optional(set(string), [])
    search         = optional(bool, false)
    filters = optional(map(object({
      pattern   = string
      severity  = optional(string, "morning")
      threshold = optional(number)
      todo      = optional(string)
    })), {})
  }))
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for key in keys(var.log_groups) : can(regex("^[a-z][a-z0-9-]{0,40}$", key))])
    error_message = "A log group's key is 1 to 41 lower-case letters, digits and hyphens, a letter first."
  }
  validation {
    condition     = alltrue([for group in var.log_groups : contains(["INFREQUENT_ACCESS", "STANDARD"], group.class)])
    error_message = "A log group's class is STANDARD or INFREQUENT_ACCESS."
  }
  validation {
    condition = alltrue([
      for group in var.log_groups :
      group.class == "STANDARD" || (length(group.filters) == 0 && length(group.masked) == 0 && !group.anomalies && !group.search)
    ])
    error_message = "A group of the class INFREQUENT_ACCESS has no filters, masks, anomalies or subscriptions (CloudWatch Logs user guide, \"Log classes\"). Take STANDARD or leave them out."
  }
  validation {
    condition = alltrue([
      for days in concat([var.log_retention_days], [for group in var.log_groups : group.retention_days if group.retention_days != null]) : contains([
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096,
        1827, 2192, 2557, 2922, 3288, 3653,
      ], days)
    ])
    error_message = "CloudWatch keeps logs 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 days, or longer steps."
  }
  validation {
    condition = alltrue(flatten([
      for group in var.log_groups : [
        for filter in group.filters : contains(["morning", "urgent"], filter.severity)
      ]
    ]))
    error_message = "A filter's severity is morning or urgent."
  }
}

variable "nat_gateways" {
  description = "NAT gateways by key: the id. Empty: none."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "queues" {
  description = "Queues of the applications, whose oldest message must not wait too long. Empty: none."
  type = map(object({
    name            = string
    max_age_seconds = optional(number, 900)
  }))
  default  = {}
  nullable = false
}

variable "replications" {
  description = "S3 replication rules with metrics, by key: both buckets and the rule's id. Empty: none."
  type = map(object({
    destination = string
    rule        = string
    source      = string
  }))
  default  = {}
  nullable = false
}

variable "vaults" {
  description = "Backup vaults of this Region. A backup must be completed every so many hours. Empty: none."
  type = map(object({
    name        = string
    every_hours = optional(number, 26)
  }))
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for vault in var.vaults : vault.every_hours >= 1 && vault.every_hours <= 168])
    error_message = "every_hours is 1 to 168: an alarm looks back a week at most."
  }
}
