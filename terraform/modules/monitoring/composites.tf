# Two alarms for the whole environment. "urgent" is what a pager hears; it says
# once that people are affected, and the single alarms say by what. "morning"
# calls nobody: it is the one lamp on the dashboards, of this environment and
# of the shared one.

locals {
  _members = {
    for severity in local._severities : severity => sort(concat(
      [for key, alarm in local.alarms : alarm.name if alarm.severity == severity],
      [for alarm in var.other_alarms : alarm.name if alarm.severity == severity],
    ))
  }
  composite_names = { for severity in local._severities : severity => "${var.prefix}-environment-${severity}" }
  # Known at plan, unlike the names of other alarms.
  _has_members = {
    for severity in local._severities : severity => anytrue(concat(
      [for alarm in local.alarms : alarm.severity == severity],
      [for alarm in var.other_alarms : alarm.severity == severity],
    ))
  }
}

resource "aws_cloudwatch_composite_alarm" "environment" {
  for_each = { for severity, name in local.composite_names : severity => name if local._has_members[severity] }

  actions_enabled = true
  alarm_actions   = each.key == "urgent" ? [aws_sns_topic.alarms["urgent"].arn] : []
  alarm_description = {
    morning = "Something in ${var.prefix} wants a look; nobody is affected yet. What to do: open the dashboard ${local.dashboard_names.morning}; its first row names the alarms."
    urgent  = "People who use ${var.prefix} are affected now. What to do: open the dashboard ${local.dashboard_names.morning}; its first row names the alarms, and each alarm says what to do."
  }[each.key]
  alarm_name = each.value
  alarm_rule = join(" OR ", [for name in local._members[each.key] : "ALARM(\"${name}\")"])
  ok_actions = each.key == "urgent" ? [aws_sns_topic.alarms["urgent"].arn] : []
  tags       = merge(var.tags, { Severity = each.key })

  # A rule names alarms; CloudWatch refuses one that does not exist yet.
  depends_on = [aws_cloudwatch_metric_alarm.alarm]

  lifecycle {
    precondition {
      condition     = length(local._members[each.key]) <= 100
      error_message = <<-EOT
        The environment has ${length(local._members[each.key])} alarms that are
        ${each.key}; a composite alarm takes 100. Leave some out with `without`,
        or watch a part of the environment with a second module.
      EOT
    }
  }
}
