# Two buckets: the trail's, which can be locked, and Config's, which cannot,
# for Config does not deliver where a default retention stands.

locals {
  _bucket_names = {
    for key in ["config", "trail"] :
    key => join("-", concat([var.prefix, key], var.bucket_suffix == null ? [] : [var.bucket_suffix]))
  }
  _bucket_arns = { for key, name in local._bucket_names : key => "arn:${local._partition}:s3:::${name}" }

  # Who delivers, and where: {service, from} => statements.
  _deliveries = {
    config = {
      from    = { StringEquals = { "aws:SourceAccount" = local._account } }
      prefix  = "AWSLogs/${local._account}/Config/*"
      service = "config.amazonaws.com"
    }
    trail = {
      from    = { StringEquals = { "aws:SourceArn" = local._trail_arn } }
      prefix  = "AWSLogs/${local._account}/*"
      service = "cloudtrail.amazonaws.com"
    }
  }
}

resource "aws_s3_bucket" "audit" {
  #checkov:skip=CKV_AWS_18:Access to the trail's bucket is in the trail; logs of the logs would go round in circles
  #checkov:skip=CKV_AWS_144:CloudTrail keeps ninety days by itself; a copy elsewhere is the locked backup's matter
  #checkov:skip=CKV2_AWS_62:Nothing waits for new files
  for_each = local._bucket_names

  bucket              = each.value
  force_destroy       = var.disposable
  object_lock_enabled = each.key == "trail" && var.lock_days != null
  tags                = merge(var.tags, { Name = each.value })

  lifecycle {
    precondition {
      condition     = length(each.value) <= 63
      error_message = "The bucket name \"${each.value}\" has ${length(each.value)} characters; S3 takes 63."
    }
  }
}

resource "aws_s3_bucket_versioning" "audit" {
  for_each = aws_s3_bucket.audit

  bucket = each.value.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "trail" {
  count = var.lock_days == null ? 0 : 1

  bucket = aws_s3_bucket.audit["trail"].id

  rule {
    default_retention {
      days = var.lock_days
      mode = "GOVERNANCE"
    }
  }

  depends_on = [aws_s3_bucket_versioning.audit]
}

resource "aws_s3_bucket_server_side_encryption_configuration" "audit" {
  for_each = aws_s3_bucket.audit

  bucket = each.value.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      kms_master_key_id = aws_kms_key.audit.arn
      sse_algorithm     = "aws:kms"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "audit" {
  for_each = aws_s3_bucket.audit

  block_public_acls       = true
  block_public_policy     = true
  bucket                  = each.value.id
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "audit" {
  for_each = aws_s3_bucket.audit

  bucket = each.value.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "audit" {
  for_each = aws_s3_bucket.audit

  bucket = each.value.id

  rule {
    id     = "archive"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    transition {
      days          = 90
      storage_class = "GLACIER_IR"
    }

    expiration {
      days = var.retention_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 90
    }
  }

  depends_on = [aws_s3_bucket_versioning.audit]
}

resource "aws_s3_bucket_policy" "audit" {
  for_each = local._deliveries

  bucket = aws_s3_bucket.audit[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TransportSecurityOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local._bucket_arns[each.key], "${local._bucket_arns[each.key]}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        # Old versions end by the lifecycle; nobody ends them by hand.
        Sid       = "HistoryStays"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:DeleteObjectVersion"
        Resource  = "${local._bucket_arns[each.key]}/*"
      },
      {
        Sid       = "DelivererLooks"
        Effect    = "Allow"
        Principal = { Service = each.value.service }
        Action    = each.key == "config" ? ["s3:GetBucketAcl", "s3:ListBucket"] : ["s3:GetBucketAcl"]
        Resource  = local._bucket_arns[each.key]
        Condition = each.value.from
      },
      {
        Sid       = "DelivererWrites"
        Effect    = "Allow"
        Principal = { Service = each.value.service }
        Action    = "s3:PutObject"
        Resource  = "${local._bucket_arns[each.key]}/${each.value.prefix}"
        Condition = {
          StringEquals = merge(each.value.from.StringEquals, { "s3:x-amz-acl" = "bucket-owner-full-control" })
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.audit]
}
