output "alarm_names" {
  description = "Alarms by area/thing/kind."
  value       = merge({ for key, alarm in aws_cloudwatch_metric_alarm.alarm : key => alarm.alarm_name }, { for key, alarm in aws_cloudwatch_metric_alarm.band : key => alarm.alarm_name })
}

output "canaries" {
  description = "Canaries by key: their names."
  value       = { for key, canary in aws_synthetics_canary.canary : key => canary.name }
}

output "composite_alarms" {
  description = "The environment's two lamps by severity: name and ARN. One without alarms is not there."
  value       = { for severity, alarm in aws_cloudwatch_composite_alarm.environment : severity => { arn = alarm.arn, name = alarm.alarm_name } }
}

output "dashboards" {
  description = "Dashboards by what they are for, morning and operations: their names."
  value       = { for key, dashboard in module.dashboard : key => dashboard.name }
}

output "grafana" {
  description = "Managed Grafana: address, workspace and the service account of scripts/grafana-dashboards; null where there is none."
  value = one([
    for key, workspace in aws_grafana_workspace.grafana : {
      endpoint           = workspace.endpoint
      service_account_id = aws_grafana_workspace_service_account.dashboards[key].service_account_id
      workspace_id       = workspace.id
    }
  ])
}

output "log_groups" {
  description = "Log groups of the applications by key: name and ARN."
  value       = { for key, group in aws_cloudwatch_log_group.application : key => { arn = group.arn, name = group.name } }
}

output "prometheus" {
  description = "Managed Prometheus: workspace, address and what may write into it; null where there is none."
  value = one([
    for workspace in aws_prometheus_workspace.metrics : {
      arn          = workspace.arn
      endpoint     = workspace.prometheus_endpoint
      scrapers     = { for key, scraper in aws_prometheus_scraper.cluster : key => scraper.arn }
      workspace_id = workspace.id
    }
  ])
}

output "real_users" {
  description = "The site's monitor: what its script on the page needs; null where there is none."
  value = one([
    for key, monitor in aws_rum_app_monitor.site : {
      app_monitor_id   = monitor.app_monitor_id
      guest_role_arn   = aws_iam_role.visitors[key].arn
      identity_pool_id = aws_cognito_identity_pool.visitors[key].id
    }
  ])
}

output "search" {
  description = "OpenSearch: domain, address, the role that administers it, and the stream for log agents; null where there is none."
  value = one([
    for key, domain in aws_opensearch_domain.search : {
      arn        = domain.arn
      endpoint   = domain.endpoint
      role_arn   = aws_iam_role.search[key].arn
      stream     = aws_kinesis_firehose_delivery_stream.agents[key].name
      stream_arn = aws_kinesis_firehose_delivery_stream.agents[key].arn
    }
  ])
}

output "topic_arns" {
  description = "Topics by severity, morning and urgent."
  value       = { for severity, topic in aws_sns_topic.alarms : severity => topic.arn }
}
