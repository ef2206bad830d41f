locals {
  _plain_checks = { for key, check in var.health_checks : key => check if length(check.children) == 0 }
  health_check_ids = merge(
    { for key, check in aws_route53_health_check.check : key => check.id },
    { for key, check in aws_route53_health_check.calculated : key => check.id },
  )
}

resource "aws_route53_health_check" "check" {
  for_each = local._plain_checks

  cloudwatch_alarm_name           = try(each.value.alarm_of.name, null)
  cloudwatch_alarm_region         = try(each.value.alarm_of.region, null)
  enable_sni                      = each.value.alarm_of == null ? true : null
  failure_threshold               = each.value.alarm_of == null ? each.value.failures : null
  fqdn                            = each.value.alarm_of == null ? each.value.fqdn : null
  insufficient_data_health_status = each.value.alarm_of == null ? null : "LastKnownStatus"
  invert_healthcheck              = each.value.inverted
  port                            = each.value.alarm_of == null ? 443 : null
  regions                         = each.value.regions
  request_interval                = each.value.alarm_of == null ? each.value.interval_seconds : null
  resource_path                   = each.value.alarm_of == null ? each.value.path : null
  search_string                   = each.value.search
  tags                            = merge(var.tags, { Name = "${var.prefix}-${each.key}-health" })
  type = (
    each.value.alarm_of != null ? "CLOUDWATCH_METRIC" :
    each.value.search != null ? "HTTPS_STR_MATCH" : "HTTPS"
  )
}

resource "aws_route53_health_check" "calculated" {
  for_each = { for key, check in var.health_checks : key => check if length(check.children) > 0 }

  child_health_threshold = coalesce(each.value.healthy_children, length(each.value.children))
  child_healthchecks     = [for child in each.value.children : aws_route53_health_check.check[child].id]
  invert_healthcheck     = each.value.inverted
  tags                   = merge(var.tags, { Name = "${var.prefix}-${each.key}-health" })
  type                   = "CALCULATED"
}

# Route 53 keeps its metrics in us-east-1.
resource "aws_cloudwatch_metric_alarm" "health" {
  for_each = { for key, check in var.health_checks : key => check if check.alarm }
  provider = aws.global

  alarm_actions       = var.alarm_actions
  alarm_description   = "Route 53 sees ${coalesce(each.value.fqdn, each.key)} down: what fails over by it does so now."
  alarm_name          = "${var.prefix}-${each.key}-health"
  comparison_operator = "LessThanThreshold"
  dimensions          = { HealthCheckId = local.health_check_ids[each.key] }
  evaluation_periods  = 1
  metric_name         = "HealthCheckStatus"
  namespace           = "AWS/Route53"
  ok_actions          = var.alarm_actions
  period              = 60
  statistic           = "Minimum"
  tags                = var.tags
  threshold           = 1
  treat_missing_data  = "breaching"
}
