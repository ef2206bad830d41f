variable "firewalls" {
  description = <<-EOT
    Access control lists of WAF by scope: cloudfront, regional. Empty: none.
    groups are AWS's managed ones without "AWSManagedRules", in the order in
    which they are asked; count names groups (or rate-limit) that only count,
    count_rules single rules of a group; rate_limit is requests of one address
    in five minutes, 0 for none.
  EOT
  type = map(object({
    allowed_cidrs = optional(set(string), [])
    blocked_cidrs = optional(set(string), [])
    count         = optional(set(string), [])
    count_rules   = optional(map(set(string)), {})
    groups        = optional(list(string), ["AmazonIpReputationList", "KnownBadInputsRuleSet", "CommonRuleSet", "SQLiRuleSet"])
    log_allowed   = optional(bool, false)
    rate_limit    = optional(number, 2000)
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for scope in keys(var.firewalls) : contains(["cloudfront", "regional"], scope)
    ])
    error_message = "A firewall's scope is cloudfront or regional."
  }
  validation {
    condition = alltrue([
      for firewall in var.firewalls : firewall.rate_limit == 0 || (
        firewall.rate_limit >= 10 && firewall.rate_limit <= 2000000000
      )
    ])
    error_message = "rate_limit is 10 to 2,000,000,000 requests in five minutes, or 0 for none."
  }
  validation {
    condition = alltrue(flatten([
      for firewall in var.firewalls : [
        for name in setunion(firewall.count, keys(firewall.count_rules)) :
        contains(firewall.groups, name) || name == "rate-limit"
      ]
    ]))
    error_message = "count and count_rules name groups that are asked, or rate-limit."
  }
  validation {
    condition = alltrue(flatten([
      for firewall in var.firewalls : [
        for cidr in setunion(firewall.allowed_cidrs, firewall.blocked_cidrs) :
        can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")
      ]
    ]))
    error_message = "Addresses are ranges like 192.0.2.0/24 or 2001:db8::/32; WAF takes no /0."
  }
  validation {
    condition = alltrue([
      for firewall in var.firewalls : length(distinct(firewall.groups)) == length(firewall.groups)
    ])
    error_message = "A managed group is asked once."
  }
}

variable "protected_load_balancers" {
  description = "ARNs of the load balancers behind the regional firewall, by a name of your own."
  type        = map(string)
  default     = {}
  nullable    = false
  validation {
    condition     = length(var.protected_load_balancers) == 0 || contains(keys(var.firewalls), "regional")
    error_message = "Load balancers are protected by firewalls.regional."
  }
}
