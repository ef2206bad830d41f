variable "cidr" {
  description = "Address range of the network, a /16."
  type        = string
  nullable    = false
  validation {
    condition     = can(cidrnetmask(var.cidr)) && endswith(var.cidr, "/16")
    error_message = "The network is an IPv4 range of size /16, like 10.2.0.0/16."
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
