variable "cidr" {
  description = "Address range of the network, a /16."
  type        = string
  nullable    = false
  validation {
    condition     = can(cidrnetmask(var.cidr)) && endswith(var.cidr, "/16")
    error_message = "The network is an IPv4 range of size /16, like 10.2.0.0/16."
  }
}

variable "endpoints" {
  description = <<-EOT
    Ways to AWS services that do not lead through NAT. Gateway endpoints (s3,
    dynamodb) are free; an interface endpoint costs by the hour in each of
    `zones` (null: in all zones of the network).
  EOT
  type = object({
    gateway   = optional(set(string), ["dynamodb", "s3"])
    interface = optional(set(string), [])
    zones     = optional(list(string))
  })
  default  = {}
  nullable = false
  validation {
    condition     = length(setsubtract(var.endpoints.gateway, ["dynamodb", "s3"])) == 0
    error_message = "Gateway endpoints exist for s3 and dynamodb."
  }
  validation {
    condition     = length(setsubtract(var.endpoints.interface, keys(local.endpoint_services))) == 0
    error_message = "Interface endpoints are known for ${join(", ", keys(local.endpoint_services))}. Add another in endpoint-policies.tf, with what its policy may say."
  }
  validation {
    condition = var.endpoints.zones == null ? true : (
      length(var.endpoints.zones) > 0 && alltrue([
        for zone in var.endpoints.zones : contains(var.zones, zone)
      ])
    )
    error_message = "The endpoints' zones are among the network's zones, one at least."
  }
}

variable "flow_logs" {
  description = <<-EOT
    Records of the network's traffic; null for none. `bucket`: all of it, as
    hourly Parquet files, to the bucket of that ARN. `rejects`: what was
    refused, within a minute, to a log group from which an alarm can be made.
  EOT
  type = object({
    bucket = optional(object({
      arn = string
    }))
    rejects = optional(object({
      key_arn            = optional(string)
      log_retention_days = optional(number, 30)
    }))
  })
  default = null
  validation {
    condition = var.flow_logs == null ? true : (
      var.flow_logs.bucket != null || var.flow_logs.rejects != null
    )
    error_message = "Flow logs go to a bucket, or as rejects to a log group, or to both; null switches them off."
  }
}

variable "instance_connect" {
  description = <<-EOT
    An EC2 Instance Connect endpoint, in `zone` (null: the first), through
    which people reach port 22 of private instances with their IAM role: no
    bastion, no public address. Null for none.
  EOT
  type = object({
    zone = optional(string)
  })
  default = null
  validation {
    condition     = try(var.instance_connect.zone, null) == null ? true : contains(var.zones, var.instance_connect.zone)
    error_message = "The zone of the Instance Connect endpoint is among the network's zones."
  }
}

variable "nat" {
  description = "Gateways that let private subnets out: none, one, or one per zone (per_zone)."
  type        = string
  default     = "one"
  nullable    = false
  validation {
    condition     = contains(["none", "one", "per_zone"], var.nat)
    error_message = "nat is none, one or per_zone."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that caps the role of the flow logs; null for none."
  type        = string
  default     = null
}

variable "pods_cidr" {
  description = <<-EOT
    Second range of the network, a /16 of 100.64.0.0/10, from which pods take
    their addresses; null for none. It is the same in every network: nobody
    routes it, and pods leave through NAT.
  EOT
  type        = string
  default     = null
  validation {
    condition = var.pods_cidr == null ? true : can(regex(
      "^100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\\.0\\.0/16$", var.pods_cidr
    ))
    error_message = "The pods' range is a /16 of the shared address space 100.64.0.0/10, like 100.64.0.0/16."
  }
}

variable "prefix" {
  description = "First part of every name: {project}-{environment}."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region of the network."
  type        = string
  nullable    = false
}

variable "tags" {
  description = "Tags of everything made here, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "tiers" {
  description = "Third octet of each tier's first subnet; the tier's zones follow."
  type = object({
    database = optional(number, 21)
    private  = optional(number, 11)
    public   = optional(number, 1)
  })
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for tier, first in var.tiers : first >= 0 && first <= 250
    ])
    error_message = "A tier begins at 0 to 250, so that six zones fit behind it."
  }
  validation {
    condition = length(distinct(flatten([
      for tier, first in var.tiers : range(first, first + 6)
    ]))) == 6 * length(var.tiers)
    error_message = "Tiers lie at least six numbers apart."
  }
}

variable "zones" {
  description = "Letters of the availability zones, the first one preferred: [\"a\", \"b\", \"c\"]."
  type        = list(string)
  default     = ["a", "b", "c"]
  nullable    = false
  validation {
    condition     = length(var.zones) >= 2 && length(distinct(var.zones)) == length(var.zones)
    error_message = "EKS, load balancers and subnet groups demand two different zones at least."
  }
  validation {
    condition     = alltrue([for zone in var.zones : can(regex("^[a-f]$", zone))])
    error_message = "A zone is one letter, a to f."
  }
}
