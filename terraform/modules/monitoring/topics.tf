# Two topics, one for each severity. Only a composite alarm publishes to the
# urgent one, so that one incident is one call however many alarms see it; each
# single alarm goes to the morning one, where people read what happened.

locals {
  # AWS services that may publish beside CloudWatch. Their statements are
  # conditioned on the account, but for AWS Backup: its documentation shows none
  # and a condition that it does not fill would lose its messages silently.
  _publishers = {
    "backup.amazonaws.com"     = null
    "budgets.amazonaws.com"    = local._account
    "costalerts.amazonaws.com" = local._account
    "events.rds.amazonaws.com" = local._account
  }
}

resource "aws_sns_topic" "alarms" {
  for_each = local.topic_names

  kms_master_key_id = var.key_arn
  name              = each.value
  tags              = var.tags
}

resource "aws_sns_topic_policy" "alarms" {
  for_each = local.topic_names

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
          Resource  = local.topic_arns[each.key]
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
        {
          # Who of the account may publish or subscribe is decided by their
          # own policies.
          Sid       = "AccountDelegates"
          Effect    = "Allow"
          Principal = { AWS = "arn:${local._partition}:iam::${local._account}:root" }
          Action    = ["sns:Publish", "sns:Subscribe"]
          Resource  = local.topic_arns[each.key]
        },
        {
          Sid       = "OwnAlarms"
          Effect    = "Allow"
          Principal = { Service = "cloudwatch.amazonaws.com" }
          Action    = "sns:Publish"
          Resource  = local.topic_arns[each.key]
          Condition = {
            ArnLike      = { "aws:SourceArn" = "${local._arn.cloudwatch}:alarm:${var.prefix}-*" }
            StringEquals = { "aws:SourceAccount" = local._account }
          }
        },
      ],
      [
        for workspace in aws_prometheus_workspace.metrics : {
          Sid       = "OwnAlertManager"
          Effect    = "Allow"
          Principal = { Service = "aps.amazonaws.com" }
          Action    = ["sns:GetTopicAttributes", "sns:Publish"]
          Resource  = local.topic_arns[each.key]
          Condition = {
            ArnEquals    = { "aws:SourceArn" = workspace.arn }
            StringEquals = { "aws:SourceAccount" = local._account }
          }
        }
      ],
      [
        for service in sort(each.key == "morning" ? var.publishers : []) : merge(
          {
            Sid       = join("", [for part in split(".", split(".amazonaws", service)[0]) : title(part)])
            Effect    = "Allow"
            Principal = { Service = service }
            Action    = "sns:Publish"
            Resource  = local.topic_arns[each.key]
          },
          local._publishers[service] == null ? {} : {
            Condition = { StringEquals = { "aws:SourceAccount" = local._publishers[service] } }
          },
        )
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
