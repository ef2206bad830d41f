variable "bucket_suffix" {
  description = "Last part of the buckets' names, which are taken once in the world; null for none."
  type        = string
  default     = null
  validation {
    condition     = var.bucket_suffix == null ? true : can(regex("^[a-z0-9]([a-z0-9-]{0,14}[a-z0-9])?$", var.bucket_suffix))
    error_message = "The suffix is 1 to 16 lower-case letters, digits and hyphens."
  }
}

variable "ci" {
  description = <<-EOT
    Pipelines that plan and apply Terraform, word for word as the issuer names
    them; null for none. `plan_subjects` may read everything but data,
    `apply_subjects` may do everything but what is here.
  EOT
  type = object({
    apply_subjects = list(string)
    plan_subjects  = list(string)
    audience       = optional(string, "sts.amazonaws.com")
    provider_url   = optional(string, "https://token.actions.githubusercontent.com")
  })
  default = null
  validation {
    condition = var.ci == null ? true : alltrue([
      for subjects in [var.ci.apply_subjects, var.ci.plan_subjects] :
      length(subjects) > 0 && alltrue([for subject in subjects : can(regex("^[^*?\\s]{3,}$", subject))])
    ])
    error_message = "A subject is a pipeline word for word, like repo:owner/name:pull_request: a wildcard would let others in."
  }
  validation {
    condition     = var.ci == null ? true : length(setintersection(var.ci.apply_subjects, var.ci.plan_subjects)) == 0
    error_message = "A pipeline that may apply has no need of the role that plans, and a pull request none of the role that applies."
  }
  validation {
    condition     = var.ci == null ? true : can(regex("^https://[a-z0-9.-]+(/[A-Za-z0-9._/-]+)?$", var.ci.provider_url))
    error_message = "provider_url is the issuer's https address."
  }
}

variable "log_retention_days" {
  description = "Days that the access logs of the state bucket are kept."
  type        = number
  default     = 400
  nullable    = false
  validation {
    condition     = var.log_retention_days >= 90
    error_message = "Access logs of the state are kept 90 days at least."
  }
}

variable "project" {
  description = "First part of every name."
  type        = string
  default     = "personal-timeline"
  nullable    = false
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.project))
    error_message = "The project is 2 to 32 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "region" {
  description = "Region of the state."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "state_versions" {
  description = "Old versions of a state that are kept however old they are, and days that all of them are."
  type = object({
    days  = optional(number, 180)
    count = optional(number, 50)
  })
  default  = {}
  nullable = false
  validation {
    condition     = var.state_versions.days >= 30 && var.state_versions.count >= 1 && var.state_versions.count <= 100
    error_message = "Old states are kept 30 days at least, and 1 to 100 of them for longer."
  }
}

variable "tags" {
  description = "Tags of everything made here, beside Project, Environment and ManagedBy."
  type        = map(string)
  default     = {}
  nullable    = false
}
