# One key for one class of data: what the automation writes down (ledger,
# messages, logs, parameters, environment variables).

resource "aws_kms_key" "operations" {
  deletion_window_in_days = var.key_deletion_days
  description             = "Data of the operations automation of ${local.prefix}"
  enable_key_rotation     = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        # kms:* on * in a key policy means this key only. Without it nobody,
        # Terraform included, could ever change the key again.
        Sid       = "AccountAdministers"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "LogGroups"
        Effect    = "Allow"
        Principal = { Service = "logs.${local.region}.amazonaws.com" }
        Action = [
          "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt",
          "kms:GenerateDataKey*", "kms:ReEncrypt*",
        ]
        Resource = "*"
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = (
              "${local._arn.logs}:log-group:/aws/lambda/${local.prefix}-*"
            )
          }
        }
      },
      {
        # Alarms publish to an encrypted topic, rules and topics deliver to
        # encrypted queues: each of them needs a data key.
        Sid    = "MessagePaths"
        Effect = "Allow"
        Principal = {
          Service = [
            "cloudwatch.amazonaws.com",
            "events.amazonaws.com",
            "sns.amazonaws.com",
          ]
        }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
      ], [
      for topic in keys(local.costs_topics) : {
        # Without it AWS loses what it says to the topic, and tells nobody.
        Sid       = "CostAlerts"
        Effect    = "Allow"
        Principal = { Service = [for service in keys(local._cost_publishers) : "${service}.amazonaws.com"] }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      }
    ])
  })
  tags = merge(var.tags, { Name = "${local.prefix}-operations-key" })
}

resource "aws_kms_alias" "operations" {
  name          = local.names.key_alias
  target_key_id = aws_kms_key.operations.key_id
}
