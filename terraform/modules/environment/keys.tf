data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

# One key for the clusters' secrets and logs.
resource "aws_kms_key" "clusters" {
  deletion_window_in_days = var.settings.key_deletion_days
  description             = "Secrets and logs of the clusters of ${local.prefix}"
  enable_key_rotation     = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # kms:* on * in a key policy means this key only. Without it nobody,
        # Terraform included, could ever change the key again.
        Sid       = "AccountAdministers"
        Effect    = "Allow"
        Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "LogGroups"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.settings.region}.amazonaws.com" }
        Action = [
          "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt",
          "kms:GenerateDataKey*", "kms:ReEncrypt*",
        ]
        Resource = "*"
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = (
              "arn:${data.aws_partition.current.partition}:logs:${var.settings.region}:${data.aws_caller_identity.current.account_id}:log-group:/aws/eks/${local.prefix}-*"
            )
          }
        }
      },
    ]
  })
  tags = merge(local.tags, { Name = "${local.prefix}-clusters-key" })
}
