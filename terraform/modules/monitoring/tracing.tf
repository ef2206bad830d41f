# X-Ray. Sampling rules and groups are the account's, so their names begin with
# the environment's code: X-Ray takes 32 characters.

resource "aws_xray_sampling_rule" "rule" {
  for_each = var.tracing == null ? {} : var.tracing.sampling

  fixed_rate     = each.value.rate
  host           = "*"
  http_method    = each.value.http_method
  priority       = each.value.priority
  reservoir_size = each.value.reservoir
  resource_arn   = "*"
  rule_name      = "${var.environment}-${each.key}"
  service_name   = each.value.service
  service_type   = "*"
  tags           = var.tags
  url_path       = each.value.path
  version        = 1

  lifecycle {
    precondition {
      condition     = length("${var.environment}-${each.key}") <= 32
      error_message = "The sampling rule \"${var.environment}-${each.key}\" has more than 32 characters, which X-Ray does not take. Shorten its name."
    }
  }
}

resource "aws_xray_group" "group" {
  for_each = var.tracing == null ? {} : var.tracing.groups

  filter_expression = each.value
  group_name        = "${var.environment}-${each.key}"
  tags              = var.tags

  insights_configuration {
    insights_enabled      = true
    notifications_enabled = true
  }

  lifecycle {
    precondition {
      condition     = length("${var.environment}-${each.key}") <= 32
      error_message = "The X-Ray group \"${var.environment}-${each.key}\" has more than 32 characters, which X-Ray does not take. Shorten its name."
    }
  }
}
