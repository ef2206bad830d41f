# A whole environment from one object. The environments differ in that object
# and in nothing else; what is null or empty in it is not built.
#
# Modules hand each other what they need; where two need something of each
# other (the bucket's policy names the distribution, which names the bucket),
# Terraform orders single resources, not modules.

locals {
  prefix = "${var.settings.project}-${var.settings.environment}"
  tags = merge(var.settings.tags, {
    Environment = var.settings.environment
    Project     = var.settings.project
  })

  recovers = var.settings.recovery != null
  watched  = var.settings.monitoring != null

  # The bucket that takes the logs of the others, of load balancers and of the
  # network.
  _log_buckets = [
    for key, bucket in var.settings.buckets : key
    if length(coalesce(bucket.log_delivery, [])) > 0
  ]
  has_log_bucket  = length(local._log_buckets) > 0
  replicates_logs = local.has_log_bucket ? coalesce(var.settings.buckets[local._log_buckets[0]].replicate, false) : false
  log_bucket      = local.has_log_bucket ? module.storage.log_buckets[local._log_buckets[0]] : null
}

module "networking" {
  source = "../networking"

  cidr                     = var.settings.network.cidr
  endpoints                = var.settings.network.endpoints
  flow_logs                = local.flow_logs
  instance_connect         = var.settings.network.instance_connect
  nat                      = var.settings.network.nat
  permissions_boundary_arn = module.security.permissions_boundary_arn
  pods_cidr                = var.settings.network.pods_cidr
  prefix                   = local.prefix
  region                   = var.settings.region
  tags                     = local.tags
  tiers                    = var.settings.network.tiers
  zones                    = var.settings.network.zones
}

locals {
  flow_logs = var.settings.network.flow_logs == null ? null : {
    bucket = (
      local.has_log_bucket && coalesce(var.settings.network.flow_logs.to_bucket, true)
      ? { arn = local.log_bucket.arn }
      : null
    )
    rejects = var.settings.network.flow_logs.rejects == null ? null : {
      key_arn            = module.security.keys["logs"].arn
      log_retention_days = var.settings.network.flow_logs.rejects.log_retention_days
    }
  }
}
