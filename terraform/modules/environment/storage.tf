module "storage" {
  source = "../storage"
  providers = {
    aws           = aws
    aws.secondary = aws.secondary
  }

  bucket_suffix            = var.settings.bucket_suffix
  buckets                  = var.settings.buckets
  client_security_groups   = local.database_clients
  distribution_arns        = var.settings.distribution == null ? {} : { web = module.cdn.distribution.arn }
  file_systems             = var.settings.file_systems
  key_arn                  = module.security.keys["storage"].arn
  permissions_boundary_arn = module.security.permissions_boundary_arn
  prefix                   = local.prefix
  repositories             = var.settings.repositories
  secondary_key_arn        = local._copies_storage ? module.security.keys["storage"].replicas["secondary"] : null
  snapshots                = var.settings.snapshots
  subnet_ids               = module.networking.subnet_ids["private"]
  tags                     = local.tags
  vpc_id                   = module.networking.vpc_id
}
