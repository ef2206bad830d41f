# Addresses for pods. Nodes, load balancers and endpoints live in the /24 of
# the private tier; a few hundred pods would fill it.

locals {
  # A /19 for each of six zones: 8,187 addresses.
  pod_subnets = var.pods_cidr == null ? {} : {
    for zone in var.zones : zone => cidrsubnet(var.pods_cidr, 3, local._places[zone])
  }
}

resource "aws_vpc_ipv4_cidr_block_association" "pods" {
  count = var.pods_cidr == null ? 0 : 1

  cidr_block = var.pods_cidr
  vpc_id     = aws_vpc.vpc.id
}

resource "aws_subnet" "pods" {
  for_each = local.pod_subnets

  availability_zone       = "${var.region}${each.key}"
  cidr_block              = each.value
  map_public_ip_on_launch = false
  # Through the association, so that the range is there first.
  vpc_id = aws_vpc_ipv4_cidr_block_association.pods[0].vpc_id
  tags = merge(var.tags, {
    Name = "${var.prefix}-network-pods-${each.key}"
    Tier = "pods"
    # By this tag the VPC CNI finds the subnets from which pods take addresses.
    "kubernetes.io/role/cni" = "1"
  })
}

resource "aws_route_table_association" "pods" {
  for_each = local.pod_subnets

  route_table_id = aws_route_table.private[each.key].id
  subnet_id      = aws_subnet.pods[each.key].id
}
