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
          budgets            = { dev = 500, prod = 5000, staging = 1500 }
          detection          = { daily = 2.5, lag_days = 3 }
          requests_per_month = 200
          sources            = { detector = false }
        }
      }
    }
  }

  assert {
    condition = jsondecode(aws_ssm_parameter.configuration.insecure_value).functions == {
      cost-anomaly = {
        alerts_topic       = "arn:aws:sns:us-east-1:123456789012:personal-timeline-dev-operations-costs"
        budgets            = { dev = 500, prod = 5000, staging = 1500 }
        detection          = { daily = 2.5, lag_days = 3 }
        requests_per_month = 200
        sources            = { detector = false }
      }
    }
    error_message = "What is left out is left out of the document; the topic is Terraform's to say."
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
