variable "deleters" {
  description = "ARNs of who may delete recovery points."
  type        = set(string)
  nullable    = false
}

variable "disposable" {
  description = "Whether the vault is deleted together with what is in it."
  type        = bool
  nullable    = false
}

variable "forward" {
  description = "Bus that is handed the region's events, and the role for it; null in the primary region."
  type        = object({ bus_arn = string, role_arn = string })
  default     = null
}

variable "key_arn" {
  description = "Key of the vault."
  type        = string
}

variable "lock" {
  description = "Lock of the vault; null is off. changeable_for_days makes it one for compliance."
  type = object({
    changeable_for_days = number
    max_retention_days  = number
    min_retention_days  = number
  })
  default = null
}

variable "name" {
  description = "Name of the vault."
  type        = string
  nullable    = false
}

variable "restore_tests" {
  description = "Restore tests of this region, as in the module above."
  type = map(object({
    algorithm          = string
    point_types        = set(string)
    region             = string
    schedule           = string
    start_window_hours = number
    timezone           = string
    window_days        = number
    selections = map(object({
      metadata                = map(string)
      resource_arns           = set(string)
      tags                    = map(string)
      type                    = string
      validation_window_hours = number
    }))
  }))
  nullable = false
}

variable "tags" {
  description = "Tags of everything made here."
  type        = map(string)
  nullable    = false
}

variable "test_name" {
  description = "First part of the restore tests' names."
  type        = string
  nullable    = false
}

variable "test_role_arn" {
  description = "Role that restores."
  type        = string
  nullable    = false
}

variable "test_tags" {
  description = "Tags that a tested resource must have."
  type        = map(string)
  nullable    = false
}
