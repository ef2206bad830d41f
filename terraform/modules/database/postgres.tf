resource "aws_db_instance" "postgres" {
  #checkov:skip=CKV_AWS_118:A setting of each environment, on unless it is 0.
  #checkov:skip=CKV_AWS_133:Backups are kept 1 to 35 days, a validation sees to it.
  #checkov:skip=CKV_AWS_157:A setting of each environment; one zone is for development.
  #checkov:skip=CKV_AWS_293:Off only for what is disposable.
  #checkov:skip=CKV_AWS_353:A setting of each environment, on unless it is off.
  for_each = var.instances

  allocated_storage           = each.value.storage_gb
  allow_major_version_upgrade = each.value.major_upgrade
  auto_minor_version_upgrade  = true
  availability_zone           = each.value.multi_az ? null : each.value.zone == null ? null : "${local._region}${each.value.zone}"
  backup_retention_period     = each.value.backup_days
  backup_window               = each.value.backup_window
  # The certificates before this one ended in 2024; this one is good to 2061.
  ca_cert_identifier        = local._authority
  copy_tags_to_snapshot     = true
  database_insights_mode    = each.value.insights == "advanced" ? "advanced" : "standard"
  db_name                   = each.value.database
  db_subnet_group_name      = one(aws_db_subnet_group.databases[*].name)
  delete_automated_backups  = each.value.disposable
  deletion_protection       = !each.value.disposable
  final_snapshot_identifier = each.value.disposable ? null : "${local.instance_names[each.key]}-final"
  # A forgotten version would otherwise slide into paid extended support.
  engine_lifecycle_support              = "open-source-rds-extended-support-disabled"
  enabled_cloudwatch_logs_exports       = local._log_exports
  engine                                = "postgres"
  engine_version                        = each.value.engine_version
  iam_database_authentication_enabled   = true
  identifier                            = local.instance_names[each.key]
  instance_class                        = each.value.class
  kms_key_id                            = var.key_arn
  maintenance_window                    = each.value.maintenance_window
  manage_master_user_password           = local._managed[each.key] ? true : null
  master_user_secret_kms_key_id         = local._managed[each.key] ? var.key_arn : null
  max_allocated_storage                 = each.value.max_storage_gb
  monitoring_interval                   = each.value.monitoring_seconds
  monitoring_role_arn                   = each.value.monitoring_seconds > 0 ? one(aws_iam_role.monitoring[*].arn) : null
  multi_az                              = each.value.multi_az
  parameter_group_name                  = aws_db_parameter_group.postgres[each.key].name
  password_wo                           = local._managed[each.key] ? null : local._passwords[each.key]
  password_wo_version                   = local._managed[each.key] ? null : each.value.password_version
  performance_insights_enabled          = each.value.insights != "off"
  performance_insights_kms_key_id       = each.value.insights == "off" ? null : var.key_arn
  performance_insights_retention_period = local._insights_days[each.value.insights]
  publicly_accessible                   = false
  skip_final_snapshot                   = each.value.disposable
  storage_encrypted                     = true
  storage_type                          = "gp3"
  tags                                  = merge(var.tags, each.value.tags)
  username                              = local._master
  vpc_security_group_ids                = [aws_security_group.postgres[each.key].id]

  dynamic "blue_green_update" {
    for_each = each.value.blue_green ? [true] : []
    content {
      enabled = true
    }
  }

  lifecycle {
    precondition {
      condition     = length(local.instance_names[each.key]) <= 63
      error_message = <<-EOT
        The name "${local.instance_names[each.key]}" has
        ${length(local.instance_names[each.key])} characters; RDS takes 63.
        Shorten the project's name or the instance's key.
      EOT
    }
    precondition {
      condition     = !contains(local._clashing_windows, "instances/${each.key}")
      error_message = "The backup window and the maintenance window of ${each.key} must not meet: ${each.value.backup_window} daily, ${each.value.maintenance_window}."
    }
    precondition {
      condition     = !contains(local._short_windows, "instances/${each.key}")
      error_message = "Windows of ${each.key} are 30 minutes at least and less than a day: ${each.value.backup_window}, ${each.value.maintenance_window}."
    }
  }

  depends_on = [aws_cloudwatch_log_group.postgres]
}
