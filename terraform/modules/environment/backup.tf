module "backup" {
  source = "../backup"
  count  = var.settings.backup == null ? 0 : 1
  providers = {
    aws           = aws
    aws.dr        = aws.dr
    aws.secondary = aws.secondary
  }

  copy_regions             = var.settings.backup.copy_regions
  dr_key_arn               = try(module.security.keys["backups"].replicas["dr"], null)
  framework                = var.settings.backup.framework
  key_arn                  = module.security.keys["backups"].arn
  lock                     = var.settings.backup.lock
  notifications            = local.watched ? { topic_arn = module.monitoring[0].topic_arns["morning"] } : null
  permissions_boundary_arn = module.security.permissions_boundary_arn
  plans                    = var.settings.backup.plans
  prefix                   = local.prefix
  restore_tests            = var.settings.backup.restore_tests
  scope_tags               = { Environment = var.settings.environment }
  secondary_key_arn        = try(module.security.keys["backups"].replicas["secondary"], null)
  tags                     = local.tags
}

# The budget counts what carries the environment's tag, so the tag must be a
# cost-allocation tag of the account (shared/account).
module "cost" {
  source = "../cost"
  count  = var.settings.budget == null ? 0 : 1

  permissions_boundary_arn = module.security.permissions_boundary_arn
  prefix                   = local.prefix
  subscribers              = { topic = { arn = module.monitoring[0].topic_arns["morning"] } }
  tags                     = local.tags
  budget = merge(var.settings.budget, {
    tag = coalesce(var.settings.budget.tag, { key = "Environment", value = var.settings.environment })
  })
}
