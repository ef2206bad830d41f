variable "load_balancers" {
  description = "Application Load Balancers by key, each with its target groups. Empty: none."
  type = map(object({
    certificate_arn     = optional(string)
    certificate_arns    = optional(map(string), {})
    cidrs               = optional(list(string))
    cloudfront_only     = optional(bool, false)
    deletion_protection = optional(bool, true)
    desync              = optional(string, "defensive")
    https               = optional(bool, true)
    idle_seconds        = optional(number, 60)
    internal            = optional(bool, false)
    keep_alive_seconds  = optional(number, 3600)
    logs                = optional(bool, true)
    sticky_seconds      = optional(number)
    tags                = optional(map(string), {})
    tls_policy          = optional(string)
    zonal_shift         = optional(bool, true)
    routes = optional(map(object({
      priority = number
      weights  = map(number)
      hosts    = optional(set(string), [])
      paths    = optional(set(string), [])
      header = optional(object({
        name   = string
        values = set(string)
      }))
    })), {})
    target_groups = map(object({
      cluster                = optional(string)
      deregistration_seconds = optional(number, 30)
      port                   = optional(number, 8080)
      protocol_version       = optional(string, "HTTP1")
      weight                 = optional(number, 0)
      health_check = optional(object({
        codes            = optional(string, "200")
        healthy          = optional(number, 2)
        interval_seconds = optional(number, 15)
        path             = optional(string, "/healthz")
        timeout_seconds  = optional(number, 5)
        unhealthy        = optional(number, 3)
      }), {})
    }))
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue(flatten([
      for key, balancer in var.load_balancers : concat(
        [can(regex("^[a-z][a-z0-9-]{0,20}$", key))],
        [for name in keys(balancer.target_groups) : can(regex("^[a-z][a-z0-9]{0,11}$", name))],
      )
    ]))
    error_message = "A load balancer's key is 1 to 21 lower-case letters, digits and hyphens, a target group's 1 to 12 letters and digits; a letter first."
  }
  validation {
    condition = alltrue([
      for balancer in var.load_balancers :
      length(balancer.target_groups) >= 1 && length(balancer.target_groups) <= 5 &&
      sum(concat([0], [for group in balancer.target_groups : group.weight])) > 0 &&
      alltrue([for group in balancer.target_groups : group.weight >= 0 && group.weight <= 999])
    ])
    error_message = "A load balancer has one to five target groups with weights from 0 to 999, not all of them 0."
  }
  validation {
    condition = alltrue(flatten([
      for balancer in var.load_balancers : [
        for group in balancer.target_groups : group.cluster == null || contains(keys(var.clusters), coalesce(group.cluster, "-"))
      ]
    ]))
    error_message = "A target group's cluster is a key of clusters."
  }
  validation {
    condition = alltrue(flatten([
      for balancer in var.load_balancers : [
        for route in balancer.routes :
        alltrue([for name in keys(route.weights) : contains(keys(balancer.target_groups), name)]) &&
        sum(concat([0], values(route.weights))) > 0
      ]
    ]))
    error_message = "A route's weights name target groups of its load balancer, and are not all 0."
  }
  validation {
    condition = alltrue(flatten([
      for balancer in var.load_balancers : [
        for route in balancer.routes :
        length(route.hosts) + length(route.paths) > 0 || route.header != null
      ]
    ]))
    error_message = "A route has hosts, paths or a header: without any it would be the default."
  }
  validation {
    condition = alltrue([
      for balancer in var.load_balancers : !balancer.https || balancer.certificate_arn != null
    ])
    error_message = "A load balancer with https has a certificate_arn. An environment without a domain says https = false, and its callers read that nothing is encrypted."
  }
  validation {
    condition = alltrue([
      for balancer in var.load_balancers : !balancer.logs || var.logs_bucket != null
    ])
    error_message = "A load balancer's logs need logs_bucket."
  }
  validation {
    condition = alltrue([
      for balancer in var.load_balancers : contains(["defensive", "strictest"], balancer.desync)
    ])
    error_message = "A load balancer's desync is defensive or strictest; monitor lets smuggled requests through."
  }
  validation {
    condition = alltrue([
      for balancer in var.load_balancers : balancer.tls_policy == null || contains([
        "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
        "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        "ELBSecurityPolicy-TLS13-1-3-2021-06",
        "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
      ], coalesce(balancer.tls_policy, "-"))
    ])
    error_message = "A load balancer's tls_policy is one of TLS 1.3, or of 1.2 restricted to forward secrecy: ELBSecurityPolicy-TLS13-1-3-2021-06, ELBSecurityPolicy-TLS13-1-2-Res-2021-06, or their post-quantum forms -PQ-2025-09."
  }
  validation {
    condition = alltrue([
      for balancer in var.load_balancers :
      !balancer.cloudfront_only || (balancer.https && balancer.cidrs == null && !balancer.internal)
    ])
    error_message = "A load balancer for CloudFront only is public, has https, and takes no cidrs."
  }
}
