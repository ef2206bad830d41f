locals {
  # "load balancer/port/source" => who may call
  _callers = merge([
    for key, balancer in var.load_balancers : merge([
      for port in balancer.https && !balancer.cloudfront_only ? [80, 443] : [balancer.https ? 443 : 80] :
      balancer.cloudfront_only ? {
        # CloudFront's list counts as 55 rules of the 60 that a group may
        # have: one port, not two.
        "${key}/${port}/cloudfront" = { balancer = key, port = port, cidr = null, list = local._cloudfront_list }
        } : {
        for cidr in coalesce(balancer.cidrs, balancer.internal ? [var.vpc_cidr] : ["0.0.0.0/0"]) :
        "${key}/${port}/${cidr}" => { balancer = key, port = port, cidr = cidr, list = null }
      }
    ]...)
  ]...)

  # "load balancer/destination/port" => where it may go: the clusters of its
  # target groups, or, without one, the network.
  _callees = {
    for callee in distinct([
      for group in values(local.target_groups) : {
        balancer = group.load_balancer
        cluster  = group.cluster
        port     = group.port
      }
    ]) : "${callee.balancer}/${callee.cluster == null ? "network" : callee.cluster}/${callee.port}" => callee
  }

  # com.amazonaws.global.cloudfront.origin-facing. The ids are AWS's and do not
  # change; a look-up would make each plan wait for one more answer.
  _cloudfront_lists = {
    eu-central-1 = "pl-a3a144ca"
    eu-west-1    = "pl-4fa04526"
    us-east-1    = "pl-3b927c52"
    us-east-2    = "pl-b6a144df"
    us-west-2    = "pl-82a045eb"
  }
  _cloudfront_list = lookup(local._cloudfront_lists, local._region, null)
}

resource "aws_security_group" "load_balancer" {
  for_each = var.load_balancers

  description = "Load balancer ${local.load_balancer_full_names[each.key]}"
  name        = local.load_balancer_full_names[each.key]
  tags        = merge(var.tags, each.value.tags, { Name = local.load_balancer_full_names[each.key] })
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  for_each = local._callers

  cidr_ipv4         = each.value.cidr
  description       = each.value.port == 80 && var.load_balancers[each.value.balancer].https ? "Sent on to HTTPS" : "Callers"
  from_port         = each.value.port
  ip_protocol       = "tcp"
  prefix_list_id    = each.value.list
  security_group_id = aws_security_group.load_balancer[each.value.balancer].id
  tags              = var.tags
  to_port           = each.value.port

  lifecycle {
    precondition {
      condition     = each.value.cidr != null || each.value.list != null
      error_message = "No prefix list of CloudFront is known here for ${local._region}: add it to load-balancers.tf."
    }
  }
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  for_each = local._callees

  cidr_ipv4         = each.value.cluster == null ? var.vpc_cidr : null
  description       = each.value.cluster == null ? "Targets" : "Pods of ${each.value.cluster}"
  from_port         = each.value.port
  ip_protocol       = "tcp"
  security_group_id = aws_security_group.load_balancer[each.value.balancer].id
  tags              = var.tags
  to_port           = each.value.port
  referenced_security_group_id = (
    each.value.cluster == null
    ? null
    : aws_eks_cluster.cluster[each.value.cluster].vpc_config[0].cluster_security_group_id
  )
}

# Nodes and pods share the cluster's group. The load balancer reaches the ports
# of its pods in it, and nothing else: it never speaks to the API on 443.
resource "aws_vpc_security_group_ingress_rule" "pods" {
  for_each = { for key, callee in local._callees : key => callee if callee.cluster != null }

  description                  = "Load balancer ${each.value.balancer}"
  from_port                    = each.value.port
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.load_balancer[each.value.balancer].id
  security_group_id            = aws_eks_cluster.cluster[each.value.cluster].vpc_config[0].cluster_security_group_id
  tags                         = var.tags
  to_port                      = each.value.port
}

resource "aws_lb" "balancer" {
  #checkov:skip=CKV_AWS_150:On unless the settings say otherwise, for environments that come and go.
  for_each = var.load_balancers

  client_keep_alive          = each.value.keep_alive_seconds
  desync_mitigation_mode     = each.value.desync
  drop_invalid_header_fields = true
  enable_deletion_protection = each.value.deletion_protection
  enable_http2               = true
  # A firewall that does not answer closes the door.
  enable_waf_fail_open = false
  enable_zonal_shift   = each.value.zonal_shift
  idle_timeout         = each.value.idle_seconds
  #checkov:skip=CKV2_AWS_28:The firewall is associated by the cdn module
  internal           = each.value.internal
  load_balancer_type = "application"
  name               = local.load_balancer_names[each.key]
  security_groups    = [aws_security_group.load_balancer[each.key].id]
  subnets            = values(each.value.internal ? var.subnet_ids : var.public_subnet_ids)
  tags               = merge(var.tags, each.value.tags, { Name = local.load_balancer_full_names[each.key] })

  dynamic "access_logs" {
    for_each = each.value.logs ? [var.logs_bucket] : []
    content {
      bucket  = access_logs.value
      enabled = true
      prefix  = "load-balancers/${each.key}"
    }
  }

  dynamic "connection_logs" {
    for_each = each.value.logs ? [var.logs_bucket] : []
    content {
      bucket  = connection_logs.value
      enabled = true
      prefix  = "load-balancers/${each.key}"
    }
  }

  lifecycle {
    precondition {
      condition     = length(local.load_balancer_names[each.key]) <= 32
      error_message = <<-EOT
        The load balancer name "${local.load_balancer_names[each.key]}" has
        ${length(local.load_balancer_names[each.key])} characters even with the
        project's initials; Elastic Load Balancing takes 32. Shorten the load
        balancer's key.
      EOT
    }
    precondition {
      condition     = length(each.value.internal ? var.subnet_ids : var.public_subnet_ids) >= 2
      error_message = "The load balancer \"${each.key}\" needs subnets in two zones; ${each.value.internal ? "subnet_ids" : "public_subnet_ids"} has ${length(each.value.internal ? var.subnet_ids : var.public_subnet_ids)}."
    }
  }
}
