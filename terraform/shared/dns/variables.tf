variable "key_deletion_days" {
  description = "Days that the signing key waits before it is deleted, 7 to 30."
  type        = number
  default     = 30
  nullable    = false
  validation {
    condition     = var.key_deletion_days >= 7 && var.key_deletion_days <= 30
    error_message = "KMS waits 7 to 30 days."
  }
}

variable "log_retention_days" {
  description = "Days that queries are kept."
  type        = number
  default     = 365
  nullable    = false
}

variable "project" {
  description = "First part of every name."
  type        = string
  default     = "personal-timeline"
  nullable    = false
}

variable "records" {
  description = <<-EOT
    Records that no environment owns, by a name of your own: mail (MX), proofs
    of ownership and senders (TXT), names elsewhere (CNAME). `name` stands
    before the zone's domain; empty is the domain itself.
  EOT
  type = map(object({
    type   = string
    values = list(string)
    zone   = string
    name   = optional(string, "")
    ttl    = optional(number, 3600)
  }))
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for record in var.records : contains(keys(var.zones), record.zone)])
    error_message = "A record's zone is one of the keys in zones."
  }
  validation {
    condition     = alltrue([for record in var.records : contains(["CNAME", "MX", "TXT"], record.type) && length(record.values) > 0])
    error_message = "A record is CNAME, MX or TXT and has a value; addresses are the environments', CAA, DS and NS the zones'."
  }
  validation {
    condition     = alltrue([for record in var.records : can(regex("^((\\*\\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*)?$", record.name))])
    error_message = "A record's name is labels in lower case with dots between them, without the zone's domain; or empty."
  }
  validation {
    condition     = alltrue(flatten([for record in var.records : [for value in record.values : can(regex("^([0-9]|[1-9][0-9]{1,4}) (\\.|([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}\\.?)$", value))] if record.type == "MX"]))
    error_message = "A value of MX is a priority and a host, like \"10 inbound-smtp.us-east-1.amazonaws.com\"; \"0 .\" takes no mail."
  }
  validation {
    condition     = alltrue(flatten([for record in var.records : [for value in record.values : can(regex("^[ !#-\\[\\]-~]+$", value))] if record.type == "TXT"]))
    error_message = "A value of TXT is printable ASCII without quotation marks and backslashes; long ones are split here."
  }
  validation {
    condition     = alltrue([for record in var.records : record.name != "" && length(record.values) == 1 if record.type == "CNAME"])
    error_message = "A CNAME has one value, and none stands for the domain itself."
  }
  validation {
    condition     = length(distinct([for record in var.records : "${record.zone}/${record.name}/${record.type}"])) == length(var.records)
    error_message = "Values of the same name and type are one record."
  }
  validation {
    condition     = alltrue([for record in var.records : record.ttl >= 60 && record.ttl <= 604800])
    error_message = "A record is remembered for a minute to a week: signed zones know no more."
  }
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

variable "zones" {
  description = <<-EOT
    Hosted zones by key. `vpcs`: the networks that see it, which makes it
    private. `parent`: key of the zone that delegates it. `caa`: who may issue
    certificates (no issuers: anybody), and who hears of attempts. `dnssec`,
    `query_logs`: of public zones.
  EOT
  type = map(object({
    domain = string
    caa = optional(object({
      issuers = optional(list(string), ["amazon.com"])
      mail    = optional(string)
    }), {})
    comment    = optional(string, "Kept by terraform/shared/dns")
    dnssec     = optional(bool, false)
    parent     = optional(string)
    query_logs = optional(bool, false)
    vpcs = optional(list(object({
      id     = string
      region = optional(string, "us-east-1")
    })), [])
  }))
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for key in keys(var.zones) : can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", key)) && length(key) >= 3])
    error_message = "A zone's key is 3 or more lower-case letters, digits and single hyphens, a letter first."
  }
  validation {
    condition     = alltrue([for zone in var.zones : can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", zone.domain))])
    error_message = "A zone's domain is a domain name in lower case, without a dot at its end."
  }
  validation {
    condition     = alltrue([for zone in var.zones : !(zone.dnssec || zone.query_logs || zone.parent != null) if length(zone.vpcs) > 0])
    error_message = "A private zone is neither signed nor logged here nor delegated: only its networks ask it."
  }
  validation {
    condition = alltrue([
      for zone in var.zones : try(endswith(zone.domain, ".${var.zones[zone.parent].domain}") && length(var.zones[zone.parent].vpcs) == 0, false)
      if zone.parent != null
    ])
    error_message = "A zone's parent is the key of a public zone whose domain its own ends in."
  }
  validation {
    condition = alltrue([
      for zone in var.zones : alltrue([
        for issuer in zone.caa.issuers : can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", issuer))
      ])
    ])
    error_message = "Issuers are domain names in lower case; none lets anybody issue."
  }
}
