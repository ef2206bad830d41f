# The master password. RDS makes, keeps and rotates it where it can. It does
# not create a replica of an instance whose password it manages, and has no
# blue-green update for one:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
# There the password is made by Secrets Manager, kept in a secret of ours and
# read from there for RDS. It passes through Terraform, but it is in no state
# and in no plan (generated.tf).

locals {
  _master = "postgres"

  _managed = {
    for key, instance in var.instances : key => (
      length(instance.replicas) == 0 && instance.cross_region_replica == null && !instance.blue_green
    )
  }
  _own_passwords = toset([for key, managed in local._managed : key if !managed])
}

resource "aws_secretsmanager_secret" "master" {
  #checkov:skip=CKV2_AWS_57:A higher password_version rotates it; RDS rotates those that it manages.
  for_each = local._own_passwords

  description = "Master user of ${local.instance_names[each.key]}"
  kms_key_id  = var.key_arn
  # Six characters after the last hyphen would look like the end of an ARN.
  name                    = "${var.prefix}-${each.key}-db-master-user"
  recovery_window_in_days = var.instances[each.key].disposable ? 0 : 30
  tags                    = var.tags

  # The recovered database asks for the same password.
  dynamic "replica" {
    for_each = contains(keys(local._recovery), each.key) ? [data.aws_region.secondary.name] : []
    content {
      kms_key_id = var.secondary_key_arn
      region     = replica.value
    }
  }
}

resource "aws_secretsmanager_secret_version" "master" {
  for_each = local._own_passwords

  secret_id = aws_secretsmanager_secret.master[each.key].id
  secret_string_wo = jsonencode({
    password = local._generated[each.key]
    username = local._master
  })
  secret_string_wo_version = var.instances[each.key].password_version
}
