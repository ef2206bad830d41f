# Two roles: what backs up every night cannot overwrite anything, and what
# restores is used by tests and by people only.

locals {
  _roles = {
    backup = {
      description = "Backs up and copies the resources of ${var.prefix}"
      policies = [
        "service-role/AWSBackupServiceRolePolicyForBackup",
        "AWSBackupServiceRolePolicyForS3Backup",
      ]
    }
    restore = {
      description = "Restores backups of ${var.prefix}"
      policies = [
        "service-role/AWSBackupServiceRolePolicyForRestores",
        "AWSBackupServiceRolePolicyForS3Restore",
      ]
    }
  }
  _role_arns = {
    for key in keys(local._roles) :
    key => "arn:${local._partition}:iam::${local._account}:role/${var.prefix}-${key}-role"
  }

  # Recovery points end by the role that made them; AWS Backup falls back to
  # its own linked role (developer guide, "Identity and access management").
  _lifecycle_roles = [
    local._role_arns.backup,
    "arn:${local._partition}:iam::${local._account}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
  ]
}

resource "aws_iam_role" "backup" {
  for_each = { for key, role in local._roles : key => role if local._any }

  description          = each.value.description
  name                 = "${var.prefix}-${each.key}-role"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "backup.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local._account } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "backup" {
  for_each = merge([
    for key, role in local._roles : {
      for policy in role.policies : "${key}/${basename(policy)}" => { role = key, policy = policy }
    } if local._any
  ]...)

  policy_arn = "arn:${local._partition}:iam::aws:policy/${each.value.policy}"
  role       = aws_iam_role.backup[each.value.role].name
}
