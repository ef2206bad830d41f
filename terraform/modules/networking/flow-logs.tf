# Two records of the traffic: all of it, cheap and searchable, in a bucket; and
# what was refused, soon, where an alarm can see it.

locals {
  # Not with try(): of a bucket that is not made yet it knows nothing, not even
  # whether there is one.
  _flow_bucket  = var.flow_logs == null ? null : var.flow_logs.bucket
  _flow_rejects = var.flow_logs == null ? null : var.flow_logs.rejects

  # Beside the default fields those that tell who it was behind NAT
  # (pkt_srcaddr), which way it went, and by what.
  _flow_format = join(" ", [
    for field in [
      "version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport",
      "dstport", "protocol", "packets", "bytes", "start", "end", "action",
      "log-status", "vpc-id", "subnet-id", "instance-id", "tcp-flags", "type",
      "pkt-srcaddr", "pkt-dstaddr", "region", "az-id", "pkt-src-aws-service",
      "pkt-dst-aws-service", "flow-direction", "traffic-path",
    ] : "$${${field}}"
  ])
  _flow_group = "/aws/vpc/${var.prefix}-${var.region}/rejects"
  _flow_role  = "${var.prefix}-network-flow-logs-${var.region}"
}

resource "aws_flow_log" "all" {
  count = local._flow_bucket == null ? 0 : 1

  log_destination          = local._flow_bucket.arn
  log_destination_type     = "s3"
  log_format               = local._flow_format
  max_aggregation_interval = 600
  traffic_type             = "ALL"
  vpc_id                   = aws_vpc.vpc.id
  tags                     = merge(var.tags, { Name = "${var.prefix}-network-flow-logs" })

  destination_options {
    file_format                = "parquet"
    hive_compatible_partitions = true
    per_hour_partition         = true
  }
}

resource "aws_cloudwatch_log_group" "rejects" {
  count = local._flow_rejects == null ? 0 : 1

  kms_key_id        = local._flow_rejects.key_arn
  name              = local._flow_group
  retention_in_days = local._flow_rejects.log_retention_days
  tags              = var.tags
}

resource "aws_iam_role" "flow_logs" {
  count = local._flow_rejects == null ? 0 : 1

  description          = "Writes what ${var.prefix} refuses in ${var.region}"
  name                 = local._flow_role
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "vpc-flow-logs.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        # Flow logs of this account only. The id of the log is not known
        # before it exists.
        ArnLike = {
          "aws:SourceArn" = "arn:${local._partition}:ec2:${var.region}:${local._account}:vpc-flow-log/*"
        }
        StringEquals = { "aws:SourceAccount" = local._account }
      }
    }]
  })

  lifecycle {
    precondition {
      condition     = length(local._flow_role) <= 64
      error_message = <<-EOT
        The role name "${local._flow_role}" has ${length(local._flow_role)}
        characters; IAM takes 64. Shorten the project's name.
      EOT
    }
  }
}

resource "aws_iam_role_policy" "flow_logs" {
  count = local._flow_rejects == null ? 0 : 1

  name = "write"
  role = aws_iam_role.flow_logs[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "OwnGroup"
        Effect = "Allow"
        Action = [
          "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents",
        ]
        Resource = [
          "arn:${local._partition}:logs:${var.region}:${local._account}:log-group:${local._flow_group}",
          "arn:${local._partition}:logs:${var.region}:${local._account}:log-group:${local._flow_group}:*",
        ]
      },
      {
        # A list has no resource to name.
        Sid      = "FindGroup"
        Effect   = "Allow"
        Action   = ["logs:DescribeLogGroups"]
        Resource = ["*"]
      },
    ]
  })
}

resource "aws_flow_log" "rejects" {
  count = local._flow_rejects == null ? 0 : 1

  iam_role_arn             = aws_iam_role.flow_logs[0].arn
  log_destination          = aws_cloudwatch_log_group.rejects[0].arn
  log_destination_type     = "cloud-watch-logs"
  log_format               = local._flow_format
  max_aggregation_interval = 60
  traffic_type             = "REJECT"
  vpc_id                   = aws_vpc.vpc.id
  tags                     = merge(var.tags, { Name = "${var.prefix}-network-rejects" })

  # Without its policy a first log would be refused.
  depends_on = [aws_iam_role_policy.flow_logs]
}

# Somebody inside knocks at a database that is not his: the one refusal that
# is worth a look at night.
resource "aws_cloudwatch_log_metric_filter" "database_knocks" {
  count = local._flow_rejects == null ? 0 : 1

  log_group_name = aws_cloudwatch_log_group.rejects[0].name
  name           = "${var.prefix}-network-database-knocks"
  pattern = join(" ", [
    "[version, account, interface, source, destination, source_port,",
    "destination_port = 5432 || destination_port = 6379, ...]",
  ])

  metric_transformation {
    default_value = 0
    name          = "DatabaseKnocks"
    namespace     = "${var.prefix}/network"
    unit          = "Count"
    value         = "1"
  }
}
