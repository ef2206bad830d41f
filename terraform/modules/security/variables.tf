variable "boundary" {
  description = <<-EOT
    The permissions boundary of the environment's roles; null for none.
    `regions`: those in which they may act. `others`: boundaries that may stand
    in its place, by their names behind the prefix. `shared`: values of the tag
    Environment whose resources they may use beside their own.
  EOT
  type = object({
    regions = list(string)
    others  = optional(list(string), ["operations-boundary"])
    shared  = optional(list(string), ["shared"])
  })
  default = null
  validation {
    condition = var.boundary == null ? true : length(var.boundary.regions) > 0 && alltrue([
      for region in var.boundary.regions : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))
    ])
    error_message = "The boundary names the regions in which roles may act, like us-east-1; one at least."
  }
  validation {
    condition     = var.boundary == null ? true : alltrue([for name in var.boundary.others : can(regex("^[a-z][a-z0-9-]*boundary$", name))])
    error_message = "Other boundaries are named in full and end in \"boundary\", like operations-boundary: no wildcard."
  }
}

variable "certificates" {
  description = "Certificates by key, validated by records in the hosted zone. Empty: none."
  type = map(object({
    domain            = string
    zone_id           = string
    alternative_names = optional(list(string), [])
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue(flatten([
      for certificate in var.certificates : [
        for name in concat([certificate.domain], certificate.alternative_names) :
        can(regex("^(\\*\\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", name))
      ]
    ]))
    error_message = "A certificate's names are domain names in lower case, with at most one * in front."
  }
}

variable "ci" {
  description = <<-EOT
    The role of this environment's continuous integration; null for none.
    `subjects` are the pipelines that may take it on, word for word. What they
    may do is in `statements`, and in `policies`: ARNs by a name of your own.
  EOT
  type = object({
    subjects     = list(string)
    audience     = optional(string, "sts.amazonaws.com")
    policies     = optional(map(string), {})
    provider_url = optional(string, "https://token.actions.githubusercontent.com")
    statements = optional(map(object({
      actions    = list(string)
      resources  = list(string)
      conditions = optional(map(map(list(string))), {})
    })), {})
  })
  default = null
  validation {
    condition = var.ci == null ? true : length(var.ci.subjects) > 0 && alltrue([
      for subject in var.ci.subjects : can(regex("^[^*?\\s]{3,}$", subject))
    ])
    error_message = "A subject is a pipeline word for word, like repo:owner/name:ref:refs/heads/main: a wildcard would let others in."
  }
  validation {
    condition     = var.ci == null ? true : can(regex("^https://[a-z0-9.-]+(/[A-Za-z0-9._/-]+)?$", var.ci.provider_url))
    error_message = "provider_url is the https address of the issuer, as it is registered."
  }
  validation {
    condition     = var.ci == null ? true : length(var.ci.statements) + length(var.ci.policies) > 0
    error_message = "A role of continuous integration that may do nothing is none: give it statements or policies."
  }
}

variable "key_deletion_days" {
  description = "Days that a key waits before it is deleted, 7 to 30."
  type        = number
  default     = 30
  nullable    = false
  validation {
    condition     = var.key_deletion_days >= 7 && var.key_deletion_days <= 30
    error_message = "KMS waits 7 to 30 days."
  }
}

variable "keys" {
  description = <<-EOT
    Keys by class of data (clusters, databases, storage, logs, backups ...).
    `services`: AWS services that use the key by themselves.
    `log_group_prefixes`: log groups that are encrypted with it. `replicas`:
    secondary, dr. The first replica makes a key of several regions, and AWS
    makes that choice only once: adding it later replaces the key, and what the
    old one encrypted is lost with it after the waiting time.
  EOT
  type = map(object({
    log_group_prefixes = optional(list(string), [])
    replicas           = optional(set(string), [])
    services           = optional(list(string), [])
  }))
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for class in keys(var.keys) : can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", class))])
    error_message = "A class of data is lower-case letters, digits and single hyphens, a letter first."
  }
  validation {
    condition     = alltrue([for key in var.keys : length(setsubtract(key.replicas, ["dr", "secondary"])) == 0])
    error_message = "Replicas of a key are made in secondary and dr."
  }
  validation {
    condition     = alltrue([for key in var.keys : length(setsubtract(key.services, keys(local.key_services))) == 0])
    error_message = "Services that use a key by themselves are ${join(", ", keys(local.key_services))}. Others act with their caller's rights; if one does not, add it in key-policies.tf."
  }
  validation {
    condition = alltrue(flatten([
      for key in var.keys : [for prefix in key.log_group_prefixes : can(regex("^[A-Za-z0-9_/.#-]{3,}$", prefix))]
    ]))
    error_message = "A prefix of log groups is their name's beginning, like /aws/eks/personal-timeline-dev-: no wildcard, and not everything."
  }
}

variable "mfa" {
  description = "A group whose members can do nothing without a second factor, by its name behind the prefix; null for none."
  type = object({
    group = optional(string, "people")
  })
  default = null
}

variable "parameters" {
  description = <<-EOT
    Secrets in Parameter Store, by their name behind /{project}/{environment}/,
    encrypted with the key of the class `key`. With `generate` they are random
    and made anew when `version` is raised; without it people put the value.
  EOT
  type = map(object({
    description = string
    key         = string
    generate = optional(object({
      exclude = optional(string, "\"'/@\\ ")
      length  = optional(number, 32)
      version = optional(number, 1)
    }))
  }))
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for name in keys(var.parameters) : can(regex("^[a-z][a-z0-9-]*(/[a-z0-9-]+)*$", name))])
    error_message = "A parameter's name is lower-case words with hyphens, in levels by slashes, no slash in front."
  }
  validation {
    condition     = alltrue([for parameter in var.parameters : contains(keys(var.keys), parameter.key)])
    error_message = "A parameter's key is one of the classes in keys."
  }
  validation {
    condition     = alltrue([for parameter in var.parameters : try(parameter.generate.length, 32) >= 16])
    error_message = "A generated value has 16 characters at least."
  }
}

variable "people" {
  description = <<-EOT
    Roles for people: administrator (everything inside the boundary), developer
    (sees, opens sessions and clusters), reader (sees). `principals`: who may
    take it on, as ARNs. `mfa_minutes`: how old the second factor may be.
    `policies`: ARNs of further policies, by a name of your own.
  EOT
  type = map(object({
    principals    = list(string)
    mfa_minutes   = optional(number, 60)
    policies      = optional(map(string), {})
    session_hours = optional(number, 1)
  }))
  default  = {}
  nullable = false
  validation {
    condition     = length(setsubtract(keys(var.people), ["administrator", "developer", "reader"])) == 0
    error_message = "People are administrator, developer or reader."
  }
  validation {
    condition = alltrue([
      for person in var.people : length(person.principals) > 0 && alltrue([
        for principal in person.principals :
        can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(root|(user|role)/[^*]+)$", principal))
      ])
    ])
    error_message = "Principals are ARNs of an account's root, of users or of roles, one at least and without wildcards."
  }
  validation {
    condition     = alltrue([for person in var.people : person.session_hours >= 1 && person.session_hours <= 4])
    error_message = "A session lasts 1 to 4 hours."
  }
  validation {
    condition     = alltrue([for person in var.people : person.mfa_minutes >= 5 && person.mfa_minutes <= 720])
    error_message = "A second factor is 5 to 720 minutes old at most."
  }
}

variable "prefix" {
  description = "First part of every name: {project}-{environment}."
  type        = string
  nullable    = false
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*-[a-z0-9]+$", var.prefix))
    error_message = "The prefix is {project}-{environment} in lower case, like personal-timeline-dev."
  }
}

variable "secrets" {
  description = <<-EOT
    Random secrets in Secrets Manager by key, encrypted with the key of the
    class `key`, made anew when `version` is raised. With a `username` the
    secret is JSON with username and password.
  EOT
  type = map(object({
    description   = string
    key           = string
    exclude       = optional(string, "\"'/@\\ ")
    length        = optional(number, 32)
    recovery_days = optional(number, 30)
    username      = optional(string)
    version       = optional(number, 1)
  }))
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for key in keys(var.secrets) : can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", key))])
    error_message = "A secret's key is lower-case letters, digits and single hyphens, a letter first."
  }
  validation {
    condition     = alltrue([for secret in var.secrets : contains(keys(var.keys), secret.key)])
    error_message = "A secret's key is one of the classes in keys."
  }
  validation {
    condition     = alltrue([for secret in var.secrets : secret.length >= 16])
    error_message = "A secret has 16 characters at least."
  }
  validation {
    condition     = alltrue([for secret in var.secrets : secret.recovery_days == 0 || (secret.recovery_days >= 7 && secret.recovery_days <= 30)])
    error_message = "A deleted secret can be brought back for 7 to 30 days, or not at all (0)."
  }
}

variable "tags" {
  description = "Tags of everything made here, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
