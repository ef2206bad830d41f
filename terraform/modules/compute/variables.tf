variable "groups" {
  description = "General-purpose Auto Scaling groups by key. Empty: none."
  type = map(object({
    instance_type = string
    min           = number
    max           = number
    desired       = optional(number)
    disk_gb       = optional(number, 8)
    image         = optional(string, "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")
    tags          = optional(map(string), {})
    zones         = optional(list(string), [])
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for key in keys(var.groups) : can(regex("^[a-z][a-z0-9-]{0,20}$", key))
    ])
    error_message = "A group's key is 1 to 21 lower-case letters, digits and hyphens, a letter first."
  }
  validation {
    condition = alltrue([
      for group in var.groups :
      group.min >= 0 && group.min <= group.max &&
      coalesce(group.desired, group.min) >= group.min &&
      coalesce(group.desired, group.min) <= group.max
    ])
    error_message = "A group's sizes: 0 <= min <= desired <= max."
  }
  validation {
    condition = alltrue(flatten([
      for group in var.groups : [
        for zone in group.zones : contains(keys(var.subnet_ids), zone)
      ]
    ]))
    error_message = "A group's zones are among those of subnet_ids."
  }
}

variable "key_arn" {
  description = "KMS key of the clusters' secrets and logs. Its policy lets CloudWatch Logs use it for /aws/eks/{prefix}-*."
  type        = string
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that the control planes' logs are kept."
  type        = number
  default     = 30
  nullable    = false
}

variable "logs_bucket" {
  description = "Bucket for the logs of load balancers, which Elastic Load Balancing may write to; null where no load balancer keeps any."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Policy that caps every role made here; null for none."
  type        = string
  default     = null
}

variable "pod_subnet_ids" {
  description = "Subnets of the pods by zone; empty leaves them in the subnets of their nodes."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "prefix" {
  description = "First part of every name: {project}-{environment}."
  type        = string
  nullable    = false
}

variable "public_subnet_ids" {
  description = "Public subnets by zone, for load balancers that the internet reaches."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets by zone."
  type        = map(string)
  nullable    = false
}

variable "tags" {
  description = <<-EOT
    Tags of everything made here. They are put on Auto Scaling groups, their
    instances and volumes too, which the provider's default tags do not reach.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "today" {
  description = "RFC 3339 instant against which ends of support are judged; null is the time of the plan."
  type        = string
  default     = null
}

variable "vpc_cidr" {
  description = "Address range of the network."
  type        = string
  nullable    = false
}

variable "vpc_id" {
  description = "The network."
  type        = string
  nullable    = false
}
