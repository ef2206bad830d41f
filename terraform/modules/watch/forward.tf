# Events of this region that functions of the home region wait for. They are
# handed over as they are: account, region and id stay those of where it
# happened, and the rules at home match them as their own. EventBridge hands
# what came from another bus to no third one, so nothing goes round.

locals {
  _forward   = var.forward == null ? {} : { forward = var.forward }
  _forwarded = try(var.forward.rules, {})
  _home      = try(split(":", var.forward.bus_arn)[3], null)

  _forward_dead_letters_name = "${var.prefix}-forward-dead-letters"
  # IAM's names are one for all regions.
  _forward_role_name  = "${var.prefix}-forward-${local._region}-role"
  _forward_rule_names = { for name in keys(local._forwarded) : name => "${var.prefix}-${name}" }
}

resource "aws_iam_role" "forward" {
  for_each = local._forward

  description          = "Hands events of ${local._region} to the bus of ${local._home}"
  name                 = local._forward_role_name
  permissions_boundary = each.value.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        ArnEquals    = { "aws:SourceArn" = [for name in values(local._forward_rule_names) : "${local._arn.events}:rule/${name}"] }
        StringEquals = { "aws:SourceAccount" = local._account }
      }
    }]
  })

  lifecycle {
    precondition {
      condition     = local._home != local._region
      error_message = "The bus of ${local._region} would be handed its own events: forward from other regions only."
    }
    precondition {
      condition     = length(local._forward_role_name) <= 64
      error_message = "The role name \"${local._forward_role_name}\" is longer than the 64 characters that IAM takes. Shorten the project's name."
    }
  }
}

resource "aws_iam_role_policy" "forward" {
  for_each = local._forward

  name = "home-bus"
  role = aws_iam_role.forward[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "HomeBus"
      Effect   = "Allow"
      Action   = "events:PutEvents"
      Resource = each.value.bus_arn
    }]
  })
}

resource "aws_cloudwatch_event_rule" "forward" {
  for_each = local._forwarded

  description   = "To ${local._home}: ${each.value.description}"
  event_pattern = each.value.pattern
  name          = local._forward_rule_names[each.key]
  tags          = var.tags

  lifecycle {
    precondition {
      condition     = length(local._forward_rule_names[each.key]) <= 64
      error_message = "The rule name \"${local._forward_rule_names[each.key]}\" is longer than the 64 characters that EventBridge takes. Shorten the project's name or the event's key."
    }
  }
}

resource "aws_cloudwatch_event_target" "forward" {
  for_each = local._forwarded

  arn       = var.forward.bus_arn
  role_arn  = aws_iam_role.forward["forward"].arn
  rule      = aws_cloudwatch_event_rule.forward[each.key].name
  target_id = "home"

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters["forward"].arn
  }

  # The longest that EventBridge knows: a finding is late rather than lost
  # while the home region cannot be reached.
  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  # A target without its rights would send the first event to the dead letters.
  depends_on = [aws_iam_role_policy.forward]
}
