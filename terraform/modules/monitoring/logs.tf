# Log groups of the applications and of what runs in the clusters. They exist
# before the first line is written: a group that a service makes for itself
# has neither retention nor key.

locals {
  _own_groups = {
    for key, group in var.log_groups : key => merge(group, { name = "/${var.prefix}/${key}" })
  }
  # What the observability add-on writes (CloudWatch User Guide, "Setting up
  # Container Insights on Amazon EKS").
  _insights_groups = merge([
    for key, cluster in var.clusters : {
      for part in ["application", "dataplane", "host", "performance"] : "${key}/${part}" => {
        name = "/aws/containerinsights/${cluster.name}/${part}"
      }
    } if cluster.container_insights
  ]...)
  # "group/filter" => metric filter
  _filters = merge([
    for key, group in var.log_groups : {
      for name, filter in group.filters : "${key}/${name}" => merge(filter, { group = key, name = name })
    }
  ]...)
}

resource "aws_cloudwatch_log_group" "application" {
  for_each = local._own_groups

  kms_key_id        = var.key_arn
  log_group_class   = each.value.class
  name              = each.value.name
  retention_in_days = coalesce(each.value.retention_days, var.log_retention_days)
  tags              = var.tags
}

resource "aws_cloudwatch_log_group" "container_insights" {
  for_each = local._insights_groups

  kms_key_id        = var.key_arn
  name              = each.value.name
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_cloudwatch_log_metric_filter" "filter" {
  for_each = local._filters

  log_group_name = aws_cloudwatch_log_group.application[each.value.group].name
  name           = "${var.prefix}-${each.value.group}-${each.value.name}"
  pattern        = each.value.pattern

  metric_transformation {
    default_value = "0"
    name          = "${each.value.group}-${each.value.name}"
    namespace     = var.prefix
    unit          = "Count"
    value         = "1"
  }
}

resource "aws_cloudwatch_log_anomaly_detector" "detector" {
  for_each = { for key, group in var.log_groups : key => group if group.anomalies }

  anomaly_visibility_time = 21
  detector_name           = "${var.prefix}-${each.key}-anomalies"
  enabled                 = true
  evaluation_frequency    = "FIFTEEN_MIN"
  kms_key_id              = var.key_arn
  log_group_arn_list      = [aws_cloudwatch_log_group.application[each.key].arn]
  tags                    = var.tags
}

# Personal data that slips into a log line is masked for everybody who lacks
# logs:Unmask.
resource "aws_cloudwatch_log_data_protection_policy" "masked" {
  for_each = { for key, group in var.log_groups : key => group if length(group.masked) > 0 }

  log_group_name = aws_cloudwatch_log_group.application[each.key].name
  policy_document = jsonencode({
    Name    = "${var.prefix}-${each.key}-masked"
    Version = "2021-06-01"
    Statement = [
      {
        Sid            = "audit"
        DataIdentifier = [for identifier in sort(each.value.masked) : "arn:${local._partition}:dataprotection::aws:data-identifier/${identifier}"]
        Operation      = { Audit = { FindingsDestination = {} } }
      },
      {
        Sid            = "mask"
        DataIdentifier = [for identifier in sort(each.value.masked) : "arn:${local._partition}:dataprotection::aws:data-identifier/${identifier}"]
        Operation      = { Deidentify = { MaskConfig = {} } }
      },
    ]
  })
}
