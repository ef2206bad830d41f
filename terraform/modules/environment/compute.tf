locals {
  _load_balancers = {
    for key, balancer in var.settings.load_balancers : key => merge(balancer, {
      certificate_arn = balancer.certificate == null ? null : module.security.certificates[balancer.certificate]
    })
  }
}

module "compute" {
  source = "../compute"

  clusters                 = var.settings.clusters
  groups                   = var.settings.groups
  key_arn                  = module.security.keys["clusters"].arn
  load_balancers           = local._load_balancers
  log_retention_days       = var.settings.log_retention_days
  logs_bucket              = try(local.log_bucket.name, null)
  permissions_boundary_arn = module.security.permissions_boundary_arn
  pod_subnet_ids           = module.networking.pod_subnet_ids
  prefix                   = local.prefix
  public_subnet_ids        = module.networking.subnet_ids["public"]
  subnet_ids               = module.networking.subnet_ids["private"]
  tags                     = local.tags
  today                    = var.today
  vpc_cidr                 = module.networking.cidr
  vpc_id                   = module.networking.vpc_id
}
