# Standard logging v2: CloudWatch Logs delivers to a bucket without access
# lists. All three parts live in us-east-1, wherever the bucket is.

locals {
  _logged = local._on ? var.distribution.logs != null : false

  # Everything that v2 offers of the classic log, without cookies and query
  # strings: what lets somebody in is not written down.
  _log_fields = [
    "date", "time", "x-edge-location", "sc-bytes", "c-ip", "cs-method",
    "cs(Host)", "cs-uri-stem", "sc-status", "cs(Referer)", "cs(User-Agent)",
    "x-edge-result-type", "x-edge-request-id", "x-host-header", "cs-protocol",
    "cs-bytes", "time-taken", "x-forwarded-for", "ssl-protocol", "ssl-cipher",
    "x-edge-response-result-type", "cs-protocol-version", "c-port",
    "time-to-first-byte", "x-edge-detailed-result-type", "sc-content-type",
    "sc-content-len",
  ]
}

resource "aws_cloudwatch_log_delivery_source" "web" {
  count    = local._logged ? 1 : 0
  provider = aws.global

  log_type     = "ACCESS_LOGS"
  name         = "${local._name}-logs"
  resource_arn = one(aws_cloudfront_distribution.web[*].arn)
  tags         = var.tags
}

resource "aws_cloudwatch_log_delivery_destination" "web" {
  count    = local._logged ? 1 : 0
  provider = aws.global

  name = "${local._name}-logs"
  # Free, unlike parquet.
  output_format = "json"
  tags          = var.tags

  delivery_destination_configuration {
    destination_resource_arn = var.distribution.logs.bucket_arn
  }
}

resource "aws_cloudwatch_log_delivery" "web" {
  count    = local._logged ? 1 : 0
  provider = aws.global

  delivery_destination_arn = one(aws_cloudwatch_log_delivery_destination.web[*].arn)
  delivery_source_name     = one(aws_cloudwatch_log_delivery_source.web[*].name)
  record_fields            = local._log_fields
  tags                     = var.tags

  s3_delivery_configuration {
    enable_hive_compatible_path = true
    suffix_path                 = "/{DistributionId}/{yyyy}/{MM}/{dd}/{HH}"
  }
}
