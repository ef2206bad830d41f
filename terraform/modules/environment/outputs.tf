output "automation" {
  description = "What the automation module tells; null where there is none."
  value       = one(module.automation[*])
}

output "clusters" {
  description = "EKS clusters by key."
  value       = module.compute.clusters
}

output "databases" {
  description = "PostgreSQL instances by key."
  value       = module.database.instances
}

output "groups" {
  description = "Auto Scaling groups by key."
  value       = module.compute.groups
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
