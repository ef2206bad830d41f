# Lists of the tiers. They are stateless: what answers a connection needs its
# own rule, hence the ephemeral ports. Security groups decide who may talk to
# whom; these lists keep the database tier off the internet, and off the
# public tier, even if a group is wrong.

locals {
  _everywhere = "0.0.0.0/0"
  _ephemeral  = { from = 1024, to = 65535 }
  _inside     = concat([var.cidr], var.pods_cidr == null ? [] : [var.pods_cidr])

  # Who uses databases: nodes, functions and pods.
  _clients = concat(
    [for zone in sort(var.zones) : local.cidrs["private"][zone]],
    var.pods_cidr == null ? [] : [var.pods_cidr],
  )
  _databases = [for zone in sort(var.zones) : local.cidrs["database"][zone]]

  # "fragmentation needed": without it large packets vanish on the way.
  _path_mtu = { protocol = "icmp", from = 0, to = 0, icmp = { code = 4, type = 3 } }

  # Tier and direction => rules in their order.
  _acl_rules = {
    "database/ingress" = concat(
      [
        for pair in setproduct([5432, 6379], local._clients) :
        { cidr = pair[1], protocol = "tcp", from = pair[0], to = pair[0] }
      ],
      # Replicas and shards talk among themselves, both ways.
      [for cidr in local._databases : merge({ cidr = cidr, protocol = "tcp" }, local._ephemeral)],
    )
    "database/egress" = [
      for cidr in concat(local._clients, local._databases) :
      merge({ cidr = cidr, protocol = "tcp" }, local._ephemeral)
    ]
    "private/ingress" = concat(
      [for cidr in local._inside : { cidr = cidr, protocol = "-1", from = 0, to = 0 }],
      [
        merge({ cidr = local._everywhere, protocol = "tcp" }, local._ephemeral),
        merge({ cidr = local._everywhere, protocol = "udp" }, local._ephemeral),
        merge({ cidr = local._everywhere }, local._path_mtu),
      ],
    )
    "private/egress" = [{ cidr = local._everywhere, protocol = "-1", from = 0, to = 0 }]
    "public/ingress" = concat(
      [for cidr in local._inside : { cidr = cidr, protocol = "-1", from = 0, to = 0 }],
      [
        { cidr = local._everywhere, protocol = "tcp", from = 80, to = 80 },
        { cidr = local._everywhere, protocol = "tcp", from = 443, to = 443 },
        # Answers to what went out through NAT, which takes any of these ports.
        merge({ cidr = local._everywhere, protocol = "tcp" }, local._ephemeral),
        merge({ cidr = local._everywhere, protocol = "udp" }, local._ephemeral),
        merge({ cidr = local._everywhere }, local._path_mtu),
      ],
    )
    "public/egress" = [{ cidr = local._everywhere, protocol = "-1", from = 0, to = 0 }]
  }
  acl_rules = merge([
    for list, rules in local._acl_rules : {
      for place, rule in rules : "${list}/${100 + 10 * place}" => merge({ icmp = null }, rule, {
        egress                                                                 = endswith(list, "/egress")
        number                                                                 = 100 + 10 * place
        tier                                                                   = split("/", list)[0]
      })
    }
  ]...)
}

resource "aws_network_acl" "tier" {
  for_each = var.tiers

  vpc_id = aws_vpc.vpc.id
  subnet_ids = concat(
    [
      for key, subnet in local.subnets : aws_subnet.subnet[key].id
      if subnet.tier == each.key
    ],
    # Pods are of the private tier.
    [for zone in keys(local.pod_subnets) : aws_subnet.pods[zone].id if each.key == "private"],
  )
  tags = merge(var.tags, { Name = "${var.prefix}-network-${each.key}" })

  lifecycle {
    precondition {
      condition = alltrue([
        for rules in values(local._acl_rules) : length(rules) <= 19
      ])
      error_message = <<-EOT
        A network access list takes 20 rules in each direction, the last
        refusal among them. Pods and six zones together need more: leave out
        a zone or the pods' range.
      EOT
    }
  }
}

resource "aws_network_acl_rule" "tier" {
  for_each = local.acl_rules

  cidr_block     = each.value.cidr
  egress         = each.value.egress
  from_port      = each.value.from
  icmp_code      = try(each.value.icmp.code, null)
  icmp_type      = try(each.value.icmp.type, null)
  network_acl_id = aws_network_acl.tier[each.value.tier].id
  protocol       = each.value.protocol
  rule_action    = "allow"
  rule_number    = each.value.number
  to_port        = each.value.to
}
