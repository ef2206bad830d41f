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
