locals {
  instance_names = {
    for key, instance in var.instances : key => "${var.prefix}-${key}-db"
  }
  _log_exports = ["postgresql", "upgrade"]

  # "instance/log" => log group
  _log_groups = merge([
    for key, name in local.instance_names : {
      for log in local._log_exports :
      "${key}/${log}" => "/aws/rds/instance/${name}/${log}"
    }
  ]...)
}

resource "aws_db_subnet_group" "databases" {
  count = length(var.instances) > 0 ? 1 : 0

  description = "Database tier of ${var.prefix}"
  name        = "${var.prefix}-databases"
  subnet_ids  = values(var.subnet_ids)
  tags        = var.tags
}

resource "aws_db_parameter_group" "postgres" {
  for_each = var.instances

  description = "Settings of ${local.instance_names[each.key]}"
  family      = "postgres${split(".", each.value.engine_version)[0]}"
  name        = "${local.instance_names[each.key]}-postgres${split(".", each.value.engine_version)[0]}"
  tags        = var.tags

  dynamic "parameter" {
    for_each = merge(
      # Clients without TLS are turned away. Below 1.2 there is nothing left.
      { "rds.force_ssl" = "1" },
      { "log_min_duration_statement" = "1000" },
      each.value.parameters,
    )
    content {
      name  = parameter.key
      value = parameter.value
    }
  }

  # A new major version brings a new group; the old one goes when the instance
  # has left it.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "postgres" {
  for_each = local._log_groups

  kms_key_id        = one(aws_kms_key.databases[*].arn)
  name              = each.value
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_db_instance" "postgres" {
  for_each = var.instances

  allocated_storage                   = each.value.storage_gb
  auto_minor_version_upgrade          = true
  availability_zone                   = each.value.multi_az ? null : each.value.zone == null ? null : "${local._region}${each.value.zone}"
  backup_retention_period             = each.value.backup_days
  backup_window                       = each.value.backup_window
  copy_tags_to_snapshot               = true
  db_name                             = each.value.database
  db_subnet_group_name                = one(aws_db_subnet_group.databases[*].name)
  delete_automated_backups            = each.value.disposable
  deletion_protection                 = !each.value.disposable
  enabled_cloudwatch_logs_exports     = local._log_exports
  engine                              = "postgres"
  engine_version                      = each.value.engine_version
  final_snapshot_identifier           = each.value.disposable ? null : "${local.instance_names[each.key]}-final"
  iam_database_authentication_enabled = true
  identifier                          = local.instance_names[each.key]
  instance_class                      = each.value.class
  kms_key_id                          = one(aws_kms_key.databases[*].arn)
  maintenance_window                  = each.value.maintenance_window
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = one(aws_kms_key.databases[*].arn)
  max_allocated_storage               = each.value.max_storage_gb
  multi_az                            = each.value.multi_az
  parameter_group_name                = aws_db_parameter_group.postgres[each.key].name
  publicly_accessible                 = false
  skip_final_snapshot                 = each.value.disposable
  storage_encrypted                   = true
  storage_type                        = "gp3"
  tags                                = merge(var.tags, each.value.tags)
  username                            = "postgres"
  vpc_security_group_ids              = [aws_security_group.postgres[each.key].id]
  # A forgotten version would otherwise slide into paid extended support.
  engine_lifecycle_support = "open-source-rds-extended-support-disabled"

  lifecycle {
    precondition {
      condition     = length(local.instance_names[each.key]) <= 63
      error_message = <<-EOT
        The name "${local.instance_names[each.key]}" has
        ${length(local.instance_names[each.key])} characters; RDS takes 63.
        Shorten the project's name or the instance's key.
      EOT
    }
  }

  depends_on = [aws_cloudwatch_log_group.postgres]
}
