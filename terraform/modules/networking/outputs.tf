output "cidr" {
  description = "Address range of the network."
  value       = aws_vpc.vpc.cidr_block
}

output "database_knocks" {
  description = "Metric that counts refused connections to database ports: name and namespace; null without rejects."
  value = one([
    for filter in aws_cloudwatch_log_metric_filter.database_knocks : {
      name      = filter.metric_transformation[0].name
      namespace = filter.metric_transformation[0].namespace
    }
  ])
}

output "endpoint_ids" {
  description = "Endpoints by service."
  value = merge(
    { for service, endpoint in aws_vpc_endpoint.gateway : service => endpoint.id },
    { for service, endpoint in aws_vpc_endpoint.interface : service => endpoint.id },
  )
}

output "instance_connect" {
  description = "The Instance Connect endpoint: id, and the security group that instances let in on port 22; null without one."
  value = one([
    for place, endpoint in aws_ec2_instance_connect_endpoint.people : {
      id                = endpoint.id
      security_group_id = aws_security_group.instance_connect[place].id
    }
  ])
}

output "nat_addresses" {
  description = "Public addresses of the NAT gateways by zone, for the allow lists of others."
  value       = { for zone, address in aws_eip.nat : zone => address.public_ip }
}

output "nat_gateway_ids" {
  description = "NAT gateways by zone."
  value       = { for zone, gateway in aws_nat_gateway.nat : zone => gateway.id }
}

output "pod_subnet_ids" {
  description = "Subnets of the pods by zone; empty without a range for them."
  value       = { for zone, subnet in aws_subnet.pods : zone => subnet.id }
}

output "rejects_log_group" {
  description = "Log group with refused traffic; null without rejects."
  value       = one(aws_cloudwatch_log_group.rejects[*].name)
}

output "route_table_ids" {
  description = "Route tables: database and public, and private by zone."
  value = {
    database = aws_route_table.database.id
    private  = { for zone, table in aws_route_table.private : zone => table.id }
    public   = aws_route_table.public.id
  }
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
