locals {
  _roles = {
    database = {}
    private  = { "kubernetes.io/role/internal-elb" = "1" }
    public   = { "kubernetes.io/role/elb" = "1" }
  }
  _places = { for place, zone in ["a", "b", "c", "d", "e", "f"] : zone => place }

  # "tier/zone" => subnet. The third octet is the tier's first number plus the
  # zone's place in the alphabet, so that adding or taking away a zone never
  # renumbers another.
  subnets = merge([
    for tier, first in var.tiers : {
      for zone in var.zones : "${tier}/${zone}" => {
        cidr = cidrsubnet(var.cidr, 8, first + local._places[zone])
        tier = tier
        zone = zone
      }
    }
  ]...)
  cidrs = {
    for tier in keys(var.tiers) : tier => {
      for zone in var.zones : zone => local.subnets["${tier}/${zone}"].cidr
    }
  }
}

resource "aws_subnet" "subnet" {
  for_each = local.subnets

  availability_zone       = "${var.region}${each.value.zone}"
  cidr_block              = each.value.cidr
  map_public_ip_on_launch = false
  vpc_id                  = aws_vpc.vpc.id
  tags = merge(var.tags, local._roles[each.value.tier], {
    Name = "${var.prefix}-network-${each.value.tier}-${each.value.zone}"
    Tier = each.value.tier
  })
}
