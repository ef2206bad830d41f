# "notifications" carries what functions want to tell people, and notify brings
# it to them; channels that are topics themselves (notify.tf) are beside it.
# "alarms" carries what CloudWatch says about the functions themselves, notify
# included, so it must not depend on notify: people subscribe to it directly.
# "costs" carries what AWS says about spending to the function that explains it,
# and is there where a manifest's queue listens to it.

locals {
  costs_topics = {
    for key, name in { costs = local.names.costs_topic } : key => name
    if contains([for queue in values(local.queues) : try(coalesce(queue.topic), "")], key)
  }
  # Who says something about spending. Budgets' condition is the one that its
  # documentation shows; anomaly detection comes with the account only.
  _cost_publishers = {
    budgets = {
      ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:budgets::${local.account}:*" }
      StringEquals = { "aws:SourceAccount" = local.account }
    }
    costalerts = {
      ArnLike      = null
      StringEquals = { "aws:SourceAccount" = local.account }
    }
  }
  _topics = merge(
    {
      alarms        = local.names.alarms_topic
      notifications = local.names.notifications_topic
    },
    local.channel_topics,
    local.costs_topics,
  )
}

resource "aws_sns_topic" "topic" {
  for_each = local._topics

  kms_master_key_id = aws_kms_key.operations.arn
  name              = each.value
  tags              = var.tags
}

resource "aws_sns_topic_policy" "topic" {
  for_each = local._topics

  arn = aws_sns_topic.topic[each.key].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid       = "TransportSecurityOnly"
          Effect    = "Deny"
          Principal = "*"
          Action    = "sns:Publish"
          Resource  = local.topic_arns[each.key]
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
        {
          # Who of the account may publish or subscribe is decided by their
          # own policies.
          Sid       = "AccountDelegates"
          Effect    = "Allow"
          Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
          Action    = ["sns:Publish", "sns:Subscribe"]
          Resource  = local.topic_arns[each.key]
        },
      ],
      [
        for _ in range(each.key == "alarms" ? 1 : 0) : {
          Sid       = "OwnAlarms"
          Effect    = "Allow"
          Principal = { Service = "cloudwatch.amazonaws.com" }
          Action    = "sns:Publish"
          Resource  = local.topic_arns[each.key]
          Condition = {
            ArnLike = {
              "aws:SourceArn" = (
                "arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${local.prefix}-*"
              )
            }
          }
        }
      ],
      [
        for service, conditions in local._cost_publishers : {
          Sid       = title(service)
          Effect    = "Allow"
          Principal = { Service = "${service}.amazonaws.com" }
          Action    = "sns:Publish"
          Resource  = local.topic_arns[each.key]
          Condition = { for operator, keys in conditions : operator => keys if keys != null }
        } if each.key == "costs"
      ],
    )
  })
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each = var.alarm_subscriptions

  endpoint  = each.value.endpoint
  protocol  = each.value.protocol
  topic_arn = aws_sns_topic.topic["alarms"].arn
}
