mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  dashboard = "pt-shared-monitoring-estate"
  prefix    = "pt-shared"
}

run "everything_optional_off" {
  command = plan

  variables {
    health = null
  }

  assert {
    condition = (
      output.alarms == {} && output.dead_letters == null && output.forward_dead_letters == null && output.forward_rules == {} &&
      length(aws_iam_role.forward) == 0 && output.health_rule == null && output.link_arn == null &&
      output.sink_arn == null && output.trace_key_arn == null && length(aws_xray_encryption_config.traces) == 0 &&
      length(aws_cloudformation_stack.application_signals) == 0 && length(aws_sns_topic_subscription.alarms) == 0
    )
    error_message = "Null and empty mean off."
  }
  assert {
    condition = toset(keys(output.topic_arns)) == toset(["morning", "urgent"]) && alltrue([
      for policy in aws_sns_topic_policy.alarms : alltrue([
        for statement in jsondecode(policy.policy).Statement : try(statement.Principal.Service, "") != "events.amazonaws.com"
      ])
    ])
    error_message = "The topics are there, and no rule may publish where there is none."
  }
  assert {
    condition     = alltrue([for statement in jsondecode(aws_kms_key.messages.policy).Statement : contains(["AccountAdministers", "Publishers"], statement.Sid)])
    error_message = "Nor has a rule the key."
  }
}

run "everything" {
  command = plan

  variables {
    application_signals = true
    charges_usd         = 7000
    lamps               = { prod = "pt-prod-environment-urgent", staging = "pt-staging-environment-urgent" }
    link                = { sink_arn = "arn:aws:oam:us-east-1:999988887777:sink/11111111-2222-3333-4444-555555555555" }
    publishers          = ["budgets.amazonaws.com", "costalerts.amazonaws.com"]
    sink                = { accounts = ["111122223333", "444455556666"] }
    trace_encryption    = "own-key"
    subscriptions = {
      on-call = { endpoint = "https://events.pagerduty.com/integration/0/enqueue", protocol = "https", severity = "urgent" }
      team    = { endpoint = "team@personal-timeline.app", severity = "morning" }
    }
  }

  assert {
    condition = (
      aws_cloudwatch_composite_alarm.environments["urgent"].alarm_rule == "ALARM(\"pt-prod-environment-urgent\") OR ALARM(\"pt-staging-environment-urgent\")" &&
      output.alarms["urgent"].name == "pt-shared-environments-urgent"
    )
    error_message = "One lamp for all environments."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.charges["charges"].metric_name == "EstimatedCharges" &&
      aws_cloudwatch_metric_alarm.charges["charges"].threshold == 7000 && aws_cloudwatch_metric_alarm.charges["charges"].dimensions.Currency == "USD"
    )
    error_message = "The account's month is watched."
  }
  assert {
    condition = alltrue(flatten([
      for topic in aws_sns_topic_policy.alarms : [
        for statement in jsondecode(topic.policy).Statement : (
          try(statement.Condition.StringEquals["aws:SourceAccount"], null) == data.aws_caller_identity.current.account_id
        ) if can(statement.Principal.Service) && try(statement.Principal.Service, "") != "events.amazonaws.com"
      ]
    ]))
    error_message = "Every service but EventBridge publishes for this account only."
  }
  assert {
    condition = (
      toset([for statement in jsondecode(aws_sns_topic_policy.alarms["urgent"].policy).Statement : statement.Principal.Service if can(statement.Principal.Service)]) ==
      toset(["cloudwatch.amazonaws.com"]) &&
      toset([for statement in jsondecode(aws_sns_topic_policy.alarms["morning"].policy).Statement : statement.Principal.Service if can(statement.Principal.Service)]) ==
      toset(["budgets.amazonaws.com", "cloudwatch.amazonaws.com", "costalerts.amazonaws.com", "events.amazonaws.com"])
    )
    error_message = "Only alarms call people at night."
  }
  assert {
    condition = [
      for statement in jsondecode(aws_sns_topic_policy.alarms["morning"].policy).Statement : can(statement.Condition)
      if try(statement.Principal.Service, "") == "events.amazonaws.com"
    ] == [false]
    error_message = "A condition would lose EventBridge's messages silently."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key.messages.policy).Statement : can(statement.Condition) if can(statement.Principal.Service)
      ]) && (
      { for statement in jsondecode(aws_kms_key.messages.policy).Statement : statement.Sid => statement }["RulesPublish"].Condition ==
      { StringEquals = { "kms:EncryptionContext:aws:sns:topicArn" = "arn:aws:sns:us-east-1:123456789012:pt-shared-monitoring-morning" } }
    )
    error_message = "The key serves each of them within limits."
  }
  assert {
    condition = (
      toset(jsondecode(aws_cloudwatch_event_rule.health["health"].event_pattern).source) == toset(["aws.health"]) &&
      length(jsondecode(aws_cloudwatch_event_rule.health["health"].event_pattern).detail.eventTypeCategory) == 4 &&
      !can(jsondecode(aws_cloudwatch_event_rule.health["health"].event_pattern).detail.eventRegion) &&
      aws_cloudwatch_event_target.health["health"].dead_letter_config[0].arn == aws_sqs_queue.dead_letters["health"].arn &&
      aws_cloudwatch_metric_alarm.dead_letters["health"].dimensions.QueueName == output.dead_letters.name
    )
    error_message = "AWS Health is heard, and what is lost is found."
  }
  assert {
    condition = (
      jsondecode(aws_oam_sink_policy.estate["sink"].policy).Statement[0].Principal.AWS == ["111122223333", "444455556666"] &&
      length(jsondecode(aws_oam_sink_policy.estate["sink"].policy).Statement[0].Condition["ForAllValues:StringEquals"]["oam:ResourceTypes"]) == 3 &&
      aws_oam_link.estate["link"].label_template == "$AccountName"
    )
    error_message = "Accounts are seen, and see."
  }
  assert {
    condition = (
      aws_xray_encryption_config.traces[0].type == "KMS" && aws_xray_encryption_config.traces[0].key_id == output.trace_key_arn &&
      aws_kms_key.traces["traces"].enable_key_rotation &&
      jsondecode(aws_cloudformation_stack.application_signals[0].template_body).Resources.Discovery.Type == "AWS::ApplicationSignals::Discovery"
    )
    error_message = "Traces have a key, services are looked for."
  }
  assert {
    condition     = aws_sns_topic_subscription.alarms["on-call"].protocol == "https" && aws_sns_topic_subscription.alarms["team"].protocol == "email"
    error_message = "Who hears what."
  }
}

run "regions_of_health" {
  command = plan

  variables {
    health           = { categories = ["issue"], except = ["us-west-2", "eu-west-1"] }
    trace_encryption = "default"
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.health["health"].event_pattern).detail == {
      eventRegion       = [{ anything-but = ["eu-west-1", "us-west-2"] }]
      eventTypeCategory = ["issue"]
    }
    error_message = "All but those that have their own rule."
  }
  assert {
    condition     = aws_xray_encryption_config.traces[0].type == "NONE" && aws_xray_encryption_config.traces[0].key_id == null && output.trace_key_arn == null
    error_message = "X-Ray goes back to its own key."
  }
}

run "own_region_of_health" {
  command = plan

  variables {
    health = { regions = ["eu-west-1"] }
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.health["health"].event_pattern).detail.eventRegion == ["eu-west-1"]
    error_message = "One region alone."
  }
}

run "events_for_another_region" {
  command = plan

  variables {
    health = null
    forward = {
      bus_arn                  = "arn:aws:events:eu-central-1:123456789012:event-bus/default"
      permissions_boundary_arn = "arn:aws:iam::123456789012:policy/cap"
      rules = {
        triage-finding = { description = "GuardDuty found something", pattern = "{\"source\":[\"aws.guardduty\"]}" }
        triage-sign-in = { description = "Somebody came", pattern = "{\"source\":[\"aws.signin\"]}" }
      }
    }
  }

  assert {
    condition = (
      output.forward_rules == { triage-finding = "pt-shared-triage-finding", triage-sign-in = "pt-shared-triage-sign-in" } &&
      aws_cloudwatch_event_rule.forward["triage-finding"].event_pattern == "{\"source\":[\"aws.guardduty\"]}"
    )
    error_message = "A rule for each, with the pattern word by word."
  }
  assert {
    condition = alltrue([
      for target in aws_cloudwatch_event_target.forward : (
        target.arn == var.forward.bus_arn && target.role_arn == aws_iam_role.forward["forward"].arn &&
        target.dead_letter_config[0].arn == aws_sqs_queue.dead_letters["forward"].arn &&
        target.retry_policy[0].maximum_event_age_in_seconds == 86400 && length(target.input_transformer) == 0 && target.input == null
      )
    ])
    error_message = "Each event goes whole to that bus, is tried for a day, and what is left of it is kept."
  }
  assert {
    condition = (
      jsondecode(aws_iam_role_policy.forward["forward"].policy).Statement == [{
        Sid = "HomeBus", Effect = "Allow", Action = "events:PutEvents", Resource = var.forward.bus_arn
      }] &&
      aws_iam_role.forward["forward"].permissions_boundary == "arn:aws:iam::123456789012:policy/cap" &&
      aws_iam_role.forward["forward"].name == "pt-shared-forward-us-east-1-role"
    )
    error_message = "The role may fill that one bus, is capped, and has the region in its name."
  }
  assert {
    condition = jsondecode(aws_iam_role.forward["forward"].assume_role_policy).Statement[0].Condition == {
      ArnEquals = { "aws:SourceArn" = [
        "arn:aws:events:us-east-1:123456789012:rule/pt-shared-triage-finding",
        "arn:aws:events:us-east-1:123456789012:rule/pt-shared-triage-sign-in",
      ] }
      StringEquals = { "aws:SourceAccount" = "123456789012" }
    }
    error_message = "It serves these rules alone."
  }
  assert {
    condition = (
      jsondecode(aws_sqs_queue.dead_letters["forward"].policy).Statement[1].Condition ==
      { ArnEquals = jsondecode(aws_iam_role.forward["forward"].assume_role_policy).Statement[0].Condition.ArnEquals } &&
      aws_cloudwatch_metric_alarm.dead_letters["forward"].dimensions.QueueName == output.forward_dead_letters.name &&
      keys(output.alarms) == ["forward-dead-letters"] && output.dead_letters == null
    )
    error_message = "What is lost is found, in this region."
  }
  assert {
    condition     = contains([for statement in jsondecode(aws_kms_key.messages.policy).Statement : statement.Sid], "RulesBury")
    error_message = "The queue's key serves EventBridge, without AWS Health too."
  }
}

run "events_for_the_same_region" {
  command = plan

  variables {
    forward = {
      bus_arn = "arn:aws:events:us-east-1:123456789012:event-bus/default"
      rules   = { finding = { description = "GuardDuty found something", pattern = "{\"source\":[\"aws.guardduty\"]}" } }
    }
  }

  expect_failures = [aws_iam_role.forward]
}

run "events_for_no_bus" {
  command = plan

  variables {
    forward = {
      bus_arn = "arn:aws:sns:eu-central-1:123456789012:topic"
      rules   = { finding = { description = "GuardDuty found something", pattern = "{\"source\":[\"aws.guardduty\"]}" } }
    }
  }

  expect_failures = [var.forward]
}

run "events_of_nothing" {
  command = plan

  variables {
    forward = { bus_arn = "arn:aws:events:eu-central-1:123456789012:event-bus/default", rules = {} }
  }

  expect_failures = [var.forward]
}

run "every_event_of_a_region" {
  command = plan

  variables {
    forward = {
      bus_arn = "arn:aws:events:eu-central-1:123456789012:event-bus/default"
      rules   = { all = { description = "Whatever happens", pattern = "{\"account\":[\"123456789012\"]}" } }
    }
  }

  expect_failures = [var.forward]
}

run "events_of_one_environment" {
  command = plan

  variables {
    forward = {
      bus_arn = "arn:aws:events:eu-central-1:123456789012:event-bus/default"
      rules = { own = {
        description = "What is tagged"
        pattern     = "{\"source\":[\"aws.tag\"],\"detail\":{\"tags\":{\"Environment\":[\"$${environment}\"]}}}"
      } }
    }
  }

  expect_failures = [var.forward]
}

run "an_unknown_category" {
  command = plan

  variables {
    health = { categories = ["weather"] }
  }

  expect_failures = [var.health]
}

run "a_publisher_that_names_no_account" {
  command = plan

  variables {
    publishers = ["backup.amazonaws.com"]
  }

  expect_failures = [var.publishers]
}

run "a_sink_for_nobody" {
  command = plan

  variables {
    sink = { accounts = [] }
  }

  expect_failures = [var.sink]
}

run "a_link_to_no_sink" {
  command = plan

  variables {
    link = { sink_arn = "arn:aws:oam:us-east-1:999988887777:link/1" }
  }

  expect_failures = [var.link]
}

run "a_severity_of_ones_own" {
  command = plan

  variables {
    subscriptions = { team = { endpoint = "team@personal-timeline.app", severity = "whenever" } }
  }

  expect_failures = [var.subscriptions]
}

run "charges_of_nothing" {
  command = plan

  variables {
    charges_usd = 0
  }

  expect_failures = [var.charges_usd]
}

run "a_key_that_goes_at_once" {
  command = plan

  variables {
    key_deletion_days = 1
  }

  expect_failures = [var.key_deletion_days]
}

run "another_encryption" {
  command = plan

  variables {
    trace_encryption = "rot13"
  }

  expect_failures = [var.trace_encryption]
}
