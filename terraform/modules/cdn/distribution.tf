data "aws_region" "current" {}

locals {
  _name         = "${var.prefix}-web"
  _on           = var.distribution != null
  _certificated = local._on ? length(var.distribution.aliases) > 0 : false

  # Not by try: where a domain is known only after an apply, it would make the
  # keys unknown as well.
  _buckets        = local._on ? var.distribution.buckets : {}
  _load_balancers = local._on ? var.distribution.load_balancers : {}

  # CloudFront's own policies, the same in every account. Source: CloudFront
  # developer guide, "Use managed cache policies" and "Use managed origin
  # request policies", read 2026-11.
  _all_viewer        = "216adef6-5c7f-47e4-b989-5492eafa07d3"
  _caching_disabled  = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  _caching_optimized = "658327ea-f89d-4fab-a63d-7e88639e58f6"

  # Where a bucket's requests go: to the pair, where it has a replica.
  _targets = {
    for key, bucket in local._buckets : key => bucket.failover ? "${key}-pair" : key
  }
  _default = one([
    for key, bucket in local._buckets : local._targets[key] if length(bucket.paths) == 0
  ])

  # In this order a request is matched: load balancers first.
  _behaviours = concat(
    flatten([
      for key, balancer in local._load_balancers : [
        for path in balancer.paths : { cached = false, path = path, target = key }
      ]
    ]),
    flatten([
      for key, bucket in local._buckets : [
        for path in bucket.paths : { cached = true, path = path, target = local._targets[key] }
      ]
    ]),
  )
}

# CloudFront signs what it asks of a bucket; the bucket's policy lets this
# distribution in and nobody else.
resource "aws_cloudfront_origin_access_control" "buckets" {
  count = local._on ? 1 : 0

  description                       = "Signs requests to the buckets of ${var.prefix}"
  name                              = "${local._name}-access"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_function" "paths" {
  count = local._on ? (var.distribution.pages == "files" ? 0 : 1) : 0

  code    = file("${path.module}/functions/${var.distribution.pages}.js")
  comment = "Paths of the pages of ${var.prefix}"
  name    = "${local._name}-paths"
  publish = true
  runtime = "cloudfront-js-2.0"
}

resource "aws_cloudfront_vpc_origin" "load_balancer" {
  for_each = { for key, balancer in local._load_balancers : key => balancer if balancer.private }

  tags = var.tags

  vpc_origin_endpoint_config {
    arn                    = each.value.arn
    http_port              = 80
    https_port             = 443
    name                   = "${local._name}-${each.key}"
    origin_protocol_policy = "https-only"

    # The provider knows no newer one for origins.
    origin_ssl_protocols {
      items    = ["TLSv1.2"]
      quantity = 1
    }
  }
}

resource "aws_cloudfront_distribution" "web" {
  #checkov:skip=CKV_AWS_174:TLSv1.2_2021 wherever there is a certificate of ours; with CloudFront's own name AWS decides.
  count = local._on ? 1 : 0

  #checkov:skip=CKV_AWS_86:Standard logging v2 (logs.tf): the old one needs access lists, and the log bucket has none.
  #checkov:skip=CKV2_AWS_47:KnownBadInputs, with the rule for Log4j, is among the default groups of the firewall.

  aliases             = var.distribution.aliases
  comment             = local._name
  default_root_object = "index.html"
  enabled             = true
  http_version        = "http2and3"
  is_ipv6_enabled     = true
  price_class         = var.distribution.price_class
  tags                = merge(var.tags, var.distribution.tags, { Name = local._name })
  web_acl_id          = try(module.edge_firewall["cloudfront"].arn, null)
  # Some minutes that nothing in this plan needs.
  wait_for_deployment = false

  dynamic "origin" {
    for_each = local._buckets
    content {
      domain_name              = origin.value.domain_name
      origin_access_control_id = one(aws_cloudfront_origin_access_control.buckets[*].id)
      origin_id                = origin.key

      dynamic "origin_shield" {
        for_each = var.distribution.origin_shield ? [data.aws_region.current.name] : []
        content {
          enabled              = true
          origin_shield_region = origin_shield.value
        }
      }
    }
  }

  dynamic "origin" {
    for_each = { for key, bucket in local._buckets : key => bucket if bucket.failover }
    content {
      domain_name              = origin.value.replica_domain_name
      origin_access_control_id = one(aws_cloudfront_origin_access_control.buckets[*].id)
      origin_id                = "${origin.key}-replica"
    }
  }

  # A region that fails answers with these. A missing object does not: looking
  # for it twice would cost every visitor of a wrong address.
  dynamic "origin_group" {
    for_each = { for key, bucket in local._buckets : key => bucket if bucket.failover }
    content {
      origin_id = "${origin_group.key}-pair"

      failover_criteria {
        status_codes = [500, 502, 503, 504]
      }
      member {
        origin_id = origin_group.key
      }
      member {
        origin_id = "${origin_group.key}-replica"
      }
    }
  }

  dynamic "origin" {
    for_each = local._load_balancers
    content {
      domain_name = origin.value.domain_name
      origin_id   = origin.key

      dynamic "custom_origin_config" {
        for_each = origin.value.private ? [] : ["public"]
        content {
          http_port                = 80
          https_port               = 443
          origin_keepalive_timeout = 5
          origin_protocol_policy   = "https-only"
          origin_read_timeout      = origin.value.read_timeout
          # The provider knows no newer one for origins.
          origin_ssl_protocols = ["TLSv1.2"]
        }
      }
      dynamic "vpc_origin_config" {
        for_each = origin.value.private ? ["private"] : []
        content {
          origin_keepalive_timeout = 5
          origin_read_timeout      = origin.value.read_timeout
          vpc_origin_id            = aws_cloudfront_vpc_origin.load_balancer[origin.key].id
        }
      }
    }
  }

  default_cache_behavior {
    allowed_methods            = ["GET", "HEAD", "OPTIONS"]
    cache_policy_id            = local._caching_optimized
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    response_headers_policy_id = one(aws_cloudfront_response_headers_policy.security[*].id)
    target_origin_id           = local._default
    viewer_protocol_policy     = "redirect-to-https"

    dynamic "function_association" {
      for_each = aws_cloudfront_function.paths
      content {
        event_type   = "viewer-request"
        function_arn = function_association.value.arn
      }
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = local._behaviours
    content {
      allowed_methods = (
        ordered_cache_behavior.value.cached
        ? ["GET", "HEAD", "OPTIONS"]
        : ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
      )
      cache_policy_id = ordered_cache_behavior.value.cached ? local._caching_optimized : local._caching_disabled
      cached_methods  = ["GET", "HEAD"]
      compress        = true
      # The name that the visitor asked for goes along: the certificate of the
      # load balancer is for that one.
      origin_request_policy_id   = ordered_cache_behavior.value.cached ? null : local._all_viewer
      path_pattern               = ordered_cache_behavior.value.path
      response_headers_policy_id = one(aws_cloudfront_response_headers_policy.security[*].id)
      target_origin_id           = ordered_cache_behavior.value.target
      # A redirect would come after a request that was already readable.
      viewer_protocol_policy = ordered_cache_behavior.value.cached ? "redirect-to-https" : "https-only"
    }
  }

  restrictions {
    geo_restriction {
      locations = coalesce(one([
        for list in [var.distribution.countries.allow, var.distribution.countries.deny] : list if length(list) > 0
      ]), [])
      restriction_type = (
        length(var.distribution.countries.allow) > 0 ? "whitelist" :
        length(var.distribution.countries.deny) > 0 ? "blacklist" : "none"
      )
    }
  }

  # Without a name of its own the distribution has CloudFront's certificate,
  # and CloudFront then takes any TLS. The provider knows nothing newer than
  # TLSv1.2_2021, with which a visitor that can do TLS 1.3 gets it.
  viewer_certificate {
    acm_certificate_arn            = local._certificated ? var.distribution.certificate_arn : null
    cloudfront_default_certificate = local._certificated ? null : true
    minimum_protocol_version       = local._certificated ? "TLSv1.2_2021" : "TLSv1"
    ssl_support_method             = local._certificated ? "sni-only" : null
  }
}

# Error rates and hit rates by the minute, at a price.
resource "aws_cloudfront_monitoring_subscription" "web" {
  count = local._on ? (var.distribution.metrics ? 1 : 0) : 0

  distribution_id = one(aws_cloudfront_distribution.web[*].id)

  monitoring_subscription {
    realtime_metrics_subscription_config {
      realtime_metrics_subscription_status = "Enabled"
    }
  }
}
