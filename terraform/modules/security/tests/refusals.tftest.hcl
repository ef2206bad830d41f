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
  prefix = "personal-timeline-dev"
}

run "a_replica_nowhere" {
  command = plan

  variables {
    keys = { storage = { replicas = ["moon"] } }
  }

  expect_failures = [var.keys]
}

run "a_service_that_needs_no_word" {
  command = plan

  variables {
    keys = { storage = { services = ["rds"] } }
  }

  expect_failures = [var.keys]
}

run "a_key_for_all_logs" {
  command = plan

  variables {
    keys = { logs = { log_group_prefixes = ["*"] } }
  }

  expect_failures = [var.keys]
}

run "a_class_with_a_capital" {
  command = plan

  variables {
    keys = { Storage = {} }
  }

  expect_failures = [var.keys]
}

run "an_impatient_deletion" {
  command = plan

  variables {
    key_deletion_days = 1
  }

  expect_failures = [var.key_deletion_days]
}

run "a_boundary_without_regions" {
  command = plan

  variables {
    boundary = { regions = [] }
  }

  expect_failures = [var.boundary]
}

run "another_boundary_by_wildcard" {
  command = plan

  variables {
    boundary = { regions = ["us-east-1"], others = ["*-boundary"] }
  }

  expect_failures = [var.boundary]
}

run "a_boundary_that_does_not_fit" {
  command = plan

  variables {
    boundary = { regions = ["us-east-1"], others = [for number in range(40) : "number-${number}-of-many-boundary"] }
  }

  expect_failures = [aws_iam_policy.boundary]
}

run "everybody_as_a_principal" {
  command = plan

  variables {
    people = { reader = { principals = ["*"] } }
  }

  expect_failures = [var.people]
}

run "an_unknown_kind_of_people" {
  command = plan

  variables {
    people = { wizard = { principals = ["arn:aws:iam::123456789012:root"] } }
  }

  expect_failures = [var.people]
}

run "a_session_of_a_working_day" {
  command = plan

  variables {
    people = { reader = { principals = ["arn:aws:iam::123456789012:root"], session_hours = 8 } }
  }

  expect_failures = [var.people]
}

run "a_second_factor_of_yesterday" {
  command = plan

  variables {
    people = { reader = { principals = ["arn:aws:iam::123456789012:root"], mfa_minutes = 1440 } }
  }

  expect_failures = [var.people]
}

run "any_pipeline_of_an_owner" {
  command = plan

  variables {
    ci = { subjects = ["repo:nightshift/*"], policies = { read = "arn:aws:iam::aws:policy/ReadOnlyAccess" } }
  }

  expect_failures = [var.ci]
}

run "an_issuer_without_tls" {
  command = plan

  variables {
    ci = { subjects = ["repo:nightshift/timeline:pull_request"], policies = { read = "arn:aws:iam::aws:policy/ReadOnlyAccess" }, provider_url = "http://issuer.test" }
  }

  expect_failures = [var.ci]
}

run "a_pipeline_that_may_nothing" {
  command = plan

  variables {
    ci = { subjects = ["repo:nightshift/timeline:pull_request"] }
  }

  expect_failures = [var.ci]
}

run "a_parameter_without_a_key" {
  command = plan

  variables {
    parameters = { "app/token" = { description = "Token", key = "secrets" } }
  }

  expect_failures = [var.parameters]
}

run "a_parameter_with_a_slash_in_front" {
  command = plan

  variables {
    keys       = { secrets = {} }
    parameters = { "/app/token" = { description = "Token", key = "secrets" } }
  }

  expect_failures = [var.parameters]
}

run "a_short_generated_value" {
  command = plan

  variables {
    keys       = { secrets = {} }
    parameters = { "app/token" = { description = "Token", key = "secrets", generate = { length = 8 } } }
  }

  expect_failures = [var.parameters]
}

run "a_secret_without_a_key" {
  command = plan

  variables {
    secrets = { cache = { description = "Cache", key = "secrets" } }
  }

  expect_failures = [var.secrets]
}

run "a_short_secret" {
  command = plan

  variables {
    keys    = { secrets = {} }
    secrets = { cache = { description = "Cache", key = "secrets", length = 12 } }
  }

  expect_failures = [var.secrets]
}

run "a_secret_gone_in_a_day" {
  command = plan

  variables {
    keys    = { secrets = {} }
    secrets = { cache = { description = "Cache", key = "secrets", recovery_days = 1 } }
  }

  expect_failures = [var.secrets]
}

run "a_certificate_for_no_domain" {
  command = plan

  variables {
    certificates = { web = { domain = "Timeline", zone_id = "Z0" } }
  }

  expect_failures = [var.certificates]
}

run "a_prefix_without_an_environment" {
  command = plan

  variables {
    prefix = "timeline"
  }

  expect_failures = [var.prefix]
}
