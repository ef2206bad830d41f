# What EventBridge could not hand over: a queue and an alarm for each kind of
# rule, because what is to do about them differs.

locals {
  _dead_letters = merge(
    {
      for key, _ in local._health : key => {
        alarm = "${var.prefix}-monitoring-dead-letters"
        label = "dead-letters"
        name  = local._dead_letters_name
        rules = [local._rule_name]
        what  = "A message of AWS Health did not reach its topic. What to do: read it in the queue ${local._dead_letters_name}; its attribute ERROR_MESSAGE says what the topic or its key refused."
      }
    },
    {
      for key, _ in local._forward : key => {
        alarm = "${var.prefix}-forward-dead-letters"
        label = "forward-dead-letters"
        name  = local._forward_dead_letters_name
        rules = [for name in keys(local._forwarded) : local._forward_rule_names[name]]
        what  = "An event of ${local._region} did not reach the bus of ${local._home}, so no function there has heard it. What to do: read it in the queue ${local._forward_dead_letters_name} of ${local._region}; its attribute ERROR_MESSAGE says what was refused, RULE_ARN by which rule it was to go. Mend that, and send the event to the function's own queue."
      }
    },
  )
}

resource "aws_sqs_queue" "dead_letters" {
  for_each = local._dead_letters

  kms_data_key_reuse_period_seconds = 3600
  kms_master_key_id                 = aws_kms_key.messages.arn
  message_retention_seconds         = 1209600
  name                              = each.value.name
  redrive_allow_policy              = jsonencode({ redrivePermission = "denyAll" })
  tags                              = var.tags
  # Inside the queue, not as a resource of its own: the provider waits half a
  # minute for either.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TransportSecurityOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = "${local._arn.sqs}:${each.value.name}"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OwnRules"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = "${local._arn.sqs}:${each.value.name}"
        Condition = { ArnEquals = { "aws:SourceArn" = [for name in each.value.rules : "${local._arn.events}:rule/${name}"] } }
      },
    ]
  })
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  for_each = local._dead_letters

  alarm_actions       = [aws_sns_topic.alarms["morning"].arn]
  alarm_description   = each.value.what
  alarm_name          = each.value.alarm
  comparison_operator = "GreaterThanThreshold"
  dimensions          = { QueueName = each.value.name }
  evaluation_periods  = 1
  metric_name         = "ApproximateNumberOfMessagesVisible"
  namespace           = "AWS/SQS"
  ok_actions          = [aws_sns_topic.alarms["morning"].arn]
  period              = 300
  statistic           = "Maximum"
  tags                = merge(var.tags, { Severity = "morning" })
  threshold           = 0
  treat_missing_data  = "notBreaching"
}
