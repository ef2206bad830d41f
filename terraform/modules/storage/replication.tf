# Buckets of the secondary region, and what copies into them. The replica of
# a bucket that takes logs takes those of its own region as well: load
# balancers and access logs can only be written where they arise.

locals {
  _replicated = {
    for key, bucket in var.buckets : key => bucket if bucket.replicate
  }
  replica_names = {
    for key in keys(local._replicated) : key => "${local.bucket_names[key]}-replica"
  }

  replication_role_names = {
    for key in keys(local._replicated) : key => "${var.prefix}-${key}-replication"
  }
  # Composed: the policies of both buckets name the role.
  replication_role_arns = {
    for key, name in local.replication_role_names :
    key => "arn:${local._partition}:iam::${local._account}:role/${name}"
  }
}

module "replica" {
  source    = "./bucket"
  for_each  = { for key, bucket in local._data_buckets : key => bucket if bucket.replicate }
  providers = { aws = aws.secondary }

  key_arn              = var.secondary_key_arn
  name                 = local.replica_names[each.key]
  replication_role_arn = local.replication_role_arns[each.key]
  settings             = each.value
  tags                 = var.tags
  access_log_bucket = try(local._replicated[local._access_logs], null) == null ? null : {
    name = module.log_replica[local._access_logs].name
  }
  distribution_arns = {
    for name in each.value.distributions : name => var.distribution_arns[name]
  }
}

module "log_replica" {
  source    = "./bucket"
  for_each  = { for key, bucket in local._log_buckets : key => bucket if bucket.replicate }
  providers = { aws = aws.secondary }

  key_arn              = var.secondary_key_arn
  name                 = local.replica_names[each.key]
  replication_role_arn = local.replication_role_arns[each.key]
  settings             = each.value
  tags                 = var.tags
}

locals {
  _sources  = merge(module.bucket, module.log_bucket)
  _replicas = merge(module.replica, module.log_replica)
}

resource "aws_iam_role" "replication" {
  for_each = local.replication_role_names

  description          = "Copies ${local.bucket_names[each.key]} to ${local._secondary}"
  name                 = each.value
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        ArnEquals    = { "aws:SourceArn" = "arn:${local._partition}:s3:::${local.bucket_names[each.key]}" }
        StringEquals = { "aws:SourceAccount" = local._account }
      }
    }]
  })

  lifecycle {
    precondition {
      condition     = length(each.value) <= 64
      error_message = <<-EOT
        The role name "${each.value}" has ${length(each.value)} characters;
        IAM takes 64. Shorten the project's name or the bucket's key.
      EOT
    }
  }
}

resource "aws_iam_role_policy" "replication" {
  for_each = local._replicated

  name = "replicate"
  role = aws_iam_role.replication[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "ReadSource"
          Effect   = "Allow"
          Action   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
          Resource = "arn:${local._partition}:s3:::${local.bucket_names[each.key]}"
        },
        {
          Sid    = "ReadVersions"
          Effect = "Allow"
          Action = concat(
            [
              "s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication",
              "s3:GetObjectVersionTagging",
            ],
            each.value.object_lock == null ? [] : ["s3:GetObjectLegalHold", "s3:GetObjectRetention"],
          )
          Resource = "arn:${local._partition}:s3:::${local.bucket_names[each.key]}/*"
        },
        {
          Sid      = "WriteReplica"
          Effect   = "Allow"
          Action   = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]
          Resource = "arn:${local._partition}:s3:::${local.replica_names[each.key]}/*"
        },
      ],
      [
        for statement in [
          {
            Sid      = "DecryptSource"
            Effect   = "Allow"
            Action   = "kms:Decrypt"
            Resource = var.key_arn
            Condition = {
              StringEquals = { "kms:ViaService" = "s3.${local._region}.amazonaws.com" }
              # The bucket's ARN with a bucket key; the object's for what was
              # written before there was one.
              StringLike = {
                "kms:EncryptionContext:aws:s3:arn" = [
                  "arn:${local._partition}:s3:::${local.bucket_names[each.key]}",
                  "arn:${local._partition}:s3:::${local.bucket_names[each.key]}/*",
                ]
              }
            }
          },
          {
            Sid      = "EncryptReplica"
            Effect   = "Allow"
            Action   = ["kms:Encrypt", "kms:GenerateDataKey"]
            Resource = var.secondary_key_arn
            Condition = {
              StringEquals = { "kms:ViaService" = "s3.${local._secondary}.amazonaws.com" }
              StringLike = {
                "kms:EncryptionContext:aws:s3:arn" = [
                  "arn:${local._partition}:s3:::${local.replica_names[each.key]}",
                  "arn:${local._partition}:s3:::${local.replica_names[each.key]}/*",
                ]
              }
            }
          },
        ] : statement if each.value.encryption == "kms"
      ],
    )
  })
}

resource "aws_s3_bucket_replication_configuration" "replication" {
  for_each = local._replicated

  bucket = local._sources[each.key].versioned_name
  role   = aws_iam_role.replication[each.key].arn

  rule {
    id       = "everything"
    priority = 1
    status   = "Enabled"

    filter {}

    # What is deleted here is deleted there: as a marker, never as a version.
    delete_marker_replication {
      status = "Enabled"
    }

    destination {
      bucket        = "arn:${local._partition}:s3:::${local._replicas[each.key].versioned_name}"
      storage_class = "STANDARD"

      dynamic "encryption_configuration" {
        for_each = each.value.encryption == "kms" ? [var.secondary_key_arn] : []
        content {
          replica_kms_key_id = encryption_configuration.value
        }
      }

      # Time control promises a quarter of an hour; the metrics show it.
      metrics {
        status = "Enabled"
        event_threshold {
          minutes = 15
        }
      }

      replication_time {
        status = "Enabled"
        time {
          minutes = 15
        }
      }
    }

    # Without it S3 passes over every object that has a KMS key.
    dynamic "source_selection_criteria" {
      for_each = each.value.encryption == "kms" ? ["kms"] : []
      content {
        sse_kms_encrypted_objects {
          status = "Enabled"
        }
      }
    }
  }

  depends_on = [aws_iam_role_policy.replication]
}
