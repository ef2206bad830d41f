# What exists once in an account, or once in each of its regions. No
# environment may own it: three of them would fight over it.

data "aws_caller_identity" "current" {}

locals {
  prefix = "${var.project}-shared"

  # The same guard in every region; what belongs to no region, or costs by the
  # account, is the primary one's.
  _config = {
    bucket   = module.audit.buckets["config"].name
    key_arn  = module.audit.key_arn
    role_arn = aws_iam_service_linked_role.config.arn
  }
}

module "audit" {
  source = "../../modules/audit"

  alarm_addresses   = var.alarm_addresses
  bucket_suffix     = var.bucket_suffix
  data_events       = var.data_event_buckets
  disposable        = var.disposable
  insights          = var.insights
  key_deletion_days = var.key_deletion_days
  lock_days         = var.lock_days
  prefix            = local.prefix
  topic_publishers  = ["budgets.amazonaws.com", "costalerts.amazonaws.com"]
}

# Security Hub's control Config.1 wants the linked role, no role of one's own.
resource "aws_iam_service_linked_role" "config" {
  aws_service_name = "config.amazonaws.com"
  tags             = local.tags
}

module "primary" {
  source = "../../modules/guard"

  alarm_topic_arn = module.audit.alarms_topic_arn
  analyzers       = { unused_access_days = var.unused_access_days }
  backup          = {}
  config          = merge(local._config, { conformance_packs = var.conformance_packs, global = true })
  inspector       = var.inspector
  macie           = var.macie
  prefix          = local.prefix
  public_access   = { vpc = var.vpc_public_access }
  quotas          = var.quotas
  registry = {
    replication = length(var.replicated_repositories) == 0 ? null : {
      prefixes = var.replicated_repositories
      regions  = [var.regions.secondary]
    }
  }
}

module "secondary" {
  source    = "../../modules/guard"
  providers = { aws = aws.secondary }

  backup        = {}
  config        = local._config
  inspector     = var.inspector
  prefix        = local.prefix
  public_access = { vpc = var.vpc_public_access }
  registry      = {}
}

module "dr" {
  source    = "../../modules/guard"
  providers = { aws = aws.dr }

  backup        = {}
  config        = local._config
  inspector     = var.inspector
  prefix        = local.prefix
  public_access = { vpc = var.vpc_public_access }
  registry      = {}
}
