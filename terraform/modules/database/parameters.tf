# Parameter groups. A replica in the same region shares its source's group;
# the secondary region needs one of its own.

locals {
  _majors = {
    for key, instance in var.instances : key => tonumber(split(".", instance.engine_version)[0])
  }

  # RDS has TLS 1.3 from PostgreSQL 16; before that 1.2 is the best there is.
  # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
  _parameters = {
    for key, instance in var.instances : key => merge(
      {
        "log_connections"            = "1"
        "log_disconnections"         = "1"
        "log_lock_waits"             = "1"
        "log_min_duration_statement" = "1000"
        # Statements that change the schema. More would write data to the log.
        "log_statement"            = "ddl"
        "log_temp_files"           = "10240"
        "pg_stat_statements.track" = "all"
        "shared_preload_libraries" = "pg_stat_statements"
        "ssl_min_protocol_version" = local._majors[key] >= 16 ? "TLSv1.3" : "TLSv1.2"
        "track_io_timing"          = "1"
      },
      # A green copy of another major version is fed by logical replication.
      instance.blue_green ? { "rds.logical_replication" = "1" } : {},
      instance.parameters,
      # Clients without TLS are turned away, whatever else is asked for.
      { "rds.force_ssl" = "1" },
    )
  }

  # Read at the start of the server only: RDS takes them for the next restart.
  # Context "postmaster" in https://www.postgresql.org/docs/17/view-pg-settings.html
  _static_parameters = toset([
    "autovacuum_freeze_max_age", "autovacuum_max_workers",
    "autovacuum_multixact_freeze_max_age", "autovacuum_worker_slots",
    "cron.database_name", "cron.max_running_jobs", "huge_pages",
    "max_connections", "max_files_per_process", "max_locks_per_transaction",
    "max_logical_replication_workers", "max_pred_locks_per_transaction",
    "max_prepared_transactions", "max_replication_slots", "max_wal_senders",
    "max_worker_processes", "pg_stat_statements.max", "pgaudit.role",
    "rds.logical_replication", "shared_buffers", "shared_preload_libraries",
    "superuser_reserved_connections", "track_activity_query_size",
    "track_commit_timestamp", "wal_buffers",
  ])
}

resource "aws_db_parameter_group" "postgres" {
  for_each = var.instances

  description = "Settings of ${local.instance_names[each.key]}"
  family      = "postgres${local._majors[each.key]}"
  name        = "${local.instance_names[each.key]}-postgres${local._majors[each.key]}"
  tags        = var.tags

  dynamic "parameter" {
    for_each = local._parameters[each.key]
    content {
      apply_method = contains(local._static_parameters, parameter.key) ? "pending-reboot" : "immediate"
      name         = parameter.key
      value        = parameter.value
    }
  }

  # A new major version brings a new group; the old one goes when the instance
  # has left it.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_parameter_group" "recovery" {
  for_each = local._recovery
  provider = aws.secondary

  description = "Settings of ${each.value.identifier}"
  family      = "postgres${local._majors[each.key]}"
  name        = "${each.value.identifier}-postgres${local._majors[each.key]}"
  tags        = var.tags

  dynamic "parameter" {
    for_each = local._parameters[each.key]
    content {
      apply_method = contains(local._static_parameters, parameter.key) ? "pending-reboot" : "immediate"
      name         = parameter.key
      value        = parameter.value
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}
