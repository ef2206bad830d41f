# Secrets in Secrets Manager, for what wants a name and a password together.
# What RDS manages is not here. See parameters.tf for where the values are.

locals {
  secret_names = { for key in keys(var.secrets) : key => "${var.prefix}-${key}-secret" }
}

resource "aws_secretsmanager_secret" "secret" {
  #checkov:skip=CKV2_AWS_57:Rotated by raising its version, with what uses it; nothing here knows how to tell an application.
  for_each = var.secrets

  description             = each.value.description
  kms_key_id              = aws_kms_key.class[each.value.key].arn
  name                    = local.secret_names[each.key]
  recovery_window_in_days = each.value.recovery_days
  tags                    = merge(var.tags, { Name = local.secret_names[each.key] })
}

resource "aws_secretsmanager_secret_version" "secret" {
  for_each = var.secrets

  secret_id = aws_secretsmanager_secret.secret[each.key].id
  secret_string_wo = (
    each.value.username == null
    ? local._generated_secrets[each.key]
    : jsonencode({
      password = local._generated_secrets[each.key]
      username = each.value.username
    })
  )
  secret_string_wo_version = each.value.version
}
