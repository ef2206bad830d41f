resource "aws_security_group" "postgres" {
  for_each = var.instances

  description = "PostgreSQL ${local.instance_names[each.key]}"
  name        = local.instance_names[each.key]
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = local.instance_names[each.key] })
}

# Every client group may reach every instance of the environment; the keys
# are names, so that a group that does not exist yet can be let in.
resource "aws_vpc_security_group_ingress_rule" "postgres" {
  for_each = {
    for pair in setproduct(keys(var.instances), keys(var.client_security_groups)) :
    join("/", pair) => { instance = pair[0], client = pair[1] }
  }

  description                  = "PostgreSQL from ${each.value.client}"
  from_port                    = 5432
  ip_protocol                  = "tcp"
  referenced_security_group_id = var.client_security_groups[each.value.client]
  security_group_id            = aws_security_group.postgres[each.value.instance].id
  tags                         = var.tags
  to_port                      = 5432
}
