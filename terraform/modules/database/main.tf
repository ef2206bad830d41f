data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_region" "secondary" {
  provider = aws.secondary
}

locals {
  _account   = data.aws_caller_identity.current.account_id
  _partition = data.aws_partition.current.partition
  _region    = data.aws_region.current.name

  # Not by try(): of what is unknown before the apply it makes an unknown whole.
  _recovery_clients       = var.recovery == null ? {} : var.recovery.client_security_groups
  _recovery_notifications = var.recovery == null ? null : var.recovery.notifications
}

resource "aws_db_subnet_group" "databases" {
  count = length(var.instances) > 0 ? 1 : 0

  description = "Database tier of ${var.prefix}"
  name        = "${var.prefix}-databases"
  subnet_ids  = values(var.subnet_ids)
  tags        = var.tags
}

resource "aws_elasticache_subnet_group" "caches" {
  count = length(var.caches) > 0 ? 1 : 0

  description = "Database tier of ${var.prefix}"
  name        = "${var.prefix}-caches"
  subnet_ids  = values(var.subnet_ids)
  tags        = var.tags
}
