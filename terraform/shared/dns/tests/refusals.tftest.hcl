mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

run "a_record_in_no_zone" {
  command = plan

  variables {
    zones   = { apex = { domain = "personal-timeline.app" } }
    records = { a = { zone = "other", type = "TXT", values = ["v"] } }
  }

  expect_failures = [var.records]
}

run "a_record_of_another_kind" {
  command = plan

  variables {
    zones   = { apex = { domain = "personal-timeline.app" } }
    records = { a = { zone = "apex", type = "A", values = ["192.0.2.1"] } }
  }

  expect_failures = [var.records]
}

run "a_name_with_spaces" {
  command = plan

  variables {
    zones   = { apex = { domain = "personal-timeline.app" } }
    records = { a = { zone = "apex", type = "TXT", name = "a b", values = ["v"] } }
  }

  expect_failures = [var.records]
}

run "mail_without_a_priority" {
  command = plan

  variables {
    zones   = { apex = { domain = "personal-timeline.app" } }
    records = { a = { zone = "apex", type = "MX", values = ["mail.personal-timeline.app"] } }
  }

  expect_failures = [var.records]
}

run "a_text_with_quotes" {
  command = plan

  variables {
    zones   = { apex = { domain = "personal-timeline.app" } }
    records = { a = { zone = "apex", type = "TXT", values = ["\"v\""] } }
  }

  expect_failures = [var.records]
}

run "an_alias_of_the_domain" {
  command = plan

  variables {
    zones   = { apex = { domain = "personal-timeline.app" } }
    records = { a = { zone = "apex", type = "CNAME", values = ["web.personal-timeline.app"] } }
  }

  expect_failures = [var.records]
}

run "the_same_record_twice" {
  command = plan

  variables {
    zones   = { apex = { domain = "personal-timeline.app" } }
    records = { a = { zone = "apex", type = "TXT", values = ["v"] }, b = { zone = "apex", type = "TXT", values = ["w"] } }
  }

  expect_failures = [var.records]
}

run "a_record_for_a_month" {
  command = plan

  variables {
    zones   = { apex = { domain = "personal-timeline.app" } }
    records = { a = { zone = "apex", type = "TXT", values = ["v"], ttl = 2592000 } }
  }

  expect_failures = [var.records]
}

run "a_zone_with_a_short_key" {
  command = plan

  variables {
    zones = { a = { domain = "personal-timeline.app" } }
  }

  expect_failures = [var.zones]
}

run "a_domain_with_a_dot_behind" {
  command = plan

  variables {
    zones = { apex = { domain = "personal-timeline.app." } }
  }

  expect_failures = [var.zones]
}

run "a_private_zone_that_is_signed" {
  command = plan

  variables {
    zones = { inside = { domain = "timeline.internal", dnssec = true, vpcs = [{ id = "vpc-0123456789abcdef0" }] } }
  }

  expect_failures = [var.zones]
}

run "a_parent_of_another_domain" {
  command = plan

  variables {
    zones = { apex = { domain = "personal-timeline.app" }, dev = { domain = "dev.personal-timeline.net", parent = "apex" } }
  }

  expect_failures = [var.zones]
}

run "an_issuer_with_a_scheme" {
  command = plan

  variables {
    zones = { apex = { domain = "personal-timeline.app", caa = { issuers = ["https://amazon.com"] } } }
  }

  expect_failures = [var.zones]
}

run "a_key_that_goes_at_once" {
  command = plan

  variables {
    key_deletion_days = 1
  }

  expect_failures = [var.key_deletion_days]
}
