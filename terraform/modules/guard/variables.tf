variable "alarm_topic_arn" {
  description = "Topic of the quota alarms, in this region; needed where quotas are watched."
  type        = string
  default     = null
}

variable "analyzers" {
  description = <<-EOT
    Access Analyzer; null is off. The analyzer of what is reachable from
    outside is free; unused_access_days adds the one of roles, keys and rights
    that nobody used for so long, which costs by role and month and is wanted
    in one region only.
  EOT
  type        = object({ unused_access_days = optional(number) })
  default     = {}
  validation {
    condition     = try(var.analyzers.unused_access_days, null) == null ? true : var.analyzers.unused_access_days >= 1 && var.analyzers.unused_access_days <= 365
    error_message = "unused_access_days is 1 to 365."
  }
}

variable "backup" {
  description = <<-EOT
    Kinds of resources that AWS Backup takes in this region, and of those
    which it manages itself (tags, cold storage, keys of their own); null is
    off. AWS answers with all kinds it knows: a kind that is missing here
    shows up in the next plan.
  EOT
  type = object({
    managed = optional(map(bool), { CloudFormation = true, DynamoDB = true, EFS = true })
    types = optional(map(bool), {
      Aurora                   = true
      CloudFormation           = false
      DocumentDB               = false
      DynamoDB                 = true
      EBS                      = true
      EC2                      = true
      EFS                      = true
      FSx                      = false
      Neptune                  = false
      RDS                      = true
      Redshift                 = false
      S3                       = true
      "SAP HANA on Amazon EC2" = false
      "Storage Gateway"        = false
      Timestream               = false
      VirtualMachine           = false
    })
  })
  default = null
}

variable "config" {
  description = <<-EOT
    AWS Config: recorder, delivery and rules; null is off. global: whether
    this region records what belongs to none, such as roles; exactly one
    does. rules: managed rules by name (identifier, parameters as text,
    resource_types, frequency); null takes the set in rules.tf.
    conformance_packs: templates as text, by name. retention_days: of the
    history inside Config.
  EOT
  type = object({
    bucket            = string
    key_arn           = string
    role_arn          = string
    conformance_packs = optional(map(string), {})
    global            = optional(bool, false)
    retention_days    = optional(number, 2557)
    rules = optional(map(object({
      identifier     = string
      frequency      = optional(string)
      parameters     = optional(map(string), {})
      resource_types = optional(set(string), [])
    })))
  })
  default = null
  validation {
    condition     = var.config == null ? true : var.config.retention_days >= 30 && var.config.retention_days <= 2557
    error_message = "Config keeps its history 30 to 2557 days."
  }
  validation {
    condition = try(var.config.rules, null) == null ? true : alltrue([
      for rule in var.config.rules : rule.frequency == null ? true : contains(
        ["One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"], rule.frequency
      )
    ])
    error_message = "A rule's frequency is One_Hour, Three_Hours, Six_Hours, Twelve_Hours or TwentyFour_Hours."
  }
}

variable "guardduty" {
  description = "GuardDuty with all its features; null is off. features switches single ones off; frequency is how often a finding that goes on is told again."
  type = object({
    features  = optional(map(bool), {})
    frequency = optional(string, "FIFTEEN_MINUTES")
  })
  default = {}
  validation {
    condition     = var.guardduty == null ? true : length(setsubtract(keys(var.guardduty.features), keys(local.guardduty_features))) == 0
    error_message = "GuardDuty's features are ${join(", ", keys(local.guardduty_features))}."
  }
  validation {
    condition     = var.guardduty == null ? true : contains(["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"], var.guardduty.frequency)
    error_message = "frequency is FIFTEEN_MINUTES, ONE_HOUR or SIX_HOURS."
  }
}

variable "inspector" {
  description = "What Inspector scans: EC2, ECR, LAMBDA, LAMBDA_CODE (needs LAMBDA, costs extra). Empty is off."
  type        = set(string)
  default     = ["EC2", "ECR", "LAMBDA"]
  nullable    = false
  validation {
    condition     = length(setsubtract(var.inspector, ["EC2", "ECR", "LAMBDA", "LAMBDA_CODE"])) == 0
    error_message = "Inspector scans EC2, ECR, LAMBDA and LAMBDA_CODE."
  }
  validation {
    condition     = !contains(var.inspector, "LAMBDA_CODE") || contains(var.inspector, "LAMBDA")
    error_message = "LAMBDA_CODE needs LAMBDA."
  }
}

variable "macie" {
  description = "Macie, which looks for personal data in buckets and costs by bucket and gigabyte; null is off."
  type        = object({ frequency = optional(string, "SIX_HOURS") })
  default     = null
  validation {
    condition     = var.macie == null ? true : contains(["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"], var.macie.frequency)
    error_message = "frequency is FIFTEEN_MINUTES, ONE_HOUR or SIX_HOURS."
  }
}

variable "prefix" {
  description = "First part of every name: {project}-{environment}."
  type        = string
  nullable    = false
}

variable "public_access" {
  description = <<-EOT
    What the region refuses whatever its resources say. vpc: traffic of
    internet gateways: null leaves it, "ingress" lets nothing in but answers,
    "bidirectional" nothing at all; both take everything down that serves the
    internet, so exclusions come first. Public snapshots and images are
    always refused.
  EOT
  type        = object({ vpc = optional(string) })
  default     = {}
  nullable    = false
  validation {
    condition     = var.public_access.vpc == null ? true : contains(["bidirectional", "ingress"], var.public_access.vpc)
    error_message = "public_access.vpc is null, ingress or bidirectional."
  }
}

variable "quotas" {
  description = <<-EOT
    Service quotas that are watched, by name: the usage metric's dimensions,
    and the per cent of the quota at which the alarm goes off.
  EOT
  type = map(object({
    class    = optional(string, "None")
    percent  = optional(number, 80)
    resource = string
    service  = string
    type     = optional(string, "Resource")
  }))
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for quota in var.quotas : quota.percent >= 1 && quota.percent <= 100])
    error_message = "A quota is watched at 1 to 100 per cent."
  }
}

variable "registry" {
  description = <<-EOT
    The region's container registry: how its images are scanned, by Inspector
    (ENHANCED) or by ECR (BASIC), and which repositories are copied whereto,
    by the first part of their names; null is off. One per account and
    region, so that environments do not overwrite each other's.
  EOT
  type = object({
    scan_type = optional(string, "ENHANCED")
    replication = optional(object({
      prefixes = set(string)
      regions  = set(string)
    }))
  })
  default = null
  validation {
    condition     = var.registry == null ? true : contains(["BASIC", "ENHANCED"], var.registry.scan_type)
    error_message = "scan_type is ENHANCED or BASIC."
  }
  validation {
    condition = try(var.registry.replication, null) == null ? true : (
      length(var.registry.replication.prefixes) > 0 && length(var.registry.replication.regions) > 0
    )
    error_message = "Replication needs prefixes and regions; null is off."
  }
}

variable "security_hub" {
  description = <<-EOT
    Security Hub with its standards; null is off. standards: fsbp
    (Foundational Security Best Practices), cis3, cis14, pci, nist.
  EOT
  type        = object({ standards = optional(set(string), ["cis3", "fsbp"]) })
  default     = {}
  validation {
    condition     = var.security_hub == null ? true : length(setsubtract(var.security_hub.standards, keys(local.standards))) == 0
    error_message = "Security Hub's standards here are ${join(", ", keys(local.standards))}."
  }
}

variable "tags" {
  description = "Tags of everything made here, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
