# One key for what the region has to say: topics, and what a topic did not take.

resource "aws_kms_key" "messages" {
  deletion_window_in_days = var.key_deletion_days
  description             = "Messages about the estate of ${var.prefix}"
  enable_key_rotation     = true
  tags                    = merge(var.tags, { Name = "${var.prefix}-monitoring-key" })
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          # kms:* on * in a key policy means this key only. Without it nobody,
          # Terraform included, could ever change the key again.
          Sid       = "AccountAdministers"
          Effect    = "Allow"
          Principal = { AWS = "arn:${local._partition}:iam::${local._account}:root" }
          Action    = "kms:*"
          Resource  = "*"
        },
        {
          Sid       = "Publishers"
          Effect    = "Allow"
          Principal = { Service = sort(setunion(["cloudwatch.amazonaws.com"], var.publishers)) }
          Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
          Resource  = "*"
          Condition = { StringEquals = { "aws:SourceAccount" = local._account } }
        },
      ],
      [
        for _ in range(var.health == null ? 0 : 1) : {
          # EventBridge does not say for whose rule it publishes to an encrypted
          # topic (SNS developer guide, "Key management"): a condition on the
          # source would lose its messages. What it encrypts is the topic's.
          Sid       = "RulesPublish"
          Effect    = "Allow"
          Principal = { Service = "events.amazonaws.com" }
          Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
          Resource  = "*"
          Condition = { StringEquals = { "kms:EncryptionContext:aws:sns:topicArn" = local._topic_arns["morning"] } }
        }
      ],
      [
        for _ in range(length(local._dead_letters) == 0 ? 0 : 1) : {
          Sid       = "RulesBury"
          Effect    = "Allow"
          Principal = { Service = "events.amazonaws.com" }
          Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
          Resource  = "*"
          Condition = { StringEquals = { "aws:SourceAccount" = local._account } }
        }
      ],
    )
  })
}

resource "aws_kms_alias" "messages" {
  name          = "alias/${var.prefix}-monitoring"
  target_key_id = aws_kms_key.messages.key_id
}
