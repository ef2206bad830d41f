# Canaries ask the site's addresses from outside the network, as a visitor
# does, by night too. Their one script is canary/canary.js; scripts/canary-zip
# packs it, and the package's name holds what it contains, so that a changed
# script reaches the canaries.

locals {
  canary_names    = { for key in keys(var.canaries) : key => "${var.prefix}-${key}" }
  _canary_package = one(fileset(path.module, "canary/canary-*.zip"))
  # The newest when this was written (CloudWatch user guide, "Runtime versions
  # using Node.js and Puppeteer").
  _canary_runtime = "syn-nodejs-puppeteer-15.0"
}

resource "aws_iam_role" "canary" {
  for_each = var.canaries

  description          = "The canary ${local.canary_names[each.key]}"
  name                 = "${local.canary_names[each.key]}-canary"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })

  lifecycle {
    precondition {
      condition     = length(local.canary_names[each.key]) <= 57
      error_message = <<-EOT
        The role name "${local.canary_names[each.key]}-canary" has
        ${length(local.canary_names[each.key]) + 7} characters; IAM takes 64.
        Shorten the project's name or the canary's key.
      EOT
    }
  }
}

resource "aws_iam_role_policy" "canary" {
  for_each = var.canaries

  name = "run"
  role = aws_iam_role.canary[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "KeepWhatItSaw"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${local._partition}:s3:::${var.logs_bucket}/canaries/${each.key}/*"
      },
      {
        Sid      = "FindTheBucket"
        Effect   = "Allow"
        Action   = "s3:GetBucketLocation"
        Resource = "arn:${local._partition}:s3:::${var.logs_bucket}"
      },
      {
        # Synthetics looks for its bucket by listing; there is no resource.
        Sid      = "ListBuckets"
        Effect   = "Allow"
        Action   = "s3:ListAllMyBuckets"
        Resource = "*"
      },
      {
        # The function's name ends in an id that Synthetics draws.
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${local._arn.logs}:log-group:/aws/lambda/cwsyn-${local.canary_names[each.key]}-*"
      },
      {
        # Metrics have no resource, only a namespace.
        Sid       = "Measure"
        Effect    = "Allow"
        Action    = "cloudwatch:PutMetricData"
        Resource  = "*"
        Condition = { StringEquals = { "cloudwatch:namespace" = "CloudWatchSynthetics" } }
      },
      {
        # Traces have no resource.
        Sid      = "Trace"
        Effect   = "Allow"
        Action   = "xray:PutTraceSegments"
        Resource = "*"
      },
    ]
  })
}

resource "aws_synthetics_canary" "canary" {
  for_each = var.canaries

  artifact_s3_location     = "s3://${var.logs_bucket}/canaries/${each.key}/"
  delete_lambda            = true
  execution_role_arn       = aws_iam_role.canary[each.key].arn
  failure_retention_period = 31
  handler                  = "canary.handler"
  name                     = local.canary_names[each.key]
  runtime_version          = local._canary_runtime
  start_canary             = true
  success_retention_period = 7
  tags                     = var.tags
  zip_file                 = "${path.module}/${local._canary_package}"

  run_config {
    active_tracing        = true
    environment_variables = { CHECKS = jsonencode(each.value.checks) }
    timeout_in_seconds    = min(60 * each.value.every_minutes, 120)
  }

  schedule {
    expression = "rate(${each.value.every_minutes} minute${each.value.every_minutes == 1 ? "" : "s"})"
  }

  depends_on = [aws_iam_role_policy.canary]
}
