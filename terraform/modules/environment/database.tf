locals {
  database_clients = merge(
    {
      for key in keys(var.settings.clusters) :
      "${key}-cluster" => module.compute.clusters[key].security_group_id
    },
    {
      for key in keys(var.settings.groups) :
      "${key}-group" => module.compute.groups[key].security_group_id
    },
  )
}

module "database" {
  source = "../database"
  providers = {
    aws           = aws
    aws.secondary = aws.secondary
  }

  caches                   = var.settings.caches
  client_security_groups   = local.database_clients
  instances                = var.settings.databases
  key_arn                  = module.security.keys["databases"].arn
  log_retention_days       = var.settings.log_retention_days
  notifications            = local.watched ? { topic_arn = module.monitoring[0].topic_arns["morning"] } : null
  permissions_boundary_arn = module.security.permissions_boundary_arn
  prefix                   = local.prefix
  secondary_key_arn        = local._copies_databases ? module.security.keys["databases"].replicas["secondary"] : null
  subnet_ids               = module.networking.subnet_ids["database"]
  tags                     = local.tags
  vpc_id                   = module.networking.vpc_id
  recovery = local.recovers ? {
    client_security_groups = {
      for key in var.settings.recovery.clusters :
      "${key}-cluster" => module.recovery_compute[0].clusters[key].security_group_id
    }
    subnet_ids = module.recovery_networking[0].subnet_ids["database"]
    vpc_id     = module.recovery_networking[0].vpc_id
  } : null
}
