# Clocks: EventBridge Scheduler, because rules know no time zones.

resource "aws_scheduler_schedule_group" "operations" {
  name = local.names.schedule_group
  tags = var.tags
}

resource "aws_iam_role" "scheduler" {
  for_each = toset([for schedule in local.schedules : schedule.function])

  description          = "Lets schedules invoke ${each.key}, and nothing else"
  name                 = local.functions[each.key].scheduler_name
  permissions_boundary = local.boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = local.account
          "aws:SourceArn"     = aws_scheduler_schedule_group.operations.arn
        }
      }
    }]
  })

  lifecycle {
    precondition {
      condition     = length(local.functions[each.key].scheduler_name) <= 64
      error_message = <<-EOT
        The role name "${local.functions[each.key].scheduler_name}" has
        ${length(local.functions[each.key].scheduler_name)} characters; IAM
        takes 64. Shorten var.project or the folder's name.
      EOT
    }
  }
}

resource "aws_iam_role_policy" "scheduler" {
  for_each = aws_iam_role.scheduler

  name = "invoke"
  role = each.value.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "InvokeAlias"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = ["${local.functions[each.key].function_arn}:live"]
      },
      {
        Sid      = "DeadLetters"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [local.functions[each.key].dead_letters_arn]
      },
      {
        Sid      = "DeadLettersKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = [aws_kms_key.operations.arn]
        Condition = {
          StringEquals = {
            "kms:ViaService" = "sqs.${local.region}.amazonaws.com"
          }
        }
      },
    ]
  })
}

resource "aws_scheduler_schedule" "function" {
  #checkov:skip=CKV_AWS_297:A schedule holds a command, no data.
  for_each = local.schedules

  description                  = "Wakes ${each.value.function}"
  group_name                   = aws_scheduler_schedule_group.operations.name
  name                         = each.value.name
  schedule_expression          = each.value.expression
  schedule_expression_timezone = each.value.timezone
  state                        = each.value.enabled ? "ENABLED" : "DISABLED"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_alias.live[each.value.function].arn
    input    = each.value.input
    role_arn = aws_iam_role.scheduler[each.value.function].arn

    dead_letter_config {
      arn = aws_sqs_queue.dead_letters[each.value.function].arn
    }

    retry_policy {
      maximum_event_age_in_seconds = local.functions[each.value.function].retry.max_age_seconds
      maximum_retry_attempts       = local.functions[each.value.function].retry.attempts
    }
  }

  lifecycle {
    precondition {
      condition     = length(each.value.name) <= 64
      error_message = <<-EOT
        The schedule name "${each.value.name}" has ${length(each.value.name)}
        characters; EventBridge Scheduler takes 64. Shorten var.project or
        the schedule's key.
      EOT
    }
  }

  # The first tick may come at once.
  depends_on = [aws_iam_role_policy.scheduler]
}
