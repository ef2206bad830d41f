# Staging is what the specification says: production's shape, smaller, in two colours.

mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
  # ACM says what the zone must hold, by the names of the certificate.
  mock_resource "aws_acm_certificate" {
    defaults = {
      arn = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
      domain_validation_options = [{
        domain_name           = "staging.personal-timeline.app"
        resource_record_name  = "_0.staging.personal-timeline.app."
        resource_record_type  = "CNAME"
        resource_record_value = "_1.acm-validations.aws."
      }]
    }
  }
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

# The packages that the real manifests need are made by scripts/terraform-test.
variables {
  site  = { domain = "staging.personal-timeline.app", zone_id = "Z0123456789ABCDEFGHIJ" }
  today = "2026-11-01T00:00:00Z"
}

# One run, because the plan of a whole environment takes a while.
run "as_specified" {
  command = plan

  assert {
    condition = (
      local.settings.network.cidr == "10.1.0.0/16" && length(output.network.nat_addresses) == 3 &&
      local.settings.databases.timeline.class == "db.t3.small" && local.settings.databases.timeline.multi_az &&
      local.settings.caches.sessions.node_type == "cache.t3.small" && local.settings.caches.sessions.replicas_per_shard == 1
    )
    error_message = "Staging spans three zones, with a db.t3.small in two of them and a cache that fails over."
  }
  assert {
    condition     = local.settings.budget.monthly_usd == 1500
    error_message = "Staging has a budget of 1,500 USD."
  }
  assert {
    condition = (
      toset(keys(output.automation.functions)) == toset(["cost-anomaly", "notify"]) &&
      !local.settings.automation.configuration.functions.cost-anomaly.sources.detector
    )
    error_message = "Staging hears of its own spending, and leaves the account's bill to production."
  }
  assert {
    condition     = toset(keys(output.load_balancers["web"].target_groups)) == toset(["blue", "green"])
    error_message = "A release is tried in a second colour before it takes traffic."
  }
}

run "without_a_site" {
  command = plan

  variables {
    site            = null
    watches_account = true
  }

  assert {
    condition     = output.load_balancers == {} && output.distribution == null
    error_message = "Without a domain there is neither load balancer nor distribution."
  }
  assert {
    condition     = local.settings.automation.configuration.functions.cost-anomaly.sources.detector
    error_message = "In an account of its own staging reads the bill itself."
  }
  assert {
    condition     = contains(keys(output.automation.functions), "security-triage")
    error_message = "In an account of its own staging hears the findings itself."
  }
}
