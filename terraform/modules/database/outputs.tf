output "cache_security_group_ids" {
  description = "Security groups by cache key."
  value       = { for key, group in aws_security_group.redis : key => group.id }
}

output "caches" {
  description = <<-EOT
    Caches by key: arn, id, endpoint (of the configuration in cluster mode),
    reader (null in cluster mode), port, node_type, node_ids (for alarms), users
    by key (arn and name; clients need elasticache:Connect on the cache's and
    their user's ARN), and of the secondary region recovery_arn and
    recovery_endpoint.
  EOT
  value = {
    for key, cache in aws_elasticache_replication_group.redis : key => {
      arn       = cache.arn
      endpoint  = var.caches[key].shards == null ? cache.primary_endpoint_address : cache.configuration_endpoint_address
      id        = cache.replication_group_id
      node_ids  = local._nodes[key]
      node_type = var.caches[key].node_type
      port      = 6379
      reader    = var.caches[key].shards == null ? cache.reader_endpoint_address : null
      recovery_arn = try(
        aws_elasticache_replication_group.recovery[key].arn, null
      )
      recovery_endpoint = try(
        var.caches[key].shards == null
        ? aws_elasticache_replication_group.recovery[key].primary_endpoint_address
        : aws_elasticache_replication_group.recovery[key].configuration_endpoint_address,
        null
      )
      users = {
        for name in keys(var.caches[key].users) : name => {
          arn  = aws_elasticache_user.redis["${key}/${name}"].arn
          name = aws_elasticache_user.redis["${key}/${name}"].user_name
        }
      }
    }
  }
}

output "instances" {
  description = <<-EOT
    Instances by key: address, arn, class, endpoint (address and port),
    identifier, port, resource_id (for rds-db:connect), the secret with the
    master password, the proxy's address, replicas by key, and of the replica
    in the secondary region address, arn and identifier.
  EOT
  value = {
    for key, instance in aws_db_instance.postgres : key => {
      address                         = instance.address
      arn                             = instance.arn
      class                           = var.instances[key].class
      cross_region_replica_address    = try(aws_db_instance.recovery[key].address, null)
      cross_region_replica_arn        = try(aws_db_instance.recovery[key].arn, null)
      cross_region_replica_identifier = try(aws_db_instance.recovery[key].identifier, null)
      endpoint                        = instance.endpoint
      identifier                      = instance.identifier
      port                            = instance.port
      proxy_address                   = try(aws_db_proxy.proxy[key].endpoint, null)
      resource_id                     = instance.resource_id
      secret_arn                      = local._master_secrets[key]
      replicas = {
        for name in keys(var.instances[key].replicas) : name => {
          address    = aws_db_instance.replica["${key}/${name}"].address
          arn        = aws_db_instance.replica["${key}/${name}"].arn
          identifier = aws_db_instance.replica["${key}/${name}"].identifier
        }
      }
    }
  }
}

output "proxy_security_group_ids" {
  description = "Security groups of the proxies by instance key."
  value       = { for key, group in aws_security_group.proxy : key => group.id }
}

output "recovery_security_group_ids" {
  description = "Security groups in the secondary region, by instance key."
  value       = { for key, group in aws_security_group.recovery : key => group.id }
}

output "security_group_ids" {
  description = "Security groups by instance key."
  value       = { for key, group in aws_security_group.postgres : key => group.id }
}
