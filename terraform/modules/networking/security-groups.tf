# Groups of what the network itself puts up. What runs in it brings its own.

resource "aws_security_group" "endpoints" {
  count = length(var.endpoints.interface) > 0 ? 1 : 0

  description = "Interface endpoints of ${var.prefix}"
  name        = "${var.prefix}-network-endpoints"
  vpc_id      = aws_vpc.vpc.id
  tags        = merge(var.tags, { Name = "${var.prefix}-network-endpoints" })
}

# Endpoints answer and never ask: no rule lets anything out.
resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  for_each = length(var.endpoints.interface) == 0 ? {} : merge(
    { for zone, cidr in local.cidrs["private"] : "private-${zone}" => cidr },
    { for zone in keys(local.pod_subnets) : "pods-${zone}" => local.pod_subnets[zone] },
  )

  cidr_ipv4         = each.value
  description       = "HTTPS from ${each.key}"
  from_port         = 443
  ip_protocol       = "tcp"
  security_group_id = aws_security_group.endpoints[0].id
  tags              = var.tags
  to_port           = 443
}

resource "aws_security_group" "instance_connect" {
  count = var.instance_connect == null ? 0 : 1

  description = "Instance Connect endpoint of ${var.prefix}"
  name        = "${var.prefix}-network-instance-connect"
  vpc_id      = aws_vpc.vpc.id
  tags        = merge(var.tags, { Name = "${var.prefix}-network-instance-connect" })
}

resource "aws_vpc_security_group_egress_rule" "instance_connect" {
  for_each = var.instance_connect == null ? {} : local.cidrs["private"]

  cidr_ipv4         = each.value
  description       = "SSH to private-${each.key}"
  from_port         = 22
  ip_protocol       = "tcp"
  security_group_id = aws_security_group.instance_connect[0].id
  tags              = var.tags
  to_port           = 22
}
