# Names, and what belongs to them by name: known before anything exists.

locals {
  instance_names = {
    for key in keys(var.instances) : key => "${var.prefix}-${key}-db"
  }

  # "instance/replica" => replica in the same region
  _replicas = merge([
    for key, instance in var.instances : {
      for name, replica in instance.replicas : "${key}/${name}" => merge(replica, {
        identifier = "${var.prefix}-${key}-${name}-replica"
        instance   = key
      })
    }
  ]...)

  # Instance => replica in the secondary region
  _recovery = {
    for key, instance in var.instances : key => merge(instance.cross_region_replica, {
      identifier = "${var.prefix}-${key}-recovery-db"
    }) if instance.cross_region_replica != null
  }

  cache_names = {
    for key in keys(var.caches) : key => "${var.prefix}-${key}-cache"
  }

  # Nodes of a cache, as ElastiCache names them: alarms are set on these.
  _nodes = {
    for key, cache in var.caches : key => flatten([
      for shard in range(coalesce(cache.shards, 1)) : [
        for node in range(1 + cache.replicas_per_shard) : (
          cache.shards == null
          ? format("%s-%03d", local.cache_names[key], node + 1)
          : format("%s-%04d-%03d", local.cache_names[key], shard + 1, node + 1)
        )
      ]
    ])
  }

  # Caches that have a member in the secondary region. It has a name of its own:
  # when it leaves the datastore, the provider waits until no member has that
  # name, whatever the region.
  _global = {
    for key, cache in var.caches : key => merge(cache, {
      id = "${var.prefix}-${key}-recovery"
    }) if cache.global_datastore != null
  }
}
