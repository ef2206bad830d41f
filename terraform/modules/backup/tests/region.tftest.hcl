mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  deleters      = ["arn:aws:iam::123456789012:role/prod-backup-role", "arn:aws:iam::123456789012:role/keeper"]
  disposable    = false
  key_arn       = "arn:aws:kms:us-east-1:123456789012:key/primary"
  name          = "prod-backup-vault"
  restore_tests = {}
  tags          = {}
  test_name     = "prod_restore_test"
  test_role_arn = "arn:aws:iam::123456789012:role/prod-restore-role"
  test_tags     = { Environment = "prod" }
}

run "a_vault_keeps_what_it_has" {
  command = plan

  module {
    source = "./region"
  }

  assert {
    condition = (
      aws_backup_vault.vault.kms_key_arn == "arn:aws:kms:us-east-1:123456789012:key/primary" &&
      !aws_backup_vault.vault.force_destroy && length(aws_backup_vault_lock_configuration.vault) == 0 &&
      length(aws_cloudwatch_event_rule.forward) == 0 && output.restore_tests == {}
    )
    error_message = "A vault is encrypted with the given key, and the rest is off."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_backup_vault_policy.vault.policy).Statement :
      statement.Effect == "Deny" && statement.Principal == { AWS = "*" }
    ])
    error_message = "The policy gives nothing to anybody."
  }
  assert {
    condition = (
      toset(jsondecode(aws_backup_vault_policy.vault.policy).Statement[0].Action) == toset(["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]) &&
      toset(jsondecode(aws_backup_vault_policy.vault.policy).Statement[0].Condition.ArnNotLike["aws:PrincipalArn"]) == var.deleters
    )
    error_message = "Nobody but the named roles deletes recovery points."
  }
  assert {
    condition = jsondecode(aws_backup_vault_policy.vault.policy).Statement[1].Condition == {
      "ForAnyValue:ArnNotLike" = { "backup:CopyTargets" = "arn:aws:backup:*:123456789012:backup-vault:*" }
    }
    error_message = "Copies stay in the account."
  }
}

run "locks" {
  command = plan

  module {
    source = "./region"
  }

  variables {
    disposable = true
    lock       = { changeable_for_days = null, min_retention_days = 7, max_retention_days = 400 }
    forward    = { bus_arn = "arn:aws:events:us-east-1:123456789012:event-bus/default", role_arn = "arn:aws:iam::123456789012:role/events" }
  }

  assert {
    condition = (
      aws_backup_vault_lock_configuration.vault[0].changeable_for_days == null &&
      aws_backup_vault_lock_configuration.vault[0].min_retention_days == 7 &&
      aws_backup_vault.vault.force_destroy
    )
    error_message = "Without changeable_for_days a lock is one of governance."
  }
  assert {
    condition = (
      jsondecode(aws_cloudwatch_event_rule.forward[0].event_pattern).source == ["aws.backup"] &&
      aws_cloudwatch_event_target.forward[0].role_arn == "arn:aws:iam::123456789012:role/events"
    )
    error_message = "Events are handed over by a role."
  }
}

run "restore_tests" {
  command = plan

  module {
    source = "./region"
  }

  variables {
    restore_tests = {
      weekly = {
        algorithm          = "LATEST_WITHIN_WINDOW"
        point_types        = ["SNAPSHOT"]
        region             = "primary"
        schedule           = "cron(0 6 ? * SUN *)"
        start_window_hours = 8
        timezone           = "Etc/UTC"
        window_days        = 7
        selections = {
          by-tag = { type = "RDS", metadata = { instanceClass = "db.t3.micro" }, resource_arns = [], tags = { Tier = "data" }, validation_window_hours = 4 }
          one    = { type = "S3", metadata = {}, resource_arns = ["arn:aws:s3:::media"], tags = {}, validation_window_hours = 4 }
        }
      }
    }
  }

  assert {
    condition = (
      {
        for condition in aws_backup_restore_testing_selection.test["weekly/by-tag"].protected_resource_conditions[0].string_equals :
        condition.key => condition.value
      } == { "aws:ResourceTag/Environment" = "prod", "aws:ResourceTag/Tier" = "data" }
    )
    error_message = "A selection without ARNs is one by tag."
  }
  assert {
    condition = (
      aws_backup_restore_testing_selection.test["weekly/one"].protected_resource_arns == toset(["arn:aws:s3:::media"]) &&
      length(aws_backup_restore_testing_selection.test["weekly/one"].protected_resource_conditions) == 0 &&
      aws_backup_restore_testing_selection.test["weekly/by-tag"].name == "by_tag"
    )
    error_message = "A selection with ARNs is these, and names have no hyphens."
  }
}

run "a_vault_without_a_key" {
  command = plan

  module {
    source = "./region"
  }

  variables {
    key_arn = null
  }

  expect_failures = [aws_backup_vault.vault]
}

run "a_test_name_too_long" {
  command = plan

  module {
    source = "./region"
  }

  variables {
    test_name = "a_project_with_a_name_without_an_end_restore_test"
    restore_tests = {
      weekly = {
        algorithm          = "LATEST_WITHIN_WINDOW", point_types = ["SNAPSHOT"], region = "primary", schedule = "rate(7 days)"
        start_window_hours = 8, timezone = "Etc/UTC", window_days = 7, selections = {}
      }
    }
  }

  expect_failures = [aws_backup_restore_testing_plan.test]
}
