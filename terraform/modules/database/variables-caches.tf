variable "caches" {
  description = <<-EOT
    Caches by key, Redis or Valkey. Empty: none. shards is null for a cache
    without cluster mode. A cache with replicas fails over by itself, across
    zones. Each user's value is his access string without "on". A member of a
    global datastore is added in the secondary region.
  EOT
  type = map(object({
    node_type          = string
    disposable         = optional(bool, false)
    engine             = optional(string, "redis")
    engine_version     = optional(string, "7.1")
    global_datastore   = optional(object({}))
    maintenance_window = optional(string, "wed:17:00-wed:18:00")
    parameters         = optional(map(string), {})
    replicas_per_shard = optional(number, 0)
    shards             = optional(number)
    snapshot_days      = optional(number, 7)
    snapshot_window    = optional(string, "15:00-16:00")
    tags               = optional(map(string), {})
    users              = optional(map(string), { app = "~* &* +@all -@dangerous +info" })
    zone               = optional(string)
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue(flatten([
      for key, cache in var.caches : [
        for name in concat([key], keys(cache.users)) : can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", name))
      ]
    ]))
    error_message = "The key of a cache or user is lower-case letters, digits and single hyphens, a letter first."
  }
  validation {
    condition = alltrue([
      for cache in var.caches : contains(
        lookup({ redis = ["7.0", "7.1"], valkey = ["7.2", "8.0", "8.1"] }, cache.engine, []),
        cache.engine_version,
      )
    ])
    error_message = "A cache is redis 7.0 or 7.1, or valkey 7.2, 8.0 or 8.1."
  }
  validation {
    condition = alltrue([
      for cache in var.caches : (
        coalesce(cache.shards, 1) >= 1 && coalesce(cache.shards, 1) <= 500 &&
        cache.replicas_per_shard >= 0 && cache.replicas_per_shard <= 5
      )
    ])
    error_message = "shards is 1 to 500, or null for no cluster mode; replicas_per_shard is 0 to 5."
  }
  validation {
    condition = alltrue(flatten([
      for cache in var.caches : [
        can(regex(local._daily_window, cache.snapshot_window)),
        can(regex(local._weekly_window, cache.maintenance_window)),
      ]
    ]))
    error_message = "snapshot_window is like 15:00-16:00, maintenance_window like wed:17:00-wed:18:00, both in UTC."
  }
  validation {
    condition = alltrue([
      for cache in var.caches : cache.snapshot_days >= 0 && cache.snapshot_days <= 35
    ])
    error_message = "snapshot_days is 1 to 35, or 0 for no snapshots."
  }
  validation {
    condition = alltrue([
      for cache in var.caches : !contains(keys(cache.parameters), "cluster-enabled")
    ])
    error_message = "parameters cannot switch cluster-enabled: shards does."
  }
  validation {
    condition = alltrue([
      for cache in var.caches : alltrue([
        for name, access in cache.users :
        name != "default" && !can(regex("(^| )(on|off|nopass|reset|[<>#!])", access))
      ])
    ])
    error_message = "A user's access string has neither on, off nor passwords: a user is on, and IAM says who he is. The user default is shut."
  }
  validation {
    condition     = alltrue([for cache in var.caches : cache.global_datastore == null || var.recovery != null])
    error_message = "global_datastore needs a network in the secondary region: recovery."
  }
  validation {
    condition     = alltrue([for cache in var.caches : cache.global_datastore == null || var.secondary_key_arn != null])
    error_message = "global_datastore needs a key in the secondary region: secondary_key_arn."
  }
  # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-Getting-Started.html
  validation {
    condition = alltrue([
      for cache in var.caches : cache.global_datastore == null || (
        can(regex("^cache\\.(m5|m6g|m7g|r5|r6g|r6gd|r7g|c7gn)\\.([0-9]*x)?large$", cache.node_type)) &&
        cache.replicas_per_shard >= 1
      )
    ])
    error_message = "A global datastore takes nodes of m5, m6g, m7g, r5, r6g, r6gd, r7g or c7gn, large or larger, and one replica at least."
  }
  validation {
    condition = alltrue([
      for cache in var.caches : cache.zone == null || (
        cache.shards == null && cache.replicas_per_shard == 0 && contains(keys(var.subnet_ids), coalesce(cache.zone, "-"))
      )
    ])
    error_message = "zone is for a single node, and among those of subnet_ids."
  }
}
