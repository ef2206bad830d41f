# A composite alarm sees alarms of its own region and account only (CloudWatch
# user guide, "Create a composite alarm"): each region has its own lamp.

locals {
  _composites = length(var.lamps) == 0 ? {} : { urgent = "${var.prefix}-environments-urgent" }
  _charges    = var.charges_usd == null ? {} : { charges = var.charges_usd }
}

resource "aws_cloudwatch_composite_alarm" "environments" {
  for_each = local._composites

  actions_enabled   = true
  alarm_actions     = [aws_sns_topic.alarms["urgent"].arn]
  alarm_description = "People who use one of ${join(", ", keys(var.lamps))} in ${local._region} are affected now. What to do: open the dashboard ${var.dashboard}; the row of the environment whose lamp is red says by what."
  alarm_name        = each.value
  alarm_rule        = join(" OR ", [for name in values(var.lamps) : "ALARM(\"${name}\")"])
  ok_actions        = [aws_sns_topic.alarms["urgent"].arn]
  tags              = merge(var.tags, { Severity = "urgent" })

  lifecycle {
    precondition {
      condition     = length(var.lamps) <= 100
      error_message = "A composite alarm takes 100 alarms, and there are ${length(var.lamps)} environments in ${local._region}."
    }
  }
}

# What the account has been charged this month so far. AWS writes it down a few
# times a day, in us-east-1 alone.
resource "aws_cloudwatch_metric_alarm" "charges" {
  for_each = local._charges

  alarm_actions       = [aws_sns_topic.alarms["morning"].arn]
  alarm_description   = "The account has cost more than ${each.value} USD this month. What to do: open Cost Explorer, grouped by the tag Environment, and compare with last month; the budgets say which environment it is."
  alarm_name          = "${var.prefix}-account-charges"
  comparison_operator = "GreaterThanThreshold"
  dimensions          = { Currency = "USD" }
  evaluation_periods  = 1
  metric_name         = "EstimatedCharges"
  namespace           = "AWS/Billing"
  ok_actions          = [aws_sns_topic.alarms["morning"].arn]
  period              = 21600
  statistic           = "Maximum"
  tags                = merge(var.tags, { Severity = "morning" })
  threshold           = each.value
  treat_missing_data  = "notBreaching"

  lifecycle {
    precondition {
      condition     = local._region == "us-east-1"
      error_message = "AWS measures charges in us-east-1 only, not in ${local._region}."
    }
  }
}
