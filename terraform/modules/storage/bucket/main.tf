# One bucket with everything that closes it. Buckets and their replicas come
# from here alike, so that a replica cannot be more open than its source.

resource "aws_s3_bucket" "bucket" {
  #checkov:skip=CKV2_AWS_61:lifecycle.tf has it; checkov does not follow the bucket's id.
  #checkov:skip=CKV_AWS_144:Replication is a setting of each bucket; what can be made again need not be copied.
  #checkov:skip=CKV_AWS_145:KMS but for buckets that take logs, which load balancers could not write to.
  bucket              = var.name
  force_destroy       = var.settings.disposable
  object_lock_enabled = var.settings.object_lock != null
  tags                = merge(var.tags, var.settings.tags)

  lifecycle {
    precondition {
      condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
      error_message = <<-EOT
        The bucket name "${var.name}" has ${length(var.name)} characters; S3
        takes 3 to 63 lower-case letters, digits and hyphens. Shorten the
        project's name, the bucket's key or the suffix.
      EOT
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "owner" {
  bucket = aws_s3_bucket.bucket.bucket

  # Access lists are off: the policy alone says who may what.
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "closed" {
  block_public_acls       = true
  block_public_policy     = true
  bucket                  = aws_s3_bucket.bucket.bucket
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "versions" {
  bucket = aws_s3_bucket.bucket.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "encryption" {
  bucket = aws_s3_bucket.bucket.bucket

  rule {
    # One request to KMS for many objects.
    bucket_key_enabled = var.settings.encryption == "kms"

    apply_server_side_encryption_by_default {
      kms_master_key_id = var.settings.encryption == "kms" ? var.key_arn : null
      sse_algorithm     = var.settings.encryption == "kms" ? "aws:kms" : "AES256"
    }
  }
}

resource "aws_s3_bucket_policy" "policy" {
  bucket = aws_s3_bucket.bucket.bucket
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements })

  # Two settings of one bucket at a time are a conflict to S3.
  depends_on = [aws_s3_bucket_public_access_block.closed]
}

resource "aws_s3_bucket_object_lock_configuration" "lock" {
  count = var.settings.object_lock == null ? 0 : 1

  bucket = aws_s3_bucket_versioning.versions.bucket

  rule {
    default_retention {
      days = var.settings.object_lock.days
      mode = var.settings.object_lock.mode
    }
  }
}

resource "aws_s3_bucket_logging" "access" {
  count = var.access_log_bucket == null ? 0 : 1

  bucket        = aws_s3_bucket.bucket.bucket
  target_bucket = var.access_log_bucket.name
  target_prefix = "s3/"

  target_object_key_format {
    partitioned_prefix {
      partition_date_source = "EventTime"
    }
  }
}

resource "aws_s3_bucket_notification" "events" {
  count = var.settings.eventbridge ? 1 : 0

  bucket      = aws_s3_bucket.bucket.bucket
  eventbridge = true
}

resource "aws_s3_bucket_cors_configuration" "cors" {
  count = length(var.settings.cors) > 0 ? 1 : 0

  bucket = aws_s3_bucket.bucket.bucket

  dynamic "cors_rule" {
    for_each = var.settings.cors
    content {
      allowed_headers = cors_rule.value.headers
      allowed_methods = cors_rule.value.methods
      allowed_origins = cors_rule.value.origins
      expose_headers  = ["ETag"]
      max_age_seconds = cors_rule.value.max_age_seconds
    }
  }
}
