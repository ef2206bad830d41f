# One key for what auditors read: trail, configuration history, their logs
# and the alarms about them.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  _account    = data.aws_caller_identity.current.account_id
  _partition  = data.aws_partition.current.partition
  _region     = data.aws_region.current.name
  _trail_name = "${var.prefix}-audit-trail"
  _trail_arn  = "arn:${local._partition}:cloudtrail:${local._region}:${local._account}:trail/${local._trail_name}"
}

resource "aws_kms_key" "audit" {
  deletion_window_in_days = var.key_deletion_days
  description             = "Audit trail and configuration history of ${var.prefix}"
  enable_key_rotation     = true
  tags                    = merge(var.tags, { Name = "${var.prefix}-audit-key" })
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
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
        Sid       = "TrailEncrypts"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "kms:GenerateDataKey*"
        Resource  = "*"
        Condition = {
          StringEquals = { "aws:SourceArn" = local._trail_arn }
          StringLike = {
            "kms:EncryptionContext:aws:cloudtrail:arn" = "arn:${local._partition}:cloudtrail:*:${local._account}:trail/*"
          }
        }
      },
      {
        Sid       = "TrailDescribes"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "kms:DescribeKey"
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceArn" = local._trail_arn } }
      },
      {
        Sid       = "ConfigEncrypts"
        Effect    = "Allow"
        Principal = { Service = "config.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local._account } }
      },
      {
        Sid       = "LogGroups"
        Effect    = "Allow"
        Principal = { Service = "logs.${local._region}.amazonaws.com" }
        Action = [
          "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt",
          "kms:GenerateDataKey*", "kms:ReEncrypt*",
        ]
        Resource = "*"
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = local._log_group_arn
          }
        }
      },
      {
        Sid       = "TopicPublishers"
        Effect    = "Allow"
        Principal = { Service = sort(setunion(var.topic_publishers, ["cloudwatch.amazonaws.com"])) }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local._account } }
      },
    ]
  })
}

resource "aws_kms_alias" "audit" {
  name          = "alias/${var.prefix}-audit"
  target_key_id = aws_kms_key.audit.key_id
}
