# One access control list. The order: who may always, who may never, who asks
# too often, and then AWS's managed groups.

locals {
  # "allowed/4" => addresses. A set of WAF holds one family.
  _lists = { allowed = var.settings.allowed_cidrs, blocked = var.settings.blocked_cidrs }
  _address_sets = merge([
    for list, cidrs in local._lists : {
      for family in ["4", "6"] : "${list}-ipv${family}" => {
        addresses = [for cidr in cidrs : cidr if strcontains(cidr, ":") == (family == "6")]
        family    = family
        list      = list
      }
    }
  ]...)
  address_sets = { for key, set in local._address_sets : key => set if length(set.addresses) > 0 }

  # Room below 10 for the addresses and the rate; managed groups come after.
  _list_priority = { allowed-ipv4 = 0, allowed-ipv6 = 1, blocked-ipv4 = 2, blocked-ipv6 = 3 }
}

resource "aws_wafv2_ip_set" "addresses" {
  for_each = local.address_sets

  addresses          = each.value.addresses
  description        = "Addresses that are always ${each.value.list} by ${var.name}"
  ip_address_version = "IPV${each.value.family}"
  name               = "${var.name}-${each.key}"
  scope              = var.scope
  tags               = var.tags
}

resource "aws_wafv2_web_acl" "acl" {
  #checkov:skip=CKV_AWS_192:KnownBadInputsRuleSet is among the default groups; checkov does not follow the list.
  description = "What reaches the application of ${var.name}"
  name        = var.name
  scope       = var.scope
  tags        = var.tags

  default_action {
    allow {}
  }

  dynamic "rule" {
    for_each = local.address_sets
    content {
      name     = rule.key
      priority = local._list_priority[rule.key]

      action {
        dynamic "allow" {
          for_each = rule.value.list == "allowed" ? ["allow"] : []
          content {}
        }
        dynamic "block" {
          for_each = rule.value.list == "blocked" ? ["block"] : []
          content {}
        }
      }

      statement {
        ip_set_reference_statement {
          arn = aws_wafv2_ip_set.addresses[rule.key].arn
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "${var.name}-${rule.key}"
        sampled_requests_enabled   = true
      }
    }
  }

  dynamic "rule" {
    for_each = var.settings.rate_limit > 0 ? [var.settings.rate_limit] : []
    content {
      name     = "rate-limit"
      priority = 9

      action {
        dynamic "count" {
          for_each = contains(var.settings.count, "rate-limit") ? ["count"] : []
          content {}
        }
        dynamic "block" {
          for_each = contains(var.settings.count, "rate-limit") ? [] : ["block"]
          content {}
        }
      }

      statement {
        rate_based_statement {
          aggregate_key_type    = "IP"
          evaluation_window_sec = 300
          limit                 = rule.value
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "${var.name}-rate-limit"
        sampled_requests_enabled   = true
      }
    }
  }

  dynamic "rule" {
    for_each = var.settings.groups
    content {
      name     = rule.value
      priority = 10 + rule.key

      override_action {
        dynamic "count" {
          for_each = contains(var.settings.count, rule.value) ? ["count"] : []
          content {}
        }
        dynamic "none" {
          for_each = contains(var.settings.count, rule.value) ? [] : ["none"]
          content {}
        }
      }

      statement {
        managed_rule_group_statement {
          name        = "AWSManagedRules${rule.value}"
          vendor_name = "AWS"

          dynamic "rule_action_override" {
            for_each = lookup(var.settings.count_rules, rule.value, [])
            content {
              name = rule_action_override.value
              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "${var.name}-${rule.value}"
        sampled_requests_enabled   = true
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = true
  }
}

# WAF takes no other beginning of the name. It lets itself in: a policy of ours
# would be one of the ten that CloudWatch Logs has for a whole region.
resource "aws_cloudwatch_log_group" "acl" {
  kms_key_id        = var.key_arn
  name              = "aws-waf-logs-${var.name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_wafv2_web_acl_logging_configuration" "acl" {
  log_destination_configs = [aws_cloudwatch_log_group.acl.arn]
  resource_arn            = aws_wafv2_web_acl.acl.arn

  # What lets somebody in is not written down.
  redacted_fields {
    single_header {
      name = "authorization"
    }
  }
  redacted_fields {
    single_header {
      name = "cookie"
    }
  }

  # What was let through is in the access logs, at a hundredth of the price.
  dynamic "logging_filter" {
    for_each = var.settings.log_allowed ? [] : ["blocked and counted"]
    content {
      default_behavior = "DROP"
      filter {
        behavior    = "KEEP"
        requirement = "MEETS_ANY"
        condition {
          action_condition {
            action = "BLOCK"
          }
        }
        condition {
          action_condition {
            action = "COUNT"
          }
        }
        condition {
          action_condition {
            action = "EXCLUDED_AS_COUNT"
          }
        }
      }
    }
  }
}
