resource "aws_cloudwatch_log_group" "function" {
  for_each = local.functions

  kms_key_id        = aws_kms_key.operations.arn
  name              = "/aws/lambda/${each.value.function_name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_function" "function" {
  #checkov:skip=CKV_AWS_116:Asynchronous failures go to the queue of aws_lambda_function_event_invoke_config.live.
  #checkov:skip=CKV_AWS_117:It calls AWS and Slack only; in a network it would need a way out and gain nothing.
  #checkov:skip=CKV_AWS_272:The pipeline that builds the package applies it, and its hash is in the plan.
  for_each = local.functions

  architectures    = [var.architecture]
  description      = each.value.description
  filename         = each.value.package
  function_name    = each.value.function_name
  handler          = "bootstrap"
  kms_key_arn      = aws_kms_key.operations.arn
  memory_size      = each.value.memory_mb
  package_type     = "Zip"
  publish          = true
  role             = aws_iam_role.function[each.key].arn
  runtime          = "provided.al2023"
  tags             = var.tags
  timeout          = each.value.timeout_seconds
  source_code_hash = try(filebase64sha256(each.value.package), null)

  reserved_concurrent_executions = each.value.reserved_concurrency

  environment {
    variables = each.value.environment
  }

  logging_config {
    application_log_level = var.log_level
    log_format            = "JSON"
    log_group             = aws_cloudwatch_log_group.function[each.key].name
    system_log_level      = "WARN"
  }

  tracing_config {
    mode = "Active"
  }

  lifecycle {
    precondition {
      condition     = length(each.value.function_name) <= 64
      error_message = <<-EOT
        The function name "${each.value.function_name}" has
        ${length(each.value.function_name)} characters; Lambda takes 64.
        Shorten var.project or the folder's name.
      EOT
    }
    precondition {
      condition     = fileexists(each.value.package)
      error_message = <<-EOT
        There is no package for ${each.key} at ${each.value.package}. Build
        it first: cargo lambda build --release --output-format zip
        ${var.architecture == "arm64" ? "--arm64" : "--x86-64"}
      EOT
    }
  }

  # Without its permissions a first, early event would fail for good.
  depends_on = [
    aws_iam_role_policy.manifest,
    aws_iam_role_policy.platform,
  ]
}

resource "aws_lambda_alias" "live" {
  for_each = local.functions

  description      = "What schedules, rules and queues invoke"
  function_name    = aws_lambda_function.function[each.key].function_name
  function_version = aws_lambda_function.function[each.key].version
  name             = "live"
}

resource "aws_lambda_function_event_invoke_config" "live" {
  for_each = local.functions

  function_name                = aws_lambda_function.function[each.key].function_name
  maximum_event_age_in_seconds = each.value.retry.max_age_seconds
  maximum_retry_attempts       = each.value.retry.attempts
  qualifier                    = aws_lambda_alias.live[each.key].name

  destination_config {
    on_failure {
      destination = aws_sqs_queue.dead_letters[each.key].arn
    }
  }
}
