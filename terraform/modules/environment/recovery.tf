# What stands in the second region so that production can go there within
# minutes: a network, and clusters whose node groups wait at zero. Replicas of
# databases and buckets are made by their own modules.

module "recovery_networking" {
  source    = "../networking"
  count     = local.recovers ? 1 : 0
  providers = { aws = aws.secondary }

  cidr                     = var.settings.recovery.network.cidr
  endpoints                = var.settings.recovery.network.endpoints
  instance_connect         = var.settings.recovery.network.instance_connect
  nat                      = var.settings.recovery.network.nat
  permissions_boundary_arn = module.security.permissions_boundary_arn
  pods_cidr                = var.settings.recovery.network.pods_cidr
  prefix                   = "${local.prefix}-recovery"
  region                   = var.settings.recovery.region
  tags                     = local.tags
  tiers                    = var.settings.recovery.network.tiers
  zones                    = var.settings.recovery.network.zones
  flow_logs = var.settings.recovery.network.flow_logs == null ? null : {
    bucket = (
      coalesce(var.settings.recovery.network.flow_logs.to_bucket, true) && local.has_log_bucket
      ? { arn = local.log_bucket.arn }
      : null
    )
    rejects = var.settings.recovery.network.flow_logs.rejects == null ? null : {
      key_arn            = module.security.keys["logs"].replicas["secondary"]
      log_retention_days = var.settings.recovery.network.flow_logs.rejects.log_retention_days
    }
  }
}

module "recovery_compute" {
  source    = "../compute"
  count     = local.recovers ? 1 : 0
  providers = { aws = aws.secondary }

  clusters                 = var.settings.recovery.clusters
  key_arn                  = try(module.security.keys["clusters"].replicas["secondary"], module.security.keys["clusters"].arn)
  log_retention_days       = var.settings.log_retention_days
  permissions_boundary_arn = module.security.permissions_boundary_arn
  pod_subnet_ids           = module.recovery_networking[0].pod_subnet_ids
  prefix                   = "${local.prefix}-recovery"
  public_subnet_ids        = module.recovery_networking[0].subnet_ids["public"]
  subnet_ids               = module.recovery_networking[0].subnet_ids["private"]
  tags                     = local.tags
  today                    = var.today
  vpc_cidr                 = module.recovery_networking[0].cidr
  vpc_id                   = module.recovery_networking[0].vpc_id
}
