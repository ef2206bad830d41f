# A pool of connections in front of an instance, for clients that come and go
# (functions, pods that scale). It asks clients for IAM and for TLS.

locals {
  _proxies = { for key, instance in var.instances : key => instance.proxy if instance.proxy != null }

  _proxy_names = { for key in keys(local._proxies) : key => "${var.prefix}-${key}-proxy" }

  _master_secrets = {
    for key in keys(var.instances) : key => (
      local._managed[key]
      ? try(aws_db_instance.postgres[key].master_user_secret[0].secret_arn, null)
      : try(aws_secretsmanager_secret.master[key].arn, null)
    )
  }
}

resource "aws_cloudwatch_log_group" "proxy" {
  for_each = local._proxies

  kms_key_id        = var.key_arn
  name              = "/aws/rds/proxy/${local._proxy_names[each.key]}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_iam_role" "proxy" {
  for_each = local._proxies

  description          = "Proxy ${local._proxy_names[each.key]}: the instance's password"
  name                 = "${local._proxy_names[each.key]}-role"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local._account } }
    }]
  })

  lifecycle {
    precondition {
      condition     = length(local._proxy_names[each.key]) <= 59
      error_message = <<-EOT
        The name "${local._proxy_names[each.key]}-role" has
        ${length(local._proxy_names[each.key]) + 5} characters; IAM takes 64.
        Shorten the project's name or the instance's key.
      EOT
    }
  }
}

resource "aws_iam_role_policy" "proxy" {
  for_each = local._proxies

  name = "secret"
  role = aws_iam_role.proxy[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = local._master_secrets[each.key]
      },
      {
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.key_arn
        Condition = {
          StringEquals = { "kms:ViaService" = "secretsmanager.${local._region}.amazonaws.com" }
        }
      },
    ]
  })
}

resource "aws_security_group" "proxy" {
  #checkov:skip=CKV2_AWS_5:It is on the proxy below.
  for_each = local._proxies

  description = "Proxy ${local._proxy_names[each.key]}"
  name        = local._proxy_names[each.key]
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = local._proxy_names[each.key] })
}

resource "aws_vpc_security_group_ingress_rule" "proxy" {
  for_each = {
    for pair in setproduct(keys(local._proxies), keys(var.client_security_groups)) :
    join("/", pair) => { instance = pair[0], client = pair[1] }
  }

  description                  = "PostgreSQL from ${each.value.client}"
  from_port                    = 5432
  ip_protocol                  = "tcp"
  referenced_security_group_id = var.client_security_groups[each.value.client]
  security_group_id            = aws_security_group.proxy[each.value.instance].id
  tags                         = var.tags
  to_port                      = 5432
}

resource "aws_vpc_security_group_egress_rule" "proxy" {
  for_each = local._proxies

  description                  = "PostgreSQL to ${local.instance_names[each.key]}"
  from_port                    = 5432
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.postgres[each.key].id
  security_group_id            = aws_security_group.proxy[each.key].id
  tags                         = var.tags
  to_port                      = 5432
}

resource "aws_vpc_security_group_ingress_rule" "from_proxy" {
  for_each = local._proxies

  description                  = "PostgreSQL from ${local._proxy_names[each.key]}"
  from_port                    = 5432
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.proxy[each.key].id
  security_group_id            = aws_security_group.postgres[each.key].id
  tags                         = var.tags
  to_port                      = 5432
}

resource "aws_db_proxy" "proxy" {
  for_each = local._proxies

  engine_family          = "POSTGRESQL"
  idle_client_timeout    = each.value.idle_seconds
  name                   = local._proxy_names[each.key]
  require_tls            = true
  role_arn               = aws_iam_role.proxy[each.key].arn
  tags                   = var.tags
  vpc_security_group_ids = [aws_security_group.proxy[each.key].id]
  vpc_subnet_ids         = values(var.subnet_ids)

  auth {
    auth_scheme = "SECRETS"
    iam_auth    = "REQUIRED"
    secret_arn  = local._master_secrets[each.key]
  }

  depends_on = [aws_cloudwatch_log_group.proxy, aws_iam_role_policy.proxy]
}

resource "aws_db_proxy_default_target_group" "proxy" {
  for_each = local._proxies

  db_proxy_name = aws_db_proxy.proxy[each.key].name

  connection_pool_config {
    max_connections_percent = each.value.max_connections_percent
  }
}

resource "aws_db_proxy_target" "proxy" {
  for_each = local._proxies

  db_instance_identifier = aws_db_instance.postgres[each.key].identifier
  db_proxy_name          = aws_db_proxy.proxy[each.key].name
  target_group_name      = aws_db_proxy_default_target_group.proxy[each.key].name
}
