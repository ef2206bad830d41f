output "anomaly_monitors" {
  description = "ARNs of the anomaly monitors by key."
  value       = { for key, monitor in aws_ce_anomaly_monitor.monitor : key => monitor.arn }
}

output "anomaly_subscriptions" {
  description = "ARNs of the anomaly subscriptions: daily, immediate."
  value       = { for key, subscription in aws_ce_anomaly_subscription.subscription : key => subscription.arn }
}

output "budget" {
  description = "The budget: arn and name; null where there is none."
  value       = one([for budget in aws_budgets_budget.budget : { arn = budget.arn, name = budget.name }])
}

output "categories" {
  description = "ARNs of the cost categories by name."
  value       = { for name, category in aws_ce_cost_category.category : name => category.arn }
}

output "export" {
  description = "The export of the bill: arn of the export, name of its bucket; null where there is none."
  value = one([
    for key, export in aws_bcmdataexports_export.export : {
      arn    = export.id
      bucket = local._exports[key].bucket
    }
  ])
}

output "freeze_policy_arn" {
  description = "The policy that the budget attaches; null where there is none."
  value       = one(values(aws_iam_policy.freeze)[*].arn)
}
