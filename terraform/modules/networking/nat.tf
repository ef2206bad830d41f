# The way out for private subnets: one gateway for all zones, one per zone, or
# none. A gateway costs money every hour; a zone that is down takes its
# gateway with it.

locals {
  nat_zones = (
    var.nat == "none"
    ? []
    : var.nat == "one" ? slice(var.zones, 0, 1) : var.zones
  )
}

resource "aws_internet_gateway" "internet" {
  vpc_id = aws_vpc.vpc.id
  tags   = merge(var.tags, { Name = "${var.prefix}-network-internet" })
}

resource "aws_eip" "nat" {
  for_each = toset(local.nat_zones)

  domain = "vpc"
  tags   = merge(var.tags, { Name = "${var.prefix}-network-nat-${each.key}" })

  depends_on = [aws_internet_gateway.internet]
}

resource "aws_nat_gateway" "nat" {
  for_each = toset(local.nat_zones)

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.subnet["public/${each.key}"].id
  tags          = merge(var.tags, { Name = "${var.prefix}-network-nat-${each.key}" })

  depends_on = [aws_internet_gateway.internet]
}
