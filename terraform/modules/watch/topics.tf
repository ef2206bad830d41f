# Two topics, one for each severity, as every environment has them. Only the
# composite alarm publishes to the urgent one.

resource "aws_sns_topic" "alarms" {
  for_each = local._topic_names

  kms_master_key_id = aws_kms_key.messages.arn
  name              = each.value
  tags              = var.tags
}

resource "aws_sns_topic_policy" "alarms" {
  for_each = local._topic_names

  arn = aws_sns_topic.alarms[each.key].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid       = "TransportSecurityOnly"
          Effect    = "Deny"
          Principal = "*"
          Action    = "sns:Publish"
          Resource  = local._topic_arns[each.key]
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
        {
          # Who of the account may publish or subscribe is decided by their
          # own policies.
          Sid       = "AccountDelegates"
          Effect    = "Allow"
          Principal = { AWS = "arn:${local._partition}:iam::${local._account}:root" }
          Action    = ["sns:Publish", "sns:Subscribe"]
          Resource  = local._topic_arns[each.key]
        },
        {
          Sid       = "OwnAlarms"
          Effect    = "Allow"
          Principal = { Service = "cloudwatch.amazonaws.com" }
          Action    = "sns:Publish"
          Resource  = local._topic_arns[each.key]
          Condition = {
            ArnLike      = { "aws:SourceArn" = "${local._arn.cloudwatch}:alarm:${var.prefix}-*" }
            StringEquals = { "aws:SourceAccount" = local._account }
          }
        },
      ],
      [
        for _ in range(each.key == "morning" && var.health != null ? 1 : 0) : {
          # SNS sees no condition of EventBridge's (EventBridge user guide,
          # "Amazon SNS permissions"): one here would lose every message. So
          # rules reach this topic only, and never the one that calls people.
          Sid       = "OwnRules"
          Effect    = "Allow"
          Principal = { Service = "events.amazonaws.com" }
          Action    = "sns:Publish"
          Resource  = local._topic_arns[each.key]
        }
      ],
      [
        for service in sort(each.key == "morning" ? var.publishers : []) : {
          Sid       = title(split(".", service)[0])
          Effect    = "Allow"
          Principal = { Service = service }
          Action    = "sns:Publish"
          Resource  = local._topic_arns[each.key]
          Condition = { StringEquals = { "aws:SourceAccount" = local._account } }
        }
      ],
    )
  })
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each = var.subscriptions

  endpoint  = each.value.endpoint
  protocol  = each.value.protocol
  topic_arn = aws_sns_topic.alarms[each.value.severity].arn
}
