# One access control list, by itself.

mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

mock_provider "aws" {
  alias           = "global"
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  key_arn            = "arn:aws:kms:us-east-1:123456789012:key/logs"
  log_retention_days = 30
  name               = "personal-timeline-prod-edge-firewall"
  scope              = "CLOUDFRONT"
  settings = {
    allowed_cidrs = []
    blocked_cidrs = []
    count         = []
    count_rules   = {}
    groups        = ["AmazonIpReputationList", "CommonRuleSet"]
    log_allowed   = false
    rate_limit    = 2000
  }
}

run "blocks" {
  command = plan

  module {
    source = "./firewall"
  }

  assert {
    condition = { for rule in aws_wafv2_web_acl.acl.rule : rule.name => rule.priority } == {
      AmazonIpReputationList = 10
      CommonRuleSet          = 11
      rate-limit             = 9
    }
    error_message = "Rules are asked in their order."
  }
  assert {
    condition = alltrue([
      for rule in aws_wafv2_web_acl.acl.rule : (
        rule.name == "rate-limit"
        ? length(rule.action[0].block) == 1 && length(rule.action[0].count) == 0
        : length(rule.override_action[0].none) == 1 && length(rule.override_action[0].count) == 0
      )
    ])
    error_message = "Rules block unless they are told to count."
  }
  assert {
    condition = (
      aws_cloudwatch_log_group.acl.name == "aws-waf-logs-personal-timeline-prod-edge-firewall" &&
      aws_cloudwatch_log_group.acl.kms_key_id == var.key_arn &&
      toset([for field in aws_wafv2_web_acl_logging_configuration.acl.redacted_fields : field.single_header[0].name]) == toset(["authorization", "cookie"]) &&
      aws_wafv2_web_acl_logging_configuration.acl.logging_filter[0].default_behavior == "DROP"
    )
    error_message = "What was blocked or counted is logged, encrypted, without what lets somebody in."
  }
  assert {
    condition     = length(aws_wafv2_ip_set.addresses) == 0
    error_message = "No addresses, no sets."
  }
}

run "counts_and_knows_addresses" {
  command = plan

  module {
    source = "./firewall"
  }

  variables {
    settings = merge(var.settings, {
      allowed_cidrs = ["192.0.2.0/24"]
      blocked_cidrs = ["198.51.100.0/24", "2001:db8::/32"]
      count         = ["CommonRuleSet", "rate-limit"]
      count_rules   = { AmazonIpReputationList = ["AWSManagedIPDDoSList"] }
      log_allowed   = true
    })
  }

  assert {
    condition = { for key, set in aws_wafv2_ip_set.addresses : key => [set.ip_address_version, set.addresses] } == {
      allowed-ipv4 = ["IPV4", toset(["192.0.2.0/24"])]
      blocked-ipv4 = ["IPV4", toset(["198.51.100.0/24"])]
      blocked-ipv6 = ["IPV6", toset(["2001:db8::/32"])]
    }
    error_message = "A set holds one family."
  }
  assert {
    condition = { for rule in aws_wafv2_web_acl.acl.rule : rule.name => try(length(rule.override_action[0].count), 0) + try(length(rule.action[0].count), 0) } == {
      AmazonIpReputationList = 0
      CommonRuleSet          = 1
      allowed-ipv4           = 0
      blocked-ipv4           = 0
      blocked-ipv6           = 0
      rate-limit             = 1
    }
    error_message = "What is told to count counts, the others do not."
  }
  assert {
    condition = {
      for rule in aws_wafv2_web_acl.acl.rule : rule.name => [rule.priority, length(rule.action[0].allow), length(rule.action[0].block)]
      if endswith(rule.name, "ipv4") || endswith(rule.name, "ipv6")
      } == {
      allowed-ipv4 = [0, 1, 0]
      blocked-ipv4 = [2, 0, 1]
      blocked-ipv6 = [3, 0, 1]
    }
    error_message = "Who may always comes first, then who may never."
  }
  assert {
    condition = [
      for rule in aws_wafv2_web_acl.acl.rule : [for override in rule.statement[0].managed_rule_group_statement[0].rule_action_override : override.name]
      if rule.name == "AmazonIpReputationList"
    ] == [["AWSManagedIPDDoSList"]]
    error_message = "A single rule of a group can count."
  }
  assert {
    condition     = length(aws_wafv2_web_acl_logging_configuration.acl.logging_filter) == 0
    error_message = "Everything is logged where it is asked for."
  }
}

run "no_rate_limit" {
  command = plan

  module {
    source = "./firewall"
  }

  variables {
    settings = merge(var.settings, { rate_limit = 0 })
  }

  assert {
    condition     = !contains([for rule in aws_wafv2_web_acl.acl.rule : rule.name], "rate-limit")
    error_message = "0 is no limit."
  }
}
