variable "functions_dir" {
  description = "Folder that holds one folder per function, each with its manifest function.json."
  type        = string
  nullable    = false
}

variable "packages_dir" {
  description = "Folder with <function>/bootstrap.zip."
  type        = string
  nullable    = false
}

# Defaults stand in the modules: what is left out here reaches them as null,
# and null takes the default.
variable "settings" {
  description = <<-EOT
    The whole environment. Null or empty means off: no clusters, no groups, no
    databases, no automation. The meaning and the default of each value is in
    the README of the module that it goes to.
  EOT
  type = object({
    environment        = string
    project            = string
    region             = string
    key_deletion_days  = optional(number)
    log_retention_days = optional(number)
    tags               = optional(map(string), {})

    network = object({
      cidr  = string
      nat   = optional(string)
      zones = optional(list(string))
      tiers = optional(object({
        database = optional(number)
        private  = optional(number)
        public   = optional(number)
      }))
    })

    clusters = optional(map(object({
      version             = optional(string)
      extended_support    = optional(bool)
      creator_is_admin    = optional(bool)
      public_access_cidrs = optional(list(string))
      tags                = optional(map(string))
      zonal_shift         = optional(bool)
      access = optional(map(object({
        principal_arn = string
        policy        = string
        namespaces    = optional(list(string))
      })))
      node_groups = map(object({
        instance_types = list(string)
        min            = number
        max            = number
        desired        = optional(number)
        ami_type       = optional(string)
        disk_gb        = optional(number)
        labels         = optional(map(string))
        spot           = optional(bool)
        tags           = optional(map(string))
        zones          = optional(list(string))
        taints = optional(map(object({
          effect = string
          value  = optional(string)
        })))
      }))
    })), {})

    groups = optional(map(object({
      instance_type = string
      min           = number
      max           = number
      desired       = optional(number)
      disk_gb       = optional(number)
      image         = optional(string)
      tags          = optional(map(string))
      zones         = optional(list(string))
    })), {})

    databases = optional(map(object({
      class              = string
      backup_days        = optional(number)
      backup_window      = optional(string)
      database           = optional(string)
      disposable         = optional(bool)
      engine_version     = optional(string)
      maintenance_window = optional(string)
      max_storage_gb     = optional(number)
      multi_az           = optional(bool)
      parameters         = optional(map(string))
      storage_gb         = optional(number)
      tags               = optional(map(string))
      zone               = optional(string)
    })), {})

    automation = optional(object({
      architecture = optional(string)
      functions    = optional(set(string))
      log_level    = optional(string)
      alarm_subscriptions = optional(map(object({
        endpoint = string
        protocol = optional(string)
      })))
      ledger = optional(object({
        deletion_protection = optional(bool)
      }))
      overrides = optional(map(object({
        environment          = optional(map(string))
        memory_mb            = optional(number)
        reserved_concurrency = optional(number)
        timeout_seconds      = optional(number)
        schedules = optional(map(object({
          enabled    = optional(bool)
          expression = optional(string)
          timezone   = optional(string)
        })))
      })))
      configuration = optional(object({
        accounts = optional(list(string))
        regions  = optional(list(string))
        guards = optional(object({
          denied_accounts     = optional(list(string))
          denied_environments = optional(list(string))
          dry_run             = optional(bool)
          protected_tags      = optional(map(string))
          blast_radius = optional(object({
            count   = optional(number)
            percent = optional(number)
          }))
        }))
        functions = optional(object({
          off-hours = optional(object({
            auto_scaling   = optional(string)
            closed         = optional(list(string))
            default_zone   = optional(string)
            frozen         = optional(list(string))
            health_timeout = optional(string)
            kinds          = optional(list(string))
            lease          = optional(string)
            prices         = optional(map(string))
            schedule_tag   = optional(string)
            schedules      = optional(map(string))
            strict         = optional(bool)
            syntax         = optional(string)
            untagged       = optional(string)
            warn_before    = optional(string)
            calendars = optional(list(object({
              means  = string
              name   = string
              source = string
            })))
          }))
        }))
      }))
    }))
  })
  nullable = false
}

variable "today" {
  description = "RFC 3339 instant against which ends of support are judged; null is the time of the plan."
  type        = string
  default     = null
}
