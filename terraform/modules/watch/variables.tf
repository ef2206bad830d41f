variable "application_signals" {
  description = "Whether CloudWatch Application Signals looks for services in this region."
  type        = bool
  default     = false
  nullable    = false
}

variable "charges_usd" {
  description = "Charges of the account in a month, in USD, above which the morning topic hears; us-east-1 only. null is off."
  type        = number
  default     = null
  validation {
    condition     = var.charges_usd == null ? true : var.charges_usd > 0
    error_message = "charges_usd is more than 0 USD; null is off."
  }
}

variable "dashboard" {
  description = "Name of the dashboard that the lamp's description sends people to."
  type        = string
  nullable    = false
}

variable "forward" {
  description = <<-EOT
    Events of this region that another one's bus gets, by the end of their
    rules' names (<function>-<event>): pattern is EventBridge's, as JSON; null
    is off. permissions_boundary_arn caps the role that hands them over.
  EOT
  type = object({
    bus_arn                  = string
    permissions_boundary_arn = optional(string)
    rules = map(object({
      description = string
      pattern     = string
    }))
  })
  default = null
  validation {
    condition     = var.forward == null ? true : can(regex("^arn:aws[a-z-]*:events:[a-z0-9-]+:[0-9]{12}:event-bus/[^/]+$", var.forward.bus_arn))
    error_message = "forward.bus_arn is the ARN of an event bus."
  }
  validation {
    condition     = var.forward == null ? true : length(var.forward.rules) > 0
    error_message = "forward.rules is not empty: null forwards nothing."
  }
  validation {
    condition = alltrue([
      for rule in try(var.forward.rules, {}) : try(length(jsondecode(rule.pattern).source) > 0, false)
    ])
    error_message = "A pattern is JSON and names its sources: without them a whole region's events would be handed over."
  }
  validation {
    condition     = alltrue([for rule in try(var.forward.rules, {}) : !can(regex("[$][{]", rule.pattern))])
    error_message = "A pattern that is forwarded has no placeholder: it stands for all environments of the account."
  }
}

variable "health" {
  description = <<-EOT
    AWS Health's events to the morning topic; null is off. `regions`: of those
    regions alone (\"global\" is those of no region); null is all that AWS
    delivers here, without `except`.
  EOT
  type = object({
    categories = optional(set(string), ["accountNotification", "investigation", "issue", "scheduledChange"])
    except     = optional(set(string), [])
    regions    = optional(set(string))
  })
  default = {}
  validation {
    condition = var.health == null ? true : length(var.health.categories) > 0 && length(setsubtract(
      var.health.categories, ["accountNotification", "investigation", "issue", "scheduledChange"]
    )) == 0
    error_message = "Categories of AWS Health are accountNotification, investigation, issue and scheduledChange."
  }
}

variable "key_deletion_days" {
  description = "Days that the keys wait before they are deleted, 7 to 30."
  type        = number
  default     = 30
  nullable    = false
  validation {
    condition     = var.key_deletion_days >= 7 && var.key_deletion_days <= 30
    error_message = "KMS waits 7 to 30 days."
  }
}

variable "lamps" {
  description = "Names of the environments' urgent composite alarms in this region and account, by environment; empty is no lamp."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "link" {
  description = "Sink of the account that watches this one, in this region, and what it sees; null is none."
  type = object({
    sink_arn       = string
    resource_types = optional(set(string), ["AWS::CloudWatch::Metric", "AWS::Logs::LogGroup", "AWS::XRay::Trace"])
  })
  default = null
  validation {
    condition     = var.link == null ? true : can(regex("^arn:aws[a-z-]*:oam:[a-z0-9-]+:[0-9]{12}:sink/.+$", var.link.sink_arn))
    error_message = "link.sink_arn is the ARN of a sink, as the watching account's output sinks has it."
  }
}

variable "prefix" {
  description = "First part of every name: {project}-shared."
  type        = string
  nullable    = false
}

variable "publishers" {
  description = "AWS services that may publish to the morning topic, beside alarms and rules."
  type        = set(string)
  default     = []
  nullable    = false
  validation {
    condition     = length(setsubtract(var.publishers, ["budgets.amazonaws.com", "costalerts.amazonaws.com"])) == 0
    error_message = "Publishers are budgets.amazonaws.com and costalerts.amazonaws.com: both name the account that they publish for."
  }
}

variable "sink" {
  description = "Accounts that this one may watch in this region, and what of them; null is none."
  type = object({
    accounts       = set(string)
    resource_types = optional(set(string), ["AWS::CloudWatch::Metric", "AWS::Logs::LogGroup", "AWS::XRay::Trace"])
  })
  default = null
  validation {
    condition     = var.sink == null ? true : length(var.sink.accounts) > 0 && alltrue([for account in var.sink.accounts : can(regex("^[0-9]{12}$", account))])
    error_message = "A sink is for accounts, each of 12 digits."
  }
}

variable "subscriptions" {
  description = "Who hears what, by name: `urgent` calls, `morning` is read."
  type = map(object({
    endpoint = string
    severity = string
    protocol = optional(string, "email")
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for subscription in var.subscriptions :
      contains(["email", "email-json", "https", "lambda", "sms", "sqs"], subscription.protocol) && contains(["morning", "urgent"], subscription.severity)
    ])
    error_message = "A subscription's protocol is email, email-json, https, lambda, sms or sqs, its severity morning or urgent."
  }
}

variable "tags" {
  description = "Tags of everything made here, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "trace_encryption" {
  description = "How X-Ray encrypts traces in this region: default (its own key), own-key (one made here); null leaves it as it is."
  type        = string
  default     = null
  validation {
    condition     = var.trace_encryption == null ? true : contains(["default", "own-key"], var.trace_encryption)
    error_message = "trace_encryption is default or own-key; null leaves it as it is."
  }
}
