# What lies where and how old: the free metrics of Storage Lens, on the
# buckets of this environment and no others.
resource "aws_s3control_storage_lens_configuration" "lens" {
  count = var.storage_lens ? 1 : 0

  config_id = "${var.prefix}-storage-lens"
  tags      = var.tags

  storage_lens_configuration {
    enabled = true

    account_level {
      bucket_level {}
    }

    include {
      buckets = [for key in sort(keys(var.buckets)) : local._sources[key].arn]
    }
  }
}
