variable "application_signals" {
  description = "Whether CloudWatch Application Signals looks for services where environments are."
  type        = bool
  default     = false
  nullable    = false
}

variable "charges_usd" {
  description = "Charges of the account in a month, in USD, above which the morning topic hears; null is off."
  type        = number
  default     = null
}

variable "environments" {
  description = <<-EOT
    Environments that stand, by code (dev, staging, prod): where, in which
    account (null is this one), what they may cost in a month, whether they
    have a dashboard of their own, and which of their composite alarms there are.
  EOT
  type = map(object({
    account_id = optional(string)
    budget_usd = optional(number)
    dashboard  = optional(bool, true)
    lamps      = optional(set(string), ["morning", "urgent"])
    region     = optional(string, "us-east-1")
  }))
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for code in keys(var.environments) : can(regex("^[a-z][a-z0-9]*$", code)) && code != "shared"])
    error_message = "An environment's code is lower-case letters and digits, a letter first; `shared` is none."
  }
  validation {
    condition     = alltrue([for environment in var.environments : contains(concat(["us-east-1"], compact(values(var.regions))), environment.region)])
    error_message = "An environment's region is us-east-1 or one of `regions`: a region that nobody watches has no lamp."
  }
  validation {
    condition     = alltrue([for environment in var.environments : environment.account_id == null ? true : can(regex("^[0-9]{12}$", environment.account_id))])
    error_message = "An account_id has 12 digits; null is this account."
  }
  validation {
    condition     = alltrue([for environment in var.environments : length(setsubtract(environment.lamps, ["morning", "urgent"])) == 0])
    error_message = "Lamps are morning and urgent."
  }
  validation {
    condition     = alltrue([for environment in var.environments : environment.budget_usd == null ? true : environment.budget_usd > 0])
    error_message = "A budget_usd is more than 0 USD; null is none."
  }
}

variable "forward" {
  description = <<-EOT
    Events that functions wait for in us-east-1 and that happen in the other
    regions, handed to us-east-1's bus: those whose manifest says so
    ("regions": "all"). null is off. functions: of these folders alone; null is
    every folder that has a manifest. permissions_boundary_arn caps the roles
    that hand them over.
  EOT
  type = object({
    functions                = optional(set(string))
    permissions_boundary_arn = optional(string)
  })
  default = {}
  validation {
    condition = alltrue([
      for name in try(coalesce(var.forward.functions, []), []) : fileexists("${var.functions_dir}/${name}/function.json")
    ])
    error_message = "Every function in forward.functions has a folder with a function.json in functions_dir."
  }
}

variable "functions_dir" {
  description = "Folder with the functions' manifests."
  type        = string
  default     = "../../../functions"
  nullable    = false
  validation {
    condition     = length(fileset(var.functions_dir, "*/function.json")) > 0
    error_message = "There is no function.json one level below functions_dir."
  }
}

variable "health" {
  description = "What AWS says of its services and this account's resources, to the morning topics: the categories that are heard; null is off."
  type = object({
    categories = optional(set(string), ["accountNotification", "investigation", "issue", "scheduledChange"])
  })
  default = {}
}

variable "key_deletion_days" {
  description = "Days that the keys wait before they are deleted, 7 to 30."
  type        = number
  default     = 30
  nullable    = false
}

variable "links" {
  description = "In an account that is watched by another one: that account's sinks (its output sinks) by region, and what it sees; empty is none."
  type = map(object({
    sink_arn       = string
    resource_types = optional(set(string), ["AWS::CloudWatch::Metric", "AWS::Logs::LogGroup", "AWS::XRay::Trace"])
  }))
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for region, link in var.links : try(split(":", link.sink_arn)[3], null) == region])
    error_message = "A link is to a sink of its own region: the keys of `links` are the sinks' regions."
  }
  validation {
    condition     = alltrue([for region in keys(var.links) : contains(concat(["us-east-1"], compact(values(var.regions))), region)])
    error_message = "A link is in us-east-1 or one of `regions`."
  }
}

variable "observability" {
  description = "Metrics, logs and traces of other accounts seen from here; null is off. Accounts of environments are seen without being named."
  type = object({
    accounts       = optional(set(string), [])
    resource_types = optional(set(string), ["AWS::CloudWatch::Metric", "AWS::Logs::LogGroup", "AWS::XRay::Trace"])
  })
  default = null
}

variable "project" {
  description = "First part of every name."
  type        = string
  default     = "personal-timeline"
  nullable    = false
}

variable "regions" {
  description = "Regions that are watched beside us-east-1: where production fails over to, and where locked copies lie. One that is left out is not watched."
  type = object({
    dr        = optional(string)
    secondary = optional(string)
  })
  default = {
    dr        = "eu-west-1"
    secondary = "us-west-2"
  }
  nullable = false
  validation {
    condition     = length(toset(concat(["us-east-1"], compact(values(var.regions))))) == 1 + length(compact(values(var.regions)))
    error_message = "us-east-1 and the other regions are each another one."
  }
}

variable "subscriptions" {
  description = "Who hears what, in every region, by name: `urgent` calls, `morning` is read. Each mail address has to confirm, once for every region."
  type = map(object({
    endpoint = string
    severity = string
    protocol = optional(string, "email")
  }))
  default  = {}
  nullable = false
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

variable "trace_encryption" {
  description = "How X-Ray encrypts traces in every region: default (its own key), own-key (one made here); null leaves it as it is."
  type        = string
  default     = null
}
