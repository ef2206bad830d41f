locals {
  _monitors = var.anomalies == null ? {} : var.anomalies.monitors

  # A topic hears at once and mail comes once a day: AWS allows neither the
  # other way round.
  _subscriptions = var.anomalies == null ? {} : {
    for key, value in {
      daily = {
        frequency = "DAILY"
        type      = "EMAIL"
        addresses = sort(var.subscribers.addresses)
      }
      immediate = {
        frequency = "IMMEDIATE"
        type      = "SNS"
        addresses = local._topic_arns
      }
    } : key => value if length(value.addresses) > 0
  }
}

resource "aws_ce_anomaly_monitor" "monitor" {
  for_each = local._monitors

  monitor_dimension = each.value.dimension
  monitor_type      = each.value.dimension == null ? "CUSTOM" : "DIMENSIONAL"
  name              = "${var.prefix}-${each.key}-anomalies"
  tags              = var.tags
  # The whole expression: AWS answers with the empty parts too, and Terraform
  # compares the text.
  monitor_specification = each.value.dimension != null ? null : jsonencode({
    And            = null
    CostCategories = each.value.category == null ? null : { Key = each.value.category.key, MatchOptions = null, Values = each.value.category.values }
    Dimensions     = null
    Not            = null
    Or             = null
    Tags           = each.value.tag == null ? null : { Key = each.value.tag.key, MatchOptions = null, Values = each.value.tag.values }
  })

  lifecycle {
    precondition {
      condition     = length("${var.prefix}-${each.key}-anomalies") <= 50
      error_message = "The monitor's name \"${var.prefix}-${each.key}-anomalies\" is longer than the 50 characters that Cost Explorer takes. Shorten the project's name or the key."
    }
  }
}

resource "aws_ce_anomaly_subscription" "subscription" {
  for_each = local._subscriptions

  frequency        = each.value.frequency
  monitor_arn_list = [for key in sort(keys(local._monitors)) : aws_ce_anomaly_monitor.monitor[key].arn]
  name             = "${var.prefix}-${each.key}-anomalies"
  tags             = var.tags

  dynamic "subscriber" {
    for_each = each.value.addresses
    content {
      address = subscriber.value
      type    = each.value.type
    }
  }

  # Both: twenty dollars are nothing on a large bill, and two dollars are many
  # per cent of a small one.
  threshold_expression {
    and {
      dimension {
        key           = "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
        match_options = ["GREATER_THAN_OR_EQUAL"]
        values        = [tostring(var.anomalies.minimum_usd)]
      }
    }
    and {
      dimension {
        key           = "ANOMALY_TOTAL_IMPACT_PERCENTAGE"
        match_options = ["GREATER_THAN_OR_EQUAL"]
        values        = [tostring(var.anomalies.minimum_percent)]
      }
    }
  }
}
