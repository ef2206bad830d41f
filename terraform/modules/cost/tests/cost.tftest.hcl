mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  prefix      = "personal-timeline-staging"
  subscribers = { addresses = ["platform@personal-timeline.app"], topic = { arn = "arn:aws:sns:us-east-1:123456789012:notifications" } }
}

run "nothing_asked_nothing_made" {
  command = plan

  variables {
    subscribers = {}
  }

  assert {
    condition = (
      output.budget == null && output.anomaly_monitors == {} && output.anomaly_subscriptions == {} &&
      output.categories == {} && output.export == null && output.freeze_policy_arn == null &&
      length(aws_iam_role.freeze) == 0 && length(aws_ce_cost_allocation_tag.tag) == 0 &&
      length(aws_computeoptimizer_enrollment_status.account) == 0 && length(aws_s3_bucket.export) == 0
    )
    error_message = "Empty means off."
  }
}

run "a_budget" {
  command = plan

  variables {
    budget = { monthly_usd = 1500, tag = { key = "Environment", value = "staging" } }
  }

  assert {
    condition = (
      aws_budgets_budget.budget["monthly"].limit_amount == "1500" &&
      aws_budgets_budget.budget["monthly"].name == "personal-timeline-staging-monthly-budget" &&
      one(aws_budgets_budget.budget["monthly"].cost_filter).name == "TagKeyValue" &&
      one(aws_budgets_budget.budget["monthly"].cost_filter).values == tolist(["user:Environment$staging"]) &&
      !aws_budgets_budget.budget["monthly"].cost_types[0].include_credit
    )
    error_message = "A budget counts what carries the tag, without credits."
  }
  assert {
    condition = toset([
      for notification in aws_budgets_budget.budget["monthly"].notification :
      "${notification.notification_type} ${notification.threshold}"
    ]) == toset(["ACTUAL 50", "ACTUAL 80", "ACTUAL 100", "FORECASTED 100"])
    error_message = "Half, four fifths, all of it, and all of it by forecast."
  }
  assert {
    condition = alltrue([
      for notification in aws_budgets_budget.budget["monthly"].notification :
      notification.subscriber_email_addresses == var.subscribers.addresses &&
      notification.subscriber_sns_topic_arns == toset(["arn:aws:sns:us-east-1:123456789012:notifications"])
    ])
    error_message = "Everybody hears of every threshold."
  }
  assert {
    condition     = length(aws_budgets_budget_action.freeze) == 0 && length(aws_iam_policy.freeze) == 0
    error_message = "No freeze unless asked for."
  }
}

run "a_freeze" {
  command = plan

  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/cap"
    budget                   = { monthly_usd = 500, actual = [90], forecast = [], freeze = { roles = ["developer"], groups = ["developers"], percent = 110 } }
  }

  assert {
    condition = (
      aws_budgets_budget_action.freeze["monthly"].approval_model == "MANUAL" &&
      aws_budgets_budget_action.freeze["monthly"].action_threshold[0].action_threshold_value == 110 &&
      length(aws_budgets_budget.budget["monthly"].cost_filter) == 0 &&
      length(aws_budgets_budget.budget["monthly"].notification) == 1
    )
    error_message = "A freeze waits for a person; a budget without a tag is of the account."
  }
  assert {
    condition = (
      jsondecode(aws_iam_role_policy.freeze["monthly"].policy).Statement[0].Resource == [
        "arn:aws:iam::123456789012:group/developers", "arn:aws:iam::123456789012:role/developer",
      ] &&
      jsondecode(aws_iam_role_policy.freeze["monthly"].policy).Statement[0].Condition.ArnEquals["iam:PolicyARN"] == aws_iam_policy.freeze["monthly"].arn &&
      jsondecode(aws_iam_role.freeze["monthly"].assume_role_policy).Statement[0].Condition == {
        ArnLike      = { "aws:SourceArn" = "arn:aws:budgets::123456789012:budget/personal-timeline-staging-monthly-budget" }
        StringEquals = { "aws:SourceAccount" = "123456789012" }
      } &&
      aws_iam_role.freeze["monthly"].permissions_boundary == "arn:aws:iam::123456789012:policy/cap"
    )
    error_message = "The role attaches one policy to those roles, for one budget."
  }
  assert {
    condition     = jsondecode(aws_iam_policy.freeze["monthly"].policy).Statement[0].Effect == "Deny"
    error_message = "A freeze denies."
  }
}

run "anomalies" {
  command = plan

  variables {
    anomalies = {
      monitors = {
        environment = { tag = { key = "Environment", values = ["staging"] } }
        services    = { dimension = "SERVICE" }
        team        = { category = { key = "Team", values = ["platform"] } }
      }
    }
  }

  assert {
    condition = (
      aws_ce_anomaly_monitor.monitor["services"].monitor_type == "DIMENSIONAL" &&
      aws_ce_anomaly_monitor.monitor["services"].monitor_specification == null &&
      aws_ce_anomaly_monitor.monitor["environment"].monitor_type == "CUSTOM" &&
      jsondecode(aws_ce_anomaly_monitor.monitor["environment"].monitor_specification).Tags.Values == ["staging"] &&
      jsondecode(aws_ce_anomaly_monitor.monitor["team"].monitor_specification).CostCategories.Key == "Team"
    )
    error_message = "By service, by tag, by category."
  }
  assert {
    condition = (
      aws_ce_anomaly_subscription.subscription["immediate"].frequency == "IMMEDIATE" &&
      one(aws_ce_anomaly_subscription.subscription["immediate"].subscriber).type == "SNS" &&
      aws_ce_anomaly_subscription.subscription["daily"].frequency == "DAILY" &&
      one(aws_ce_anomaly_subscription.subscription["daily"].subscriber).type == "EMAIL"
    )
    error_message = "The topic at once, mail once a day."
  }
  assert {
    condition = toset([
      for part in aws_ce_anomaly_subscription.subscription["daily"].threshold_expression[0].and :
      "${part.dimension[0].key} ${one(part.dimension[0].values)}"
    ]) == toset(["ANOMALY_TOTAL_IMPACT_ABSOLUTE 20", "ANOMALY_TOTAL_IMPACT_PERCENTAGE 20"])
    error_message = "An anomaly passes both thresholds."
  }
}

run "mail_only" {
  command = plan

  variables {
    subscribers = { addresses = ["platform@personal-timeline.app"] }
    anomalies   = { monitors = { services = { dimension = "SERVICE" } } }
  }

  assert {
    condition     = keys(aws_ce_anomaly_subscription.subscription) == ["daily"]
    error_message = "Without a topic there is nothing immediate."
  }
}

run "an_account" {
  command = plan

  variables {
    allocation_tags = ["Environment", "Owner"]
    optimization    = {}
    export          = { suffix = "7f3a", logs_bucket = "logs" }
    categories = {
      Environment = { inherit = "Environment", default = "untagged" }
      Team        = { values = { platform = { key = "Owner", values = ["platform", "sre"] } }, default = "nobody" }
    }
  }

  assert {
    condition = (
      length(aws_ce_cost_allocation_tag.tag) == 2 &&
      aws_ce_cost_category.category["Environment"].default_value == "untagged" &&
      [for rule in aws_ce_cost_category.category["Environment"].rule : rule.type] == ["INHERITED_VALUE"] &&
      [for rule in aws_ce_cost_category.category["Team"].rule : rule.value] == ["platform"] &&
      aws_computeoptimizer_enrollment_status.account[0].status == "Active" &&
      !aws_costoptimizationhub_enrollment_status.account[0].include_member_accounts
    )
    error_message = "Tags, categories, advice."
  }
  assert {
    condition = (
      output.export.bucket == "personal-timeline-staging-costs-7f3a" &&
      aws_s3_bucket_public_access_block.export["bill"].restrict_public_buckets &&
      !aws_s3_bucket.export["bill"].force_destroy &&
      aws_s3_bucket_logging.export["bill"].target_bucket == "logs" &&
      aws_s3_bucket_lifecycle_configuration.export["bill"].rule[0].expiration[0].days == 800
    )
    error_message = "The bill's bucket is closed, logged, and has an end."
  }
  assert {
    condition = (
      jsondecode(aws_s3_bucket_policy.export["bill"].policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false" &&
      jsondecode(aws_s3_bucket_policy.export["bill"].policy).Statement[1].Condition.StringEquals["aws:SourceAccount"] == "123456789012" &&
      alltrue([
        for arn in jsondecode(aws_s3_bucket_policy.export["bill"].policy).Statement[1].Condition.ArnLike["aws:SourceArn"] :
        strcontains(arn, ":us-east-1:123456789012:")
      ])
    )
    error_message = "Only exports of this account are delivered, and only over TLS."
  }
  assert {
    condition = (
      startswith(aws_bcmdataexports_export.export["bill"].export[0].data_query[0].query_statement, "SELECT bill_bill_type, ") &&
      aws_bcmdataexports_export.export["bill"].export[0].data_query[0].table_configurations["COST_AND_USAGE_REPORT"]["TIME_GRANULARITY"] == "DAILY"
    )
    error_message = "Columns are named, for AWS takes no asterisk."
  }
}

run "an_export_from_elsewhere" {
  command = plan

  override_data {
    target          = data.aws_region.current
    override_during = plan
    values          = { name = "eu-west-1" }
  }

  variables {
    export = {}
  }

  expect_failures = [aws_s3_bucket.export]
}

run "a_role_name_too_long" {
  command = plan

  variables {
    prefix = "a-project-with-a-name-that-has-no-end-and-goes-on"
    budget = { monthly_usd = 500, freeze = { roles = ["developer"] } }
  }

  expect_failures = [aws_iam_role.freeze]
}

run "a_monitor_name_too_long" {
  command = plan

  variables {
    prefix    = "a-project-with-a-name-that-has-no-end"
    anomalies = { monitors = { services = { dimension = "SERVICE" } } }
  }

  expect_failures = [aws_ce_anomaly_monitor.monitor]
}

run "no_money" {
  command = plan

  variables {
    budget = { monthly_usd = 0 }
  }

  expect_failures = [var.budget]
}

run "six_thresholds" {
  command = plan

  variables {
    budget = { monthly_usd = 500, actual = [10, 20, 30, 40, 50], forecast = [100] }
  }

  expect_failures = [var.budget]
}

run "a_budget_that_nobody_hears_of" {
  command = plan

  variables {
    budget      = { monthly_usd = 500 }
    subscribers = {}
  }

  expect_failures = [var.budget]
}

run "a_freeze_of_nobody" {
  command = plan

  variables {
    budget = { monthly_usd = 500, freeze = {} }
  }

  expect_failures = [var.budget]
}

run "a_freeze_by_itself" {
  command = plan

  variables {
    budget = { monthly_usd = 500, freeze = { roles = ["developer"], approval = "NEVER" } }
  }

  expect_failures = [var.budget]
}

run "no_monitor" {
  command = plan

  variables {
    anomalies = { monitors = {} }
  }

  expect_failures = [var.anomalies]
}

run "a_monitor_of_two_things" {
  command = plan

  variables {
    anomalies = { monitors = { a = { dimension = "SERVICE", tag = { key = "Owner", values = ["a"] } } } }
  }

  expect_failures = [var.anomalies]
}

run "a_monitor_of_accounts" {
  command = plan

  variables {
    anomalies = { monitors = { a = { dimension = "LINKED_ACCOUNT" } } }
  }

  expect_failures = [var.anomalies]
}

run "a_monitor_without_values" {
  command = plan

  variables {
    anomalies = { monitors = { a = { tag = { key = "Owner", values = [] } } } }
  }

  expect_failures = [var.anomalies]
}

run "everything_is_an_anomaly" {
  command = plan

  variables {
    anomalies = { minimum_usd = 0, monitors = { a = { dimension = "SERVICE" } } }
  }

  expect_failures = [var.anomalies]
}

run "anomalies_that_nobody_hears_of" {
  command = plan

  variables {
    anomalies   = { monitors = { a = { dimension = "SERVICE" } } }
    subscribers = {}
  }

  expect_failures = [var.anomalies]
}

run "an_empty_category" {
  command = plan

  variables {
    categories = { Team = {} }
  }

  expect_failures = [var.categories]
}

run "an_export_by_the_minute" {
  command = plan

  variables {
    export = { granularity = "MINUTELY" }
  }

  expect_failures = [var.export]
}

run "an_export_that_ends_soon" {
  command = plan

  variables {
    export = { expire_days = 30 }
  }

  expect_failures = [var.export]
}

run "no_address" {
  command = plan

  variables {
    subscribers = { addresses = ["platform"] }
  }

  expect_failures = [var.subscribers]
}
