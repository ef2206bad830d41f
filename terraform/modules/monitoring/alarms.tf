# Every alarm is one entry of a map, "area/thing/kind": what is wrong, what to
# do, how bad it is, and the metrics. The alarms-*.tf files fill the map.
#
# Silence is no breach: what sleeps at night sends no metrics. Where silence
# itself is the trouble (no backup was made), the entry says so.

locals {
  # An entry without `expression` has one metric and becomes a plain alarm,
  # which is what off-hours recognises as belonging to the resource it stops.
  _alarm_defaults = {
    comparison = "GreaterThanThreshold"
    expression = null
    missing    = "notBreaching"
    of         = null
    period     = 300
    periods    = 1
    severity   = "morning"
    statistic  = "Average"
  }

  alarms = {
    for key, alarm in merge(
      local._application_alarms,
      local._backup_alarms,
      local._cache_alarms,
      local._canary_alarms,
      local._certificate_alarms,
      local._cluster_alarms,
      local._database_alarms,
      local._distribution_alarms,
      local._filter_alarms,
      local._health_check_alarms,
      local._load_balancer_alarms,
      local._nat_alarms,
      local._pending_alarms,
      local._queue_alarms,
      local._replication_alarms,
      ) : key => merge(local._alarm_defaults, alarm, {
        description = "${alarm.says} What to do: ${alarm.todo}"
        name        = "${var.prefix}-${replace(key, "/", "-")}"
        of          = try(alarm.of, null) == null ? try(alarm.periods, 1) : alarm.of
    }) if !anytrue([for left_out in var.without : key == left_out || startswith(key, "${left_out}/")])
  }
}

resource "aws_cloudwatch_metric_alarm" "alarm" {
  for_each = local.alarms

  # Single alarms are what people read afterwards; calls go out through the
  # composite alarm.
  alarm_actions       = [aws_sns_topic.alarms["morning"].arn]
  alarm_description   = each.value.description
  alarm_name          = each.value.name
  comparison_operator = each.value.comparison
  datapoints_to_alarm = each.value.periods
  evaluation_periods  = each.value.of
  ok_actions          = [aws_sns_topic.alarms["morning"].arn]
  tags                = merge(var.tags, { Severity = each.value.severity })
  threshold           = each.value.threshold
  treat_missing_data  = each.value.missing

  dimensions         = each.value.expression == null ? one(values(each.value.metrics)).dimensions : null
  extended_statistic = each.value.expression == null && startswith(each.value.statistic, "p") ? each.value.statistic : null
  metric_name        = each.value.expression == null ? one(values(each.value.metrics)).name : null
  namespace          = each.value.expression == null ? one(values(each.value.metrics)).namespace : null
  period             = each.value.expression == null ? each.value.period : null
  statistic          = each.value.expression == null && !startswith(each.value.statistic, "p") ? each.value.statistic : null

  dynamic "metric_query" {
    for_each = { for id, expression in { result = each.value.expression } : id => expression if expression != null }
    content {
      expression  = metric_query.value
      id          = metric_query.key
      label       = split("/", each.key)[2]
      return_data = true
    }
  }

  dynamic "metric_query" {
    for_each = { for id, metric in each.value.metrics : id => metric if each.value.expression != null }
    content {
      id = metric_query.key
      metric {
        dimensions  = metric_query.value.dimensions
        metric_name = metric_query.value.name
        namespace   = metric_query.value.namespace
        period      = each.value.period
        stat        = try(metric_query.value.statistic, each.value.statistic)
      }
    }
  }

  lifecycle {
    precondition {
      condition     = length(each.value.name) <= 255
      error_message = <<-EOT
        The alarm name "${each.value.name}" has ${length(each.value.name)}
        characters; CloudWatch takes 255. Shorten the project's name or the
        key of what is watched.
      EOT
    }
    precondition {
      condition     = length(each.value.metrics) <= 10
      error_message = <<-EOT
        The alarm ${each.key} looks at ${length(each.value.metrics)} metrics;
        CloudWatch takes 10 in one alarm. Give the cache as two.
      EOT
    }
  }
}

# Bands: what a metric usually is at this hour of this weekday, learnt over two
# weeks. They find what no fixed threshold does, and are wrong more often, so
# they are an option and never urgent.
resource "aws_cloudwatch_metric_alarm" "band" {
  for_each = var.anomalies == null ? {} : local._bands

  alarm_actions       = [aws_sns_topic.alarms["morning"].arn]
  alarm_description   = "${each.value.says} What to do: compare with the same hour of last week on the dashboard; a release, a campaign or a crawler explains most of it."
  alarm_name          = "${var.prefix}-${replace(each.key, "/", "-")}"
  comparison_operator = "LessThanLowerOrGreaterThanUpperThreshold"
  datapoints_to_alarm = 3
  evaluation_periods  = 3
  ok_actions          = [aws_sns_topic.alarms["morning"].arn]
  tags                = merge(var.tags, { Severity = "morning" })
  threshold_metric_id = "band"
  treat_missing_data  = "notBreaching"

  metric_query {
    expression  = "ANOMALY_DETECTION_BAND(usual, ${var.anomalies.width})"
    id          = "band"
    label       = "usual"
    return_data = true
  }

  metric_query {
    id          = "usual"
    return_data = true
    metric {
      dimensions  = each.value.dimensions
      metric_name = each.value.name
      namespace   = each.value.namespace
      period      = 300
      stat        = each.value.statistic
    }
  }
}

locals {
  _bands = merge(
    {
      for key, balancer in var.load_balancers : "load-balancer/${key}/usual-latency" => {
        says       = "Answers of the load balancer ${key} are unusually slow or fast for this hour."
        name       = "TargetResponseTime"
        namespace  = "AWS/ApplicationELB"
        dimensions = { LoadBalancer = balancer.arn_suffix }
        statistic  = "p95"
      }
    },
    {
      for key, balancer in var.load_balancers : "load-balancer/${key}/usual-traffic" => {
        says       = "The load balancer ${key} has unusually many or few requests for this hour."
        name       = "RequestCount"
        namespace  = "AWS/ApplicationELB"
        dimensions = { LoadBalancer = balancer.arn_suffix }
        statistic  = "Sum"
      }
    },
  )
}
