mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

mock_provider "aws" {
  alias           = "secondary"
  source          = "../../tests/mocks"
  override_during = plan
  override_data {
    target = module.secondary[0].data.aws_region.current
    values = { name = "us-west-2" }
  }
}

mock_provider "aws" {
  alias           = "dr"
  source          = "../../tests/mocks"
  override_during = plan
  override_data {
    target = module.dr[0].data.aws_region.current
    values = { name = "eu-west-1" }
  }
}

run "everything_optional_off" {
  command = plan

  variables {
    health  = null
    regions = {}
  }

  assert {
    condition = (
      output.alarms == { us-east-1 = {} } && output.forward_rules == {} && output.health_rules == {} && output.links == {} && output.sinks == {} &&
      output.trace_keys == {} && keys(output.topic_arns) == ["us-east-1"]
    )
    error_message = "Null and empty mean off."
  }
  assert {
    condition     = [for widget in jsondecode(module.dashboard.body).widgets : widget.type] == ["text", "metric", "text", "metric"]
    error_message = "What is left to look at: the account's charges, and whether messages arrive."
  }
}

run "by_default" {
  command = plan

  assert {
    condition = (
      keys(output.topic_arns) == ["eu-west-1", "us-east-1", "us-west-2"] &&
      { for region, alarms in output.alarms : region => keys(alarms) } == {
        eu-west-1 = ["dead-letters", "forward-dead-letters"]
        us-east-1 = ["dead-letters"]
        us-west-2 = ["dead-letters", "forward-dead-letters"]
      } &&
      keys(output.health_rules) == ["eu-west-1", "us-east-1", "us-west-2"] && output.dashboard == "personal-timeline-shared-monitoring-estate"
    )
    error_message = "AWS Health is heard in all three regions, before any environment stands."
  }
  assert {
    condition = (
      local._health["us-east-1"].regions == null && local._health["us-east-1"].except == toset(["eu-west-1", "us-west-2"]) &&
      local._health["us-west-2"].regions == toset(["global", "us-east-1", "us-west-2"]) && local._health["eu-west-1"].regions == toset(["eu-west-1"])
    )
    error_message = "Every event is heard, and those of us-east-1 once more where AWS keeps the copy."
  }
}

# What security-triage waits for happens in three regions.
run "what_other_regions_hand_over" {
  command = plan

  assert {
    condition = keys(output.forward_rules) == ["eu-west-1", "us-west-2"] && alltrue([
      for rules in output.forward_rules : toset(keys(rules)) == toset(keys(local._forwarded))
    ])
    error_message = "Every other region hands over the same, and us-east-1 nothing."
  }
  assert {
    condition     = local._forward.bus_arn == "arn:aws:events:us-east-1:123456789012:event-bus/default"
    error_message = "It goes to the bus on which functions' rules are."
  }
  assert {
    condition = (
      contains(keys(local._forwarded), "security-triage-guardduty-finding") && contains(keys(local._forwarded), "security-triage-root-call") &&
      contains(keys(local._forwarded), "security-triage-sign-in") && !contains(keys(local._forwarded), "security-triage-security-hub-finding")
    )
    error_message = "What is regional comes; Security Hub's findings are aggregated by itself, and would come twice."
  }
  assert {
    condition = (
      jsondecode(local._forwarded["security-triage-guardduty-finding"].pattern) == { source = ["aws.guardduty"], detail-type = ["GuardDuty Finding"] } &&
      jsondecode(local._forwarded["security-triage-access-analyzer"].pattern).detail.resourceType == [{ anything-but = ["AWS::IAM::Role", "AWS::IAM::User"] }] &&
      jsondecode(local._forwarded["security-triage-health"].pattern).detail.eventScopeCode == ["ACCOUNT_SPECIFIC"]
    )
    error_message = "A pattern is the manifest's; what belongs to no region is heard at home."
  }
}

run "nothing_is_handed_over" {
  command = plan

  variables {
    forward = null
  }

  assert {
    condition     = output.forward_rules == {} && alltrue([for alarms in output.alarms : keys(alarms) == ["dead-letters"]])
    error_message = "Null means off."
  }
}

run "handed_over_for_functions_that_want_nothing" {
  command = plan

  variables {
    forward = { functions = ["notify"] }
  }

  assert {
    condition     = output.forward_rules == {}
    error_message = "notify waits for nothing of other regions."
  }
}

run "handed_over_for_nobody" {
  command = plan

  variables {
    forward = { functions = ["nobody"] }
  }

  expect_failures = [var.forward]
}

run "three_environments" {
  command = plan

  variables {
    charges_usd         = 7500
    application_signals = true
    trace_encryption    = "own-key"
    environments = {
      dev     = { budget_usd = 500, dashboard = false }
      lab     = { dashboard = false, lamps = ["morning"] }
      prod    = { budget_usd = 5000 }
      staging = { budget_usd = 1500 }
    }
    subscriptions = { team = { endpoint = "team@personal-timeline.app", severity = "morning" } }
  }

  assert {
    condition = (
      output.alarms["us-east-1"]["urgent"].name == "personal-timeline-shared-environments-urgent" &&
      local._lamps["us-east-1"] == { dev = "personal-timeline-dev-environment-urgent", prod = "personal-timeline-prod-environment-urgent", staging = "personal-timeline-staging-environment-urgent" } &&
      !can(output.alarms["us-west-2"]["urgent"]) && !can(output.alarms["us-west-2"]["charges"])
    )
    error_message = "One lamp where the environments are; an environment without an urgent one is not in it."
  }
  assert {
    condition = (
      [for widget in jsondecode(module.dashboard.body).widgets : split("\n", widget.properties.markdown)[0] if widget.type == "text" && widget.width == 24] ==
      ["## Is anything wrong, anywhere?", "## prod", "## staging", "## dev", "## lab", "## Cost", "## Do messages arrive?"]
    )
    error_message = "A row for each environment, the most important first."
  }
  assert {
    condition = (
      [for widget in jsondecode(module.dashboard.body).widgets : widget.properties.alarms if try(widget.properties.title, "") == "prod: lamps"] == [[
        "arn:aws:cloudwatch:us-east-1:123456789012:alarm:personal-timeline-prod-environment-urgent",
        "arn:aws:cloudwatch:us-east-1:123456789012:alarm:personal-timeline-prod-environment-morning",
      ]]
    )
    error_message = "Names follow from the convention."
  }
  assert {
    condition     = length([for widget in jsondecode(module.dashboard.body).widgets : widget if strcontains(jsonencode(widget), "pt-staging")]) == 1
    error_message = "A load balancer's shortened name is found too."
  }
  assert {
    condition = one([
      for widget in jsondecode(module.dashboard.body).widgets : widget.properties.annotations.horizontal if try(widget.properties.title, "") == "Charges of the account, this month"
    ]) == [{ label = "budgets", value = 7000 }, { label = "alarm", value = 7500 }]
    error_message = "The money against what may be spent."
  }
  assert {
    condition     = local._signals == { eu-west-1 = false, us-east-1 = true, us-west-2 = false } && length(output.trace_keys) == 3
    error_message = "Services are looked for where environments are; traces have a key in every region."
  }
}

run "another_region_and_another_account" {
  command = plan

  variables {
    environments = {
      prod   = { account_id = "111122223333", budget_usd = 5000 }
      prodeu = { region = "eu-west-1" }
      self   = { account_id = "123456789012" }
    }
    observability = { accounts = ["444455556666", "123456789012"] }
  }

  assert {
    condition = (
      local._lamps["us-east-1"] == { self = "personal-timeline-self-environment-urgent" } &&
      local._lamps["eu-west-1"] == { prodeu = "personal-timeline-prodeu-environment-urgent" } && !can(output.alarms["us-west-2"]["urgent"])
    )
    error_message = "A lamp sees alarms of its own region and account."
  }
  assert {
    condition     = local._sink.accounts == toset(["111122223333", "444455556666"]) && keys(output.sinks) == ["eu-west-1", "us-east-1", "us-west-2"]
    error_message = "Accounts of environments are seen without being named, this one needs no sink."
  }
  assert {
    condition = one([
      for widget in jsondecode(module.dashboard.body).widgets : widget.properties if try(widget.properties.title, "") == "prod: charges of its account this month, in USD"
    ]).metrics[0][4].accountId == "111122223333"
    error_message = "An account of its own says what its environment costs."
  }
}

run "watched_by_another_account" {
  command = plan

  variables {
    links = { us-west-2 = { sink_arn = "arn:aws:oam:us-west-2:999988887777:sink/11111111-2222-3333-4444-555555555555" } }
  }

  assert {
    condition     = keys(output.links) == ["us-west-2"] && output.sinks == {}
    error_message = "A link where the sink is."
  }
}

run "observability_of_nobody" {
  command = plan

  variables {
    observability = {}
  }

  assert {
    condition     = output.sinks == {}
    error_message = "Without another account there is nothing to see."
  }
}

run "an_environment_that_nobody_watches" {
  command = plan

  variables {
    environments = { prod = { region = "ap-south-1" } }
  }

  expect_failures = [var.environments]
}

run "a_code_that_is_taken" {
  command = plan

  variables {
    environments = { shared = {} }
  }

  expect_failures = [var.environments]
}

run "an_account_that_is_none" {
  command = plan

  variables {
    environments = { prod = { account_id = "1234" } }
  }

  expect_failures = [var.environments]
}

run "a_lamp_of_ones_own" {
  command = plan

  variables {
    environments = { prod = { lamps = ["noon"] } }
  }

  expect_failures = [var.environments]
}

run "a_budget_of_nothing" {
  command = plan

  variables {
    environments = { prod = { budget_usd = 0 } }
  }

  expect_failures = [var.environments]
}

run "a_link_across_regions" {
  command = plan

  variables {
    links = { us-east-1 = { sink_arn = "arn:aws:oam:us-west-2:999988887777:sink/11111111-2222-3333-4444-555555555555" } }
  }

  expect_failures = [var.links]
}

run "a_link_in_no_watched_region" {
  command = plan

  variables {
    links   = { us-west-2 = { sink_arn = "arn:aws:oam:us-west-2:999988887777:sink/11111111-2222-3333-4444-555555555555" } }
    regions = { dr = "eu-west-1" }
  }

  expect_failures = [var.links]
}

run "a_region_twice" {
  command = plan

  variables {
    regions = { dr = "us-east-1" }
  }

  expect_failures = [var.regions]
}
