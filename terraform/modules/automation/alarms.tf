# Alarms about the functions themselves. They go to the alarms topic, never
# through notify: an alarm that says notify is broken must not need notify.
# Missing data is no breach: a function that is not asked has no errors.

locals {
  _lambda_alarms = {
    duration = {
      comparison  = "GreaterThanThreshold"
      description = "takes, at the 95th percentile, more of its timeout than it should"
      metric      = "Duration"
      statistic   = null
      percentile  = "p95"
    }
    errors = {
      comparison  = "GreaterThanOrEqualToThreshold"
      description = "ends in errors"
      metric      = "Errors"
      statistic   = "Sum"
      percentile  = null
    }
    throttles = {
      comparison  = "GreaterThanOrEqualToThreshold"
      description = "is throttled"
      metric      = "Throttles"
      statistic   = "Sum"
      percentile  = null
    }
  }
  _queue_alarms = {
    dead_letters = {
      description = "has undelivered events in its dead-letter queue"
      metric      = "ApproximateNumberOfMessagesVisible"
    }
    queue_age = {
      description = "does not keep up with its queue"
      metric      = "ApproximateAgeOfOldestMessage"
    }
  }

  # What a manifest asks for, as thresholds in the metric's own unit.
  _thresholds = {
    for name, function in local.functions : name => {
      dead_letters = function.alarms.dead_letters
      duration = try(
        function.alarms.duration_percent * function.timeout_seconds * 10, null
      )
      errors = function.alarms.errors
      queue_age = (
        contains(keys(local.queues), name)
        ? function.alarms.queue_age_seconds
        : null
      )
      throttles = function.alarms.throttles
    }
  }
  _alarms = merge([
    for name, thresholds in local._thresholds : {
      for kind, threshold in thresholds : "${name}/${kind}" => {
        function  = name
        kind      = kind
        name      = "${local.prefix}-${name}-${replace(kind, "_", "-")}"
        threshold = threshold
      } if threshold != null
    }
  ]...)
}

resource "aws_cloudwatch_metric_alarm" "function" {
  for_each = {
    for key, alarm in local._alarms : key => merge(
      alarm, local._lambda_alarms[alarm.kind]
    ) if contains(keys(local._lambda_alarms), alarm.kind)
  }

  alarm_actions       = [aws_sns_topic.topic["alarms"].arn]
  alarm_description   = "${each.value.function} ${each.value.description}"
  alarm_name          = each.value.name
  comparison_operator = each.value.comparison
  evaluation_periods  = 1
  extended_statistic  = each.value.percentile
  metric_name         = each.value.metric
  namespace           = "AWS/Lambda"
  ok_actions          = [aws_sns_topic.topic["alarms"].arn]
  period              = 300
  statistic           = each.value.statistic
  tags                = var.tags
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"

  dimensions = {
    FunctionName = local.functions[each.value.function].function_name
  }
}

resource "aws_cloudwatch_metric_alarm" "queue" {
  for_each = {
    for key, alarm in local._alarms : key => merge(
      alarm, local._queue_alarms[alarm.kind]
    ) if contains(keys(local._queue_alarms), alarm.kind)
  }

  alarm_actions       = [aws_sns_topic.topic["alarms"].arn]
  alarm_description   = "${each.value.function} ${each.value.description}"
  alarm_name          = each.value.name
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = 1
  metric_name         = each.value.metric
  namespace           = "AWS/SQS"
  ok_actions          = [aws_sns_topic.topic["alarms"].arn]
  period              = 300
  statistic           = "Maximum"
  tags                = var.tags
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"

  dimensions = {
    QueueName = (
      each.value.kind == "dead_letters"
      ? local.functions[each.value.function].dead_letters_name
      : local.queues[each.value.function].name
    )
  }
}
