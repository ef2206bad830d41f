# Readers in the same region. What they share with their source (engine,
# version, user, key, storage's encryption) is not said again: RDS would
# refuse it. Nor can a replica have extended support of its own, a managed
# password, or a last snapshot.

resource "aws_db_instance" "replica" {
  #checkov:skip=CKV_AWS_118:As its source.
  #checkov:skip=CKV_AWS_157:A reader that fails is replaced, the source is in two zones.
  #checkov:skip=CKV_AWS_293:Off only for what is disposable.
  for_each = local._replicas

  auto_minor_version_upgrade            = true
  availability_zone                     = each.value.multi_az || each.value.zone == null ? null : "${local._region}${each.value.zone}"
  ca_cert_identifier                    = local._authority
  copy_tags_to_snapshot                 = true
  deletion_protection                   = !var.instances[each.value.instance].disposable
  enabled_cloudwatch_logs_exports       = local._log_exports
  iam_database_authentication_enabled   = true
  identifier                            = each.value.identifier
  instance_class                        = coalesce(each.value.class, var.instances[each.value.instance].class)
  maintenance_window                    = coalesce(each.value.maintenance_window, var.instances[each.value.instance].maintenance_window)
  max_allocated_storage                 = var.instances[each.value.instance].max_storage_gb
  monitoring_interval                   = var.instances[each.value.instance].monitoring_seconds
  monitoring_role_arn                   = var.instances[each.value.instance].monitoring_seconds > 0 ? one(aws_iam_role.monitoring[*].arn) : null
  multi_az                              = each.value.multi_az
  parameter_group_name                  = aws_db_parameter_group.postgres[each.value.instance].name
  performance_insights_enabled          = var.instances[each.value.instance].insights != "off"
  performance_insights_kms_key_id       = var.instances[each.value.instance].insights == "off" ? null : var.key_arn
  performance_insights_retention_period = local._insights_days_replica[var.instances[each.value.instance].insights]
  publicly_accessible                   = false
  replicate_source_db                   = aws_db_instance.postgres[each.value.instance].identifier
  skip_final_snapshot                   = true
  storage_encrypted                     = true
  storage_type                          = "gp3"
  tags                                  = merge(var.tags, each.value.tags)
  vpc_security_group_ids                = [aws_security_group.postgres[each.value.instance].id]

  lifecycle {
    precondition {
      condition     = length(each.value.identifier) <= 63
      error_message = <<-EOT
        The name "${each.value.identifier}" has ${length(each.value.identifier)}
        characters; RDS takes 63. Shorten the key of the instance or of its
        replica.
      EOT
    }
  }

  depends_on = [aws_cloudwatch_log_group.postgres]
}
