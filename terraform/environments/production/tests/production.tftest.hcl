# Production is what the specification says: three zones, a second region, copies in a third.

mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
  # ACM says what the zone must hold, by the names of the certificate.
  mock_resource "aws_acm_certificate" {
    defaults = {
      arn = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
      domain_validation_options = [{
        domain_name           = "personal-timeline.app"
        resource_record_name  = "_0.personal-timeline.app."
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
  site  = { domain = "personal-timeline.app", zone_id = "Z0123456789ABCDEFGHIJ" }
  today = "2026-11-01T00:00:00Z"
}

# One run, because the plan of a whole environment takes a while.
run "as_specified" {
  command = plan

  assert {
    condition = (
      local.settings.network.cidr == "10.0.0.0/16" && length(output.network.nat_addresses) == 3 &&
      local.settings.databases.timeline.class == "db.r5.large" && local.settings.databases.timeline.multi_az &&
      length(local.settings.databases.timeline.replicas) == 1 &&
      local.settings.caches.sessions.node_type == "cache.r5.large" && local.settings.caches.sessions.shards == 2
    )
    error_message = "Production has a Multi-AZ db.r5.large with a reader and a cache in cluster mode."
  }
  assert {
    condition     = local.settings.budget.monthly_usd == 5000
    error_message = "Production has a budget of 5,000 USD."
  }
  assert {
    condition = (
      toset(keys(output.recovery.clusters)) == toset(["apps"]) &&
      toset(keys(output.recovery.node_groups)) == toset(keys(output.node_groups))
    )
    error_message = "The same cluster stands in us-west-2, with the same node groups."
  }
  assert {
    condition     = alltrue([for bucket in output.buckets : bucket.replica_name != null])
    error_message = "Every bucket is copied to us-west-2."
  }
  assert {
    condition     = toset(keys(output.backup.vaults)) == toset(["dr", "primary", "secondary"])
    error_message = "There is a vault in each of the three regions."
  }
  assert {
    condition     = try(local.settings.backup.lock.mode, "governance") == "governance"
    error_message = "The lock is one that can be taken away again, until somebody says otherwise in writing."
  }
  assert {
    condition     = toset(keys(output.automation.functions)) == toset(["cost-anomaly", "notify", "security-triage"])
    error_message = "off-hours is not deployed to production."
  }
  assert {
    condition     = local.settings.automation.configuration.functions.cost-anomaly.sources.detector
    error_message = "Where nobody says otherwise, production reads the account's bill."
  }
  assert {
    condition     = !contains(local.settings.automation.configuration.guards.denied_environments, local.settings.environment)
    error_message = "No function runs in an environment that is denied to it."
  }
}
