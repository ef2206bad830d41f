output "distribution" {
  description = "The distribution: arn, domain_name, id, zone_id (for aliases); null without one."
  value = one([
    for distribution in aws_cloudfront_distribution.web : {
      arn         = distribution.arn
      domain_name = distribution.domain_name
      id          = distribution.id
      zone_id     = distribution.hosted_zone_id
    }
  ])
}

output "firewalls" {
  description = "Access control lists by scope (cloudfront, regional): arn, and name, which is the dimension WebACL of their metrics."
  value = {
    for scope, firewall in merge(module.edge_firewall, module.firewall) : scope => {
      arn  = firewall.arn
      name = firewall.name
    }
  }
}

output "health_checks" {
  description = "Ids of the health checks by key."
  value       = local.health_check_ids
}

output "records" {
  description = "Names that are served, by key."
  value       = { for key, record in var.records : key => record.name }
}
