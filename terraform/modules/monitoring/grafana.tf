# Managed Grafana: who may sign in and what it may read. What it shows is in
# grafana/*.json; scripts/grafana-dashboards puts that there, with a token that
# lives for minutes and is nowhere in the state.

locals {
  _grafana      = { for name, grafana in { grafana = var.grafana } : name => grafana if grafana != null }
  grafana_name  = "${var.prefix}-grafana"
  _grafana_role = "${local.grafana_name}-role"
}

resource "aws_iam_role" "grafana" {
  for_each = local._grafana

  description          = "What ${local.grafana_name} may read"
  name                 = local._grafana_role
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "grafana.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local._account }
        StringLike   = { "aws:SourceArn" = "arn:${local._partition}:grafana:${local._region}:${local._account}:/workspaces/*" }
      }
    }]
  })

  lifecycle {
    precondition {
      condition     = length(local._grafana_role) <= 64
      error_message = "The role name \"${local._grafana_role}\" has ${length(local._grafana_role)} characters; IAM takes 64. Shorten the project's name."
    }
  }
}

resource "aws_iam_role_policy" "grafana" {
  for_each = local._grafana

  name = "read"
  role = aws_iam_role.grafana[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          # CloudWatch's and X-Ray's reads, and the lists that Grafana fills its
          # menus with, know no resource.
          Sid    = "ReadMetricsAndTraces"
          Effect = "Allow"
          Action = [
            "cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmsForMetric",
            "cloudwatch:GetInsightRuleReport", "cloudwatch:GetMetricData",
            "cloudwatch:ListMetrics", "ec2:DescribeRegions", "ec2:DescribeTags",
            "logs:DescribeLogGroups", "logs:GetQueryResults", "logs:StopQuery",
            "tag:GetResources", "xray:BatchGetTraces", "xray:GetGroups",
            "xray:GetInsight", "xray:GetInsightSummaries",
            "xray:GetServiceGraph", "xray:GetTimeSeriesServiceStatistics",
            "xray:GetTraceGraph", "xray:GetTraceSummaries",
          ]
          Resource = "*"
        },
        {
          Sid    = "ReadLogs"
          Effect = "Allow"
          Action = ["logs:GetLogEvents", "logs:GetLogGroupFields", "logs:StartQuery"]
          Resource = [
            for prefix in ["/${var.prefix}/", "/aws/containerinsights/${var.prefix}-", "/aws/eks/${var.prefix}-", "/aws/lambda/${var.prefix}-", "/aws/rds/instance/${var.prefix}-"] :
            "${local._arn.logs}:log-group:${prefix}*"
          ]
        },
      ],
      [
        for workspace in aws_prometheus_workspace.metrics : {
          Sid      = "AskPrometheus"
          Effect   = "Allow"
          Action   = ["aps:DescribeWorkspace", "aps:GetLabels", "aps:GetMetricMetadata", "aps:GetSeries", "aps:QueryMetrics"]
          Resource = workspace.arn
        }
      ],
    )
  })
}

resource "aws_grafana_workspace" "grafana" {
  for_each = local._grafana

  account_access_type      = "CURRENT_ACCOUNT"
  authentication_providers = ["AWS_SSO"]
  configuration = jsonencode({
    plugins         = { pluginAdminEnabled = false }
    unifiedAlerting = { enabled = true }
  })
  data_sources    = var.prometheus == null ? ["CLOUDWATCH", "XRAY"] : ["CLOUDWATCH", "PROMETHEUS", "XRAY"]
  description     = "Dashboards of ${var.prefix}"
  grafana_version = each.value.version
  name            = local.grafana_name
  permission_type = "CUSTOMER_MANAGED"
  role_arn        = aws_iam_role.grafana[each.key].arn
  tags            = var.tags

  dynamic "network_access_control" {
    for_each = each.value.reachable_from == null ? [] : [each.value.reachable_from]
    content {
      prefix_list_ids = network_access_control.value.prefix_list_ids
      vpce_ids        = network_access_control.value.vpce_ids
    }
  }
}

resource "aws_grafana_role_association" "people" {
  for_each = var.grafana == null ? {} : {
    for role, groups in {
      ADMIN  = var.grafana.administrators
      EDITOR = var.grafana.editors
      VIEWER = var.grafana.viewers
    } : role => groups if length(groups) > 0
  }

  group_ids    = each.value
  role         = each.key
  workspace_id = aws_grafana_workspace.grafana["grafana"].id
}

# Puts dashboards and data sources there; the latter ask for an administrator.
resource "aws_grafana_workspace_service_account" "dashboards" {
  for_each = local._grafana

  grafana_role = "ADMIN"
  name         = "${var.prefix}-dashboards"
  workspace_id = aws_grafana_workspace.grafana[each.key].id
}
