mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

mock_provider "aws" {
  alias           = "secondary"
  source          = "../../tests/mocks"
  override_during = plan
}

mock_provider "aws" {
  alias           = "dr"
  source          = "../../tests/mocks"
  override_during = plan
}

run "by_default" {
  command = plan

  variables {
    costs = { addresses = ["finance@personal-timeline.app"] }
  }

  assert {
    condition = (
      aws_s3_account_public_access_block.account.restrict_public_buckets && aws_s3_account_public_access_block.account.block_public_acls &&
      aws_iam_account_password_policy.account.minimum_password_length >= 14 && aws_iam_account_password_policy.account.password_reuse_prevention == 24 &&
      length(aws_account_alternate_contact.contact) == 0 && length(aws_backup_global_settings.account) == 0
    )
    error_message = "No public buckets, strong passwords."
  }
  assert {
    condition = (
      aws_securityhub_finding_aggregator.account.linking_mode == "SPECIFIED_REGIONS" &&
      aws_securityhub_finding_aggregator.account.specified_regions == toset(["eu-west-1", "us-west-2"])
    )
    error_message = "Findings of the other regions come to the primary one."
  }
  assert {
    condition = (
      contains(keys(output.guards.primary.config_rules), "root-mfa") &&
      !contains(keys(output.guards.secondary.config_rules), "root-mfa") &&
      contains(keys(output.guards.dr.config_rules), "rds-encrypted") &&
      keys(output.guards.primary.quota_alarms) == ["on-demand-vcpus", "spot-vcpus"] &&
      output.guards.dr.quota_alarms == {} && keys(output.guards.dr.standards) == ["cis3", "fsbp"]
    )
    error_message = "Every region is guarded, and what belongs to none is recorded once."
  }
  assert {
    condition = (
      output.costs.budget.name == "personal-timeline-shared-monthly-budget" &&
      toset(keys(output.costs.categories)) == toset(["Environment", "Team"]) &&
      keys(output.costs.monitors) == ["services"] && output.costs.export.bucket == "personal-timeline-shared-costs"
    )
    error_message = "The account's bill is watched, split and laid down."
  }
  assert {
    condition = (
      one(one(aws_securityhub_automation_rule.rule["development-is-small"].actions).finding_fields_update).workflow[0].status == "SUPPRESSED" &&
      length(aws_securityhub_automation_rule.rule["development-is-small"].criteria[0].compliance_security_control_id) == 3 &&
      one(one(aws_securityhub_automation_rule.rule["production-is-urgent"].actions).finding_fields_update).severity[0].label == "CRITICAL" &&
      one(aws_securityhub_automation_rule.rule["production-is-urgent"].criteria[0].resource_tags).value == "prod"
    )
    error_message = "Development is forgiven its size, production nothing."
  }
}

run "everything_optional_off" {
  command = plan

  variables {
    automation_rules        = {}
    costs                   = null
    inspector               = []
    lock_days               = null
    quotas                  = {}
    replicated_repositories = []
  }

  assert {
    condition = (
      output.costs == null && length(aws_securityhub_automation_rule.rule) == 0 && output.guards.primary.quota_alarms == {}
    )
    error_message = "Null and empty mean off."
  }
}

run "contacts_and_organization" {
  command = plan

  variables {
    backup_cross_account = true
    contacts = {
      SECURITY = { email = "security@personal-timeline.app", name = "Security", phone = "+1 555 0100", title = "On call" }
    }
  }

  assert {
    condition = (
      aws_account_alternate_contact.contact["SECURITY"].email_address == "security@personal-timeline.app" &&
      aws_backup_global_settings.account[0].global_settings["isCrossAccountBackupEnabled"] == "true"
    )
    error_message = "AWS knows whom to write to."
  }
}

run "a_rule_that_does_nothing" {
  command = plan

  variables {
    automation_rules = { nothing = { description = "Nothing", order = 1, severities = ["HIGH"] } }
  }

  expect_failures = [var.automation_rules]
}

run "a_rule_for_everything" {
  command = plan

  variables {
    automation_rules = { all = { description = "All", order = 1, workflow = "SUPPRESSED" } }
  }

  expect_failures = [var.automation_rules]
}

run "an_unknown_severity" {
  command = plan

  variables {
    automation_rules = { all = { description = "All", order = 1, severity = "HUGE", severities = ["HIGH"] } }
  }

  expect_failures = [var.automation_rules]
}

run "an_unknown_workflow" {
  command = plan

  variables {
    automation_rules = { all = { description = "All", order = 1, workflow = "IGNORED", severities = ["HIGH"] } }
  }

  expect_failures = [var.automation_rules]
}

run "an_unknown_contact" {
  command = plan

  variables {
    contacts = { LEGAL = { email = "l@personal-timeline.app", name = "L", phone = "1", title = "L" } }
  }

  expect_failures = [var.contacts]
}

run "two_regions" {
  command = plan

  variables {
    regions = { secondary = "us-east-1" }
  }

  expect_failures = [var.regions]
}
