# The bill, line by line, in a bucket of its own.

locals {
  _exports = {
    for key in ["bill"] : key => merge(var.export, {
      bucket = join("-", concat([var.prefix, "costs"], var.export.suffix == null ? [] : [var.export.suffix]))
    }) if var.export != null
  }

  # Asterisks are not taken; these are what splits and explains a bill. The
  # names are those of AWS's table dictionary of CUR 2.0.
  _columns = [
    "bill_bill_type", "bill_billing_entity", "bill_billing_period_end_date", "bill_billing_period_start_date",
    "bill_payer_account_id", "cost_category", "discount", "identity_line_item_id", "identity_time_interval",
    "line_item_availability_zone", "line_item_blended_cost", "line_item_currency_code",
    "line_item_line_item_description", "line_item_line_item_type", "line_item_operation", "line_item_product_code",
    "line_item_resource_id", "line_item_unblended_cost", "line_item_unblended_rate", "line_item_usage_account_id",
    "line_item_usage_amount", "line_item_usage_end_date", "line_item_usage_start_date", "line_item_usage_type",
    "pricing_public_on_demand_cost", "pricing_public_on_demand_rate", "pricing_purchase_option", "pricing_term",
    "pricing_unit", "product", "product_instance_type", "product_product_family", "product_region_code",
    "product_servicecode", "reservation_effective_cost", "reservation_reservation_a_r_n", "resource_tags",
    "savings_plan_savings_plan_a_r_n", "savings_plan_savings_plan_effective_cost",
  ]
}

resource "aws_s3_bucket" "export" {
  #checkov:skip=CKV_AWS_144:What AWS can deliver again needs no second region
  #checkov:skip=CKV_AWS_145:Data Exports writes with the bucket's default key; a bill is encrypted by S3's own
  #checkov:skip=CKV2_AWS_62:Nothing waits for new files
  for_each = local._exports

  bucket        = each.value.bucket
  force_destroy = each.value.disposable
  tags          = merge(var.tags, { Name = each.value.bucket })

  lifecycle {
    precondition {
      condition     = length(each.value.bucket) <= 63
      error_message = "The bucket name \"${each.value.bucket}\" has ${length(each.value.bucket)} characters; S3 takes 63."
    }
    precondition {
      condition     = data.aws_region.current.name == "us-east-1"
      error_message = "Data Exports lives in us-east-1; export cannot be asked for from ${data.aws_region.current.name}."
    }
  }
}

resource "aws_s3_bucket_versioning" "export" {
  for_each = aws_s3_bucket.export

  bucket = each.value.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "export" {
  for_each = aws_s3_bucket.export

  bucket = each.value.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "export" {
  for_each = aws_s3_bucket.export

  block_public_acls       = true
  block_public_policy     = true
  bucket                  = each.value.id
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "export" {
  for_each = aws_s3_bucket.export

  bucket = each.value.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "export" {
  for_each = aws_s3_bucket.export

  bucket = each.value.id

  rule {
    id     = "end"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    expiration {
      days = local._exports[each.key].expire_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }

  depends_on = [aws_s3_bucket_versioning.export]
}

resource "aws_s3_bucket_logging" "export" {
  for_each = { for key, export in local._exports : key => export if export.logs_bucket != null }

  bucket        = aws_s3_bucket.export[each.key].id
  target_bucket = each.value.logs_bucket
  target_prefix = "s3/${each.value.bucket}/"
}

resource "aws_s3_bucket_policy" "export" {
  for_each = aws_s3_bucket.export

  bucket = each.value.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TransportSecurityOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource = [
          "arn:${local._partition}:s3:::${local._exports[each.key].bucket}",
          "arn:${local._partition}:s3:::${local._exports[each.key].bucket}/*",
        ]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        # As in "Setting up an Amazon S3 bucket for data exports": the service
        # looks at the policy before each delivery.
        Sid       = "DataExports"
        Effect    = "Allow"
        Principal = { Service = ["bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"] }
        Action    = ["s3:GetBucketPolicy", "s3:PutObject"]
        Resource = [
          "arn:${local._partition}:s3:::${local._exports[each.key].bucket}",
          "arn:${local._partition}:s3:::${local._exports[each.key].bucket}/*",
        ]
        Condition = {
          ArnLike = {
            "aws:SourceArn" = [
              "arn:${local._partition}:bcm-data-exports:us-east-1:${local._account}:export/*",
              "arn:${local._partition}:cur:us-east-1:${local._account}:definition/*",
            ]
          }
          StringEquals = { "aws:SourceAccount" = local._account }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.export]
}

resource "aws_bcmdataexports_export" "export" {
  for_each = local._exports

  tags = var.tags

  export {
    description = "The bill of the account, line by line"
    name        = "${var.prefix}-bill"

    data_query {
      query_statement = "SELECT ${join(", ", local._columns)} FROM COST_AND_USAGE_REPORT"
      table_configurations = {
        COST_AND_USAGE_REPORT = {
          BILLING_VIEW_ARN                      = "arn:${local._partition}:billing::${local._account}:billingview/primary"
          INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY = "FALSE"
          INCLUDE_RESOURCES                     = "TRUE"
          INCLUDE_SPLIT_COST_ALLOCATION_DATA    = "FALSE"
          TIME_GRANULARITY                      = each.value.granularity
        }
      }
    }

    destination_configurations {
      s3_destination {
        s3_bucket = aws_s3_bucket.export[each.key].id
        s3_prefix = "bill"
        s3_region = data.aws_region.current.name

        s3_output_configurations {
          compression = "PARQUET"
          format      = "PARQUET"
          output_type = "CUSTOM"
          overwrite   = "OVERWRITE_REPORT"
        }
      }
    }

    refresh_cadence {
      frequency = "SYNCHRONOUS"
    }
  }

  depends_on = [aws_s3_bucket_policy.export]
}
