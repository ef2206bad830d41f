output "cidr" {
  description = "Address range of the network."
  value       = aws_vpc.vpc.cidr_block
}

output "nat_addresses" {
  description = "Public addresses of the NAT gateways by zone, for the allow lists of others."
  value       = { for zone, address in aws_eip.nat : zone => address.public_ip }
}

output "subnet_ids" {
  description = "Subnets by tier and zone."
  value = {
    for tier in keys(var.tiers) : tier => {
      for zone in var.zones : zone => aws_subnet.subnet["${tier}/${zone}"].id
    }
  }
}

output "vpc_id" {
  description = "The network."
  value       = aws_vpc.vpc.id
}
