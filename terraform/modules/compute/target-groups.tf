# Target groups hold addresses of pods: the load balancer controller puts them
# in, told by a TargetGroupBinding (terraform/kubernetes). Blue and green are
# two of them, in one cluster or in two.

locals {
  # "load balancer/target group" => target group
  target_groups = merge([
    for key, balancer in var.load_balancers : {
      for name, group in balancer.target_groups : "${key}/${name}" => merge(group, {
        load_balancer = key
        tags          = balancer.tags
      })
    }
  ]...)
}

#checkov:skip=CKV_AWS_378:TLS ends at the load balancer; from there to the pods the way is inside the network and one group rule wide
resource "aws_lb_target_group" "group" {
  #checkov:skip=CKV_AWS_378:TLS ends at the load balancer; from there to the pods the network is private.
  for_each = local.target_groups

  deregistration_delay          = each.value.deregistration_seconds
  load_balancing_algorithm_type = "least_outstanding_requests"
  name                          = local.target_group_names[each.key]
  port                          = each.value.port
  protocol                      = "HTTP"
  protocol_version              = each.value.protocol_version
  tags                          = merge(var.tags, each.value.tags, { Name = local.target_group_full_names[each.key] })
  target_type                   = "ip"
  vpc_id                        = var.vpc_id

  health_check {
    healthy_threshold   = each.value.health_check.healthy
    interval            = each.value.health_check.interval_seconds
    matcher             = each.value.health_check.codes
    path                = each.value.health_check.path
    port                = "traffic-port"
    protocol            = "HTTP"
    timeout             = each.value.health_check.timeout_seconds
    unhealthy_threshold = each.value.health_check.unhealthy
  }

  lifecycle {
    precondition {
      condition     = length(local.target_group_names[each.key]) <= 32
      error_message = <<-EOT
        The target group name "${local.target_group_names[each.key]}" has
        ${length(local.target_group_names[each.key])} characters even with the
        project's initials; Elastic Load Balancing takes 32. Shorten the key of
        the load balancer or of the target group.
      EOT
    }
  }
}
