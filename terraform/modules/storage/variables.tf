variable "client_security_groups" {
  description = "Security groups that may mount the file systems, by a name of your own."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "file_systems" {
  description = "EFS file systems by key. Empty: none. Encrypted, over TLS, never as root."
  type = map(object({
    anonymous         = optional(bool, false)
    automatic_backups = optional(bool, true)
    replicate         = optional(bool, false)
    tags              = optional(map(string), {})
    throughput        = optional(string, "elastic")
    zones             = optional(set(string), [])
    access_points = optional(map(object({
      gid         = number
      path        = string
      permissions = optional(string, "0750")
      uid         = number
    })), {})
    lifecycle = optional(object({
      archive_days = optional(number, 90)
      ia_days      = optional(number, 30)
    }), {})
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for key in keys(var.file_systems) : can(regex("^[a-z][a-z0-9-]{0,20}$", key))
    ])
    error_message = "A file system's key is 1 to 21 lower-case letters, digits and hyphens, a letter first."
  }
  validation {
    condition     = length(var.file_systems) == 0 || (length(var.subnet_ids) > 0 && var.vpc_id != null)
    error_message = "A file system needs vpc_id and subnet_ids for its mount targets."
  }
  validation {
    condition = alltrue(flatten([
      for system in var.file_systems : [
        for zone in system.zones : contains(keys(var.subnet_ids), zone)
      ]
    ]))
    error_message = "A file system's zones are among those of subnet_ids."
  }
  validation {
    condition = alltrue(flatten([
      for system in var.file_systems : [
        for days in [system.lifecycle.ia_days, system.lifecycle.archive_days] :
        contains([0, 1, 7, 14, 30, 60, 90, 180, 270, 365], days)
      ]
    ]))
    error_message = "A file system's lifecycle takes 1, 7, 14, 30, 60, 90, 180, 270 or 365 days; 0 is never."
  }
  validation {
    condition = alltrue([
      for system in var.file_systems : system.lifecycle.archive_days == 0 || (
        system.throughput == "elastic" && system.lifecycle.ia_days > 0 &&
        system.lifecycle.archive_days > system.lifecycle.ia_days
      )
    ])
    error_message = "Archive comes after infrequent access, and only with elastic throughput: set archive_days to 0, or above ia_days."
  }
  validation {
    condition = alltrue([
      for system in var.file_systems : contains(["bursting", "elastic"], system.throughput)
    ])
    error_message = "A file system's throughput is elastic (paid by use) or bursting (by size)."
  }
  validation {
    condition = alltrue(flatten([
      for system in var.file_systems : [
        for point in system.access_points :
        startswith(point.path, "/") && can(regex("^0[0-7]{3}$", point.permissions)) &&
        point.uid > 0 && point.gid > 0
      ]
    ]))
    error_message = "An access point has a path from /, permissions like 0750, and a uid and gid that are not root's."
  }
}

variable "key_arn" {
  description = "KMS key of what lies in this region: buckets, file systems, images."
  type        = string
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "Policy that caps every role made here; null for none."
  type        = string
  default     = null
}

variable "prefix" {
  description = "First part of every name: {project}-{environment}."
  type        = string
  nullable    = false
}

variable "registry" {
  description = <<-EOT
    What is one per account and region: to which prefixes of repositories'
    names replication to the secondary region applies, and whether Inspector
    scans all images all the time. Null leaves the registry to another root;
    two that write it take it from each other.
  EOT
  type = object({
    continuous_scan     = optional(bool, false)
    replicated_prefixes = set(string)
  })
  default = null
  validation {
    condition     = var.registry == null ? true : length(var.registry.replicated_prefixes) > 0
    error_message = "registry.replicated_prefixes names at least one prefix: without a filter everything would be copied."
  }
}

variable "repositories" {
  description = "ECR repositories by key; the name is {prefix}-{key}-images. Empty: none."
  type = map(object({
    disposable    = optional(bool, false)
    immutable     = optional(bool, true)
    keep          = optional(number, 50)
    replicate     = optional(bool, false)
    tags          = optional(map(string), {})
    untagged_days = optional(number, 7)
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for key in keys(var.repositories) : can(regex("^[a-z][a-z0-9-]{0,40}$", key))
    ])
    error_message = "A repository's key is 1 to 41 lower-case letters, digits and hyphens, a letter first."
  }
  validation {
    condition = alltrue([
      for repository in var.repositories : repository.keep >= 1 && repository.untagged_days >= 1
    ])
    error_message = "A repository keeps at least one image, and untagged ones for at least a day."
  }
}

variable "secondary_key_arn" {
  description = "KMS key of what lies in the secondary region; needed once anything is replicated."
  type        = string
  default     = null
  validation {
    condition = var.secondary_key_arn != null || !anytrue(concat(
      [for bucket in var.buckets : bucket.replicate],
      [for system in var.file_systems : system.replicate],
      [for repository in var.repositories : repository.replicate],
    ))
    error_message = "What is replicated needs secondary_key_arn, a key of the secondary region."
  }
}

variable "snapshots" {
  description = "Plans of EBS snapshots by the value of a volume's tag Snapshots: every so many hours from a time of day (UTC), keeping so many. Empty: none."
  type = map(object({
    at          = optional(string, "03:00")
    every_hours = optional(number, 24)
    keep        = optional(number, 7)
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for key, plan in var.snapshots :
      can(regex("^[a-z][a-z0-9-]{0,20}$", key)) && can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", plan.at)) &&
      contains([1, 2, 3, 4, 6, 8, 12, 24], plan.every_hours) && plan.keep >= 1 && plan.keep <= 1000
    ])
    error_message = "A snapshot plan: a key of lower-case letters, at like 03:00, every_hours 1, 2, 3, 4, 6, 8, 12 or 24, keep 1 to 1000."
  }
}

variable "storage_lens" {
  description = "Whether Storage Lens watches the buckets (free metrics, this environment's buckets only)."
  type        = bool
  default     = false
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets for mount targets, by zone."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "tags" {
  description = "Tags of everything made here."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "vpc_id" {
  description = "Network of the file systems; null without any."
  type        = string
  default     = null
}
