mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

mock_provider "aws" {
  alias           = "secondary"
  source          = "../../tests/mocks"
  override_during = plan
  mock_data "aws_region" {
    defaults = { name = "us-west-2" }
  }
}

mock_provider "aws" {
  alias           = "dr"
  source          = "../../tests/mocks"
  override_during = plan
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
}

variables {
  dr_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/dr"
  key_arn           = "arn:aws:kms:us-east-1:123456789012:key/primary"
  prefix            = "personal-timeline-prod"
  scope_tags        = { Environment = "prod" }
  secondary_key_arn = "arn:aws:kms:us-west-2:123456789012:key/secondary"
  plans = {
    daily = { rules = { nightly = { schedule = "cron(0 5 * * ? *)", delete_after = 7 } } }
  }
}

run "nothing_asked_nothing_made" {
  command = plan

  variables {
    copy_regions = []
    plans        = {}
  }

  assert {
    condition = (
      output.vaults == {} && output.plans == {} && output.restore_tests == {} &&
      output.role_arn == null && output.restore_role_arn == null && output.framework_arn == null &&
      length(aws_iam_role.backup) == 0 && length(aws_iam_role.events) == 0 &&
      length(aws_cloudwatch_event_rule.failures) == 0 && length(aws_backup_report_plan.report) == 0
    )
    error_message = "Empty means off."
  }
}

run "one_plan_one_region" {
  command = plan

  assert {
    condition = (
      keys(output.vaults) == ["primary"] &&
      output.vaults["primary"].name == "personal-timeline-prod-backup-vault"
    )
    error_message = "Without copies there is one vault."
  }
  assert {
    condition = (
      one(aws_backup_plan.plan["daily"].rule).schedule == "cron(0 5 * * ? *)" &&
      one(aws_backup_plan.plan["daily"].rule).schedule_expression_timezone == "Etc/UTC" &&
      one(aws_backup_plan.plan["daily"].rule).lifecycle[0].delete_after == 7 &&
      one(aws_backup_plan.plan["daily"].rule).lifecycle[0].cold_storage_after == null &&
      !one(aws_backup_plan.plan["daily"].rule).enable_continuous_backup &&
      length(one(aws_backup_plan.plan["daily"].rule).copy_action) == 0
    )
    error_message = "A plain rule keeps what it says and copies nothing."
  }
  assert {
    condition = toset([
      for condition in one(aws_backup_selection.plan["daily"].condition).string_equals :
      "${condition.key}=${condition.value}"
    ]) == toset(["aws:ResourceTag/Backup=daily", "aws:ResourceTag/Environment=prod"])
    error_message = "Only resources of this environment take part, by their tag."
  }
  assert {
    condition = alltrue([
      for role in aws_iam_role.backup :
      jsondecode(role.assume_role_policy).Statement[0].Principal.Service == "backup.amazonaws.com" &&
      jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    ])
    error_message = "Only AWS Backup of this account takes the roles."
  }
  assert {
    condition = (
      length(aws_iam_role.events) == 0 && length(aws_cloudwatch_event_rule.failures) == 0 &&
      !contains([for key, attachment in aws_iam_role_policy_attachment.backup : attachment.role], "") &&
      alltrue([
        for key, attachment in aws_iam_role_policy_attachment.backup :
        strcontains(attachment.policy_arn, "Restore") == startswith(key, "restore/")
      ])
    )
    error_message = "What backs up cannot restore."
  }
}

run "three_regions" {
  command = plan

  variables {
    copy_regions             = ["secondary", "dr"]
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/cap"
    notifications            = { topic_arn = "arn:aws:sns:us-east-1:123456789012:notifications" }
    framework                = {}
    lock                     = { regions = ["dr"], min_retention_days = 7, max_retention_days = 400 }
    plans = {
      daily = {
        windows_vss = true
        rules = {
          nightly = {
            schedule     = "cron(0 1 * * ? *)"
            timezone     = "America/New_York"
            continuous   = true
            delete_after = 35
            copies       = { secondary = {}, dr = { delete_after = 180, cold_after = 30 } }
          }
          monthly = { schedule = "cron(0 2 1 * ? *)", delete_after = 365, cold_after = 30 }
        }
      }
    }
    reports = {
      bucket    = "personal-timeline-prod-backups"
      templates = ["BACKUP_JOB_REPORT", "CONTROL_COMPLIANCE_REPORT"]
    }
    restore_tests = {
      weekly = {
        schedule = "cron(0 6 ? * SUN *)"
        selections = {
          databases = { type = "RDS", metadata = { instanceClass = "db.t3.micro" }, validation_window_hours = 2 }
          media     = { type = "S3", resource_arns = ["arn:aws:s3:::personal-timeline-prod-media"] }
        }
      }
      away = {
        region     = "dr"
        schedule   = "cron(0 6 1 * ? *)"
        selections = { databases = { type = "RDS" } }
      }
    }
  }

  assert {
    condition     = toset(keys(output.vaults)) == toset(["dr", "primary", "secondary"])
    error_message = "Three regions, three vaults."
  }
  assert {
    condition = toset([
      for copy in one([for rule in aws_backup_plan.plan["daily"].rule : rule if rule.rule_name == "daily-nightly"]).copy_action :
      "${copy.destination_vault_arn} ${copy.lifecycle[0].delete_after} ${copy.lifecycle[0].cold_storage_after == null ? "warm" : copy.lifecycle[0].cold_storage_after}"
      ]) == toset([
      "arn:aws:backup:us-west-2:123456789012:backup-vault:personal-timeline-prod-backup-vault 35 warm",
      "arn:aws:backup:eu-west-1:123456789012:backup-vault:personal-timeline-prod-backup-vault 180 30",
    ])
    error_message = "Copies have a life of their own, or the rule's."
  }
  assert {
    condition = (
      aws_cloudwatch_event_target.failures["Copy Job State Change"].input_transformer[0].input_paths["job"] == "$.detail.copyJobId" &&
      jsondecode(aws_cloudwatch_event_target.failures["Copy Job State Change"].input_transformer[0].input_template).id == "backup.job/<id>" &&
      strcontains(aws_cloudwatch_event_target.failures["Copy Job State Change"].input_transformer[0].input_template, "\"account\":\"<account>\"") &&
      jsondecode(aws_cloudwatch_event_rule.failures["Restore Job State Change"].event_pattern).detail.status == ["ABORTED", "FAILED"]
    )
    error_message = "Failed jobs become notifications that notify can read."
  }
  assert {
    condition = (
      jsondecode(aws_iam_role_policy.events[0].policy).Statement[0].Resource == "arn:aws:events:us-east-1:123456789012:event-bus/default" &&
      aws_iam_role.events[0].permissions_boundary == "arn:aws:iam::123456789012:policy/cap" &&
      aws_iam_role.backup["restore"].permissions_boundary == "arn:aws:iam::123456789012:policy/cap"
    )
    error_message = "Events of other regions may go to the primary bus and nowhere else; roles are capped."
  }
  assert {
    condition = (
      aws_backup_framework.audit[0].name == "personal_timeline_prod_backup_framework" &&
      aws_backup_report_plan.report["BACKUP_JOB_REPORT"].report_setting[0].framework_arns == null &&
      length(aws_backup_report_plan.report["CONTROL_COMPLIANCE_REPORT"].report_setting[0].framework_arns) == 1 &&
      length(aws_backup_plan.plan["daily"].advanced_backup_setting) == 1
    )
    error_message = "Audit, reports and Windows on demand."
  }
  assert {
    condition = (
      output.restore_tests["weekly"].region == "primary" && output.restore_tests["away"].region == "dr" &&
      output.restore_tests["weekly"].name == "personal_timeline_prod_restore_test_weekly" &&
      output.restore_tests["weekly"].selections == { databases = "databases", media = "media" }
    )
    error_message = "Restore tests run in the region that they prove."
  }
}
