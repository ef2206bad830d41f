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

# The budget counts what carries the environment's tag, and the monitor watches
# it, so the tag must be a cost-allocation tag of the account (shared/account).
# Both speak to the function that explains them, where there is one; otherwise
# to people.
module "cost" {
  source = "../cost"
  count  = var.settings.budget == null && var.settings.anomalies == null ? 0 : 1

  permissions_boundary_arn = module.security.permissions_boundary_arn
  prefix                   = local.prefix
  tags                     = local.tags
  anomalies = var.settings.anomalies == null ? null : merge(var.settings.anomalies, {
    monitors = { spend = { tag = { key = "Environment", values = [var.settings.environment] } } }
  })
  budget = var.settings.budget == null ? null : merge(var.settings.budget, {
    tag = coalesce(var.settings.budget.tag, { key = "Environment", value = var.settings.environment })
  })
  subscribers = {
    topic = {
      arn = try(coalesce(module.automation[0].costs_topic_arn), module.monitoring[0].topic_arns["morning"])
    }
  }
}
