# The development estate is what the specification says, and sleeps.

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

# The packages that the real manifests need are made by scripts/terraform-test.
variables {
  today = "2026-11-01T00:00:00Z"
}

# One run, because the plan of a whole environment takes a while.
run "as_specified" {
  command = plan

  assert {
    condition = (
      local.settings.network.cidr == "10.2.0.0/16" &&
      local.settings.databases.timeline.class == "db.t3.micro" &&
      local.settings.databases.timeline.backup_days == 3 &&
      sum([for group in local.settings.clusters.apps.node_groups : group.min]) == 2 &&
      alltrue([for group in local.settings.clusters.apps.node_groups : group.instance_types[0] == "t3.small"])
    )
    error_message = "Development has two t3.small nodes, a db.t3.micro and three days of backups."
  }
  assert {
    condition     = length(output.network.nat_addresses) == 1
    error_message = "Development shares one NAT gateway."
  }
  assert {
    condition = alltrue([
      for resource in concat(
        values(local.settings.clusters.apps.node_groups),
        values(local.settings.databases),
        values(local.settings.groups),
      ) : resource.tags["Schedule"] == "office-hours"
    ])
    error_message = "Every node group, group and database has office hours."
  }
  assert {
    condition     = contains(keys(local.settings.automation.configuration.functions.off-hours.schedules), "office-hours")
    error_message = "Off-hours knows the schedule that the tags name."
  }
  assert {
    condition = toset(keys(output.automation.functions)) == toset([
      for path in fileset(var.functions_dir, "*/function.json") :
      dirname(path) if dirname(path) != "security-triage"
    ])
    error_message = "Every folder with a manifest is deployed, but for what watches the account."
  }
  assert {
    condition     = !local.settings.automation.configuration.functions.cost-anomaly.sources.detector
    error_message = "Development leaves the account's bill to production."
  }
  assert {
    condition     = contains(keys(output.automation.schedules), "off-hours/reconcile")
    error_message = "Off-hours is woken by a clock."
  }
}

run "with_an_account_of_its_own" {
  command = plan

  variables {
    watches_account = true
  }

  assert {
    condition = toset(keys(output.automation.functions)) == toset([
      for path in fileset(var.functions_dir, "*/function.json") : dirname(path)
    ])
    error_message = "Who watches the account hears its findings."
  }
  assert {
    condition     = local.settings.automation.configuration.functions.cost-anomaly.sources.detector
    error_message = "Who watches the account reads its bill."
  }
}
