variable "certificates" {
  description = "Certificates by key: the domain, its wildcard and further names, validated in the hosted zone (output zones of shared/dns)."
  type = map(object({
    domain            = string
    zone_id           = string
    alternative_names = optional(list(string), [])
  }))
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for certificate in var.certificates : !startswith(certificate.domain, "*.")])
    error_message = "The wildcard is added here: give the domain without it."
  }
}

variable "project" {
  description = "First part of every name."
  type        = string
  default     = "personal-timeline"
  nullable    = false
}

variable "tags" {
  description = "Tags of everything made here."
  type        = map(string)
  default = {
    CostCenter = "engineering"
    ManagedBy  = "terraform"
    Owner      = "platform"
  }
  nullable = false
}
