# Statements for the services that deliver logs. Shapes and names of the
# principals are from the guides of Elastic Load Balancing (access logs),
# CloudWatch Logs (vended logs, V1 and V2), S3 (server access logging),
# CloudTrail and Config.

locals {
  _account_only = { "aws:SourceAccount" = local._account }

  # With access lists off this is the only one that S3 takes, and these
  # services send it.
  _owner_acl = { "s3:x-amz-acl" = "bucket-owner-full-control" }

  _delivery_of = {
    cloudfront = [
      {
        Sid       = "CloudFrontLogsAsk"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = local._arn
        Condition = {
          ArnLike      = { "aws:SourceArn" = local._cloudfront_sources }
          StringEquals = local._account_only
        }
      },
      {
        Sid       = "CloudFrontLogsWrite"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local._arn}/AWSLogs/${local._account}/CloudFront/*"
        Condition = {
          ArnLike      = { "aws:SourceArn" = local._cloudfront_sources }
          StringEquals = merge(local._account_only, local._owner_acl)
        }
      },
    ]

    cloudtrail = [
      {
        Sid       = "CloudTrailAsks"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = local._arn
        Condition = { ArnLike = { "aws:SourceArn" = local._trails } }
      },
      {
        Sid       = "CloudTrailWrites"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local._arn}/AWSLogs/${local._account}/*"
        Condition = {
          ArnLike      = { "aws:SourceArn" = local._trails }
          StringEquals = local._owner_acl
        }
      },
    ]

    config = [
      {
        Sid       = "ConfigAsks"
        Effect    = "Allow"
        Principal = { Service = "config.amazonaws.com" }
        Action    = ["s3:GetBucketAcl", "s3:ListBucket"]
        Resource  = local._arn
        Condition = { StringEquals = local._account_only }
      },
      {
        Sid       = "ConfigWrites"
        Effect    = "Allow"
        Principal = { Service = "config.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local._arn}/AWSLogs/${local._account}/Config/*"
        Condition = {
          StringEquals = merge(local._account_only, local._owner_acl)
        }
      },
    ]

    elb = [{
      Sid       = "LoadBalancersWrite"
      Effect    = "Allow"
      Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${local._arn}/AWSLogs/${local._account}/*"
      Condition = {
        ArnLike = {
          "aws:SourceArn" = "arn:${local._partition}:elasticloadbalancing:${local._region}:${local._account}:loadbalancer/*"
        }
      }
    }]

    s3 = [{
      Sid       = "AccessLogsWrite"
      Effect    = "Allow"
      Principal = { Service = "logging.s3.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${local._arn}/s3/*"
      Condition = { StringEquals = local._account_only }
    }]

    vpc-flow-logs = [
      {
        Sid       = "FlowLogsAsk"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = local._arn
        Condition = {
          ArnLike      = { "aws:SourceArn" = local._log_sources }
          StringEquals = local._account_only
        }
      },
      {
        Sid       = "FlowLogsWrite"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local._arn}/AWSLogs/${local._account}/*"
        Condition = {
          ArnLike      = { "aws:SourceArn" = local._log_sources }
          StringEquals = merge(local._account_only, local._owner_acl)
        }
      },
    ]
  }

  # CloudFront's deliveries live in us-east-1, wherever the bucket is.
  _cloudfront_sources = "arn:${local._partition}:logs:us-east-1:${local._account}:delivery-source:*"
  _log_sources        = "arn:${local._partition}:logs:${local._region}:${local._account}:*"
  _trails             = "arn:${local._partition}:cloudtrail:${local._region}:${local._account}:trail/*"

  _deliveries = flatten([
    for service in sort(var.settings.log_delivery) : local._delivery_of[service]
  ])
}
