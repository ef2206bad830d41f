output "alarms_topic_arn" {
  description = "Topic of alarms about the account."
  value       = module.audit.alarms_topic_arn
}

output "audit" {
  description = "The trail, its log group, the buckets (config, trail), the key."
  value = {
    buckets   = module.audit.buckets
    key_arn   = module.audit.key_arn
    log_group = module.audit.log_group
    trail_arn = module.audit.trail_arn
  }
}

output "costs" {
  description = "Budget, monitors, categories and export of the account; null where costs are off."
  value = one([
    for cost in module.cost : {
      budget     = cost.budget
      categories = cost.categories
      export     = cost.export
      monitors   = cost.anomaly_monitors
    }
  ])
}

output "guards" {
  description = "By region (primary, secondary, dr): detector, standards, recorder, rules, analyzers."
  value       = { dr = module.dr, primary = module.primary, secondary = module.secondary }
}
