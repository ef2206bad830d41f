# Clients are security groups, never addresses, and every client group may
# reach every instance and cache of the environment. The keys are names, so
# that a group that does not exist yet can be let in. Nothing here lets
# anything out.

resource "aws_security_group" "postgres" {
  for_each = var.instances

  description = "PostgreSQL ${local.instance_names[each.key]}"
  name        = local.instance_names[each.key]
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = local.instance_names[each.key] })
}

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

resource "aws_security_group" "recovery" {
  for_each = local._recovery
  provider = aws.secondary

  description = "PostgreSQL ${each.value.identifier}"
  name        = each.value.identifier
  vpc_id      = var.recovery.vpc_id
  tags        = merge(var.tags, { Name = each.value.identifier })
}

resource "aws_vpc_security_group_ingress_rule" "recovery" {
  for_each = {
    for pair in setproduct(keys(local._recovery), keys(local._recovery_clients)) :
    join("/", pair) => { instance = pair[0], client = pair[1] }
  }
  provider = aws.secondary

  description                  = "PostgreSQL from ${each.value.client}"
  from_port                    = 5432
  ip_protocol                  = "tcp"
  referenced_security_group_id = local._recovery_clients[each.value.client]
  security_group_id            = aws_security_group.recovery[each.value.instance].id
  tags                         = var.tags
  to_port                      = 5432
}

resource "aws_security_group" "redis" {
  for_each = var.caches

  description = "Cache ${local.cache_names[each.key]}"
  name        = local.cache_names[each.key]
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = local.cache_names[each.key] })
}

resource "aws_vpc_security_group_ingress_rule" "redis" {
  for_each = {
    for pair in setproduct(keys(var.caches), keys(var.client_security_groups)) :
    join("/", pair) => { cache = pair[0], client = pair[1] }
  }

  description                  = "Redis from ${each.value.client}"
  from_port                    = 6379
  ip_protocol                  = "tcp"
  referenced_security_group_id = var.client_security_groups[each.value.client]
  security_group_id            = aws_security_group.redis[each.value.cache].id
  tags                         = var.tags
  to_port                      = 6379
}

resource "aws_security_group" "redis_recovery" {
  for_each = local._global
  provider = aws.secondary

  description = "Cache ${each.value.id}"
  name        = each.value.id
  vpc_id      = var.recovery.vpc_id
  tags        = merge(var.tags, { Name = each.value.id })
}

resource "aws_vpc_security_group_ingress_rule" "redis_recovery" {
  for_each = {
    for pair in setproduct(keys(local._global), keys(local._recovery_clients)) :
    join("/", pair) => { cache = pair[0], client = pair[1] }
  }
  provider = aws.secondary

  description                  = "Redis from ${each.value.client}"
  from_port                    = 6379
  ip_protocol                  = "tcp"
  referenced_security_group_id = local._recovery_clients[each.value.client]
  security_group_id            = aws_security_group.redis_recovery[each.value.cache].id
  tags                         = var.tags
  to_port                      = 6379
}
