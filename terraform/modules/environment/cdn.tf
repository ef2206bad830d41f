locals {
  _distribution = var.settings.distribution == null ? null : merge(var.settings.distribution, {
    certificate_arn = try(module.security.certificates[var.settings.distribution.certificate], null)
    buckets = {
      for key, bucket in var.settings.distribution.buckets : key => merge(bucket, {
        domain_name         = module.storage.buckets[key].regional_domain_name
        replica_domain_name = coalesce(bucket.failover, false) ? module.storage.buckets[key].replica_domain_name : null
      })
    }
    load_balancers = {
      for key, balancer in coalesce(var.settings.distribution.load_balancers, {}) : key => merge(balancer, {
        arn         = module.compute.load_balancers[key].arn
        domain_name = module.compute.load_balancers[key].dns_name
      })
    }
    logs = (
      coalesce(var.settings.distribution.logs, local.has_log_bucket)
      ? { bucket_arn = local.log_bucket.arn }
      : null
    )
  })

  _targets = {
    for key in keys(var.settings.load_balancers) : key => {
      dns_name   = module.compute.load_balancers[key].dns_name
      dual_stack = false
      zone_id    = module.compute.load_balancers[key].zone_id
    }
  }
}

module "cdn" {
  source = "../cdn"
  # A distribution is made only from us-east-1 (see variables.tf).
  providers = {
    aws        = aws
    aws.global = aws
  }

  alarm_actions      = local.watched ? [module.monitoring[0].topic_arns["morning"]] : []
  distribution       = local._distribution
  firewalls          = var.settings.firewalls
  global_key_arn     = module.security.keys["logs"].arn
  health_checks      = var.settings.health_checks
  key_arn            = module.security.keys["logs"].arn
  log_retention_days = var.settings.log_retention_days
  prefix             = local.prefix
  tags               = local.tags
  protected_load_balancers = contains(keys(var.settings.firewalls), "regional") ? {
    for key in keys(var.settings.load_balancers) : key => module.compute.load_balancers[key].arn
  } : {}
  records = {
    for key, record in var.settings.records : key => {
      health_check = record.health_check
      name         = record.name
      target       = record.load_balancer == null ? null : local._targets[record.load_balancer]
      zone_id      = record.zone_id
      failover = record.failover == null ? null : {
        health_check = record.failover.health_check
        target       = local._targets[record.failover.load_balancer]
      }
    }
  }
}
