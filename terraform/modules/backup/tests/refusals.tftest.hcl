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

variables {
  key_arn    = "arn:aws:kms:us-east-1:123456789012:key/primary"
  prefix     = "personal-timeline-prod"
  scope_tags = { Environment = "prod" }
  plans = {
    daily = { rules = { nightly = { schedule = "cron(0 5 * * ? *)", delete_after = 7 } } }
  }
}

run "scope_is_needed" {
  command = plan

  variables {
    scope_tags = {}
  }

  expect_failures = [var.scope_tags]
}

run "an_unknown_region" {
  command = plan

  variables {
    copy_regions = ["tertiary"]
  }

  expect_failures = [var.copy_regions]
}

run "a_deleter_by_name" {
  command = plan

  variables {
    deleters = ["admin"]
  }

  expect_failures = [var.deleters]
}

run "a_name_too_long" {
  command = plan

  variables {
    prefix = "a-project-with-a-name-that-has-no-end-production"
  }

  expect_failures = [var.prefix]
}

run "a_plan_without_rules" {
  command = plan

  variables {
    plans = { daily = { rules = {} } }
  }

  expect_failures = [var.plans]
}

run "a_key_with_spaces" {
  command = plan

  variables {
    plans = { "every day" = { rules = { nightly = { schedule = "rate(1 day)", delete_after = 7 } } } }
  }

  expect_failures = [var.plans]
}

run "a_schedule_in_words" {
  command = plan

  variables {
    plans = { daily = { rules = { nightly = { schedule = "every night", delete_after = 7 } } } }
  }

  expect_failures = [var.plans]
}

run "no_time_to_complete" {
  command = plan

  variables {
    plans = { daily = { rules = { nightly = { schedule = "cron(0 5 * * ? *)", delete_after = 7, completion_window_minutes = 90 } } } }
  }

  expect_failures = [var.plans]
}

run "kept_for_ever" {
  command = plan

  variables {
    plans = { daily = { rules = { nightly = { schedule = "rate(1 day)", delete_after = 0 } } } }
  }

  expect_failures = [var.plans]
}

run "cold_for_too_short" {
  command = plan

  variables {
    plans = { daily = { rules = { nightly = { schedule = "cron(0 5 * * ? *)", delete_after = 7, cold_after = 1 } } } }
  }

  expect_failures = [var.plans]
}

run "a_copy_cold_for_too_short" {
  command = plan

  variables {
    copy_regions = ["dr"]
    plans        = { daily = { rules = { nightly = { schedule = "cron(0 5 * * ? *)", delete_after = 7, copies = { dr = { cold_after = 30, delete_after = 119 } } } } } }
  }

  expect_failures = [var.plans]
}

run "continuous_for_too_long" {
  command = plan

  variables {
    plans = { daily = { rules = { nightly = { schedule = "rate(1 day)", delete_after = 36, continuous = true } } } }
  }

  expect_failures = [var.plans]
}

run "a_copy_to_nowhere" {
  command = plan

  variables {
    plans = { daily = { rules = { nightly = { schedule = "cron(0 5 * * ? *)", delete_after = 7, copies = { dr = {} } } } } }
  }

  expect_failures = [var.plans]
}

run "compliance_without_consent" {
  command = plan

  variables {
    lock = { mode = "compliance" }
  }

  expect_failures = [var.lock]
}

run "compliance_with_half_a_consent" {
  command = plan

  variables {
    lock = { mode = "compliance", consent = "yes" }
  }

  expect_failures = [var.lock]
}

run "an_unknown_lock" {
  command = plan

  variables {
    lock = { mode = "strict" }
  }

  expect_failures = [var.lock]
}

run "too_little_grace" {
  command = plan

  variables {
    lock = { grace_days = 1 }
  }

  expect_failures = [var.lock]
}

run "a_lock_without_a_vault" {
  command = plan

  variables {
    lock = { regions = ["dr"] }
  }

  expect_failures = [var.lock]
}

run "a_lock_that_refuses_its_backups" {
  command = plan

  variables {
    lock = { min_retention_days = 14 }
  }

  expect_failures = [var.lock]
}

run "a_lock_that_refuses_its_copies" {
  command = plan

  variables {
    copy_regions = ["dr"]
    lock         = { regions = ["dr"], max_retention_days = 30 }
    plans        = { daily = { rules = { nightly = { schedule = "cron(0 5 * * ? *)", delete_after = 7, copies = { dr = { delete_after = 31 } } } } } }
  }

  expect_failures = [var.lock]
}

run "an_unknown_report" {
  command = plan

  variables {
    reports = { bucket = "b", templates = ["JOBS"] }
  }

  expect_failures = [var.reports]
}

run "compliance_reports_without_a_framework" {
  command = plan

  variables {
    reports = { bucket = "b", templates = ["CONTROL_COMPLIANCE_REPORT"] }
  }

  expect_failures = [var.reports]
}

run "an_unknown_type" {
  command = plan

  variables {
    restore_tests = { weekly = { schedule = "rate(7 days)", selections = { caches = { type = "ElastiCache" } } } }
  }

  expect_failures = [var.restore_tests]
}

run "a_test_of_nothing" {
  command = plan

  variables {
    restore_tests = { weekly = { schedule = "rate(7 days)", selections = {} } }
  }

  expect_failures = [var.restore_tests]
}

run "a_test_key_with_capitals" {
  command = plan

  variables {
    restore_tests = { Weekly = { schedule = "rate(7 days)", selections = { a = { type = "RDS" } } } }
  }

  expect_failures = [var.restore_tests]
}

run "a_test_schedule_in_words" {
  command = plan

  variables {
    restore_tests = { weekly = { schedule = "sundays", selections = { a = { type = "RDS" } } } }
  }

  expect_failures = [var.restore_tests]
}

run "an_unknown_algorithm" {
  command = plan

  variables {
    restore_tests = { weekly = { schedule = "rate(7 days)", algorithm = "OLDEST", selections = { a = { type = "RDS" } } } }
  }

  expect_failures = [var.restore_tests]
}

run "a_verdict_that_takes_too_long" {
  command = plan

  variables {
    restore_tests = { weekly = { schedule = "rate(7 days)", selections = { a = { type = "RDS", validation_window_hours = 200 } } } }
  }

  expect_failures = [var.restore_tests]
}

run "a_window_of_two_years" {
  command = plan

  variables {
    restore_tests = { weekly = { schedule = "rate(7 days)", window_days = 730, selections = { a = { type = "RDS" } } } }
  }

  expect_failures = [var.restore_tests]
}

run "a_test_in_a_region_without_a_vault" {
  command = plan

  variables {
    restore_tests = { weekly = { schedule = "rate(7 days)", region = "dr", selections = { a = { type = "RDS" } } } }
  }

  expect_failures = [var.restore_tests]
}

run "tests_without_plans" {
  command = plan

  variables {
    plans         = {}
    restore_tests = { weekly = { schedule = "rate(7 days)", selections = { a = { type = "RDS" } } } }
  }

  expect_failures = [var.restore_tests]
}
