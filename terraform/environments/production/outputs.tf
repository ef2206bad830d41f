output "automation" {
  description = "The operations automation: functions, topics, ledger, queues, rules, schedules."
  value       = module.environment.automation
}

output "backup" {
  description = "Backup vaults, plans and restore tests."
  value       = module.environment.backup
}

output "buckets" {
  description = "Buckets by key."
  value       = module.environment.buckets
}

output "caches" {
  description = "Caches by key."
  value       = module.environment.caches
}

output "clusters" {
  description = "EKS clusters by key."
  value       = module.environment.clusters
}

output "databases" {
  description = "PostgreSQL instances by key."
  value       = module.environment.databases
}

output "distribution" {
  description = "The CloudFront distribution."
  value       = module.environment.distribution
}

output "groups" {
  description = "Auto Scaling groups by key."
  value       = module.environment.groups
}

output "load_balancers" {
  description = "Load balancers by key."
  value       = module.environment.load_balancers
}

output "monitoring" {
  description = "Topics, alarms and dashboards."
  value       = module.environment.monitoring
}

output "network" {
  description = "The network."
  value       = module.environment.network
}

output "node_groups" {
  description = "Managed node groups by cluster/group."
  value       = module.environment.node_groups
}

output "recovery" {
  description = "What stands in the second region."
  value       = module.environment.recovery
}

output "repositories" {
  description = "Image repositories by key."
  value       = module.environment.repositories
}

output "roles" {
  description = "Roles for people and for continuous integration."
  value       = module.environment.roles
}
