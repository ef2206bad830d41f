output "log_groups" {
  description = "Log groups of the queries by zone."
  value       = { for key, group in aws_cloudwatch_log_group.queries : key => group.name }
}

output "signers" {
  description = "DS records of the signed zones, for the registrar or the parent."
  value       = { for key, signer in aws_route53_key_signing_key.zone : key => signer.ds_record }
}

output "zones" {
  description = "Zones by key: id, domain, name servers. An environment takes site = { domain, zone_id }."
  value = {
    for key, zone in aws_route53_zone.zone : key => {
      domain       = zone.name
      id           = zone.zone_id
      name_servers = zone.name_servers
    }
  }
}
