locals {
  _regions = merge(
    { (local._hub) = module.hub },
    { for watch in module.secondary : var.regions.secondary => watch },
    { for watch in module.dr : var.regions.dr => watch },
  )
}

output "alarms" {
  description = "Alarms by region and what they watch (charges, dead-letters, forward-dead-letters, urgent): name and ARN."
  value       = { for region, watch in local._regions : region => watch.alarms }
}

output "dashboard" {
  description = "Name of the dashboard of all environments."
  value       = module.dashboard.name
}

output "forward_rules" {
  description = "Rules that hand events to us-east-1, by region and <function>-<event>; empty where nothing is forwarded."
  value       = { for region, watch in local._regions : region => watch.forward_rules if length(watch.forward_rules) > 0 }
}

output "health_rules" {
  description = "Rules of AWS Health by region; empty where they are off."
  value       = { for region, watch in local._regions : region => watch.health_rule if var.health != null }
}

output "links" {
  description = "Links to the account that watches this one, by region; empty where there are none."
  value       = { for region, watch in local._regions : region => watch.link_arn if contains(keys(var.links), region) }
}

output "sinks" {
  description = "Sinks by region, as the watched accounts take them for `links`; empty where there are none."
  value       = { for region, watch in local._regions : region => watch.sink_arn if local._sink != null }
}

output "topic_arns" {
  description = "Topics by region and severity, morning and urgent."
  value       = { for region, watch in local._regions : region => watch.topic_arns }
}

output "trace_keys" {
  description = "Keys of traces by region; empty where X-Ray's own are used."
  value       = { for region, watch in local._regions : region => watch.trace_key_arn if var.trace_encryption == "own-key" }
}
