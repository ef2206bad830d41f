# The bucket that holds every state, and its key. A state tells what there is,
# and what it was; who can write it can make Terraform do anything. So: old
# versions kept, own key, TLS only, every access logged, and no destroy.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  _account   = data.aws_caller_identity.current.account_id
  _partition = data.aws_partition.current.partition
  _iam       = "arn:${local._partition}:iam::${local._account}"

  prefix      = "${var.project}-shared"
  bucket      = join("-", compact([local.prefix, "state", var.bucket_suffix]))
  bucket_arn  = "arn:${local._partition}:s3:::${local.bucket}"
  logs_bucket = join("-", compact([local.prefix, "state-logs", var.bucket_suffix]))
}

resource "aws_kms_key" "state" {
  deletion_window_in_days = 30
  description             = "Terraform states of ${var.project}"
  enable_key_rotation     = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # kms:* on * in a key policy means this key only. Without it nobody,
      # Terraform included, could ever change the key again.
      Sid       = "AccountAdministers"
      Effect    = "Allow"
      Principal = { AWS = "${local._iam}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
  tags = merge(var.tags, { Name = "${local.prefix}-state-key" })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "state" {
  name          = "alias/${local.prefix}-state"
  target_key_id = aws_kms_key.state.key_id
}

resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_144:Failover works without Terraform; a second copy of what can write everything is one more to guard.
  #checkov:skip=CKV2_AWS_62:Nothing waits for a state; who wrote one is in the access logs.
  bucket = local.bucket
  tags   = merge(var.tags, { Name = local.bucket })

  lifecycle {
    prevent_destroy = true
    precondition {
      condition     = length(local.logs_bucket) <= 63
      error_message = <<-EOT
        The bucket name "${local.logs_bucket}" has ${length(local.logs_bucket)}
        characters; S3 takes 63. Shorten the project or the suffix.
      EOT
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  block_public_acls       = true
  block_public_policy     = true
  bucket                  = aws_s3_bucket.state.id
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      kms_master_key_id = aws_kms_key.state.arn
      sse_algorithm     = "aws:kms"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "old-versions"
    status = "Enabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
    noncurrent_version_expiration {
      newer_noncurrent_versions = var.state_versions.count
      noncurrent_days           = var.state_versions.days
    }
  }

  # Locks come and go with every run; what they leave is not worth keeping.
  rule {
    id     = "lock-markers"
    status = "Enabled"
    filter {}
    expiration {
      expired_object_delete_marker = true
    }
  }

  # Versions of a bucket that is not versioned yet cannot expire.
  depends_on = [aws_s3_bucket_versioning.state]
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "NewTlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        # The default encryption is this key's; who names another is refused.
        Sid       = "OwnKeyOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${local.bucket_arn}/*"
        Condition = {
          Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
          StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = aws_kms_key.state.arn }
        }
      },
      {
        Sid       = "OwnAccountOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { StringNotEquals = { "aws:PrincipalAccount" = local._account } }
      },
    ]
  })

  # A policy that is there before the block could be a public one.
  depends_on = [aws_s3_bucket_public_access_block.state]
}

resource "aws_s3_bucket_logging" "state" {
  bucket        = aws_s3_bucket.state.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "state/"

  target_object_key_format {
    partitioned_prefix {
      partition_date_source = "EventTime"
    }
  }

  # S3 tries the destination when it is told of it.
  depends_on = [aws_s3_bucket_policy.logs]
}
