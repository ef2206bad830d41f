# What the jobs say. Backup's events appear in the region in which the job
# runs; those of other regions are handed to the default bus of the primary
# one, where the functions' rules and the rule below hear them all.

locals {
  _forward = {
    bus_arn  = local._vault.bus_arn
    role_arn = one(aws_iam_role.events[*].arn)
  }
  _failures = {
    "Backup Job State Change"  = { field = "state", states = ["ABORTED", "EXPIRED", "FAILED", "PARTIAL"] }
    "Copy Job State Change"    = { field = "state", states = ["FAILED", "PARTIAL"] }
    "Restore Job State Change" = { field = "status", states = ["ABORTED", "FAILED"] }
  }
}

resource "aws_iam_role" "events" {
  count = local._any && length(var.copy_regions) > 0 ? 1 : 0

  description          = "Hands events of backups in other regions to the primary region of ${var.prefix}"
  name                 = "${var.prefix}-backup-events-role"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local._account } }
    }]
  })
}

resource "aws_iam_role_policy" "events" {
  count = length(aws_iam_role.events)

  name = "primary-bus"
  role = aws_iam_role.events[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "PrimaryBus"
      Effect   = "Allow"
      Action   = "events:PutEvents"
      Resource = local._vault.bus_arn
    }]
  })
}

resource "aws_cloudwatch_event_rule" "failures" {
  for_each = { for type, value in local._failures : type => value if local._any && var.notifications != null }

  description = "Tells people of failures: ${each.key}"
  name        = "${var.prefix}-backup-${lower(split(" ", each.key)[0])}-failures"
  tags        = var.tags
  event_pattern = jsonencode({
    source        = ["aws.backup"]
    "detail-type" = [each.key]
    detail = {
      (each.value.field) = each.value.states
      # The vaults of other environments in the account have rules of their
      # own. A copy names its vaults by ARN, a restore names none.
      "$or" = [
        { backupVaultName = [local._vault.name] },
        { sourceBackupVaultArn = [{ suffix = ":${local._vault.name}" }] },
        { iamRoleArn = [local._role_arns.restore] },
      ]
    }
  })
}

# The message has the shape that notify reads.
resource "aws_cloudwatch_event_target" "failures" {
  for_each = aws_cloudwatch_event_rule.failures

  arn  = var.notifications.topic_arn
  rule = each.value.name

  input_transformer {
    input_paths = {
      account  = "$.account"
      id       = "$.id"
      job      = "$.detail.${lower(split(" ", each.key)[0])}JobId"
      message  = "$.detail.statusMessage"
      region   = "$.region"
      resource = "$.detail.${each.key == "Restore Job State Change" ? "sourceResourceArn" : "resourceArn"}"
      state    = "$.detail.${local._failures[each.key].field}"
      time     = "$.time"
    }
    # Not jsonencode: it would write the placeholders' brackets as \u003c.
    input_template = replace(replace(jsonencode({
      version     = 1
      id          = "backup.job/<id>"
      source      = "backup"
      environment = lookup(var.scope_tags, "Environment", var.prefix)
      account     = "<account>"
      region      = "<region>"
      severity    = "error"
      kind        = "backup.job-failed"
      title       = "${split(" ", each.key)[0]} job ended as <state>"
      summary     = "AWS Backup says: <message>"
      occurred_at = "<time>"
      facts = [
        { label = "Resource", value = "<resource>" },
        { label = "Job", value = "<job>" },
        { label = "Vault", value = local._vault.name },
      ]
      next_steps = ["Look the job up in AWS Backup, mend the cause, and back the resource up by hand before the next night."]
    }), "\\u003c", "<"), "\\u003e", ">")
  }
}

# What no event tells: single objects of a bucket that were left out.
resource "aws_backup_vault_notifications" "objects" {
  count = local._any && var.notifications != null ? 1 : 0

  backup_vault_events = ["S3_BACKUP_OBJECT_FAILED", "S3_RESTORE_OBJECT_FAILED"]
  backup_vault_name   = module.primary[0].name
  sns_topic_arn       = var.notifications.topic_arn
}
