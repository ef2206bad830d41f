variable "client_security_groups" {
  description = "Security groups that may connect, by a name of your own."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "key_arn" {
  description = "KMS key of what the databases and caches hold: storage, backups, passwords, insights, logs."
  type        = string
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that the databases' logs are kept."
  type        = number
  default     = 30
  nullable    = false
}

variable "notifications" {
  description = "Topic that hears of failures, failovers and maintenance of the instances. Null: nobody does."
  type = object({
    topic_arn = string
  })
  default = null
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

variable "recovery" {
  description = <<-EOT
    The network in the secondary region: where replicas and members of global
    datastores stand, and who may reach them there. Null: none is there.
  EOT
  type = object({
    subnet_ids             = map(string)
    vpc_id                 = string
    client_security_groups = optional(map(string), {})
    notifications = optional(object({
      topic_arn = string
    }))
  })
  default = null
}

variable "secondary_key_arn" {
  description = "KMS key in the secondary region, for what stands or is copied there."
  type        = string
  default     = null
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
