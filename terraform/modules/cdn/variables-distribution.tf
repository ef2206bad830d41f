variable "distribution" {
  description = <<-EOT
    The CloudFront distribution; null for none. The bucket without paths is
    the default origin. Load balancers are asked by paths and never cached.
  EOT
  type = object({
    aliases         = optional(set(string), [])
    certificate_arn = optional(string)
    metrics         = optional(bool, false)
    origin_shield   = optional(bool, false)
    pages           = optional(string, "files")
    price_class     = optional(string, "PriceClass_100")
    tags            = optional(map(string), {})
    buckets = map(object({
      domain_name         = string
      failover            = optional(bool, false)
      paths               = optional(list(string), [])
      replica_domain_name = optional(string)
    }))
    countries = optional(object({
      allow = optional(set(string), [])
      deny  = optional(set(string), [])
    }), {})
    headers = optional(object({
      content_security_policy = optional(string, "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; upgrade-insecure-requests")
      frame_option            = optional(string, "DENY")
      hsts_preload            = optional(bool, false)
      hsts_seconds            = optional(number, 31536000)
      permissions_policy      = optional(string, "camera=(), geolocation=(), microphone=()")
      referrer_policy         = optional(string, "strict-origin-when-cross-origin")
    }), {})
    load_balancers = optional(map(object({
      arn          = optional(string)
      domain_name  = string
      paths        = list(string)
      private      = optional(bool, false)
      read_timeout = optional(number, 30)
    })), {})
    logs = optional(object({
      bucket_arn = string
    }))
  })
  default = null
  validation {
    condition = var.distribution == null ? true : length([
      for bucket in var.distribution.buckets : bucket if length(bucket.paths) == 0
    ]) == 1
    error_message = "Exactly one of the distribution's buckets has no paths: it answers where nothing else does."
  }
  validation {
    condition = var.distribution == null ? true : alltrue([
      for path in concat(flatten([
        for bucket in var.distribution.buckets : bucket.paths
        ]), flatten([
        for balancer in var.distribution.load_balancers : balancer.paths
      ])) : startswith(path, "/") && length(path) <= 255
    ])
    error_message = "Paths begin with a slash: /api/*."
  }
  validation {
    condition = var.distribution == null ? true : alltrue([
      for balancer in var.distribution.load_balancers : length(balancer.paths) > 0
    ])
    error_message = "A load balancer has at least one path."
  }
  validation {
    condition = var.distribution == null ? true : length(setintersection(
      keys(var.distribution.buckets), keys(var.distribution.load_balancers)
    )) == 0
    error_message = "Buckets and load balancers are origins alike: their keys differ."
  }
  # The certificate of a load balancer is for the name that a visitor asks
  # for, and CloudFront hands that name on. A name below cloudfront.net is in
  # nobody's certificate.
  validation {
    condition = var.distribution == null ? true : (
      length(var.distribution.load_balancers) == 0 || length(var.distribution.aliases) > 0
    )
    error_message = "A load balancer behind the distribution needs aliases: its certificate is for one of them."
  }
  validation {
    condition = var.distribution == null ? true : (
      length(var.distribution.aliases) == 0 || var.distribution.certificate_arn != null
    )
    error_message = "aliases need certificate_arn, a certificate of us-east-1 for all of them."
  }
  validation {
    condition = var.distribution == null ? true : alltrue([
      for bucket in var.distribution.buckets : !bucket.failover || bucket.replica_domain_name != null
    ])
    error_message = "failover needs replica_domain_name."
  }
  validation {
    condition = var.distribution == null ? true : alltrue([
      for balancer in var.distribution.load_balancers : !balancer.private || balancer.arn != null
    ])
    error_message = "A private load balancer needs its arn: CloudFront goes into the network by it."
  }
  validation {
    condition = var.distribution == null ? true : contains(
      ["directory", "files", "single-page"], var.distribution.pages
    )
    error_message = "pages are files (as asked for), directory (with an index.html in each) or single-page (everything is /index.html)."
  }
  validation {
    condition = var.distribution == null ? true : contains(
      ["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.distribution.price_class
    )
    error_message = "price_class is PriceClass_100, PriceClass_200 or PriceClass_All."
  }
  validation {
    condition = var.distribution == null ? true : (
      length(var.distribution.countries.allow) == 0 || length(var.distribution.countries.deny) == 0
    )
    error_message = "countries are those that are allowed or those that are denied, not both."
  }
  # The list of browsers to which preload belongs asks for both.
  validation {
    condition = var.distribution == null ? true : (
      var.distribution.headers.hsts_seconds >= (var.distribution.headers.hsts_preload ? 31536000 : 86400)
    )
    error_message = "hsts_seconds is at least a day, and with hsts_preload at least a year."
  }
}
