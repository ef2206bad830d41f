# Events: rules on the account's default bus, where AWS services publish. They
# invoke the function, or fill its queue where the manifest says so.

resource "aws_cloudwatch_event_rule" "function" {
  for_each = local.rules

  description   = each.value.description
  event_pattern = each.value.pattern
  name          = each.value.name
  tags          = var.tags

  lifecycle {
    precondition {
      condition     = length(each.value.name) <= 64
      error_message = <<-EOT
        The rule name "${each.value.name}" has ${length(each.value.name)}
        characters; EventBridge takes 64. Shorten var.project or the event's
        key.
      EOT
    }
  }
}

resource "aws_cloudwatch_event_target" "function" {
  for_each = local.rules

  arn = (
    each.value.queued
    ? aws_sqs_queue.function[each.value.function].arn
    : aws_lambda_alias.live[each.value.function].arn
  )
  rule      = aws_cloudwatch_event_rule.function[each.key].name
  target_id = each.value.function

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters[each.value.function].arn
  }

  retry_policy {
    maximum_event_age_in_seconds = local.functions[each.value.function].retry.max_age_seconds
    maximum_retry_attempts       = local.functions[each.value.function].retry.attempts
  }

  # A target without its permission would send the first event to the dead
  # letters.
  depends_on = [aws_lambda_permission.rule]
}

resource "aws_lambda_permission" "rule" {
  for_each = { for key, rule in local.rules : key => rule if !rule.queued }

  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.function[each.value.function].function_name
  principal      = "events.amazonaws.com"
  qualifier      = aws_lambda_alias.live[each.value.function].name
  source_account = local.account
  source_arn     = aws_cloudwatch_event_rule.function[each.key].arn
  statement_id   = "rule-${each.value.event}"
}
