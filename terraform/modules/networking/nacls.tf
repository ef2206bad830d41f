# Lists of the tiers. They are stateless: what answers a connection needs its
# own rule, hence the ephemeral ports. Security groups decide who may talk to
# whom; these lists keep the database tier off the internet even if a group
# is wrong.

locals {
  _everywhere = "0.0.0.0/0"
  _ephemeral  = { from = 1024, to = 65535 }

  _acl_rules = {
    database = {
      ingress = {
        100 = merge({ cidr = var.cidr, protocol = "tcp" }, { from = 5432, to = 5432 })
        110 = merge({ cidr = var.cidr, protocol = "tcp" }, { from = 6379, to = 6379 })
      }
      egress = {
        100 = merge({ cidr = var.cidr, protocol = "tcp" }, local._ephemeral)
      }
    }
    private = {
      ingress = {
        100 = { cidr = var.cidr, protocol = "-1", from = 0, to = 0 }
        110 = merge({ cidr = local._everywhere, protocol = "tcp" }, local._ephemeral)
        120 = merge({ cidr = local._everywhere, protocol = "udp" }, local._ephemeral)
      }
      egress = {
        100 = { cidr = local._everywhere, protocol = "-1", from = 0, to = 0 }
      }
    }
    public = {
      ingress = {
        100 = { cidr = var.cidr, protocol = "-1", from = 0, to = 0 }
        110 = { cidr = local._everywhere, protocol = "tcp", from = 80, to = 80 }
        120 = { cidr = local._everywhere, protocol = "tcp", from = 443, to = 443 }
        130 = merge({ cidr = local._everywhere, protocol = "tcp" }, local._ephemeral)
        140 = merge({ cidr = local._everywhere, protocol = "udp" }, local._ephemeral)
      }
      egress = {
        100 = { cidr = local._everywhere, protocol = "-1", from = 0, to = 0 }
      }
    }
  }
  acl_rules = merge(flatten([
    for tier, directions in local._acl_rules : [
      for direction, rules in directions : {
        for number, rule in rules : "${tier}/${direction}/${number}" => merge(rule, {
          egress = direction == "egress"
          number = tonumber(number)
          tier   = tier
        })
      }
    ]
  ])...)
}

resource "aws_network_acl" "tier" {
  for_each = var.tiers

  vpc_id = aws_vpc.vpc.id
  subnet_ids = [
    for key, subnet in local.subnets : aws_subnet.subnet[key].id
    if subnet.tier == each.key
  ]
  tags = merge(var.tags, { Name = "${var.prefix}-network-${each.key}" })
}

resource "aws_network_acl_rule" "tier" {
  for_each = local.acl_rules

  cidr_block     = each.value.cidr
  egress         = each.value.egress
  from_port      = each.value.from
  network_acl_id = aws_network_acl.tier[each.value.tier].id
  protocol       = each.value.protocol
  rule_action    = "allow"
  rule_number    = each.value.number
  to_port        = each.value.to
}
