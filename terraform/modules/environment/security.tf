# One key for each class of data. What is copied into another region needs its
# key there, so the settings of the copies decide on the replicas.

locals {
  _key_replicas = {
    backups   = try(setintersection(coalesce(var.settings.backup.copy_regions, []), ["dr", "secondary"]), [])
    clusters  = local.recovers ? ["secondary"] : []
    databases = local._copies_databases ? ["secondary"] : []
    logs      = local.recovers ? ["secondary"] : []
    storage   = local._copies_storage ? ["secondary"] : []
  }
  _copies_databases = anytrue(concat(
    [for one in var.settings.databases : one.cross_region_replica != null || one.backup_copy_days != null],
    [for one in var.settings.caches : one.global_datastore != null],
  ))
  _copies_storage = anytrue(concat(
    [for one in var.settings.buckets : coalesce(one.replicate, false)],
    [for one in var.settings.file_systems : coalesce(one.replicate, false)],
    [for one in var.settings.repositories : coalesce(one.replicate, false)],
  ))

  _keys = {
    backups  = {}
    clusters = { log_group_prefixes = ["/aws/eks/${local.prefix}-"] }
    databases = {
      log_group_prefixes = ["/aws/elasticache/${local.prefix}-", "/aws/rds/instance/${local.prefix}-", "/aws/rds/proxy/${local.prefix}-"]
    }
    logs = {
      log_group_prefixes = [
        "/${local.prefix}/",
        "/aws/OpenSearchService/domains/${local.prefix}-",
        "/aws/containerinsights/${local.prefix}-",
        "/aws/vendedlogs/",
        "/aws/vpc/${local.prefix}-",
        "aws-waf-logs-${local.prefix}-",
      ]
      services = ["aps", "backup", "budgets", "cloudwatch", "costalerts", "events", "events.rds"]
    }
    storage = { services = ["cloudfront"] }
  }
}

data "aws_region" "dr" {
  provider = aws.dr
}

data "aws_region" "secondary" {
  provider = aws.secondary
}

module "security" {
  source = "../security"
  providers = {
    aws           = aws
    aws.dr        = aws.dr
    aws.secondary = aws.secondary
  }

  certificates      = var.settings.certificates
  ci                = var.settings.ci
  key_deletion_days = var.settings.key_deletion_days
  mfa               = var.settings.mfa
  parameters        = var.settings.parameters
  people            = var.settings.people
  prefix            = local.prefix
  secrets           = var.settings.secrets
  tags              = local.tags
  boundary = var.settings.boundary == null ? null : merge(var.settings.boundary, {
    # Where copies of backups go, the role that backs up must reach.
    regions = distinct(compact([
      var.settings.region, "us-east-1", try(var.settings.recovery.region, null),
      contains(local._key_replicas.backups, "dr") ? data.aws_region.dr.name : null,
      contains(local._key_replicas.backups, "secondary") ? data.aws_region.secondary.name : null,
    ]))
  })
  keys = {
    for class, key in local._keys : class => merge(key, { replicas = local._key_replicas[class] })
  }
}
