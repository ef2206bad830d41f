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
  functions_dir = "../automation/tests/functions"
  packages_dir  = "../automation/tests/packages"
  today         = "2026-11-01T00:00:00Z"
}

run "a_network_and_nothing_else" {
  command = plan

  variables {
    settings = {
      environment = "dev"
      project     = "personal-timeline"
      region      = "us-east-1"
      network     = { cidr = "10.2.0.0/16", nat = "none" }
    }
  }

  assert {
    condition = (
      output.automation == null && output.clusters == {} && output.databases == {} &&
      output.groups == {} && output.node_groups == {} && output.network.nat_addresses == {}
    )
    error_message = "What is left out is off, and its outputs are empty."
  }
}

run "everything" {
  command = plan

  variables {
    settings = {
      environment = "dev"
      project     = "personal-timeline"
      region      = "us-east-1"
      network     = { cidr = "10.2.0.0/16" }
      clusters = {
        apps = { node_groups = { general = { instance_types = ["t3.small"], min = 1, max = 2 } } }
      }
      groups     = { workers = { instance_type = "t3.micro", min = 0, max = 1 } }
      databases  = { timeline = { class = "db.t3.micro" } }
      automation = {}
    }
  }

  assert {
    condition = (
      output.clusters["apps"].name == "personal-timeline-dev-apps-cluster" &&
      output.node_groups["apps/general"].name == "personal-timeline-dev-apps-general-nodes" &&
      output.groups["workers"].name == "personal-timeline-dev-workers-group" &&
      output.databases["timeline"].identifier == "personal-timeline-dev-timeline-db" &&
      toset(keys(output.automation.functions)) == toset(["gatherer", "plain", "watcher"])
    )
    error_message = "Everything carries the project's and the environment's name."
  }
  assert {
    condition     = length(output.network.nat_addresses) == 1 && length(output.network.subnet_ids["private"]) == 3
    error_message = "What settings leave out takes the module's default."
  }
}

run "the_same_again_in_a_second_region" {
  command = plan

  variables {
    settings = {
      environment = "prod"
      project     = "personal-timeline"
      region      = "us-east-1"
      network     = { cidr = "10.0.0.0/16" }
      clusters = {
        apps  = { node_groups = { general = { desired = 6, instance_types = ["t3.large"], max = 12, min = 3 } } }
        tools = { node_groups = { general = { instance_types = ["t3.small"], max = 2, min = 1 } } }
      }
      recovery = { cidr = "10.10.0.0/16", clusters = ["apps"], region = "us-west-2" }
    }
  }

  assert {
    condition     = toset(keys(output.recovery.node_groups)) == toset(["apps/general"])
    error_message = "Only what is named waits in the second region, with its node groups."
  }
  assert {
    condition     = alltrue([for group in local.recovery_clusters["apps"].node_groups : group.min == 0 && group.desired == 0 && group.max == 12])
    error_message = "Node groups wait at zero and may grow as far as in the first region."
  }
  assert {
    condition     = output.recovery.subnet_ids["private"] != null && output.keys["clusters"].replicas["secondary"] != null
    error_message = "What waits has a network and its key there."
  }
}

run "a_second_region_for_a_cluster_that_is_not" {
  command = plan

  variables {
    settings = {
      environment = "prod"
      project     = "personal-timeline"
      region      = "us-east-1"
      network     = { cidr = "10.0.0.0/16" }
      recovery    = { cidr = "10.10.0.0/16", clusters = ["apps"], region = "us-west-2" }
    }
  }

  expect_failures = [var.settings]
}

run "a_load_balancer_that_cloudfront_cannot_talk_to" {
  command = plan

  variables {
    settings = {
      environment    = "staging"
      project        = "personal-timeline"
      region         = "us-east-1"
      network        = { cidr = "10.1.0.0/16" }
      buckets        = { static = { distributions = ["web"] } }
      certificates   = { site = { domain = "personal-timeline.app", zone_id = "Z0" } }
      clusters       = { apps = {} }
      load_balancers = { web = { certificate = "site", target_groups = { blue = { cluster = "apps", weight = 100 } } } }
      distribution = {
        aliases        = ["personal-timeline.app"]
        buckets        = { static = {} }
        certificate    = "site"
        load_balancers = { web = { paths = ["/api/*"] } }
      }
    }
  }

  expect_failures = [var.settings]
}
