# Caches: Redis or Valkey, with or without cluster mode. A cache with replicas
# fails over by itself, across zones; one without has nothing to fail over to.
# What happens to them is told by alarms: ElastiCache cannot publish to a topic
# that is encrypted, and ours are.
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ElastiCacheSNS.html

locals {
  _families = {
    for key, cache in var.caches : key => "${cache.engine}${split(".", cache.engine_version)[0]}"
  }
  _cache_logs = { engine = "engine-log", slow = "slow-log" }

  # "cache/log" => log group
  _cache_log_groups = merge([
    for key, name in local.cache_names : {
      for log in keys(local._cache_logs) : "${key}/${log}" => "/aws/elasticache/${name}/${log}"
    }
  ]...)
  _global_log_groups = merge([
    for key, cache in local._global : {
      for log in keys(local._cache_logs) : "${key}/${log}" => "/aws/elasticache/${cache.id}/${log}"
    }
  ]...)
}

resource "aws_cloudwatch_log_group" "redis" {
  for_each = local._cache_log_groups

  kms_key_id        = var.key_arn
  name              = each.value
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_elasticache_parameter_group" "redis" {
  for_each = var.caches

  description = "Settings of ${local.cache_names[each.key]}"
  family      = local._families[each.key]
  name        = "${local.cache_names[each.key]}-${local._families[each.key]}"
  tags        = var.tags

  dynamic "parameter" {
    for_each = merge(
      each.value.parameters,
      each.value.shards == null ? {} : { "cluster-enabled" = "yes" },
    )
    content {
      name  = parameter.key
      value = parameter.value
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_elasticache_replication_group" "redis" {
  #checkov:skip=CKV2_AWS_50:On wherever there is a replica to fail over to.
  for_each = var.caches

  at_rest_encryption_enabled  = true
  auto_minor_version_upgrade  = true
  automatic_failover_enabled  = each.value.shards != null || each.value.replicas_per_shard > 0
  description                 = "Cache ${each.key} of ${var.prefix}"
  engine                      = each.value.engine
  engine_version              = each.value.engine_version
  final_snapshot_identifier   = each.value.disposable ? null : "${local.cache_names[each.key]}-final"
  kms_key_id                  = var.key_arn
  maintenance_window          = each.value.maintenance_window
  multi_az_enabled            = each.value.replicas_per_shard > 0
  node_type                   = each.value.node_type
  num_cache_clusters          = each.value.shards == null ? 1 + each.value.replicas_per_shard : null
  num_node_groups             = each.value.shards
  parameter_group_name        = aws_elasticache_parameter_group.redis[each.key].name
  port                        = 6379
  preferred_cache_cluster_azs = each.value.zone == null ? null : ["${local._region}${each.value.zone}"]
  replicas_per_node_group     = each.value.shards == null ? null : each.value.replicas_per_shard
  replication_group_id        = local.cache_names[each.key]
  security_group_ids          = [aws_security_group.redis[each.key].id]
  snapshot_retention_limit    = each.value.snapshot_days
  snapshot_window             = each.value.snapshot_window
  subnet_group_name           = one(aws_elasticache_subnet_group.caches[*].name)
  tags                        = merge(var.tags, each.value.tags)
  transit_encryption_enabled  = true
  transit_encryption_mode     = "required"
  user_group_ids              = [aws_elasticache_user_group.redis[each.key].user_group_id]

  dynamic "log_delivery_configuration" {
    for_each = local._cache_logs
    content {
      destination      = aws_cloudwatch_log_group.redis["${each.key}/${log_delivery_configuration.key}"].name
      destination_type = "cloudwatch-logs"
      log_format       = "json"
      log_type         = log_delivery_configuration.value
    }
  }

  lifecycle {
    precondition {
      condition     = length(local.cache_names[each.key]) <= 40
      error_message = <<-EOT
        The name "${local.cache_names[each.key]}" has
        ${length(local.cache_names[each.key])} characters; ElastiCache takes 40.
        Shorten the project's name or the cache's key.
      EOT
    }
    precondition {
      condition     = !contains(local._clashing_windows, "caches/${each.key}")
      error_message = "The snapshot window and the maintenance window of ${each.key} must not meet: ${each.value.snapshot_window} daily, ${each.value.maintenance_window}."
    }
    precondition {
      condition     = !contains(local._short_windows, "caches/${each.key}")
      error_message = "Windows of ${each.key} are 60 minutes at least and less than a day: ${each.value.snapshot_window}, ${each.value.maintenance_window}."
    }
  }
}
