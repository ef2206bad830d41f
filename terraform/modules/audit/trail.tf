locals {
  _log_group_name = "/aws/cloudtrail/${local._trail_name}"
  _log_group_arn  = "arn:${local._partition}:logs:${local._region}:${local._account}:log-group:${local._log_group_name}"
}

resource "aws_cloudwatch_log_group" "trail" {
  #checkov:skip=CKV_AWS_338:The bucket keeps the trail for years; here it is searched
  kms_key_id        = aws_kms_key.audit.arn
  name              = local._log_group_name
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_iam_role" "trail" {
  description          = "Writes the trail ${local._trail_name} to CloudWatch Logs"
  name                 = "${var.prefix}-audit-trail-role"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "cloudtrail.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceArn" = local._trail_arn } }
    }]
  })
}

resource "aws_iam_role_policy" "trail" {
  name = "log-group"
  role = aws_iam_role.trail.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "OwnStreams"
      Effect = "Allow"
      Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
      # CloudTrail's streams are named {account}_CloudTrail_{region}.
      Resource = "${local._log_group_arn}:log-stream:${local._account}_CloudTrail_*"
    }]
  })
}

resource "aws_cloudtrail" "trail" {
  #checkov:skip=CKV_AWS_252:Alarms speak about the trail; a message for each file would drown them
  cloud_watch_logs_group_arn    = "${aws_cloudwatch_log_group.trail.arn}:*"
  cloud_watch_logs_role_arn     = aws_iam_role.trail.arn
  enable_log_file_validation    = true
  include_global_service_events = true
  is_multi_region_trail         = true
  kms_key_id                    = aws_kms_key.audit.arn
  name                          = local._trail_name
  s3_bucket_name                = aws_s3_bucket.audit["trail"].id
  tags                          = var.tags

  advanced_event_selector {
    name = "Management events"

    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }

  dynamic "advanced_event_selector" {
    for_each = length(var.data_events) > 0 ? [sort(var.data_events)] : []
    content {
      name = "Objects of the sensitive buckets"

      field_selector {
        field  = "eventCategory"
        equals = ["Data"]
      }
      field_selector {
        field  = "resources.type"
        equals = ["AWS::S3::Object"]
      }
      field_selector {
        field       = "resources.ARN"
        starts_with = [for bucket in advanced_event_selector.value : "arn:${local._partition}:s3:::${bucket}/"]
      }
    }
  }

  dynamic "insight_selector" {
    for_each = var.insights ? ["ApiCallRateInsight", "ApiErrorRateInsight"] : []
    content {
      insight_type = insight_selector.value
    }
  }

  depends_on = [aws_iam_role_policy.trail, aws_s3_bucket_policy.audit]
}
