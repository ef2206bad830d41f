mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  prefix = "personal-timeline-shared"
}

run "everything_optional_off" {
  command = plan

  variables {
    analyzers    = null
    guardduty    = null
    inspector    = []
    security_hub = null
  }

  assert {
    condition = (
      output.detector_id == null && output.standards == {} && output.recorder == null && output.config_rules == {} &&
      output.analyzers == {} && output.quota_alarms == {} &&
      length(aws_guardduty_detector_feature.region) == 0 && length(aws_inspector2_enabler.region) == 0 &&
      length(aws_macie2_account.region) == 0 && length(aws_vpc_block_public_access_options.region) == 0 &&
      length(aws_ecr_registry_scanning_configuration.region) == 0 && length(aws_backup_region_settings.region) == 0 &&
      length(aws_config_conformance_pack.pack) == 0
    )
    error_message = "Null and empty mean off."
  }
  assert {
    condition = (
      aws_ebs_encryption_by_default.region.enabled && aws_ebs_snapshot_block_public_access.region.state == "block-all-sharing" &&
      aws_ec2_image_block_public_access.region.state == "block-new-sharing" &&
      aws_ec2_instance_metadata_defaults.region.http_tokens == "required" && !aws_ec2_serial_console_access.region.enabled
    )
    error_message = "What costs nothing is always on."
  }
}

run "by_default" {
  command = plan

  assert {
    condition = (
      toset(keys(aws_guardduty_detector_feature.region)) == toset([
        "EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "RUNTIME_MONITORING", "S3_DATA_EVENTS",
      ]) &&
      alltrue([for feature in aws_guardduty_detector_feature.region : feature.status == "ENABLED"]) &&
      length(aws_guardduty_detector_feature.region["RUNTIME_MONITORING"].additional_configuration) == 3
    )
    error_message = "GuardDuty has all its features."
  }
  assert {
    condition = (
      output.standards == {
        cis3 = "arn:aws:securityhub:us-east-1::standards/cis-aws-foundations-benchmark/v/3.0.0"
        fsbp = "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0"
      } &&
      aws_securityhub_account.region[0].control_finding_generator == "SECURITY_CONTROL" &&
      !aws_securityhub_account.region[0].enable_default_standards
    )
    error_message = "Security Hub has two standards and one finding per control."
  }
  assert {
    condition = (
      keys(output.analyzers) == ["external"] && aws_inspector2_enabler.region[0].resource_types == toset(["EC2", "ECR", "LAMBDA"]) &&
      aws_inspector2_enabler.region[0].account_ids == toset(["123456789012"]) && length(aws_macie2_account.region) == 0
    )
    error_message = "What costs by the role, by the line of code or by the gigabyte is off."
  }
}

run "everything_on" {
  command = plan

  variables {
    alarm_topic_arn = "arn:aws:sns:us-east-1:123456789012:alarms"
    analyzers       = { unused_access_days = 90 }
    backup          = {}
    guardduty       = { features = { RUNTIME_MONITORING = false } }
    inspector       = ["EC2", "ECR", "LAMBDA", "LAMBDA_CODE"]
    macie           = {}
    public_access   = { vpc = "ingress" }
    quotas          = { instances = { service = "EC2", resource = "vCPU", class = "Standard/OnDemand" } }
    registry        = { replication = { prefixes = ["prod-"], regions = ["us-west-2", "eu-west-1"] } }
    config = {
      bucket            = "config"
      conformance_packs = { own = "Resources: {}" }
      global            = true
      key_arn           = "arn:aws:kms:us-east-1:123456789012:key/a"
      role_arn          = "arn:aws:iam::123456789012:role/config"
    }
  }

  assert {
    condition = (
      aws_guardduty_detector_feature.region["RUNTIME_MONITORING"].status == "DISABLED" &&
      alltrue([for part in aws_guardduty_detector_feature.region["RUNTIME_MONITORING"].additional_configuration : part.status == "DISABLED"]) &&
      aws_accessanalyzer_analyzer.unused[0].configuration[0].unused_access[0].unused_access_age == 90 &&
      aws_macie2_account.region[0].status == "ENABLED" &&
      aws_vpc_block_public_access_options.region[0].internet_gateway_block_mode == "block-ingress" &&
      aws_backup_region_settings.region[0].resource_type_opt_in_preference["S3"]
    )
    error_message = "Off is said, and on is on."
  }
  assert {
    condition = (
      aws_config_configuration_recorder.region["region"].recording_group[0].all_supported &&
      aws_config_configuration_recorder.region["region"].recording_group[0].include_global_resource_types &&
      aws_config_delivery_channel.region["region"].s3_kms_key_arn == "arn:aws:kms:us-east-1:123456789012:key/a" &&
      aws_config_configuration_recorder_status.region["region"].is_enabled &&
      aws_config_config_rule.rule["root-mfa"].source[0].source_identifier == "ROOT_ACCOUNT_MFA_ENABLED" &&
      aws_config_config_rule.rule["access-keys-rotated"].maximum_execution_frequency == "TwentyFour_Hours" &&
      jsondecode(aws_config_config_rule.rule["access-keys-rotated"].input_parameters) == { maxAccessKeyAge = "90" } &&
      length(aws_config_config_rule.rule["required-tags"].scope) == 1 &&
      length(aws_config_config_rule.rule["restricted-ssh"].scope) == 0 &&
      output.config_rules["restricted-ssh"] == "personal-timeline-shared-restricted-ssh" &&
      keys(aws_config_conformance_pack.pack) == ["own"]
    )
    error_message = "Config records everything and judges it."
  }
  assert {
    condition = (
      one(aws_ecr_registry_scanning_configuration.region[0].rule).scan_frequency == "CONTINUOUS_SCAN" &&
      [for destination in aws_ecr_replication_configuration.region[0].replication_configuration[0].rule[0].destination : destination.region] == ["eu-west-1", "us-west-2"] &&
      aws_ecr_replication_configuration.region[0].replication_configuration[0].rule[0].repository_filter[0].filter == "prod-"
    )
    error_message = "Images are scanned and copied."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.quota["instances"].threshold == 80 &&
      aws_cloudwatch_metric_alarm.quota["instances"].alarm_actions == toset(["arn:aws:sns:us-east-1:123456789012:alarms"]) &&
      one([for query in aws_cloudwatch_metric_alarm.quota["instances"].metric_query : query.metric[0].dimensions if query.id == "usage"]) == tomap({
        Class = "Standard/OnDemand", Resource = "vCPU", Service = "EC2", Type = "Resource"
      })
    )
    error_message = "A quota is watched in per cent."
  }
}

run "another_region" {
  command = plan

  variables {
    config   = { bucket = "config", key_arn = "arn:aws:kms:us-east-1:123456789012:key/a", role_arn = "arn:aws:iam::123456789012:role/config" }
    registry = { scan_type = "BASIC" }
  }

  assert {
    condition = (
      !aws_config_configuration_recorder.region["region"].recording_group[0].include_global_resource_types &&
      !contains(keys(output.config_rules), "root-mfa") && !contains(keys(output.config_rules), "access-keys-rotated") &&
      contains(keys(output.config_rules), "rds-encrypted") &&
      one(aws_ecr_registry_scanning_configuration.region[0].rule).scan_frequency == "SCAN_ON_PUSH" &&
      length(aws_ecr_replication_configuration.region) == 0
    )
    error_message = "What belongs to no region is recorded in one only."
  }
}

run "own_rules" {
  command = plan

  variables {
    config = {
      bucket   = "config"
      key_arn  = "arn:aws:kms:us-east-1:123456789012:key/a"
      role_arn = "arn:aws:iam::123456789012:role/config"
      rules    = { encrypted = { identifier = "RDS_STORAGE_ENCRYPTED" } }
    }
  }

  assert {
    condition     = keys(output.config_rules) == ["encrypted"]
    error_message = "Given rules replace the set."
  }
}

run "an_unknown_feature" {
  command = plan

  variables {
    guardduty = { features = { MAGIC = true } }
  }

  expect_failures = [var.guardduty]
}

run "a_finding_once_a_day" {
  command = plan

  variables {
    guardduty = { frequency = "DAILY" }
  }

  expect_failures = [var.guardduty]
}

run "an_unknown_standard" {
  command = plan

  variables {
    security_hub = { standards = ["iso"] }
  }

  expect_failures = [var.security_hub]
}

run "a_rule_every_minute" {
  command = plan

  variables {
    config = { bucket = "b", key_arn = "k", role_arn = "r", rules = { a = { identifier = "A", frequency = "Minute" } } }
  }

  expect_failures = [var.config]
}

run "a_history_of_a_day" {
  command = plan

  variables {
    config = { bucket = "b", key_arn = "k", role_arn = "r", retention_days = 1 }
  }

  expect_failures = [var.config]
}

run "a_rule_name_too_long" {
  command = plan

  variables {
    prefix = "a-prefix-that-is-as-long-as-a-rule-of-config-may-be-a-prefix-that-is-as-long-as-a-rule-of-config-may-be-a-prefix"
    config = { bucket = "b", key_arn = "arn:aws:kms:us-east-1:123456789012:key/a", role_arn = "arn:aws:iam::123456789012:role/config", rules = { "rule-with-a-name" = { identifier = "A" } } }
  }

  expect_failures = [aws_config_config_rule.rule]
}

run "code_without_functions" {
  command = plan

  variables {
    inspector = ["LAMBDA_CODE"]
  }

  expect_failures = [var.inspector]
}

run "an_unknown_scan" {
  command = plan

  variables {
    inspector = ["S3"]
  }

  expect_failures = [var.inspector]
}

run "macie_by_the_minute" {
  command = plan

  variables {
    macie = { frequency = "MINUTE" }
  }

  expect_failures = [var.macie]
}

run "an_unknown_block" {
  command = plan

  variables {
    public_access = { vpc = "egress" }
  }

  expect_failures = [var.public_access]
}

run "more_than_a_quota" {
  command = plan

  variables {
    quotas = { a = { service = "EC2", resource = "vCPU", percent = 110 } }
  }

  expect_failures = [var.quotas]
}

run "an_unknown_scan_type" {
  command = plan

  variables {
    registry = { scan_type = "DEEP" }
  }

  expect_failures = [var.registry]
}

run "replication_to_nowhere" {
  command = plan

  variables {
    registry = { replication = { prefixes = [], regions = [] } }
  }

  expect_failures = [var.registry]
}

run "unused_for_too_long" {
  command = plan

  variables {
    analyzers = { unused_access_days = 800 }
  }

  expect_failures = [var.analyzers]
}
