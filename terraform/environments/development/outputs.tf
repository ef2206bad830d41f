output "automation" {
  description = "The operations automation: functions, topics, ledger, queues, rules, schedules."
  value       = module.environment.automation
}

output "clusters" {
  description = "EKS clusters by key."
  value       = module.environment.clusters
}

output "databases" {
  description = "PostgreSQL instances by key."
  value       = module.environment.databases
}

output "groups" {
  description = "Auto Scaling groups by key."
  value       = module.environment.groups
}

output "network" {
  description = "The network."
  value       = module.environment.network
}

output "node_groups" {
  description = "Managed node groups by cluster/group."
  value       = module.environment.node_groups
}
