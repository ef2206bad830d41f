# What stands in the secondary region: a replica that can be promoted, in a
# subnet group, behind a security group, with a parameter group and a key of
# that region; or copies of the automated backups, which cost no instance.

resource "aws_db_subnet_group" "recovery" {
  count    = length(local._recovery) > 0 ? 1 : 0
  provider = aws.secondary

  description = "Database tier of ${var.prefix} for recovery"
  name        = "${var.prefix}-databases"
  subnet_ids  = values(var.recovery.subnet_ids)
  tags        = var.tags
}

resource "aws_cloudwatch_log_group" "recovery" {
  for_each = local._recovery_log_groups
  provider = aws.secondary

  kms_key_id        = var.secondary_key_arn
  name              = each.value
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_db_instance" "recovery" {
  #checkov:skip=CKV_AWS_118:As its source.
  #checkov:skip=CKV_AWS_133:Backups are kept 1 to 35 days, a validation sees to it.
  #checkov:skip=CKV_AWS_157:A setting of each environment, one zone is a pilot light.
  #checkov:skip=CKV_AWS_293:Off only for what is disposable.
  for_each = local._recovery
  provider = aws.secondary

  auto_minor_version_upgrade = true
  availability_zone          = each.value.multi_az || each.value.zone == null ? null : "${data.aws_region.secondary.name}${each.value.zone}"
  # So that it has a history of its own on the day on which it is promoted.
  backup_retention_period               = var.instances[each.key].backup_days
  backup_window                         = var.instances[each.key].backup_window
  ca_cert_identifier                    = local._authority
  copy_tags_to_snapshot                 = true
  db_subnet_group_name                  = one(aws_db_subnet_group.recovery[*].name)
  delete_automated_backups              = var.instances[each.key].disposable
  deletion_protection                   = !var.instances[each.key].disposable
  enabled_cloudwatch_logs_exports       = local._log_exports
  iam_database_authentication_enabled   = true
  identifier                            = each.value.identifier
  instance_class                        = coalesce(each.value.class, var.instances[each.key].class)
  kms_key_id                            = var.secondary_key_arn
  maintenance_window                    = var.instances[each.key].maintenance_window
  max_allocated_storage                 = var.instances[each.key].max_storage_gb
  monitoring_interval                   = var.instances[each.key].monitoring_seconds
  monitoring_role_arn                   = var.instances[each.key].monitoring_seconds > 0 ? one(aws_iam_role.monitoring[*].arn) : null
  multi_az                              = each.value.multi_az
  parameter_group_name                  = aws_db_parameter_group.recovery[each.key].name
  performance_insights_enabled          = var.instances[each.key].insights != "off"
  performance_insights_kms_key_id       = var.instances[each.key].insights == "off" ? null : var.secondary_key_arn
  performance_insights_retention_period = local._insights_days_replica[var.instances[each.key].insights]
  publicly_accessible                   = false
  replicate_source_db                   = aws_db_instance.postgres[each.key].arn
  skip_final_snapshot                   = true
  storage_encrypted                     = true
  storage_type                          = "gp3"
  tags                                  = merge(var.tags, var.instances[each.key].tags, each.value.tags)
  vpc_security_group_ids                = [aws_security_group.recovery[each.key].id]

  lifecycle {
    precondition {
      condition     = length(each.value.identifier) <= 63
      error_message = <<-EOT
        The name "${each.value.identifier}" has ${length(each.value.identifier)}
        characters; RDS takes 63. Shorten the project's name or the instance's
        key.
      EOT
    }
  }

  depends_on = [aws_cloudwatch_log_group.recovery]
}

# Made in the region that receives.
resource "aws_db_instance_automated_backups_replication" "recovery" {
  for_each = { for key, instance in var.instances : key => instance if instance.backup_copy_days != null }
  provider = aws.secondary

  kms_key_id             = var.secondary_key_arn
  retention_period       = each.value.backup_copy_days
  source_db_instance_arn = aws_db_instance.postgres[each.key].arn
}
