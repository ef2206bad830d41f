# What is watched is what is built: nothing is named twice.

locals {
  _watched_databases = merge(
    {
      for key, database in var.settings.databases : key => {
        burstable  = startswith(database.class, "db.t")
        class      = database.class
        identifier = module.database.instances[key].identifier
        storage_gb = database.storage_gb
      }
    },
    merge([
      for key, database in var.settings.databases : {
        for name, replica in coalesce(database.replicas, {}) : "${key}-${name}" => {
          burstable  = startswith(coalesce(replica.class, database.class), "db.t")
          class      = coalesce(replica.class, database.class)
          identifier = module.database.instances[key].replicas[name].identifier
          replica    = true
          storage_gb = database.storage_gb
        }
      }
    ]...),
  )
  _watched_clusters = {
    for key, cluster in var.settings.clusters : key => {
      container_insights = contains(keys(coalesce(cluster.addons, {})), "amazon-cloudwatch-observability")
      name               = module.compute.clusters[key].name
      scrape = try(var.settings.monitoring.prometheus, null) == null ? null : {
        arn                = module.compute.clusters[key].arn
        security_group_ids = [module.compute.clusters[key].security_group_id]
        subnet_ids         = values(module.networking.subnet_ids["private"])
      }
    }
  }
  _functions = var.settings.automation == null ? {} : {
    for name, function in module.automation[0].functions : name => {
      dead_letters  = element(split(":", module.automation[0].dead_letter_queues[name].arn), 5)
      function_name = function.function_name
      log_group     = function.log_group
    }
  }
}

module "monitoring" {
  source = "../monitoring"
  count  = local.watched ? 1 : 0

  anomalies                = var.settings.monitoring.anomalies
  applications             = var.settings.monitoring.applications
  canaries                 = var.settings.monitoring.canaries
  certificates             = module.security.certificates
  clusters                 = local._watched_clusters
  dashboards               = var.settings.monitoring.dashboards
  databases                = local._watched_databases
  distributions            = var.settings.distribution == null ? {} : { web = { id = module.cdn.distribution.id } }
  environment              = var.settings.environment
  functions                = local._functions
  grafana                  = var.settings.monitoring.grafana
  health_checks            = module.cdn.health_checks
  key_arn                  = module.security.keys["logs"].arn
  log_groups               = var.settings.monitoring.log_groups
  log_retention_days       = var.settings.log_retention_days
  logs_bucket              = try(local.log_bucket.name, null)
  nat_gateways             = module.networking.nat_gateway_ids
  permissions_boundary_arn = module.security.permissions_boundary_arn
  prefix                   = local.prefix
  prometheus               = var.settings.monitoring.prometheus
  queries                  = var.settings.monitoring.queries
  real_users               = var.settings.monitoring.real_users
  subscriptions            = var.settings.monitoring.subscriptions
  tags                     = local.tags
  thresholds               = var.settings.monitoring.thresholds
  tracing                  = var.settings.monitoring.tracing
  vaults                   = try({ primary = { name = module.backup[0].vaults["primary"].name } }, {})
  without                  = var.settings.monitoring.without
  caches = {
    for key, cache in var.settings.caches : key => {
      id              = module.database.caches[key].id
      nodes_per_shard = coalesce(cache.replicas_per_shard, 0) + 1
      shards          = cache.shards
    }
  }
  load_balancers = {
    for key, balancer in var.settings.load_balancers : key => {
      arn_suffix = module.compute.load_balancers[key].arn_suffix
      target_groups = {
        for name in keys(balancer.target_groups) :
        name => module.compute.load_balancers[key].target_groups[name].arn_suffix
      }
    }
  }
  other_alarms = var.settings.automation == null ? {} : {
    for key, name in module.automation[0].alarm_names : "automation/${key}" => { name = name }
  }
  replications = {
    for key, bucket in var.settings.buckets : key => {
      destination = module.storage.buckets[key].replica_name
      rule        = module.storage.replication_rules[key]
      source      = module.storage.buckets[key].name
    } if coalesce(bucket.replicate, false)
  }
  search = one([
    for search in var.settings.monitoring.search[*] : merge(search, {
      client_security_group_ids = local.database_clients
      subnet_ids                = slice(values(module.networking.subnet_ids["private"]), 0, 2)
      vpc_id                    = module.networking.vpc_id
    })
  ])
}
