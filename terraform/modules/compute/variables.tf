variable "clusters" {
  description = "EKS clusters by key, each with its managed node groups. Empty: none."
  type = map(object({
    version             = optional(string, "1.35")
    extended_support    = optional(bool, false)
    creator_is_admin    = optional(bool, false)
    public_access_cidrs = optional(list(string), [])
    tags                = optional(map(string), {})
    zonal_shift         = optional(bool, true)
    access = optional(map(object({
      principal_arn = string
      policy        = string
      namespaces    = optional(list(string), [])
    })), {})
    node_groups = map(object({
      instance_types = list(string)
      min            = number
      max            = number
      desired        = optional(number)
      ami_type       = optional(string, "AL2023_x86_64_STANDARD")
      disk_gb        = optional(number, 20)
      labels         = optional(map(string), {})
      spot           = optional(bool, false)
      tags           = optional(map(string), {})
      zones          = optional(list(string), [])
      taints = optional(map(object({
        effect = string
        value  = optional(string)
      })), {})
    }))
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for key in keys(var.clusters) : can(regex("^[a-z][a-z0-9-]{0,20}$", key))
    ])
    error_message = "A cluster's key is 1 to 21 lower-case letters, digits and hyphens, a letter first."
  }
  validation {
    condition = alltrue([
      for cluster in var.clusters :
      contains(keys(local.kubernetes_support_ends), cluster.version)
    ])
    error_message = "EKS offers Kubernetes ${join(", ", keys(local.kubernetes_support_ends))}, as far as support.tf knows. Older ones can no longer be created; add a newer one there with its dates."
  }
  # Dated: what is fine today is refused on the day its support ends, and a
  # cluster in extended support costs six times as much.
  validation {
    condition = alltrue([
      for cluster in var.clusters : timecmp(
        coalesce(var.today, plantimestamp()),
        timeadd(try(
          "${local.kubernetes_support_ends[cluster.version]}T00:00:00Z",
          "2100-01-01T00:00:00Z"
        ), cluster.extended_support ? "8760h" : "0h"),
      ) < 0
    ])
    error_message = "A cluster's Kubernetes version is out of support: ${join("; ", [for key, cluster in var.clusters : "${key} runs ${cluster.version}, standard support ends ${try(local.kubernetes_support_ends[cluster.version], "unknown")}"])}. Take a newer version, or set extended_support for one year more at a higher price."
  }
  validation {
    condition = alltrue(flatten([
      for cluster in var.clusters : [
        for group in cluster.node_groups :
        group.max >= 1 && group.min >= 0 && group.min <= group.max &&
        coalesce(group.desired, group.min) >= group.min &&
        coalesce(group.desired, group.min) <= group.max
      ]
    ]))
    error_message = "A node group's sizes: 0 <= min <= desired <= max, and max at least 1."
  }
  validation {
    condition = alltrue(flatten([
      for cluster in var.clusters : [
        for group in cluster.node_groups : [
          for zone in group.zones : contains(keys(var.subnet_ids), zone)
        ]
      ]
    ]))
    error_message = "A node group's zones are among those of subnet_ids."
  }
}

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

variable "key_deletion_days" {
  description = "Days that the key waits before it is deleted, 7 to 30."
  type        = number
  default     = 30
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that the control planes' logs are kept."
  type        = number
  default     = 30
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
