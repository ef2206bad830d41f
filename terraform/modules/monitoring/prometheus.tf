# Managed Prometheus. Rules are files in rules/, one namespace each; what rings
# goes through its alert manager to the same two topics as CloudWatch's alarms.

locals {
  _prometheus = { for name, prometheus in { metrics = var.prometheus } : name => prometheus if prometheus != null }
  _rules      = { for file in fileset("${path.module}/rules", "*.yaml") : trimsuffix(file, ".yaml") => file }
  _scrapers   = { for key, cluster in var.clusters : key => cluster.scrape if cluster.scrape != null && var.prometheus != null }

  _alert_message = <<-EOT
    {{ range .Alerts }}{{ .Status }}: {{ .Annotations.summary }}
    What to do: {{ .Annotations.runbook }}
    {{ range .Labels.SortedPairs }}{{ .Name }}={{ .Value }} {{ end }}
    {{ end }}
  EOT
  _alert_manager = {
    route = {
      group_by        = ["alertname", "cluster", "namespace"]
      group_interval  = "5m"
      group_wait      = "30s"
      receiver        = "morning"
      repeat_interval = "12h"
      routes = [
        { receiver = "urgent", repeat_interval = "1h", matchers = ["severity=\"urgent\""] },
      ]
    }
    # While people are affected nobody needs to hear that they might be.
    inhibit_rules = [{
      equal           = ["cluster", "namespace"]
      source_matchers = ["severity=\"urgent\""]
      target_matchers = ["severity=\"morning\""]
    }]
    receivers = [
      for severity in sort(local._severities) : {
        name = severity
        sns_configs = [{
          message       = local._alert_message
          send_resolved = true
          sigv4         = { region = local._region }
          # SNS takes 100 characters.
          subject   = "${severity}: {{ .GroupLabels.alertname }} in ${var.prefix}"
          topic_arn = local.topic_arns[severity]
        }]
      }
    ]
  }
}

resource "aws_cloudwatch_log_group" "prometheus" {
  for_each = local._prometheus

  kms_key_id = var.key_arn
  # The prefix that Managed Prometheus asks for.
  name              = "/aws/vendedlogs/prometheus/${var.prefix}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_prometheus_workspace" "metrics" {
  for_each = local._prometheus

  alias       = "${var.prefix}-metrics"
  kms_key_arn = var.key_arn
  tags        = var.tags

  logging_configuration {
    log_group_arn = "${aws_cloudwatch_log_group.prometheus[each.key].arn}:*"
  }
}

resource "aws_prometheus_workspace_configuration" "metrics" {
  for_each = local._prometheus

  retention_period_in_days = each.value.retention_days
  workspace_id             = aws_prometheus_workspace.metrics[each.key].id
}

resource "aws_prometheus_rule_group_namespace" "rules" {
  for_each = { for name, file in local._rules : name => file if var.prometheus != null }

  data         = file("${path.module}/rules/${each.value}")
  name         = each.key
  tags         = var.tags
  workspace_id = aws_prometheus_workspace.metrics["metrics"].id
}

resource "aws_prometheus_alert_manager_definition" "alerts" {
  for_each = local._prometheus

  definition   = yamlencode({ alertmanager_config = yamlencode(local._alert_manager) })
  workspace_id = aws_prometheus_workspace.metrics[each.key].id

  # It is refused, or silent, while the topic does not let it in.
  depends_on = [aws_sns_topic_policy.alarms]
}

# Stands in the cluster's network and is no pod of it. It makes its own access
# entry, because the clusters authenticate by the API.
resource "aws_prometheus_scraper" "cluster" {
  for_each = local._scrapers

  alias                = "${var.prefix}-${each.key}-scraper"
  scrape_configuration = templatefile("${path.module}/scrape.yaml", { cluster = var.clusters[each.key].name })
  tags                 = var.tags

  destination {
    amp {
      workspace_arn = aws_prometheus_workspace.metrics["metrics"].arn
    }
  }

  source {
    eks {
      cluster_arn        = each.value.arn
      security_group_ids = each.value.security_group_ids
      subnet_ids         = each.value.subnet_ids
    }
  }
}
