# Buckets that take logs are a call of their own: who delivers logs waits for
# their policy, and that must not wait for the distribution whose ARN is in
# the policies of the others.

locals {
  _suffix = var.bucket_suffix == null ? "" : "-${var.bucket_suffix}"

  bucket_names = {
    for key in keys(var.buckets) : key => "${var.prefix}-${key}${local._suffix}"
  }

  _log_buckets = {
    for key, bucket in var.buckets : key => bucket if length(bucket.log_delivery) > 0
  }
  _data_buckets = {
    for key, bucket in var.buckets : key => bucket if length(bucket.log_delivery) == 0
  }

  # The bucket that takes the access logs of the others, by key; null for none.
  _access_logs = one([
    for key, bucket in var.buckets : key if contains(bucket.log_delivery, "s3")
  ])
}

module "bucket" {
  source   = "./bucket"
  for_each = local._data_buckets

  key_arn              = var.key_arn
  name                 = local.bucket_names[each.key]
  replication_role_arn = try(local.replication_role_arns[each.key], null)
  settings             = each.value
  tags                 = var.tags
  access_log_bucket = local._access_logs == null ? null : {
    name = module.log_bucket[local._access_logs].name
  }
  distribution_arns = {
    for name in each.value.distributions : name => var.distribution_arns[name]
  }
}

module "log_bucket" {
  source   = "./bucket"
  for_each = local._log_buckets

  key_arn              = var.key_arn
  name                 = local.bucket_names[each.key]
  replication_role_arn = try(local.replication_role_arns[each.key], null)
  settings             = each.value
  tags                 = var.tags
}
