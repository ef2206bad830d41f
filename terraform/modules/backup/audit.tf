# Proof for auditors: a framework whose controls AWS Config judges, and daily
# reports. Both are named with underscores, as AWS Backup wants it.

locals {
  _audit_name = replace(var.prefix, "-", "_")

  # Numbers are the house's floor, not each plan's own.
  _controls = {
    BACKUP_LAST_RECOVERY_POINT_CREATED = {
      parameters     = { recoveryPointAgeUnit = "days", recoveryPointAgeValue = "1" }
      resource_types = []
    }
    BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK = {
      parameters     = { requiredFrequencyUnit = "days", requiredFrequencyValue = "1", requiredRetentionDays = "3" }
      resource_types = []
    }
    BACKUP_RECOVERY_POINT_ENCRYPTED                = { parameters = {}, resource_types = [] }
    BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED = { parameters = {}, resource_types = [] }
    BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK = {
      parameters     = { requiredRetentionDays = "3" }
      resource_types = []
    }
    BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN = {
      parameters     = {}
      resource_types = ["DynamoDB", "EBS", "EFS", "RDS", "S3"]
    }
  }
}

resource "aws_backup_framework" "audit" {
  count = var.framework == null ? 0 : 1

  description = "Backups of ${var.prefix}: taken, kept, encrypted, not deletable by hand"
  name        = "${local._audit_name}_backup_framework"
  tags        = var.tags

  dynamic "control" {
    for_each = var.framework.controls == null ? local._controls : var.framework.controls
    content {
      name = control.key

      dynamic "input_parameter" {
        for_each = control.value.parameters
        content {
          name  = input_parameter.key
          value = input_parameter.value
        }
      }

      dynamic "scope" {
        for_each = length(control.value.resource_types) > 0 ? [control.value.resource_types] : []
        content {
          compliance_resource_types = scope.value
        }
      }
    }
  }
}

resource "aws_backup_report_plan" "report" {
  for_each = var.reports == null ? toset([]) : var.reports.templates

  description = "${each.key} of ${var.prefix}"
  name        = "${local._audit_name}_${lower(each.key)}"
  tags        = var.tags

  report_delivery_channel {
    formats        = var.reports.formats
    s3_bucket_name = var.reports.bucket
    s3_key_prefix  = var.reports.key_prefix
  }

  report_setting {
    framework_arns  = endswith(each.key, "COMPLIANCE_REPORT") ? aws_backup_framework.audit[*].arn : null
    report_template = each.key
  }
}
