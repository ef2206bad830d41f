# What AWS itself says about its services and this account's resources.

locals {
  _health = var.health == null ? {} : { health = var.health }
}

resource "aws_cloudwatch_event_rule" "health" {
  for_each = local._health

  description = "AWS Health, to the morning topic"
  name        = local._rule_name
  tags        = var.tags
  event_pattern = jsonencode({
    source      = ["aws.health"]
    detail-type = ["AWS Health Abuse Event", "AWS Health Event"]
    detail = merge(
      { eventTypeCategory = sort(each.value.categories) },
      each.value.regions == null ? {} : { eventRegion = sort(each.value.regions) },
      each.value.regions != null || length(each.value.except) == 0 ? {} : {
        eventRegion = [{ anything-but = sort(each.value.except) }]
      },
    )
  })

  lifecycle {
    precondition {
      condition     = length(local._rule_name) <= 64
      error_message = "The rule name \"${local._rule_name}\" is longer than the 64 characters that EventBridge takes. Shorten the project's name."
    }
  }
}

resource "aws_cloudwatch_event_target" "health" {
  for_each = local._health

  arn       = aws_sns_topic.alarms["morning"].arn
  rule      = aws_cloudwatch_event_rule.health[each.key].name
  target_id = "morning"

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters[each.key].arn
  }

  # A target without its permission would send the first event to the dead
  # letters.
  depends_on = [aws_sns_topic_policy.alarms]
}

resource "aws_sqs_queue" "dead_letters" {
  for_each = local._health

  kms_data_key_reuse_period_seconds = 3600
  kms_master_key_id                 = aws_kms_key.messages.arn
  message_retention_seconds         = 1209600
  name                              = local._dead_letters_name
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
        Resource  = "${local._arn.sqs}:${local._dead_letters_name}"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OwnRule"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = "${local._arn.sqs}:${local._dead_letters_name}"
        Condition = { ArnEquals = { "aws:SourceArn" = "${local._arn.events}:rule/${local._rule_name}" } }
      },
    ]
  })
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  for_each = local._health

  alarm_actions       = [aws_sns_topic.alarms["morning"].arn]
  alarm_description   = "A message of AWS Health did not reach its topic. What to do: read it in the queue ${local._dead_letters_name}; its attribute ERROR_MESSAGE says what the topic or its key refused."
  alarm_name          = "${var.prefix}-monitoring-dead-letters"
  comparison_operator = "GreaterThanThreshold"
  dimensions          = { QueueName = local._dead_letters_name }
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
