# One key for each class of data, so that who reads one class reads no other.
# Where a class lives in other regions too, its key has replicas there: what
# was encrypted here can be decrypted there when this region is gone.

locals {
  key_replicas = {
    for place in ["dr", "secondary"] : place => {
      for class, key in var.keys : class => key if contains(key.replicas, place)
    }
  }
}

resource "aws_kms_key" "class" {
  for_each = var.keys

  deletion_window_in_days = var.key_deletion_days
  description             = "${title(each.key)} of ${var.prefix}"
  enable_key_rotation     = true
  multi_region            = length(each.value.replicas) > 0
  policy                  = local.key_policies["${each.key}/primary"]
  tags                    = merge(var.tags, { Name = "${var.prefix}-${each.key}-key" })
}

resource "aws_kms_alias" "class" {
  for_each = var.keys

  name          = "alias/${var.prefix}-${each.key}"
  target_key_id = aws_kms_key.class[each.key].key_id
}

resource "aws_kms_replica_key" "secondary" {
  for_each = local.key_replicas["secondary"]
  provider = aws.secondary

  deletion_window_in_days = var.key_deletion_days
  description             = "${title(each.key)} of ${var.prefix}, replica"
  policy                  = local.key_policies["${each.key}/secondary"]
  primary_key_arn         = aws_kms_key.class[each.key].arn
  tags                    = merge(var.tags, { Name = "${var.prefix}-${each.key}-key" })
}

resource "aws_kms_alias" "secondary" {
  for_each = local.key_replicas["secondary"]
  provider = aws.secondary

  name          = "alias/${var.prefix}-${each.key}"
  target_key_id = aws_kms_replica_key.secondary[each.key].key_id
}

resource "aws_kms_replica_key" "dr" {
  for_each = local.key_replicas["dr"]
  provider = aws.dr

  deletion_window_in_days = var.key_deletion_days
  description             = "${title(each.key)} of ${var.prefix}, replica"
  policy                  = local.key_policies["${each.key}/dr"]
  primary_key_arn         = aws_kms_key.class[each.key].arn
  tags                    = merge(var.tags, { Name = "${var.prefix}-${each.key}-key" })
}

resource "aws_kms_alias" "dr" {
  for_each = local.key_replicas["dr"]
  provider = aws.dr

  name          = "alias/${var.prefix}-${each.key}"
  target_key_id = aws_kms_replica_key.dr[each.key].key_id
}
