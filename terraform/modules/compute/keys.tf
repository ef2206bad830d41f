# One key for the clusters' secrets and logs. Volumes use the account's EBS
# key: a key of our own would have to be granted to every service that starts
# an instance, off-hours included, and would tell nobody anything new.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  _account   = data.aws_caller_identity.current.account_id
  _partition = data.aws_partition.current.partition
  _region    = data.aws_region.current.name

  # AWS's own policies, by their last name
  _policy = "arn:${local._partition}:iam::aws:policy"
}

resource "aws_kms_key" "clusters" {
  count = length(var.clusters) > 0 ? 1 : 0

  deletion_window_in_days = var.key_deletion_days
  description             = "Secrets and logs of the clusters of ${var.prefix}"
  enable_key_rotation     = true
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
            "kms:EncryptionContext:aws:logs:arn" = (
              "arn:${local._partition}:logs:${local._region}:${local._account}:log-group:/aws/eks/${var.prefix}-*"
            )
          }
        }
      },
    ]
  })
  tags = merge(var.tags, { Name = "${var.prefix}-clusters-key" })
}
