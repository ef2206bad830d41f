# What is refused, and when: before anything exists.

mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  environment   = "dev"
  functions_dir = "./tests/functions"
  packages_dir  = "./tests/packages"
  project       = "personal-timeline"
}

run "no_package" {
  command = plan

  variables {
    packages_dir = "./tests/nowhere"
  }

  expect_failures = [aws_lambda_function.function]
}

run "no_manifests" {
  command = plan

  variables {
    functions_dir = "./tests/packages"
  }

  expect_failures = [var.functions_dir]
}

run "an_unknown_function" {
  command = plan

  variables {
    functions = ["plain", "nobody"]
  }

  expect_failures = [var.functions]
}

run "an_override_for_nobody" {
  command = plan

  variables {
    overrides = { nobody = { memory_mb = 256 } }
  }

  expect_failures = [var.overrides]
}

run "a_statement_without_a_reason" {
  command = plan

  variables {
    functions_dir = "./tests/hostile"
  }

  expect_failures = [aws_iam_role_policy.manifest]
}

run "a_name_that_a_service_would_refuse" {
  command = plan

  # 66 characters for the function, 65 for the rule, 73 for the scheduler's
  # role; the others fit.
  variables {
    environment = "previewnumber123"
    functions   = ["watcher"]
    project     = "a-project-with-a-name-far-too-lo"
  }

  expect_failures = [
    aws_cloudwatch_event_rule.function,
    aws_iam_role.scheduler,
    aws_lambda_function.function,
  ]
}

run "a_configuration_that_does_not_fit" {
  command = plan

  variables {
    configuration = {
      functions = {
        off-hours = { closed = [for day in range(700) : "2026-12-${day}"] }
      }
    }
  }

  expect_failures = [aws_ssm_parameter.configuration]
}

run "a_wrong_length_of_time" {
  command = plan

  variables {
    configuration = { functions = { off-hours = { lease = "8h" } } }
  }

  expect_failures = [var.configuration]
}

run "a_lease_in_days_which_differ_in_length" {
  command = plan

  variables {
    configuration = { functions = { off-hours = { lease = "P1D" } } }
  }

  expect_failures = [var.configuration]
}

run "an_approval_in_days" {
  command = plan

  variables {
    configuration = { functions = { security-triage = { playbooks = { approval = { valid_for = "P1DT2H" } } } } }
  }

  expect_failures = [var.configuration]
}

run "silence_in_days" {
  command = plan

  variables {
    notify = { silent_after = "P1D" }
  }

  expect_failures = [var.notify]
}

run "a_rule_with_two_outcomes" {
  command = plan

  variables {
    configuration = {
      functions = {
        security-triage = {
          rules = {
            order = [{
              name        = "both"
              description = "Told and contained"
              outcome     = { playbook = { name = "isolate-instance" }, tell = {} }
            }]
          }
        }
      }
    }
  }

  expect_failures = [var.configuration]
}

run "a_suppression_until_some_day" {
  command = plan

  variables {
    configuration = {
      functions = {
        security-triage = {
          rules = {
            order = [{
              name        = "noise"
              description = "It is known"
              outcome = {
                suppress = { author = "me", reason = "noise", until = "next spring" }
              }
            }]
          }
        }
      }
    }
  }

  expect_failures = [var.configuration]
}

run "a_schedule_that_no_tag_could_hold" {
  command = plan

  variables {
    configuration = { functions = { off-hours = { schedules = { lunch = "Mon-Fri 12:00;13:00" } } } }
  }

  expect_failures = [var.configuration]
}

run "a_calendar_from_nowhere" {
  command = plan

  variables {
    configuration = {
      functions = {
        off-hours = {
          calendars = [{ source = "s3", name = "holidays", means = "closed" }]
        }
      }
    }
  }

  expect_failures = [var.configuration]
}

run "a_wrong_account" {
  command = plan

  variables {
    configuration = { accounts = ["dev-account"] }
  }

  expect_failures = [var.configuration]
}

run "a_wrong_environment" {
  command = plan

  variables {
    environment = "Dev_1"
  }

  expect_failures = [var.environment]
}

run "a_wrong_architecture" {
  command = plan

  variables {
    architecture = "x86"
  }

  expect_failures = [var.architecture]
}

run "a_wrong_retention" {
  command = plan

  variables {
    log_retention_days = 42
  }

  expect_failures = [var.log_retention_days]
}

run "a_route_to_nowhere" {
  command = plan

  variables {
    notify = { routes = [{ name = "everything", channels = ["team"] }] }
  }

  expect_failures = [var.notify]
}

run "messages_without_a_route" {
  command = plan

  variables {
    notify = {
      routes = [{ name = "urgent", match = { severity = "error" }, channels = ["slack"] }]
    }
  }

  expect_failures = [var.notify]
}

run "mail_to_nobody" {
  command = plan

  variables {
    notify = {
      channels = { slack = { kind = "slack-webhook" }, mail = { kind = "email" } }
      fallback = "mail"
    }
  }

  expect_failures = [var.notify]
}

run "a_channel_that_nothing_leads_to" {
  command = plan

  variables {
    notify = {
      channels = { slack = { kind = "slack-webhook" }, pager = { kind = "pagerduty" } }
    }
  }

  expect_failures = [var.notify]
}

run "deployed_without_settings" {
  command = plan

  variables {
    functions     = ["off-hours"]
    functions_dir = "../../../functions"
    packages_dir  = "../../../target/lambda"
  }

  expect_failures = [aws_ssm_parameter.configuration]
}

run "an_environment_that_denies_itself" {
  command = plan

  variables {
    environment = "prod"
  }

  expect_failures = [aws_ssm_parameter.configuration]
}

run "production_that_denies_the_others" {
  command = plan

  variables {
    environment   = "prod"
    configuration = { guards = { denied_environments = ["dev", "staging"] } }
  }

  assert {
    condition     = jsondecode(local.configuration).guards.denied_environments == ["dev", "staging"]
    error_message = "An environment may be production and deny the others."
  }
}
