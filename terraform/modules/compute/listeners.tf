locals {
  # TLS 1.3 alone, where the callers are browsers and our own. CloudFront
  # speaks at most TLS 1.2 to its origins (CloudFront API, OriginSslProtocols),
  # so it is given that with forward secrecy and authenticated ciphers only.
  _tls_policies = {
    for key, balancer in var.load_balancers : key => coalesce(
      balancer.tls_policy,
      balancer.cloudfront_only
      ? "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
      : "ELBSecurityPolicy-TLS13-1-3-2021-06",
    )
  }
  # "load balancer/route" => route
  routes = merge([
    for key, balancer in var.load_balancers : {
      for name, route in balancer.routes : "${key}/${name}" => merge(route, { load_balancer = key })
    }
  ]...)
  # "load balancer/certificate" => ARN
  _certificates = merge([
    for key, balancer in var.load_balancers : {
      for name, arn in balancer.certificate_arns : "${key}/${name}" => { load_balancer = key, arn = arn }
      if balancer.https
    }
  ]...)
}

#checkov:skip=CKV_AWS_103:The policies offered begin at TLS 1.2 with CloudFront and at 1.3 elsewhere
#checkov:skip=CKV_AWS_2:Without https = true the environment has no domain yet; then it is HTTP, and named so
resource "aws_lb_listener" "main" {
  #checkov:skip=CKV_AWS_2:HTTPS unless https = false, which an environment without a domain must say.
  #checkov:skip=CKV_AWS_103:The policy is one of TLS 1.3 or of restricted 1.2 by validation.
  for_each = var.load_balancers

  certificate_arn   = each.value.https ? each.value.certificate_arn : null
  load_balancer_arn = aws_lb.balancer[each.key].arn
  port              = each.value.https ? 443 : 80
  protocol          = each.value.https ? "HTTPS" : "HTTP"
  ssl_policy        = each.value.https ? local._tls_policies[each.key] : null
  tags              = merge(var.tags, each.value.tags)

  default_action {
    type = "forward"

    forward {
      dynamic "target_group" {
        for_each = each.value.target_groups
        content {
          arn    = aws_lb_target_group.group["${each.key}/${target_group.key}"].arn
          weight = target_group.value.weight
        }
      }

      # A caller stays on the colour that answered first, for this long.
      stickiness {
        duration = coalesce(each.value.sticky_seconds, 1)
        enabled  = each.value.sticky_seconds != null
      }
    }
  }
}

resource "aws_lb_listener" "redirect" {
  for_each = {
    for key, balancer in var.load_balancers : key => balancer if balancer.https && !balancer.cloudfront_only
  }

  load_balancer_arn = aws_lb.balancer[each.key].arn
  port              = 80
  protocol          = "HTTP"
  tags              = merge(var.tags, each.value.tags)

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener_certificate" "further" {
  for_each = local._certificates

  certificate_arn = each.value.arn
  listener_arn    = aws_lb_listener.main[each.value.load_balancer].arn
}

resource "aws_lb_listener_rule" "route" {
  for_each = local.routes

  listener_arn = aws_lb_listener.main[each.value.load_balancer].arn
  priority     = each.value.priority
  tags         = merge(var.tags, { Name = replace(each.key, "/", "-") })

  action {
    type = "forward"

    forward {
      dynamic "target_group" {
        for_each = each.value.weights
        content {
          arn    = aws_lb_target_group.group["${each.value.load_balancer}/${target_group.key}"].arn
          weight = target_group.value
        }
      }

      stickiness {
        duration = coalesce(var.load_balancers[each.value.load_balancer].sticky_seconds, 1)
        enabled  = var.load_balancers[each.value.load_balancer].sticky_seconds != null
      }
    }
  }

  dynamic "condition" {
    for_each = length(each.value.hosts) > 0 ? [each.value.hosts] : []
    content {
      host_header {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = length(each.value.paths) > 0 ? [each.value.paths] : []
    content {
      path_pattern {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = each.value.header == null ? [] : [each.value.header]
    content {
      http_header {
        http_header_name = condition.value.name
        values           = condition.value.values
      }
    }
  }
}
