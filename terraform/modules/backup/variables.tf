variable "copy_regions" {
  description = <<-EOT
    The other regions that have a vault: secondary, dr. Kept apart from the
    copies of the rules, so that a rule that copies no more does not take the
    vault with the old copies away.
  EOT
  type        = set(string)
  default     = []
  nullable    = false
  validation {
    condition     = length(setsubtract(var.copy_regions, ["dr", "secondary"])) == 0
    error_message = "copy_regions knows secondary and dr."
  }
}

variable "deleters" {
  description = "ARNs of the roles that may delete recovery points or shorten their life by hand; AWS Backup itself may always end them as planned. Wildcards as in ArnLike."
  type        = set(string)
  default     = []
  nullable    = false
  validation {
    condition = alltrue([
      for arn in var.deleters : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/.+$", arn))
    ])
    error_message = "A deleter is the ARN of a role or a user of one account."
  }
}

variable "disposable" {
  description = "Whether vaults are deleted together with what is in them: for previews and for development."
  type        = bool
  default     = false
  nullable    = false
}

variable "dr_key_arn" {
  description = "Key of the vault in the DR region; needed where copy_regions names dr."
  type        = string
  default     = null
}

variable "framework" {
  description = <<-EOT
    Audit framework: AWS Config judges the controls, so its recorder must run
    in the primary region. null is off; no controls takes the set in
    audit.tf. By the control's name, such as
    BACKUP_RECOVERY_POINT_ENCRYPTED.
  EOT
  type = object({
    controls = optional(map(object({
      parameters     = optional(map(string), {})
      resource_types = optional(set(string), [])
    })))
  })
  default = null
}

variable "key_arn" {
  description = "Key of the vault in the primary region."
  type        = string
  nullable    = false
}

variable "lock" {
  description = <<-EOT
    Vault lock; null is off. Under governance, who holds the permission may
    take the lock away again. Under compliance nobody can, AWS included, once
    grace_days are over: the vault then lives as long as its longest backup.
    regions: which vaults; none: all that there are.
  EOT
  type = object({
    consent            = optional(string)
    grace_days         = optional(number, 14)
    max_retention_days = optional(number, 3650)
    min_retention_days = optional(number, 1)
    mode               = optional(string, "governance")
    regions            = optional(set(string), [])
  })
  default = null
  validation {
    condition     = var.lock == null ? true : contains(["compliance", "governance"], var.lock.mode)
    error_message = "A lock's mode is governance or compliance."
  }
  validation {
    condition = try(var.lock.mode, null) != "compliance" ? true : (
      try(var.lock.consent, null) == local.compliance_consent
    )
    error_message = "A compliance lock can never be undone. It takes consent = \"${local.compliance_consent}\"."
  }
  validation {
    condition = var.lock == null ? true : (
      var.lock.grace_days >= 3 && var.lock.grace_days <= 36500 &&
      var.lock.min_retention_days >= 1 && var.lock.max_retention_days <= 36500 &&
      var.lock.min_retention_days <= var.lock.max_retention_days
    )
    error_message = "AWS gives at least 3 days of grace; retention is 1 to 36500 days, the minimum not above the maximum."
  }
  validation {
    condition = var.lock == null ? true : (
      length(setsubtract(var.lock.regions, setunion(["primary"], var.copy_regions))) == 0
    )
    error_message = "lock.regions names a region without a vault: primary, or one of copy_regions."
  }
  # A job whose retention the lock does not allow fails at night, not at plan
  # time.
  validation {
    condition = var.lock == null ? true : alltrue(flatten([
      for plan in var.plans : [
        for rule in plan.rules : [
          for lifecycle in concat(
            [{ region = "primary", days = rule.delete_after }],
            [for region, copy in rule.copies : { region = region, days = coalesce(copy.delete_after, rule.delete_after) }],
          ) :
          lifecycle.days >= var.lock.min_retention_days && lifecycle.days <= var.lock.max_retention_days
          if length(var.lock.regions) == 0 || contains(var.lock.regions, lifecycle.region)
        ]
      ]
    ]))
    error_message = "A rule or a copy keeps its backups shorter or longer than the lock of its vault allows."
  }
}

variable "notifications" {
  description = <<-EOT
    Topic that hears of failed jobs, in the primary region; null is off. Its
    policy must let events.amazonaws.com and backup.amazonaws.com publish, and
    its key must serve both.
  EOT
  type        = object({ topic_arn = string })
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Cap of the roles; null is none."
  type        = string
  default     = null
}

variable "plans" {
  description = <<-EOT
    Backup plans. A resource takes part by its tag Backup = the plan's key and
    by scope_tags. A rule's schedule is an AWS expression in its timezone;
    what is kept longer than a month in the cold moves there after cold_after
    days, and AWS demands at least 90 more. continuous: restore to any second
    of at most 35 days, where the resource can. copies: by region, secondary
    or dr, with a life of their own; what is left out is as in the rule.
    windows_vss: application-consistent backups of Windows instances.
  EOT
  type = map(object({
    windows_vss = optional(bool, false)
    rules = map(object({
      delete_after              = number
      schedule                  = string
      cold_after                = optional(number)
      completion_window_minutes = optional(number, 720)
      continuous                = optional(bool, false)
      start_window_minutes      = optional(number, 60)
      tags                      = optional(map(string), {})
      timezone                  = optional(string, "Etc/UTC")
      copies = optional(map(object({
        cold_after   = optional(number)
        delete_after = optional(number)
      })), {})
    }))
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for name in concat(keys(var.plans), flatten([for plan in var.plans : keys(plan.rules)])) :
      can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", name)) && length(name) <= 20
    ])
    error_message = "A plan's and a rule's key is up to 20 lower-case letters, digits and single hyphens, a letter first."
  }
  validation {
    condition     = alltrue([for plan in var.plans : length(plan.rules) > 0])
    error_message = "A plan without a rule backs nothing up."
  }
  validation {
    condition = alltrue(flatten([
      for plan in var.plans : [
        for rule in plan.rules : can(regex("^(cron|rate)\\(.+\\)$", rule.schedule))
      ]
    ]))
    error_message = "A schedule is cron(...) or rate(...)."
  }
  validation {
    condition = alltrue(flatten([
      for plan in var.plans : [
        for rule in plan.rules :
        rule.start_window_minutes >= 60 && rule.completion_window_minutes >= rule.start_window_minutes + 60
      ]
    ]))
    error_message = "A job gets at least 60 minutes to start, and must complete at least 60 minutes later than that."
  }
  validation {
    condition = alltrue(flatten([
      for plan in var.plans : [
        for rule in plan.rules : rule.delete_after >= 1 && rule.delete_after <= 36500
      ]
    ]))
    error_message = "delete_after is 1 to 36500 days; nothing is kept for ever."
  }
  validation {
    condition = alltrue(flatten([
      for plan in var.plans : [
        for rule in plan.rules : [
          for lifecycle in concat(
            [{ cold_after = rule.cold_after, delete_after = rule.delete_after }],
            [
              for copy in rule.copies : {
                cold_after   = copy.cold_after
                delete_after = coalesce(copy.delete_after, rule.delete_after)
              }
            ],
            ) : lifecycle.cold_after == null ? true : (
            lifecycle.cold_after >= 1 && lifecycle.delete_after >= lifecycle.cold_after + 90
          )
        ]
      ]
    ]))
    error_message = "Cold storage is paid for 90 days at least: delete_after must be cold_after + 90 or more."
  }
  validation {
    condition = alltrue(flatten([
      for plan in var.plans : [
        for rule in plan.rules :
        !rule.continuous || (rule.delete_after <= 35 && rule.cold_after == null)
      ]
    ]))
    error_message = "A continuous backup reaches back 35 days at most and has no cold storage."
  }
  validation {
    condition = alltrue(flatten([
      for plan in var.plans : [
        for rule in plan.rules : [
          for region in keys(rule.copies) : contains(var.copy_regions, region)
        ]
      ]
    ]))
    error_message = "A rule copies to a region without a vault; name it in copy_regions."
  }
}

variable "prefix" {
  description = "First part of every name: {project}-{environment}."
  type        = string
  nullable    = false
  validation {
    condition     = length("${var.prefix}-backup-vault") <= 50
    error_message = "The vaults' name \"${var.prefix}-backup-vault\" has ${length("${var.prefix}-backup-vault")} characters; AWS Backup takes 50. Shorten the project's name."
  }
}

variable "reports" {
  description = <<-EOT
    Daily reports into a bucket of the primary region; null is off. The
    bucket's policy must let AWSServiceRoleForBackupReports write.
  EOT
  type = object({
    bucket     = string
    key_prefix = optional(string, "backup-reports")
    formats    = optional(set(string), ["CSV"])
    templates  = optional(set(string), ["BACKUP_JOB_REPORT", "COPY_JOB_REPORT", "RESTORE_JOB_REPORT"])
  })
  default = null
  validation {
    condition = var.reports == null ? true : length(setsubtract(var.reports.templates, [
      "BACKUP_JOB_REPORT", "CONTROL_COMPLIANCE_REPORT", "COPY_JOB_REPORT",
      "RESOURCE_COMPLIANCE_REPORT", "RESTORE_JOB_REPORT",
    ])) == 0
    error_message = "A report's template is BACKUP_JOB_REPORT, COPY_JOB_REPORT, RESTORE_JOB_REPORT, CONTROL_COMPLIANCE_REPORT or RESOURCE_COMPLIANCE_REPORT."
  }
  validation {
    condition = var.reports == null ? true : (
      var.framework != null || alltrue([for template in var.reports.templates : !endswith(template, "COMPLIANCE_REPORT")])
    )
    error_message = "A compliance report needs a framework to report on."
  }
}

variable "restore_tests" {
  description = <<-EOT
    Restore tests: at each time of the schedule AWS Backup restores a recovery
    point of each selected resource, waits for a verdict as long as the
    selection's validation window, and deletes what it restored. region says
    where, and so which vault is proven. A selection's type is AWS Backup's
    name of a kind of resource, such as RDS or EBS; without resource_arns it
    is every one of that kind that has the tags and scope_tags. metadata is
    what the restore is told beyond what AWS infers.
  EOT
  type = map(object({
    schedule           = string
    algorithm          = optional(string, "LATEST_WITHIN_WINDOW")
    point_types        = optional(set(string), ["CONTINUOUS", "SNAPSHOT"])
    region             = optional(string, "primary")
    start_window_hours = optional(number, 8)
    timezone           = optional(string, "Etc/UTC")
    window_days        = optional(number, 7)
    selections = map(object({
      type                    = string
      metadata                = optional(map(string), {})
      resource_arns           = optional(set(string), [])
      tags                    = optional(map(string), {})
      validation_window_hours = optional(number, 4)
    }))
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for name in concat(keys(var.restore_tests), flatten([for test in var.restore_tests : keys(test.selections)])) :
      can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", name)) && length(name) <= 20
    ])
    error_message = "A restore test's and a selection's key is up to 20 lower-case letters, digits and single hyphens, a letter first."
  }
  validation {
    condition = alltrue(flatten([
      for test in var.restore_tests : [
        for selection in test.selections : contains([
          "Aurora", "DocumentDB", "DynamoDB", "EBS", "EC2", "EFS", "FSx", "Neptune", "RDS", "S3",
        ], selection.type)
      ]
    ]))
    error_message = "Restore tests know the types Aurora, DocumentDB, DynamoDB, EBS, EC2, EFS, FSx, Neptune, RDS and S3."
  }
  validation {
    condition     = alltrue([for test in var.restore_tests : length(test.selections) > 0])
    error_message = "A restore test without a selection tests nothing."
  }
  validation {
    condition     = alltrue([for test in var.restore_tests : can(regex("^(cron|rate)\\(.+\\)$", test.schedule))])
    error_message = "A restore test's schedule is cron(...) or rate(...)."
  }
  validation {
    condition = alltrue([
      for test in var.restore_tests : (
        contains(["LATEST_WITHIN_WINDOW", "RANDOM_WITHIN_WINDOW"], test.algorithm) &&
        length(test.point_types) > 0 && length(setsubtract(test.point_types, ["CONTINUOUS", "SNAPSHOT"])) == 0
      )
    ])
    error_message = "algorithm is LATEST_WITHIN_WINDOW or RANDOM_WITHIN_WINDOW; point_types are SNAPSHOT, CONTINUOUS or both."
  }
  validation {
    condition = alltrue(flatten([
      for test in var.restore_tests : [
        for hours in concat([test.start_window_hours], values(test.selections)[*].validation_window_hours) :
        hours >= 1 && hours <= 168
      ]
    ]))
    error_message = "Start and validation windows are 1 to 168 hours."
  }
  validation {
    condition     = alltrue([for test in var.restore_tests : test.window_days >= 1 && test.window_days <= 365])
    error_message = "window_days is 1 to 365."
  }
  validation {
    condition = alltrue([
      for test in var.restore_tests : contains(setunion(["primary"], var.copy_regions), test.region)
    ])
    error_message = "A restore test's region has no vault: primary, or one of copy_regions."
  }
  validation {
    condition     = length(var.restore_tests) == 0 || length(var.plans) > 0
    error_message = "Restore tests need plans: without them there is no vault to restore from."
  }
}

variable "scope_tags" {
  description = <<-EOT
    Tags that a resource must have to take part, beside Backup: at least one,
    such as Environment. Several environments share an account, and the plan
    of one must not back up another.
  EOT
  type        = map(string)
  nullable    = false
  validation {
    condition     = length(var.scope_tags) > 0
    error_message = "Without scope_tags a plan would take resources of other environments with it."
  }
}

variable "secondary_key_arn" {
  description = "Key of the vault in the secondary region; needed where copy_regions names secondary."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything made here, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
