# One dead-letter queue per function takes what any of its asynchronous edges
# could not deliver: rule targets, schedules, the topic's subscription, the
# function's queue, and invocations that failed after all retries.

resource "aws_sqs_queue" "dead_letters" {
  for_each = local.functions

  kms_data_key_reuse_period_seconds = 3600
  kms_master_key_id                 = aws_kms_key.operations.arn
  message_retention_seconds         = 1209600
  name                              = each.value.dead_letters_name
  tags                              = var.tags
  # Inside the queue, not as a resource of its own: the provider waits half a
  # minute for either.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid       = "TransportSecurityOnly"
          Effect    = "Deny"
          Principal = "*"
          Action    = "sqs:*"
          Resource  = each.value.dead_letters_arn
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ],
      [
        for sources in [[
          for rule in local.rules : "${local._arn.events}:rule/${rule.name}"
          if rule.function == each.key
          ]] : {
          Sid       = "OwnRules"
          Effect    = "Allow"
          Principal = { Service = "events.amazonaws.com" }
          Action    = "sqs:SendMessage"
          Resource  = each.value.dead_letters_arn
          Condition = { ArnEquals = { "aws:SourceArn" = sources } }
        } if length(sources) > 0
      ],
      [
        for queue in [
          for key, value in local.queues : value
          if key == each.key && value.topic != null
          ] : {
          Sid       = "OwnSubscription"
          Effect    = "Allow"
          Principal = { Service = "sns.amazonaws.com" }
          Action    = "sqs:SendMessage"
          Resource  = each.value.dead_letters_arn
          Condition = { ArnEquals = { "aws:SourceArn" = local.topic_arns[queue.topic] } }
        }
      ],
    )
  })
  redrive_allow_policy = jsonencode(merge(
    {
      redrivePermission = (
        contains(keys(local.queues), each.key) ? "byQueue" : "denyAll"
      )
    },
    try({ sourceQueueArns = [local.queues[each.key].arn] }, {}),
  ))

  lifecycle {
    precondition {
      condition     = length(each.value.dead_letters_name) <= 80
      error_message = <<-EOT
        The queue name "${each.value.dead_letters_name}" has
        ${length(each.value.dead_letters_name)} characters; SQS takes 80.
        Shorten var.project or the folder's name.
      EOT
    }
  }
}
