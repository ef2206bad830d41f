# What stands in the second region so that production can go there within
# minutes: the same network with a range of its own, and the same clusters,
# whose node groups wait at zero. Replicas of databases and buckets are made by
# their own modules.

module "recovery_networking" {
  source    = "../networking"
  count     = local.recovers ? 1 : 0
  providers = { aws = aws.secondary }

  cidr                     = var.settings.recovery.cidr
  flow_logs                = local.recovery_flow_logs
  nat                      = var.settings.recovery.nat
  permissions_boundary_arn = module.security.permissions_boundary_arn
  pods_cidr                = var.settings.network.pods_cidr
  prefix                   = local.recovery_prefix
  region                   = var.settings.recovery.region
  tags                     = local.tags
  tiers                    = var.settings.network.tiers
  zones                    = var.settings.network.zones
}

module "recovery_compute" {
  source    = "../compute"
  count     = local.recovers ? 1 : 0
  providers = { aws = aws.secondary }

  clusters                 = local.recovery_clusters
  key_arn                  = module.security.keys["clusters"].replicas["secondary"]
  log_retention_days       = var.settings.log_retention_days
  permissions_boundary_arn = module.security.permissions_boundary_arn
  pod_subnet_ids           = module.recovery_networking[0].pod_subnet_ids
  prefix                   = local.recovery_prefix
  public_subnet_ids        = module.recovery_networking[0].subnet_ids["public"]
  subnet_ids               = module.recovery_networking[0].subnet_ids["private"]
  tags                     = local.tags
  today                    = var.today
  vpc_cidr                 = module.recovery_networking[0].cidr
  vpc_id                   = module.recovery_networking[0].vpc_id
}

locals {
  recovery_prefix = "${local.prefix}-recovery"
  recovery_clusters = local.recovers ? {
    for key in var.settings.recovery.clusters : key => merge(var.settings.clusters[key], {
      node_groups = {
        for name, group in coalesce(var.settings.clusters[key].node_groups, {}) :
        name => merge(group, { desired = 0, min = 0 })
      }
    })
  } : {}
  # Logs stay in their region: the replica of the log bucket takes them there.
  recovery_flow_logs = local.recovers && var.settings.network.flow_logs != null ? {
    bucket = (
      local.replicates_logs && coalesce(var.settings.network.flow_logs.to_bucket, true)
      ? { arn = local.log_bucket.replica_arn }
      : null
    )
    rejects = var.settings.network.flow_logs.rejects == null ? null : {
      key_arn            = module.security.keys["logs"].replicas["secondary"]
      log_retention_days = var.settings.network.flow_logs.rejects.log_retention_days
    }
  } : null
}
