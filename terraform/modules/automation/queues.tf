# Topic or rules -> queue -> function, for manifests that have a queue.

resource "aws_sqs_queue" "function" {
  for_each = local.queues

  kms_data_key_reuse_period_seconds = 3600
  kms_master_key_id                 = aws_kms_key.operations.arn
  message_retention_seconds         = 1209600
  name                              = each.value.name
  receive_wait_time_seconds         = 20
  tags                              = var.tags
  visibility_timeout_seconds        = each.value.visibility
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid       = "TransportSecurityOnly"
          Effect    = "Deny"
          Principal = "*"
          Action    = "sqs:*"
          Resource  = each.value.arn
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ],
      [
        for topic in [for name in [each.value.topic] : name if name != null] : {
          Sid       = "OwnTopic"
          Effect    = "Allow"
          Principal = { Service = "sns.amazonaws.com" }
          Action    = "sqs:SendMessage"
          Resource  = each.value.arn
          Condition = { ArnEquals = { "aws:SourceArn" = local.topic_arns[topic] } }
        }
      ],
      [
        for sources in [[
          for rule in local.rules : "${local._arn.events}:rule/${rule.name}"
          if rule.function == each.key && rule.queued
          ]] : {
          Sid       = "OwnRules"
          Effect    = "Allow"
          Principal = { Service = "events.amazonaws.com" }
          Action    = "sqs:SendMessage"
          Resource  = each.value.arn
          Condition = { ArnEquals = { "aws:SourceArn" = sources } }
        } if length(sources) > 0
      ],
    )
  })
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters[each.key].arn
    maxReceiveCount     = each.value.max_receive_count
  })

  lifecycle {
    precondition {
      condition     = length(each.value.name) <= 80
      error_message = <<-EOT
        The queue name "${each.value.name}" has ${length(each.value.name)}
        characters; SQS takes 80. Shorten var.project or the folder's name.
      EOT
    }
    precondition {
      condition = (
        each.value.visibility >= local.functions[each.key].timeout_seconds
      )
      error_message = <<-EOT
        The queue of ${each.key} shows a message again after
        ${each.value.visibility} seconds, before the function's timeout of
        ${local.functions[each.key].timeout_seconds}: it would run twice.
      EOT
    }
  }
}

resource "aws_sns_topic_subscription" "function" {
  for_each = { for key, queue in local.queues : key => queue if queue.topic != null }

  endpoint             = aws_sqs_queue.function[each.key].arn
  filter_policy        = each.value.filter
  filter_policy_scope  = each.value.filter == null ? null : "MessageBody"
  protocol             = "sqs"
  raw_message_delivery = true
  topic_arn            = aws_sns_topic.topic[each.value.topic].arn
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters[each.key].arn
  })
}

resource "aws_lambda_event_source_mapping" "queue" {
  for_each = local.queues

  batch_size                         = each.value.batch_size
  event_source_arn                   = aws_sqs_queue.function[each.key].arn
  function_name                      = aws_lambda_alias.live[each.key].arn
  function_response_types            = ["ReportBatchItemFailures"]
  maximum_batching_window_in_seconds = each.value.batch_window
  tags                               = var.tags

  dynamic "scaling_config" {
    for_each = each.value.maximum_concurrency == null ? [] : [1]
    content {
      maximum_concurrency = each.value.maximum_concurrency
    }
  }
}
