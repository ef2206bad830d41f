# What AWS says about spending reaches a function whose queue listens to the
# topic "costs", and no other environment has such a topic.

mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  environment   = "dev"
  functions_dir = "./tests/spending"
  packages_dir  = "./tests/packages"
  project       = "personal-timeline"
}

run "budgets_and_anomalies_reach_the_function" {
  command = plan

  assert {
    condition = {
      for statement in jsondecode(aws_sns_topic_policy.topic["costs"].policy).Statement :
      statement.Sid => [statement.Principal.Service, statement.Action, statement.Resource, statement.Condition]
      if can(statement.Principal.Service)
      } == {
      Budgets = ["budgets.amazonaws.com", "sns:Publish", "arn:aws:sns:us-east-1:123456789012:personal-timeline-dev-operations-costs", {
        ArnLike      = { "aws:SourceArn" = "arn:aws:budgets::123456789012:*" }
        StringEquals = { "aws:SourceAccount" = "123456789012" }
      }]
      Costalerts = ["costalerts.amazonaws.com", "sns:Publish", "arn:aws:sns:us-east-1:123456789012:personal-timeline-dev-operations-costs", {
        StringEquals = { "aws:SourceAccount" = "123456789012" }
      }]
    }
    error_message = "Budgets and anomaly detection may publish, for this account and nobody else."
  }
  assert {
    condition = [
      for statement in jsondecode(aws_kms_key.operations.policy).Statement :
      [toset(statement.Principal.Service), statement.Condition] if statement.Sid == "CostAlerts"
      ] == [[
        toset(["budgets.amazonaws.com", "costalerts.amazonaws.com"]),
        { StringEquals = { "aws:SourceAccount" = "123456789012" } },
    ]]
    error_message = "The topic is encrypted, so both need its key."
  }
  assert {
    condition = (
      aws_sns_topic.topic["costs"].name == "personal-timeline-dev-operations-costs" &&
      aws_sns_topic_subscription.function["accountant"].endpoint == aws_sqs_queue.function["accountant"].arn &&
      contains([
        for statement in jsondecode(aws_sqs_queue.function["accountant"].policy).Statement :
        try(statement.Condition.ArnEquals["aws:SourceArn"], "")
      ], "arn:aws:sns:us-east-1:123456789012:personal-timeline-dev-operations-costs")
    )
    error_message = "The topic fills the function's queue."
  }
  assert {
    condition = (
      jsondecode(aws_cloudwatch_event_rule.function["accountant/anomaly"].event_pattern).detail.monitorName == [
        { prefix = "personal-timeline-dev-" }
      ] &&
      jsondecode(aws_iam_role_policy.manifest["accountant"].policy).Statement[0].Resource == [
        "arn:aws:sns:us-east-1:123456789012:personal-timeline-dev-operations-costs"
      ]
    )
    error_message = "A manifest can say which topic it is, and which monitors are its environment's."
  }
}

# What is deployed, not what stands for it.
run "the_function_looks_at_what_is_there" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = {} } }
    functions     = ["cost-anomaly"]
    functions_dir = "../../../functions"
    packages_dir  = "../../../target/lambda"
  }

  assert {
    condition = (
      jsondecode(aws_ssm_parameter.configuration.insecure_value).functions.cost-anomaly.alerts_topic ==
      "arn:aws:sns:us-east-1:123456789012:${aws_sns_topic.topic["costs"].name}" &&
      [
        for statement in jsondecode(aws_iam_role_policy.manifest["cost-anomaly"].policy).Statement :
        statement.Resource if contains(statement.Action, "sns:GetTopicAttributes")
      ] == [["arn:aws:sns:us-east-1:123456789012:${aws_sns_topic.topic["costs"].name}"]]
    )
    error_message = "The topic that it is told to look at is the one that admits Budgets and anomaly detection, and it may look."
  }
  assert {
    condition     = output.costs_topic_arn == aws_sns_topic_policy.topic["costs"].arn
    error_message = "Who names the topic to AWS waits for its policy."
  }
  assert {
    condition = (
      aws_sns_topic_subscription.function["cost-anomaly"].topic_arn == aws_sns_topic.topic["costs"].arn &&
      aws_sns_topic_subscription.function["cost-anomaly"].endpoint == aws_sqs_queue.function["cost-anomaly"].arn &&
      aws_sns_topic_subscription.function["cost-anomaly"].raw_message_delivery &&
      aws_sns_topic_subscription.function["cost-anomaly"].filter_policy == null
    )
    error_message = "All that the topic hears fills the function's queue, as AWS has written it."
  }
  assert {
    condition = [
      for statement in jsondecode(aws_sqs_queue.function["cost-anomaly"].policy).Statement :
      [statement.Principal.Service, statement.Condition.ArnEquals["aws:SourceArn"]] if statement.Effect == "Allow"
      ] == [
      ["sns.amazonaws.com", "arn:aws:sns:us-east-1:123456789012:personal-timeline-dev-operations-costs"],
      ["events.amazonaws.com", ["arn:aws:events:us-east-1:123456789012:rule/personal-timeline-dev-cost-anomaly-anomaly-detected"]],
    ]
    error_message = "The queue takes what the topic and the rule bring."
  }
  assert {
    condition = alltrue([
      for service in ["budgets", "costalerts", "events", "sns"] : anytrue([
        for statement in jsondecode(aws_kms_key.operations.policy).Statement : (
          contains(statement.Principal.Service, "${service}.amazonaws.com") &&
          contains(statement.Action, "kms:Decrypt") &&
          anytrue([for action in statement.Action : startswith(action, "kms:GenerateDataKey")]) &&
          jsonencode(statement.Condition) == jsonencode({ StringEquals = { "aws:SourceAccount" = "123456789012" } })
        ) if contains(["CostAlerts", "MessagePaths"], statement.Sid)
      ])
    ])
    error_message = "Topic and queue are encrypted: who publishes and who delivers can use the key."
  }
  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.function["cost-anomaly/anomaly-detected"].event_pattern) == {
      detail-type = ["Anomaly Detected"]
      source      = ["aws.ce"]
    }
    error_message = "Who watches the bill hears every monitor of the account."
  }
  assert {
    condition = !contains(flatten([
      for statement in jsondecode(aws_iam_role_policy.manifest["cost-anomaly"].policy).Statement : statement.Action
    ]), "ce:ProvideAnomalyFeedback")
    error_message = "What people say of an anomaly goes back to AWS only where that is wanted."
  }
  assert {
    condition = toset([
      for key, schedule in aws_scheduler_schedule.function : key if schedule.state == "ENABLED"
    ]) == toset(["cost-anomaly/detect", "cost-anomaly/recommendations", "cost-anomaly/report"])
    error_message = "Who watches the bill tells what it says."
  }
}

run "an_environment_that_leaves_the_bill_to_another" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { sources = { detector = false } } } }
    functions     = ["cost-anomaly"]
    functions_dir = "../../../functions"
    packages_dir  = "../../../target/lambda"
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.function["cost-anomaly/anomaly-detected"].event_pattern) == {
      detail      = { monitorName = [{ prefix = "personal-timeline-dev-" }] }
      detail-type = ["Anomaly Detected"]
      source      = ["aws.ce"]
    }
    error_message = "It hears its own monitors, and no other environment's."
  }
  assert {
    condition = toset([
      for key, schedule in aws_scheduler_schedule.function : key if schedule.state == "ENABLED"
    ]) == toset(["cost-anomaly/detect"])
    error_message = "What the whole bill says is said once; what is open is closed everywhere."
  }
}

run "it_may_be_said_here_all_the_same" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { feedback = true, sources = { detector = false } } } }
    functions     = ["cost-anomaly"]
    functions_dir = "../../../functions"
    overrides     = { cost-anomaly = { schedules = { report = { enabled = true } } } }
    packages_dir  = "../../../target/lambda"
  }

  assert {
    condition     = aws_scheduler_schedule.function["cost-anomaly/report"].state == "ENABLED"
    error_message = "What is said of a schedule by hand holds."
  }
  assert {
    condition = contains(flatten([
      for statement in jsondecode(aws_iam_role_policy.manifest["cost-anomaly"].policy).Statement : statement.Action
    ]), "ce:ProvideAnomalyFeedback")
    error_message = "What people say goes back where it is wanted."
  }
}

run "nobody_listens_and_there_is_no_topic" {
  command = plan

  variables {
    functions_dir = "./tests/functions"
  }

  assert {
    condition = (
      output.costs_topic_arn == null && !contains(keys(aws_sns_topic.topic), "costs") &&
      !contains(jsondecode(aws_kms_key.operations.policy).Statement[*].Sid, "CostAlerts")
    )
    error_message = "Without a function there is nothing at which nobody listens."
  }
}

run "the_settings_are_what_the_function_reads" {
  command = plan

  variables {
    configuration = {
      functions = {
        cost-anomaly = {
          baseline           = { monthly_usd = 3400, name = "the plan, on demand and never asleep" }
          budget_names       = { prod = "everything of production" }
          budgets            = { dev = 500, prod = 5000, staging = 1500 }
          changes            = { before = "PT72H", most = 3, patience = "PT10S" }
          cost_explorer      = { history_days = 395, metric = "net-amortized", reread_days = 10 }
          credits            = { as_of = "2026-11-01", balance_usd = 1000, expires = "2027-10-31" }
          detection          = { daily = 2.5, lag_days = 3 }
          feedback           = true
          requests_per_month = 200
          sources            = { ask_anomaly_detection = true, detector = false }
          tag                = "Environment"
          telling            = { error_usd = 800, grows_by = 2, quiet_days = 5, warning_usd = 80 }
        }
      }
    }
  }

  assert {
    condition = jsonencode(jsondecode(aws_ssm_parameter.configuration.insecure_value).functions.cost-anomaly) == jsonencode(merge(
      var.configuration.functions.cost-anomaly,
      {
        alerts_topic = "arn:aws:sns:us-east-1:123456789012:personal-timeline-dev-operations-costs"
        detection    = { daily = 2.5, lag_days = 3 }
      },
    ))
    error_message = "What is said is in the document as it was said; the topic is Terraform's to say."
  }
}

run "what_is_left_out_is_left_out_of_the_document" {
  command = plan

  variables {
    configuration = {
      functions = {
        cost-anomaly = {
          changes       = { most = 0 }
          cost_explorer = { reread_days = 5 }
          credits       = { as_of = "2026-11-01", balance_usd = 1000 }
          sources       = { detector = false }
          telling       = { quiet_days = 7 }
        }
      }
    }
  }

  assert {
    condition = jsondecode(aws_ssm_parameter.configuration.insecure_value).functions.cost-anomaly == {
      alerts_topic  = "arn:aws:sns:us-east-1:123456789012:personal-timeline-dev-operations-costs"
      changes       = { most = 0 }
      cost_explorer = { reread_days = 5 }
      credits       = { as_of = "2026-11-01", balance_usd = 1000 }
      sources       = { detector = false }
      telling       = { quiet_days = 7 }
    }
    error_message = "The function has the defaults, and it takes no null, on no level."
  }
}

run "a_budget_of_nothing" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { budgets = { dev = 0 } } } }
  }

  expect_failures = [var.configuration]
}

run "less_than_a_request_a_day" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { requests_per_month = 30 } } }
  }

  expect_failures = [var.configuration]
}

run "half_a_request" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { requests_per_month = 99.5 } } }
  }

  expect_failures = [var.configuration]
}

run "a_hundred_dollars_and_a_cent_of_requests" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { requests_per_month = 10001 } } }
  }

  expect_failures = [var.configuration]
}

run "a_tag_that_no_resource_could_have" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { tag = "Cost*Center" } } }
  }

  expect_failures = [var.configuration]
}

run "a_day_that_settles_before_it_is_over" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { detection = { lag_days = -1 } } } }
  }

  expect_failures = [var.configuration]
}

run "a_window_of_half_a_day_more" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { detection = { window_days = 56.5 } } } }
  }

  expect_failures = [var.configuration]
}

run "more_days_than_the_window_has" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { detection = { least_days = 57 } } } }
  }

  expect_failures = [var.configuration]
}

run "a_rise_of_nothing" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { detection = { daily = 0 } } } }
  }

  expect_failures = [var.configuration]
}

run "no_spread_at_all" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { detection = { floor_percent = 0 } } } }
  }

  expect_failures = [var.configuration]
}

run "a_trend_that_explains_everything" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { detection = { trend_percent = 5.5 } } } }
  }

  expect_failures = [var.configuration]
}

run "a_budget_without_an_environment" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { budgets = { dev = 500 }, budget_names = { prod = "production" } } } }
  }

  expect_failures = [var.configuration]
}

run "a_budget_that_aws_would_not_name_so" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { budgets = { dev = 500 }, budget_names = { dev = "dev:monthly" } } } }
  }

  expect_failures = [var.configuration]
}

run "a_baseline_of_nothing" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { baseline = { monthly_usd = 0, name = "the plan" } } } }
  }

  expect_failures = [var.configuration]
}

run "a_baseline_without_a_name" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { baseline = { monthly_usd = 3400, name = " " } } } }
  }

  expect_failures = [var.configuration]
}

run "a_look_back_in_days" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { changes = { before = "P2D" } } } }
  }

  expect_failures = [var.configuration]
}

run "a_look_back_of_nothing" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { changes = { patience = "PT" } } } }
  }

  expect_failures = [var.configuration]
}

run "more_changes_than_a_byte_counts" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { changes = { most = 256 } } } }
  }

  expect_failures = [var.configuration]
}

run "a_metric_that_is_not_read" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { cost_explorer = { metric = "BlendedCost" } } } }
  }

  expect_failures = [var.configuration]
}

run "more_history_than_there_is" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { cost_explorer = { history_days = 396 } } } }
  }

  expect_failures = [var.configuration]
}

run "a_bill_that_is_read_before_it_is_revised" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { cost_explorer = { reread_days = 2 } } } }
  }

  expect_failures = [var.configuration]
}

run "credits_of_no_day" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { credits = { as_of = "2026-02-30", balance_usd = 1000 } } } }
  }

  expect_failures = [var.configuration]
}

run "credits_that_expire_at_an_instant" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { credits = { as_of = "2026-11-01", balance_usd = 1000, expires = "2027-10-31T00:00:00Z" } } } }
  }

  expect_failures = [var.configuration]
}

run "credits_that_are_owed" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { credits = { as_of = "2026-11-01", balance_usd = -1 } } } }
  }

  expect_failures = [var.configuration]
}

run "an_error_that_is_no_warning" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { telling = { error_usd = 50, warning_usd = 80 } } } }
  }

  expect_failures = [var.configuration]
}

run "a_warning_of_less_than_nothing" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { telling = { warning_usd = -1 } } } }
  }

  expect_failures = [var.configuration]
}

run "told_again_for_every_cent" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { telling = { grows_by = 1 } } } }
  }

  expect_failures = [var.configuration]
}

run "a_matter_that_is_never_over" {
  command = plan

  variables {
    configuration = { functions = { cost-anomaly = { telling = { quiet_days = 31 } } } }
  }

  expect_failures = [var.configuration]
}
