# What one region has: the vault with its policy and lock, the restore tests
# that draw on it, and, outside the primary region, the rule that hands its
# events over.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  _account   = data.aws_caller_identity.current.account_id
  _partition = data.aws_partition.current.partition
}

resource "aws_backup_vault" "vault" {
  force_destroy = var.disposable
  kms_key_arn   = var.key_arn
  name          = var.name
  tags          = merge(var.tags, { Name = var.name })

  lifecycle {
    precondition {
      condition     = var.key_arn != null
      error_message = "The vault ${var.name} needs a key of its region: secondary_key_arn or dr_key_arn."
    }
  }
}

# Denials only: rights come from roles. Backup takes no wildcard in an action
# here, and refuses other accounts whatever this says, except for copies into
# a vault that allows them; this one does not.
resource "aws_backup_vault_policy" "vault" {
  backup_vault_name = aws_backup_vault.vault.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "RecoveryPointsStay"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]
        Resource  = "*"
        Condition = { ArnNotLike = { "aws:PrincipalArn" = sort(var.deleters) } }
      },
      {
        Sid       = "CopiesStayInTheAccount"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "backup:CopyFromBackupVault"
        Resource  = "*"
        Condition = {
          "ForAnyValue:ArnNotLike" = {
            "backup:CopyTargets" = "arn:${local._partition}:backup:*:${local._account}:backup-vault:*"
          }
        }
      },
    ]
  })
}

resource "aws_backup_vault_lock_configuration" "vault" {
  count = var.lock == null ? 0 : 1

  backup_vault_name   = aws_backup_vault.vault.name
  changeable_for_days = var.lock.changeable_for_days
  max_retention_days  = var.lock.max_retention_days
  min_retention_days  = var.lock.min_retention_days
}

resource "aws_cloudwatch_event_rule" "forward" {
  count = var.forward == null ? 0 : 1

  description = "Hands backup jobs of this region to the primary one"
  name        = "${var.name}-events"
  tags        = var.tags
  event_pattern = jsonencode({
    source = ["aws.backup"]
    "detail-type" = [
      "Backup Job State Change", "Copy Job State Change",
      "Recovery Point State Change", "Restore Job State Change",
    ]
  })
}

resource "aws_cloudwatch_event_target" "forward" {
  count = length(aws_cloudwatch_event_rule.forward)

  arn      = var.forward.bus_arn
  role_arn = var.forward.role_arn
  rule     = aws_cloudwatch_event_rule.forward[0].name
}
