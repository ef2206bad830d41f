# A cache's member in the secondary region: follows the first, can be promoted
# by hand. Engine, version, node type, shards and encryption are the first's;
# its users are not, they live in one region each.

resource "aws_elasticache_subnet_group" "recovery" {
  count    = length(local._global) > 0 ? 1 : 0
  provider = aws.secondary

  description = "Database tier of ${var.prefix} for recovery"
  name        = "${var.prefix}-caches"
  subnet_ids  = values(var.recovery.subnet_ids)
  tags        = var.tags
}

resource "aws_cloudwatch_log_group" "redis_recovery" {
  for_each = local._global_log_groups
  provider = aws.secondary

  kms_key_id        = var.secondary_key_arn
  name              = each.value
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_elasticache_user" "redis_recovery" {
  for_each = local._global_users
  provider = aws.secondary

  access_string = each.value.access
  engine        = "redis"
  tags          = var.tags
  user_id       = each.value.id
  user_name     = each.value.id

  authentication_mode {
    type = "iam"
  }
}

resource "aws_elasticache_user" "default_recovery" {
  for_each = local._global
  provider = aws.secondary

  access_string        = local._nobody
  engine               = "redis"
  no_password_required = true
  tags                 = var.tags
  user_id              = local._default_users[each.key]
  user_name            = "default"
}

resource "aws_elasticache_user_group" "recovery" {
  for_each = local._global
  provider = aws.secondary

  engine        = "redis"
  tags          = var.tags
  user_group_id = each.value.id
  user_ids = concat(
    [aws_elasticache_user.default_recovery[each.key].user_id],
    [for key, user in aws_elasticache_user.redis_recovery : user.user_id if local._global_users[key].cache == each.key],
  )
}

resource "aws_elasticache_global_replication_group" "redis" {
  for_each = local._global

  global_replication_group_description = "Cache ${each.key} of ${var.prefix}"
  global_replication_group_id_suffix   = local.cache_names[each.key]
  primary_replication_group_id         = aws_elasticache_replication_group.redis[each.key].id
}

resource "aws_elasticache_replication_group" "recovery" {
  #checkov:skip=CKV_AWS_29:A member of a global datastore has it from the first, the provider refuses to say it.
  #checkov:skip=CKV_AWS_30:A member of a global datastore has it from the first, the provider refuses to say it.
  #checkov:skip=CKV_AWS_31:A member of a global datastore has it from the first; its users prove themselves by IAM.
  #checkov:skip=CKV2_AWS_50:A global datastore is refused without replicas, and with them it fails over.
  for_each = local._global
  provider = aws.secondary

  automatic_failover_enabled  = each.value.shards != null || each.value.replicas_per_shard > 0
  description                 = "Cache ${each.key} of ${var.prefix}, secondary"
  global_replication_group_id = aws_elasticache_global_replication_group.redis[each.key].global_replication_group_id
  kms_key_id                  = var.secondary_key_arn
  maintenance_window          = each.value.maintenance_window
  multi_az_enabled            = each.value.replicas_per_shard > 0
  num_cache_clusters          = each.value.shards == null ? 1 + each.value.replicas_per_shard : null
  port                        = 6379
  replicas_per_node_group     = each.value.shards == null ? null : each.value.replicas_per_shard
  replication_group_id        = each.value.id
  security_group_ids          = [aws_security_group.redis_recovery[each.key].id]
  snapshot_retention_limit    = each.value.snapshot_days
  snapshot_window             = each.value.snapshot_window
  subnet_group_name           = one(aws_elasticache_subnet_group.recovery[*].name)
  tags                        = merge(var.tags, each.value.tags)
  user_group_ids              = [aws_elasticache_user_group.recovery[each.key].user_group_id]

  dynamic "log_delivery_configuration" {
    for_each = local._cache_logs
    content {
      destination      = aws_cloudwatch_log_group.redis_recovery["${each.key}/${log_delivery_configuration.key}"].name
      destination_type = "cloudwatch-logs"
      log_format       = "json"
      log_type         = log_delivery_configuration.value
    }
  }

  lifecycle {
    precondition {
      condition     = length(each.value.id) <= 40
      error_message = <<-EOT
        The name "${each.value.id}" has ${length(each.value.id)} characters;
        ElastiCache takes 40. Shorten the project's name or the cache's key.
      EOT
    }
  }
}
