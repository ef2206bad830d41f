# A whole environment from one object. The environments differ in that object
# and in nothing else; what is null or empty in it is not built.

locals {
  prefix = "${var.settings.project}-${var.settings.environment}"
  tags = merge(var.settings.tags, {
    Environment = var.settings.environment
    Project     = var.settings.project
  })
}

module "networking" {
  source = "../networking"

  cidr   = var.settings.network.cidr
  nat    = var.settings.network.nat
  prefix = local.prefix
  region = var.settings.region
  tiers  = var.settings.network.tiers
  zones  = var.settings.network.zones
}

module "compute" {
  source = "../compute"

  clusters           = var.settings.clusters
  environment        = var.settings.environment
  groups             = var.settings.groups
  key_arn            = aws_kms_key.clusters.arn
  log_retention_days = var.settings.log_retention_days
  prefix             = local.prefix
  subnet_ids         = module.networking.subnet_ids["private"]
  tags               = local.tags
  today              = var.today
  vpc_cidr           = module.networking.cidr
  vpc_id             = module.networking.vpc_id
}

module "database" {
  source = "../database"

  instances          = var.settings.databases
  key_deletion_days  = var.settings.key_deletion_days
  log_retention_days = var.settings.log_retention_days
  prefix             = local.prefix
  subnet_ids         = module.networking.subnet_ids["database"]
  vpc_id             = module.networking.vpc_id
  client_security_groups = merge(
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

module "automation" {
  source = "../automation"
  count  = var.settings.automation == null ? 0 : 1

  alarm_subscriptions = var.settings.automation.alarm_subscriptions
  architecture        = var.settings.automation.architecture
  configuration       = var.settings.automation.configuration
  environment         = var.settings.environment
  functions           = var.settings.automation.functions
  functions_dir       = var.functions_dir
  key_deletion_days   = var.settings.key_deletion_days
  ledger              = var.settings.automation.ledger
  log_level           = var.settings.automation.log_level
  log_retention_days  = var.settings.log_retention_days
  overrides           = var.settings.automation.overrides
  packages_dir        = var.packages_dir
  project             = var.settings.project
}
