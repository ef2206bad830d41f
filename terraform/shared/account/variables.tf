variable "alarm_addresses" {
  description = "Mail addresses that hear of the audit alarms; each has to confirm."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "automation_rules" {
  description = <<-EOT
    What Security Hub does with findings by itself, by name: findings that fit
    all that is given (controls, severities, products, resource types, tags of
    the resource) get a severity, a workflow status and a note. Smaller order
    first; last says that no other rule looks at them.
  EOT
  type = map(object({
    description    = string
    order          = number
    controls       = optional(set(string), [])
    last           = optional(bool, false)
    note           = optional(string)
    products       = optional(set(string), [])
    resource_tags  = optional(map(string), {})
    resource_types = optional(set(string), [])
    severities     = optional(set(string), [])
    severity       = optional(string)
    workflow       = optional(string)
  }))
  default = {
    development-is-small = {
      controls      = ["RDS.5", "RDS.8", "ElastiCache.3"]
      description   = "Development has one zone and databases that can be thrown away, on purpose"
      note          = "Development is small on purpose."
      order         = 20
      resource_tags = { Environment = "dev" }
      workflow      = "SUPPRESSED"
    }
    production-is-urgent = {
      description   = "What is high elsewhere is critical in production"
      order         = 10
      resource_tags = { Environment = "prod" }
      severities    = ["HIGH"]
      severity      = "CRITICAL"
    }
  }
  nullable = false
  validation {
    condition = alltrue([
      for rule in var.automation_rules : (
        rule.severity != null || rule.workflow != null
        ) && (
        length(rule.controls) + length(rule.products) + length(rule.resource_tags) +
        length(rule.resource_types) + length(rule.severities) > 0
      )
    ])
    error_message = "An automation rule has something that it looks for, and a severity or a workflow status that it sets."
  }
  validation {
    condition = alltrue(flatten([
      for rule in var.automation_rules : [
        for severity in concat(tolist(rule.severities), rule.severity == null ? [] : [rule.severity]) :
        contains(["CRITICAL", "HIGH", "INFORMATIONAL", "LOW", "MEDIUM"], severity)
      ]
    ]))
    error_message = "A severity is CRITICAL, HIGH, MEDIUM, LOW or INFORMATIONAL."
  }
  validation {
    condition = alltrue([
      for rule in var.automation_rules :
      rule.workflow == null ? true : contains(["NEW", "NOTIFIED", "RESOLVED", "SUPPRESSED"], rule.workflow)
    ])
    error_message = "A workflow status is NEW, NOTIFIED, RESOLVED or SUPPRESSED."
  }
}

variable "backup_cross_account" {
  description = "Whether AWS Backup may copy between accounts of the organization. null leaves it: only an organization's management account can set it."
  type        = bool
  default     = null
}

variable "bucket_suffix" {
  description = "Last part of the buckets' names, which are one for the world; null is none."
  type        = string
  default     = null
}

variable "conformance_packs" {
  description = "Conformance packs of Config in the primary region: templates as text, by name."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "contacts" {
  description = "Who AWS writes to, beside the root user, by BILLING, OPERATIONS, SECURITY."
  type = map(object({
    email = string
    name  = string
    phone = string
    title = string
  }))
  default  = {}
  nullable = false
  validation {
    condition     = length(setsubtract(keys(var.contacts), ["BILLING", "OPERATIONS", "SECURITY"])) == 0
    error_message = "AWS knows the contacts BILLING, OPERATIONS and SECURITY."
  }
}

variable "costs" {
  description = <<-EOT
    The account's bill; null is off. budget_usd is the whole account's;
    allocation_tags and categories split it; export lays it down line by line.
    addresses hear of budget and anomalies by mail. topic_arn: where both are
    explained, the topic operations-costs of the environment that watches the
    bill (output automation, costs_topic_arn); null is the topic of the audit's
    alarms.
  EOT
  type = object({
    addresses       = optional(set(string), [])
    allocation_tags = optional(set(string), ["CostCenter", "Environment", "Owner", "Project"])
    budget_usd      = optional(number, 7000)
    export          = optional(bool, true)
    teams           = optional(map(list(string)), {})
    topic_arn       = optional(string)
  })
  default = {}
  validation {
    condition = try(var.costs.topic_arn, null) == null ? true : can(regex(
      "^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.costs.topic_arn
    ))
    error_message = "costs.topic_arn is the ARN of a topic."
  }
}

variable "data_event_buckets" {
  description = "Buckets whose every object access is recorded."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "disposable" {
  description = "Whether buckets are deleted together with what is in them: for rehearsals only."
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

variable "inspector" {
  description = "What Inspector scans in every region: EC2, ECR, LAMBDA, LAMBDA_CODE."
  type        = set(string)
  default     = ["EC2", "ECR", "LAMBDA"]
  nullable    = false
}

variable "key_deletion_days" {
  description = "Days that the audit key waits before it is deleted, 7 to 30."
  type        = number
  default     = 30
  nullable    = false
}

variable "lock_days" {
  description = "Days for which what the trail wrote cannot be deleted; null is off. Cannot be switched on later."
  type        = number
  default     = 365
}

variable "macie" {
  description = "Macie in the primary region; null is off."
  type        = object({ frequency = optional(string) })
  default     = null
}

variable "project" {
  description = "First part of every name."
  type        = string
  default     = "personal-timeline"
  nullable    = false
}

variable "quotas" {
  description = "Service quotas that are watched in the primary region, as in modules/guard."
  type = map(object({
    resource = string
    service  = string
    class    = optional(string)
    percent  = optional(number)
    type     = optional(string)
  }))
  default = {
    on-demand-vcpus = { class = "Standard/OnDemand", resource = "vCPU", service = "EC2" }
    spot-vcpus      = { class = "Standard/Spot", resource = "vCPU", service = "EC2" }
  }
  nullable = false
}

variable "regions" {
  description = "Where the estate lives: primary, where it fails over to, and where locked copies lie. Findings are gathered in the primary one."
  type = object({
    dr        = optional(string, "eu-west-1")
    primary   = optional(string, "us-east-1")
    secondary = optional(string, "us-west-2")
  })
  default  = {}
  nullable = false
  validation {
    condition     = length(toset(values(var.regions))) == 3
    error_message = "The three regions are three."
  }
}

variable "replicated_repositories" {
  description = "First parts of the names of repositories whose images are copied to the secondary region; empty is none."
  type        = set(string)
  default     = ["personal-timeline-prod-"]
  nullable    = false
}

variable "tags" {
  description = "Tags of everything made here."
  type        = map(string)
  default = {
    CostCenter = "engineering"
    ManagedBy  = "terraform"
    Owner      = "platform"
  }
  nullable = false
}

variable "unused_access_days" {
  description = "Roles, keys and rights that nobody used for so long are found; null is off, for it costs by role and month."
  type        = number
  default     = null
}

variable "vpc_public_access" {
  description = "Blocks internet gateways in every region: null, ingress or bidirectional. Both take down what serves the internet unless it has an exclusion."
  type        = string
  default     = null
}
