variable "instances" {
  description = <<-EOT
    PostgreSQL instances by key. Empty: none. A disposable one is deleted
    without a last snapshot and without protection: for previews and for
    development. Windows are in UTC; a database that sleeps at night is backed
    up and patched in the hours in which it runs.
  EOT
  type = map(object({
    class              = string
    backup_copy_days   = optional(number)
    backup_days        = optional(number, 7)
    backup_window      = optional(string, "16:00-16:30")
    blue_green         = optional(bool, false)
    database           = optional(string, "app")
    disposable         = optional(bool, false)
    engine_version     = optional(string, "15")
    insights           = optional(string, "standard")
    maintenance_window = optional(string, "wed:17:00-wed:18:00")
    major_upgrade      = optional(bool, false)
    max_storage_gb     = optional(number, 100)
    monitoring_seconds = optional(number, 60)
    multi_az           = optional(bool, false)
    parameters         = optional(map(string), {})
    password_version   = optional(number, 1)
    storage_gb         = optional(number, 20)
    tags               = optional(map(string), {})
    zone               = optional(string)
    cross_region_replica = optional(object({
      class    = optional(string)
      multi_az = optional(bool, false)
      tags     = optional(map(string), {})
      zone     = optional(string)
    }))
    proxy = optional(object({
      idle_seconds            = optional(number, 1800)
      max_connections_percent = optional(number, 90)
    }))
    replicas = optional(map(object({
      class              = optional(string)
      maintenance_window = optional(string)
      multi_az           = optional(bool, false)
      tags               = optional(map(string), {})
      zone               = optional(string)
    })), {})
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue(flatten([
      for key, instance in var.instances : [
        for name in concat([key], keys(instance.replicas)) : can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", name))
      ]
    ]))
    error_message = "The key of an instance or replica is lower-case letters, digits and single hyphens, a letter first."
  }
  validation {
    condition = alltrue([
      for instance in var.instances : can(regex("^1[5-9](\\.[0-9]+)?$", instance.engine_version))
    ])
    error_message = "engine_version is a PostgreSQL version from 15, like 15 or 17.4."
  }
  validation {
    condition = alltrue([
      for instance in var.instances : (
        instance.backup_days >= 1 && instance.backup_days <= 35 &&
        coalesce(instance.backup_copy_days, 1) >= 1 && coalesce(instance.backup_copy_days, 1) <= 35
      )
    ])
    error_message = "Backups and their copies are kept 1 to 35 days; 0 would switch them off."
  }
  validation {
    condition = alltrue([
      for instance in var.instances :
      instance.storage_gb >= 20 && instance.max_storage_gb >= instance.storage_gb
    ])
    error_message = "gp3 storage begins at 20 GB, and max_storage_gb is not below storage_gb."
  }
  validation {
    condition = alltrue([
      for instance in var.instances : (
        !contains(keys(instance.parameters), "rds.force_ssl") &&
        contains(["TLSv1.2", "TLSv1.3"], lookup(instance.parameters, "ssl_min_protocol_version", "TLSv1.2"))
      )
    ])
    error_message = "parameters cannot switch rds.force_ssl, nor go below TLSv1.2 with ssl_min_protocol_version."
  }
  validation {
    condition = alltrue([
      for instance in var.instances : (
        !contains(keys(instance.parameters), "shared_preload_libraries") ||
        contains(split(",", lookup(instance.parameters, "shared_preload_libraries", "")), "pg_stat_statements")
      )
    ])
    error_message = "shared_preload_libraries keeps pg_stat_statements: insights are made of it."
  }
  validation {
    condition = alltrue(flatten([
      for instance in var.instances : [
        for value in flatten([
          values(instance.tags),
          [for replica in instance.replicas : values(replica.tags)],
          try(values(instance.cross_region_replica.tags), []),
        ]) : can(regex("^[A-Za-z0-9 _.:/=+@-]{0,256}$", value))
      ]
    ]))
    error_message = "RDS takes only letters, digits, space and _.:/=+-@ in a tag's value."
  }
  validation {
    condition = alltrue([
      for instance in var.instances : contains(["advanced", "off", "standard"], instance.insights)
    ])
    error_message = "insights is off, standard (7 days, free) or advanced (15 months)."
  }
  validation {
    condition = alltrue([
      for instance in var.instances : contains([0, 1, 5, 10, 15, 30, 60], instance.monitoring_seconds)
    ])
    error_message = "monitoring_seconds is 1, 5, 10, 15, 30 or 60, or 0 for none."
  }
  validation {
    condition = alltrue(flatten([
      for instance in var.instances : [
        can(regex(local._daily_window, instance.backup_window)),
        [
          for window in concat([instance.maintenance_window], compact(values(instance.replicas)[*].maintenance_window)) :
          can(regex(local._weekly_window, window))
        ],
      ]
    ]))
    error_message = "backup_window is like 16:00-16:30, maintenance_window like wed:17:00-wed:18:00, both in UTC."
  }
  validation {
    condition = alltrue([
      for instance in var.instances :
      !instance.blue_green || (length(instance.replicas) == 0 && instance.cross_region_replica == null)
    ])
    error_message = "blue_green excludes replicas: a switch-over would leave the old ones behind, and RDS has it not at all across regions."
  }
  validation {
    condition = alltrue([
      for instance in var.instances :
      (instance.cross_region_replica == null || var.recovery != null)
    ])
    error_message = "cross_region_replica needs a network in the secondary region: recovery."
  }
  validation {
    condition = alltrue([
      for instance in var.instances :
      (instance.cross_region_replica == null && instance.backup_copy_days == null) || var.secondary_key_arn != null
    ])
    error_message = "cross_region_replica and backup_copy_days need a key in the secondary region: secondary_key_arn."
  }
  validation {
    condition = alltrue([
      for instance in var.instances : (
        instance.zone == null || contains(keys(var.subnet_ids), coalesce(instance.zone, "-"))
        ) && alltrue([
          for replica in instance.replicas :
          replica.zone == null || contains(keys(var.subnet_ids), coalesce(replica.zone, "-"))
      ])
    ])
    error_message = "A zone is among those of subnet_ids."
  }
  validation {
    condition     = alltrue([for instance in var.instances : length(instance.replicas) <= 15])
    error_message = "An instance has 15 replicas at most."
  }
}
