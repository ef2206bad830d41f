variable "alarm_subscriptions" {
  description = <<-EOT
    Who hears of alarms about the functions themselves, by name. Mail and
    pagers, not Slack through notify: these alarms also watch notify.
  EOT
  type = map(object({
    endpoint = string
    protocol = optional(string, "email")
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for subscription in var.alarm_subscriptions : contains(
        ["email", "email-json", "https", "sms", "sqs"], subscription.protocol
      )
    ])
    error_message = "A subscription's protocol is email, email-json, https, sms or sqs."
  }
}

variable "architecture" {
  description = "Processor of all functions: arm64 or x86_64. The packages must be built for it."
  type        = string
  default     = "arm64"
  nullable    = false
  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "The architecture is arm64 or x86_64."
  }
}

variable "environment" {
  description = "Code of the environment: dev, staging, prod, or a preview's own."
  type        = string
  nullable    = false
  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,15}$", var.environment))
    error_message = "The environment's code is 2 to 16 lower-case letters and digits, a letter first."
  }
}

variable "environment_tag" {
  description = "Tag that carries the environment's code on every resource."
  type        = string
  default     = "Environment"
  nullable    = false
  validation {
    condition     = can(regex("^[A-Za-z0-9_.:/=+@-]{1,128}$", var.environment_tag))
    error_message = "The environment tag is a legal tag key without spaces."
  }
}

variable "functions" {
  description = "Names of the functions to deploy; null deploys every folder that has a manifest."
  type        = set(string)
  default     = null
  validation {
    condition = var.functions == null ? true : alltrue([
      for name in var.functions : fileexists("${var.functions_dir}/${name}/function.json")
    ])
    error_message = "Every function to deploy has a folder with a function.json in functions_dir."
  }
}

variable "functions_dir" {
  description = "Folder that holds one folder per function, each with its manifest function.json."
  type        = string
  nullable    = false
  validation {
    condition     = length(fileset(var.functions_dir, "*/function.json")) > 0
    error_message = "There is no function.json one level below functions_dir."
  }
}

variable "key_deletion_days" {
  description = "Days that the key waits before it is deleted, 7 to 30."
  type        = number
  default     = 30
  nullable    = false
  validation {
    condition     = var.key_deletion_days >= 7 && var.key_deletion_days <= 30
    error_message = "A key waits 7 to 30 days."
  }
}

variable "ledger" {
  description = "The table in which functions write down what they are about to change."
  type = object({
    deletion_protection = optional(bool, true)
  })
  default  = {}
  nullable = false
}

variable "log_level" {
  description = "Least severe level that the functions log."
  type        = string
  default     = "INFO"
  nullable    = false
  validation {
    condition = contains(
      ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"], var.log_level
    )
    error_message = "The log level is TRACE, DEBUG, INFO, WARN, ERROR or FATAL."
  }
}

variable "log_retention_days" {
  description = "Days that the functions' logs are kept; one of CloudWatch's steps."
  type        = number
  default     = 30
  nullable    = false
  validation {
    condition = contains([
      1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096,
      1827, 2192, 2557, 2922, 3288, 3653,
    ], var.log_retention_days)
    error_message = "CloudWatch keeps logs 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 days, or longer steps."
  }
}

variable "overrides" {
  description = "What this environment wants different from a manifest, by function and schedule."
  type = map(object({
    environment          = optional(map(string), {})
    memory_mb            = optional(number)
    reserved_concurrency = optional(number)
    timeout_seconds      = optional(number)
    schedules = optional(map(object({
      enabled    = optional(bool)
      expression = optional(string)
      timezone   = optional(string)
    })), {})
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for name in keys(var.overrides) : fileexists("${var.functions_dir}/${name}/function.json")
    ])
    error_message = "Overrides name functions that have a folder in functions_dir."
  }
}

variable "packages_dir" {
  description = "Folder with <function>/bootstrap.zip, as cargo-lambda leaves it: target/lambda."
  type        = string
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "Policy that caps every role made here; null makes the module's own."
  type        = string
  default     = null
}

variable "project" {
  description = "Name of the project, the first part of every name."
  type        = string
  nullable    = false
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.project))
    error_message = "The project's name is 3 to 32 lower-case letters, digits and hyphens."
  }
}

variable "tags" {
  description = "Tags of everything made here, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
