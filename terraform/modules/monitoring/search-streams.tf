# One role writes into the domain and administers it. Who may do what inside a
# domain is decided by mappings that live in it, out of reach of AWS's API: a
# role of the writers' own would be refused until somebody had mapped it by
# hand. So the domain's first administrator is this role, which the streams,
# the pipeline and the people in `administrators` may take.
resource "aws_iam_role" "search" {
  for_each = local._search

  description          = "Writes into ${local.search_name} and administers it"
  name                 = "${local.search_name}-search"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "StreamsAndPipeline"
        Effect    = "Allow"
        Principal = { Service = ["firehose.amazonaws.com", "osis-pipelines.amazonaws.com"] }
        Action    = "sts:AssumeRole"
        Condition = { StringEquals = { "aws:SourceAccount" = local._account } }
      },
      {
        Sid       = "Administrators"
        Effect    = "Allow"
        Principal = { AWS = sort(each.value.administrators) }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy" "search" {
  for_each = local._search

  name = "write"
  role = aws_iam_role.search[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Domain"
        Effect   = "Allow"
        Action   = ["es:DescribeDomain", "es:DescribeDomainConfig", "es:DescribeDomains", "es:ESHttp*"]
        Resource = [local._domain_arn, "${local._domain_arn}/*"]
      },
      {
        Sid      = "Bucket"
        Effect   = "Allow"
        Action   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
        Resource = local._search_bucket
      },
      {
        Sid    = "Objects"
        Effect = "Allow"
        Action = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
        Resource = [
          "${local._search_bucket}/search/*",
          "${local._search_bucket}/search-failed/*",
        ]
      },
      {
        # A stream reaches the domain through interfaces that it makes in the
        # subnets. Descriptions have no resource; interfaces have no name
        # before they exist (Data Firehose developer guide, "Controlling
        # access", destination in a VPC).
        Sid    = "Interfaces"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission",
          "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets",
          "ec2:DescribeVpcAttribute", "ec2:DescribeVpcs",
        ]
        Resource = "*"
      },
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = "logs:PutLogEvents"
        Resource = "${aws_cloudwatch_log_group.search["streams"].arn}:*"
      },
    ]
  })
}

resource "aws_cloudwatch_log_stream" "search" {
  for_each = var.search == null ? toset([]) : toset(["agents", "groups"])

  log_group_name = aws_cloudwatch_log_group.search["streams"].name
  name           = each.key
}

# For the clusters' log agents: one record, one event.
resource "aws_kinesis_firehose_delivery_stream" "agents" {
  for_each = local._search

  destination = "opensearch"
  name        = "${local.search_name}-agents"
  tags        = var.tags

  opensearch_configuration {
    buffering_interval    = 60
    domain_arn            = aws_opensearch_domain.search[each.key].arn
    index_name            = local._search_index
    index_rotation_period = "OneDay"
    role_arn              = aws_iam_role.search[each.key].arn
    s3_backup_mode        = "FailedDocumentsOnly"

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.search["streams"].name
      log_stream_name = aws_cloudwatch_log_stream.search["agents"].name
    }

    s3_configuration {
      bucket_arn          = local._search_bucket
      compression_format  = "GZIP"
      error_output_prefix = "search-failed/!{firehose:error-output-type}/"
      prefix              = "search-failed/"
      role_arn            = aws_iam_role.search[each.key].arn
    }

    vpc_config {
      role_arn           = aws_iam_role.search[each.key].arn
      security_group_ids = [aws_security_group.search_writers[each.key].id]
      subnet_ids         = each.value.subnet_ids
    }
  }

  server_side_encryption {
    enabled  = true
    key_arn  = var.key_arn
    key_type = "CUSTOMER_MANAGED_CMK"
  }

  depends_on = [aws_iam_role_policy.search]
}

# For log groups: unpacked, one event a line, into the bucket.
resource "aws_kinesis_firehose_delivery_stream" "groups" {
  for_each = local._search_piped

  destination = "extended_s3"
  name        = "${local.search_name}-groups"
  tags        = var.tags

  extended_s3_configuration {
    bucket_arn          = local._search_bucket
    buffering_interval  = 60
    buffering_size      = 5
    compression_format  = "GZIP"
    error_output_prefix = "search-failed/!{firehose:error-output-type}/"
    file_extension      = ".gz"
    prefix              = "search/"
    role_arn            = aws_iam_role.search[each.key].arn

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.search["streams"].name
      log_stream_name = aws_cloudwatch_log_stream.search["groups"].name
    }

    processing_configuration {
      enabled = true
      processors {
        type = "Decompression"
        parameters {
          parameter_name  = "CompressionFormat"
          parameter_value = "GZIP"
        }
      }
      processors {
        type = "CloudWatchLogProcessing"
        parameters {
          parameter_name  = "DataMessageExtraction"
          parameter_value = "true"
        }
      }
    }
  }

  server_side_encryption {
    enabled  = true
    key_arn  = var.key_arn
    key_type = "CUSTOMER_MANAGED_CMK"
  }

  depends_on = [aws_iam_role_policy.search]
}

resource "aws_iam_role" "subscriptions" {
  for_each = local._search_piped

  description          = "CloudWatch Logs that writes into ${local.search_name}-groups"
  name                 = "${local.search_name}-subscriptions"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "logs.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringLike = { "aws:SourceArn" = "${local._arn.logs}:*" } }
    }]
  })
}

resource "aws_iam_role_policy" "subscriptions" {
  for_each = local._search_piped

  name = "write"
  role = aws_iam_role.subscriptions[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "OneStream"
      Effect   = "Allow"
      Action   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
      Resource = "${local._arn.firehose}:deliverystream/${local.search_name}-groups"
    }]
  })
}

resource "aws_cloudwatch_log_subscription_filter" "search" {
  for_each = local._search_logs

  destination_arn = aws_kinesis_firehose_delivery_stream.groups["search"].arn
  filter_pattern  = ""
  log_group_name  = aws_cloudwatch_log_group.application[each.key].name
  name            = "${local.search_name}-search"
  role_arn        = aws_iam_role.subscriptions["search"].arn

  # CloudWatch writes a test record when it makes the filter.
  depends_on = [aws_iam_role_policy.subscriptions]
}

resource "aws_cloudwatch_log_group" "pipeline" {
  for_each = local._search_piped

  kms_key_id = var.key_arn
  # The prefix that OpenSearch Ingestion asks for.
  name              = "/aws/vendedlogs/OpenSearchIngestion/${local.search_name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_osis_pipeline" "search" {
  for_each = local._search_piped

  max_units     = 2
  min_units     = 1
  pipeline_name = local.search_name
  tags          = var.tags
  pipeline_configuration_body = yamlencode({
    version = "2"
    logs = {
      source = {
        s3 = {
          # Every object once, by looking: the bucket's own notifications
          # belong to somebody else.
          acknowledgments = true
          codec           = { newline = {} }
          compression     = "gzip"
          aws             = { region = local._region, sts_role_arn = aws_iam_role.search[each.key].arn }
          scan = {
            buckets    = [{ bucket = { name = var.logs_bucket, filter = { include_prefix = ["search/"] } } }]
            scheduling = { interval = "PT1M" }
          }
        }
      }
      processor = [{ parse_json = { source = "message", handle_failed_events = "skip_silently" } }]
      sink = [{
        opensearch = {
          aws   = { region = local._region, sts_role_arn = aws_iam_role.search[each.key].arn }
          hosts = ["https://${aws_opensearch_domain.search[each.key].endpoint}"]
          index = "${local._search_index}-%%{yyyy-MM-dd}"
        }
      }]
    }
  })

  encryption_at_rest_options {
    kms_key_arn = var.key_arn
  }

  log_publishing_options {
    is_logging_enabled = true
    cloudwatch_log_destination {
      log_group = aws_cloudwatch_log_group.pipeline[each.key].name
    }
  }

  vpc_options {
    security_group_ids = [aws_security_group.search_writers[each.key].id]
    subnet_ids         = each.value.subnet_ids
  }

  lifecycle {
    precondition {
      condition     = length(local.search_name) <= 28
      error_message = "The pipeline name \"${local.search_name}\" has ${length(local.search_name)} characters; OpenSearch Ingestion takes 28. Shorten the project's name."
    }
  }
}
