# What tells how the databases do: logs, monitoring, events.

locals {
  _authority = "rds-ca-rsa2048-g1"

  _log_exports = ["iam-db-auth-error", "postgresql", "upgrade"]

  # Seven days are free; the advanced mode takes fifteen months and no other.
  # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.Considerations.html
  # RDS creates no replica in the advanced mode.
  _insights_days         = { off = null, standard = 7, advanced = 465 }
  _insights_days_replica = { off = null, standard = 7, advanced = 7 }

  # "instance/log" => log group, for instances and their replicas
  _log_groups = merge([
    for key, name in merge(
      local.instance_names,
      { for key, replica in local._replicas : key => replica.identifier },
      ) : {
      for log in local._log_exports :
      "${key}/${log}" => "/aws/rds/instance/${name}/${log}"
    }
  ]...)
  _recovery_log_groups = merge([
    for key, replica in local._recovery : {
      for log in local._log_exports :
      "${key}/${log}" => "/aws/rds/instance/${replica.identifier}/${log}"
    }
  ]...)

  _told_events = [
    "availability", "deletion", "failover", "failure", "low storage",
    "maintenance", "read replica", "recovery",
  ]
}

# RDS would make them itself, without an end and without the key.
resource "aws_cloudwatch_log_group" "postgres" {
  for_each = local._log_groups

  kms_key_id        = var.key_arn
  name              = each.value
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_iam_role" "monitoring" {
  count = anytrue([for instance in var.instances : instance.monitoring_seconds > 0]) ? 1 : 0

  description          = "Enhanced monitoring of the databases of ${var.prefix}"
  name                 = "${var.prefix}-databases-monitoring-role"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local._account }
        ArnLike = {
          "aws:SourceArn" = "arn:${local._partition}:rds:*:${local._account}:db:${var.prefix}-*"
        }
      }
    }]
  })

  lifecycle {
    precondition {
      condition     = length("${var.prefix}-databases-monitoring-role") <= 64
      error_message = <<-EOT
        The name "${var.prefix}-databases-monitoring-role" is longer than the 64
        characters that IAM takes. Shorten the project's name.
      EOT
    }
  }
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  count = length(aws_iam_role.monitoring)

  policy_arn = "arn:${local._partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
  role       = aws_iam_role.monitoring[count.index].name
}

resource "aws_db_event_subscription" "instances" {
  count = var.notifications != null && length(var.instances) > 0 ? 1 : 0

  # Stops and starts are told by those who ask for them.
  event_categories = local._told_events
  name             = "${var.prefix}-databases"
  sns_topic        = var.notifications.topic_arn
  source_ids = sort(concat(
    [for instance in aws_db_instance.postgres : instance.identifier],
    [for replica in aws_db_instance.replica : replica.identifier],
  ))
  source_type = "db-instance"
  tags        = var.tags
}

resource "aws_db_event_subscription" "recovery" {
  count    = length(local._recovery) > 0 && local._recovery_notifications != null ? 1 : 0
  provider = aws.secondary

  event_categories = local._told_events
  name             = "${var.prefix}-databases"
  sns_topic        = local._recovery_notifications.topic_arn
  source_ids       = sort([for replica in aws_db_instance.recovery : replica.identifier])
  source_type      = "db-instance"
  tags             = var.tags
}
