locals {
  endpoint_zones = coalesce(var.endpoints.zones, var.zones)
}

# Private subnets and pods only: nothing in the public tier calls AWS, and the
# database tier has no way anywhere.
resource "aws_vpc_endpoint" "gateway" {
  for_each = var.endpoints.gateway

  policy            = local.gateway_policies[each.key]
  route_table_ids   = [for zone in var.zones : aws_route_table.private[zone].id]
  service_name      = "com.amazonaws.${var.region}.${each.key}"
  vpc_endpoint_type = "Gateway"
  vpc_id            = aws_vpc.vpc.id
  tags              = merge(var.tags, { Name = "${var.prefix}-network-${each.key}" })
}

resource "aws_vpc_endpoint" "interface" {
  for_each = var.endpoints.interface

  policy              = local.interface_policies[each.key]
  private_dns_enabled = true
  security_group_ids  = [aws_security_group.endpoints[0].id]
  service_name        = "com.amazonaws.${var.region}.${each.key}"
  subnet_ids          = [for zone in local.endpoint_zones : aws_subnet.subnet["private/${zone}"].id]
  vpc_endpoint_type   = "Interface"
  vpc_id              = aws_vpc.vpc.id
  tags                = merge(var.tags, { Name = "${var.prefix}-network-${replace(each.key, ".", "-")}" })
}

resource "aws_ec2_instance_connect_endpoint" "people" {
  count = var.instance_connect == null ? 0 : 1

  # Instances see the endpoint's address: their groups can name its group.
  preserve_client_ip = false
  security_group_ids = [aws_security_group.instance_connect[0].id]
  subnet_id = aws_subnet.subnet[
    "private/${coalesce(var.instance_connect.zone, var.zones[0])}"
  ].id
  tags = merge(var.tags, { Name = "${var.prefix}-network-instance-connect" })
}
