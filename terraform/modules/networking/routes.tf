# Public subnets share one table, private ones have one per zone, database
# subnets one without any way out.

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.vpc.id
  tags   = merge(var.tags, { Name = "${var.prefix}-network-public" })
}

resource "aws_route" "internet" {
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.internet.id
  route_table_id         = aws_route_table.public.id
}

resource "aws_route_table" "private" {
  for_each = toset(var.zones)

  vpc_id = aws_vpc.vpc.id
  tags   = merge(var.tags, { Name = "${var.prefix}-network-private-${each.key}" })
}

resource "aws_route" "nat" {
  for_each = toset(length(local.nat_zones) == 0 ? [] : var.zones)

  destination_cidr_block = "0.0.0.0/0"
  route_table_id         = aws_route_table.private[each.key].id
  nat_gateway_id = aws_nat_gateway.nat[
    var.nat == "one" ? local.nat_zones[0] : each.key
  ].id
}

resource "aws_route_table" "database" {
  vpc_id = aws_vpc.vpc.id
  tags   = merge(var.tags, { Name = "${var.prefix}-network-database" })
}

resource "aws_route_table_association" "subnet" {
  for_each = local.subnets

  subnet_id = aws_subnet.subnet[each.key].id
  route_table_id = (
    each.value.tier == "public" ? aws_route_table.public.id
    : each.value.tier == "database" ? aws_route_table.database.id
    : aws_route_table.private[each.value.zone].id
  )
}
