variable "client_security_groups" {
  description = "Security groups that may connect, by a name of your own."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "instances" {
  description = <<-EOT
    PostgreSQL instances by key. Empty: none. A disposable one is deleted
    without a last snapshot and without protection: for previews and for
    development. Windows are in UTC; a database that sleeps at night is backed
    up and patched in the hours in which it runs.
  EOT
  type = map(object({
    class              = string
    backup_days        = optional(number, 7)
    backup_window      = optional(string, "16:00-16:30")
    database           = optional(string, "app")
    disposable         = optional(bool, false)
    engine_version     = optional(string, "15")
    maintenance_window = optional(string, "wed:17:00-wed:18:00")
    max_storage_gb     = optional(number, 100)
    multi_az           = optional(bool, false)
    parameters         = optional(map(string), {})
    storage_gb         = optional(number, 20)
    tags               = optional(map(string), {})
    zone               = optional(string)
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for key in keys(var.instances) : can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", key))
    ])
    error_message = "An instance's key is lower-case letters, digits and single hyphens, a letter first."
  }
  validation {
    condition = alltrue([
      for instance in var.instances : can(regex("^1[4-9](\\.[0-9]+)?$", instance.engine_version))
    ])
    error_message = "engine_version is a PostgreSQL version from 14, like 15 or 15.8."
  }
  validation {
    condition = alltrue([
      for instance in var.instances : instance.backup_days >= 1 && instance.backup_days <= 35
    ])
    error_message = "Backups are kept 1 to 35 days; 0 would switch them off."
  }
  validation {
    condition = alltrue([
      for instance in var.instances :
      instance.storage_gb >= 20 && instance.max_storage_gb >= instance.storage_gb
    ])
    error_message = "gp3 storage begins at 20 GB, and max_storage_gb is not below storage_gb."
  }
  validation {
    condition = alltrue(flatten([
      for instance in var.instances : [
        for name in ["rds.force_ssl"] : !contains(keys(instance.parameters), name)
      ]
    ]))
    error_message = "parameters cannot switch rds.force_ssl."
  }
  validation {
    condition = alltrue(flatten([
      for instance in var.instances : [
        for value in values(instance.tags) :
        can(regex("^[A-Za-z0-9 _.:/=+@-]{0,256}$", value))
      ]
    ]))
    error_message = "RDS takes only letters, digits, space and _.:/=+-@ in a tag's value."
  }
}

variable "key_deletion_days" {
  description = "Days that the key waits before it is deleted, 7 to 30."
  type        = number
  default     = 30
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that the databases' logs are kept."
  type        = number
  default     = 30
  nullable    = false
}

variable "prefix" {
  description = "First part of every name: {project}-{environment}."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Database subnets by zone."
  type        = map(string)
  nullable    = false
}

variable "tags" {
  description = "Tags of everything made here, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "vpc_id" {
  description = "The network."
  type        = string
  nullable    = false
}
