variable "allocation_tags" {
  description = "Keys of tags by which the bill can be split. Only for an account, not for each environment; AWS takes a key from a day after the first resource that carries it."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "anomalies" {
  description = <<-EOT
    Anomaly detection; null is off. A monitor watches one dimension (SERVICE:
    one for an account), up to ten values of a cost-allocation tag, or of a
    cost category. People hear of an anomaly that passes both minimum_usd and
    minimum_percent, at once by the topic and once a day by mail.
  EOT
  type = object({
    minimum_percent = optional(number, 20)
    minimum_usd     = optional(number, 20)
    monitors = map(object({
      dimension = optional(string)
      category  = optional(object({ key = string, values = list(string) }))
      tag       = optional(object({ key = string, values = list(string) }))
    }))
  })
  default = null
  validation {
    condition = var.anomalies == null ? true : length(var.anomalies.monitors) > 0 && alltrue([
      for monitor in var.anomalies.monitors :
      length([for one in [monitor.dimension, monitor.category, monitor.tag] : one if one != null]) == 1
    ])
    error_message = "An anomaly monitor watches exactly one of dimension, category and tag, and there is at least one."
  }
  validation {
    condition = var.anomalies == null ? true : alltrue([
      for monitor in var.anomalies.monitors : monitor.dimension == null || monitor.dimension == "SERVICE"
    ])
    error_message = "The dimension of a monitor is SERVICE."
  }
  validation {
    condition = var.anomalies == null ? true : alltrue([
      for monitor in var.anomalies.monitors : alltrue([
        for one in [monitor.category, monitor.tag] : one == null ? true : length(one.values) >= 1 && length(one.values) <= 10
      ])
    ])
    error_message = "A monitor of a tag or a category watches one to ten values."
  }
  validation {
    condition     = var.anomalies == null ? true : var.anomalies.minimum_usd > 0 && var.anomalies.minimum_percent > 0
    error_message = "minimum_usd and minimum_percent are above 0."
  }
  validation {
    condition     = var.anomalies == null ? true : length(var.subscribers.addresses) > 0 || var.subscribers.topic != null
    error_message = "Anomalies that nobody hears of: subscribers needs addresses or a topic."
  }
}

variable "budget" {
  description = <<-EOT
    Monthly budget; null is off. tag: what it counts, by a cost-allocation
    tag; null is the whole account. actual and forecast: per cent of
    monthly_usd at which the subscribers hear of it, five in all. freeze: at
    percent of the actual cost, these roles and groups are denied to start
    anything new, by itself (AUTOMATIC) or when a person approves (MANUAL).
  EOT
  type = object({
    monthly_usd = number
    actual      = optional(set(number), [50, 80, 100])
    forecast    = optional(set(number), [100])
    tag         = optional(object({ key = string, value = string }))
    freeze = optional(object({
      approval = optional(string, "MANUAL")
      groups   = optional(set(string), [])
      percent  = optional(number, 100)
      roles    = optional(set(string), [])
    }))
  })
  default = null
  validation {
    condition     = var.budget == null ? true : var.budget.monthly_usd > 0
    error_message = "A budget is above 0 USD."
  }
  validation {
    condition = var.budget == null ? true : (
      length(var.budget.actual) + length(var.budget.forecast) >= 1 &&
      length(var.budget.actual) + length(var.budget.forecast) <= 5
    )
    error_message = "A budget has one to five thresholds, actual and forecast together."
  }
  validation {
    condition     = var.budget == null ? true : length(var.subscribers.addresses) > 0 || var.subscribers.topic != null
    error_message = "A budget that nobody hears of: subscribers needs addresses or a topic."
  }
  validation {
    condition = try(var.budget.freeze, null) == null ? true : (
      contains(["AUTOMATIC", "MANUAL"], var.budget.freeze.approval) &&
      length(var.budget.freeze.roles) + length(var.budget.freeze.groups) > 0 &&
      length(var.subscribers.addresses) > 0
    )
    error_message = "freeze names roles or groups; approval is MANUAL or AUTOMATIC; and AWS writes to an address of subscribers about it."
  }
}

variable "categories" {
  description = <<-EOT
    Cost categories, by name; only for an account. inherit: a tag whose value
    is the category's value. values: by value, the tag and its values that
    belong to it; they come first. default: what nothing else fits.
  EOT
  type = map(object({
    default = optional(string)
    inherit = optional(string)
    values  = optional(map(object({ key = string, values = list(string) })), {})
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for category in var.categories : category.inherit != null || length(category.values) > 0
    ])
    error_message = "A cost category has values or inherits a tag."
  }
}

variable "export" {
  description = <<-EOT
    Export of the bill, line by line, every day (CUR 2.0, Parquet) into a
    bucket made here; null is off. Only for an account, in us-east-1.
    expire_days: how long it is kept. suffix makes the bucket's name, which
    is one for the world, your own. disposable: the bucket goes with what is
    in it.
  EOT
  type = object({
    disposable  = optional(bool, false)
    expire_days = optional(number, 800)
    granularity = optional(string, "DAILY")
    logs_bucket = optional(string)
    suffix      = optional(string)
  })
  default = null
  validation {
    condition     = var.export == null ? true : contains(["DAILY", "HOURLY", "MONTHLY"], var.export.granularity)
    error_message = "granularity is HOURLY, DAILY or MONTHLY."
  }
  validation {
    condition     = var.export == null ? true : var.export.expire_days >= 180
    error_message = "Kept for less than 180 days, an export cannot compare two quarters."
  }
}

variable "optimization" {
  description = "Enrols the account in Compute Optimizer and Cost Optimization Hub; null is off."
  type        = object({ include_member_accounts = optional(bool, false) })
  default     = null
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

variable "subscribers" {
  description = <<-EOT
    Who hears of budgets and anomalies: mail addresses, and one topic. The
    topic's policy must let budgets.amazonaws.com and
    costalerts.amazonaws.com publish, and its key must serve both.
  EOT
  type = object({
    addresses = optional(set(string), [])
    topic     = optional(object({ arn = string }))
  })
  default  = {}
  nullable = false
  validation {
    condition = length(var.subscribers.addresses) <= 10 && alltrue([
      for address in var.subscribers.addresses : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", address))
    ])
    error_message = "addresses are up to ten mail addresses."
  }
}

variable "tags" {
  description = "Tags of everything made here, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
