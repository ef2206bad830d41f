output "automation" {
  description = "What the automation module tells; null where there is none."
  value       = one(module.automation[*])
}

output "backup" {
  description = "Vaults, plans and restore tests; null where there is no backup."
  value       = one(module.backup[*])
}

output "buckets" {
  description = "Buckets by key, with their replicas."
  value       = module.storage.buckets
}

output "caches" {
  description = "Caches by key."
  value       = module.database.caches
}

output "clusters" {
  description = "EKS clusters by key."
  value       = module.compute.clusters
}

output "databases" {
  description = "PostgreSQL instances by key."
  value       = module.database.instances
}

output "distribution" {
  description = "The CloudFront distribution; null where there is none."
  value       = module.cdn.distribution
}

output "file_systems" {
  description = "EFS file systems by key."
  value       = module.storage.file_systems
}

output "groups" {
  description = "Auto Scaling groups by key."
  value       = module.compute.groups
}

output "keys" {
  description = "KMS keys by class of data, with their replicas."
  value       = module.security.keys
}

output "load_balancers" {
  description = "Load balancers by key, with their target groups."
  value       = module.compute.load_balancers
}

output "monitoring" {
  description = "Topics, alarms, dashboards, and the services behind them; null where nothing is watched."
  value       = one(module.monitoring[*])
}

output "network" {
  description = "The network: id, address range, NAT addresses and subnets by tier and zone."
  value = {
    cidr          = module.networking.cidr
    nat_addresses = module.networking.nat_addresses
    subnet_ids    = module.networking.subnet_ids
    vpc_id        = module.networking.vpc_id
  }
}

output "node_groups" {
  description = "Managed node groups by cluster/group."
  value       = module.compute.node_groups
}

output "recovery" {
  description = "What stands in the second region: network, clusters, node groups; null where nothing does."
  value = one([
    for index, network in module.recovery_networking : {
      clusters    = module.recovery_compute[index].clusters
      node_groups = module.recovery_compute[index].node_groups
      subnet_ids  = network.subnet_ids
      vpc_id      = network.vpc_id
    }
  ])
}

output "repositories" {
  description = "Image repositories by key."
  value       = module.storage.repositories
}

output "roles" {
  description = "Roles for people and for continuous integration."
  value       = merge(module.security.roles, module.security.ci_role_arn == null ? {} : { ci = module.security.ci_role_arn })
}
