# Two manifests of the test's own: the least that one can be, and one that
# uses everything.

mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  environment   = "dev"
  functions_dir = "./tests/functions"
  packages_dir  = "./tests/packages"
  project       = "personal-timeline"
}

run "names" {
  command = plan

  assert {
    condition     = aws_lambda_function.function["watcher"].function_name == "personal-timeline-dev-watcher-function"
    error_message = "The function is named {project}-{environment}-{service}-{resource}."
  }
  assert {
    condition     = output.ledger.name == "personal-timeline-dev-operations-ledger"
    error_message = "The ledger's name is the one that the functions are told."
  }
  assert {
    condition = (
      output.schedules["watcher/look"].name == "personal-timeline-dev-watcher-look" &&
      output.rules["watcher/started"].name == "personal-timeline-dev-watcher-started"
    )
    error_message = "Schedules and rules carry the function's name and their key."
  }
}

run "the_function_is_as_the_manifest_says" {
  command = plan

  assert {
    condition = (
      aws_lambda_function.function["watcher"].timeout == 60 &&
      aws_lambda_function.function["watcher"].memory_size == 256 &&
      aws_lambda_function.function["watcher"].reserved_concurrent_executions == 2
    )
    error_message = "Timeout, memory and concurrency come from the manifest."
  }
  assert {
    condition = (
      aws_lambda_function.function["watcher"].architectures == tolist(["arm64"]) &&
      aws_lambda_function.function["watcher"].runtime == "provided.al2023" &&
      aws_lambda_function.function["watcher"].publish &&
      aws_lambda_function.function["watcher"].tracing_config[0].mode == "Active" &&
      aws_lambda_function.function["watcher"].logging_config[0].log_format == "JSON" &&
      aws_lambda_function.function["watcher"].kms_key_arn == aws_kms_key.operations.arn
    )
    error_message = "Every function is arm64 on al2023, published, traced, with JSON logs and an encrypted environment."
  }
  assert {
    condition = aws_lambda_function.function["watcher"].environment[0].variables == tomap({
      AWS_SDK_UA_APP_ID = "nightshift-watcher"
      NIGHTSHIFT_CONFIG = "ssm:/personal-timeline/dev/nightshift/config"
    })
    error_message = "The environment is the manifest's, and the name under which CloudTrail sees the function."
  }
  assert {
    condition = (
      aws_cloudwatch_log_group.function["watcher"].retention_in_days == 30 &&
      aws_cloudwatch_log_group.function["watcher"].kms_key_id == aws_kms_key.operations.arn
    )
    error_message = "Logs end, and are encrypted."
  }
}

# The proof of least privilege begins here: what the role may do is the
# manifest, statement by statement.
run "the_role_has_exactly_the_manifests_statements" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role_policy.manifest["watcher"].policy).Statement == [
      {
        Sid      = "DataKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = ["arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"]
      },
      {
        Sid       = "StopDatabases"
        Effect    = "Allow"
        Action    = ["rds:StopDBInstance"]
        Resource  = ["arn:aws:rds:*:123456789012:db:*"]
        Condition = { StringEquals = { "aws:ResourceTag/Environment" = "dev" } }
      },
    ]
    error_message = "The policy \"manifest\" is not the manifest's statements, word by word."
  }
  assert {
    condition     = keys(aws_iam_role_policy.manifest) == ["watcher"]
    error_message = "A manifest without statements gets no policy."
  }
  assert {
    condition     = toset(keys(aws_iam_role_policy.platform)) == toset(["gatherer", "plain", "watcher"])
    error_message = "Every function gets what the platform needs."
  }
  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.platform["plain"].policy).Statement : statement.Sid
    ] == ["OwnLogGroup", "Traces", "OwnDeadLetters", "OwnEnvironment", "OwnQueuesKey"]
    error_message = "The platform's statements have grown; say why, here too."
  }
  assert {
    condition = alltrue(flatten([
      for policy in aws_iam_role_policy.platform : [
        for statement in jsondecode(policy.policy).Statement :
        statement.Sid == "Traces" || !contains(flatten([statement.Resource]), "*")
      ]
    ]))
    error_message = "Only X-Ray, which has no resources, may be given on \"*\"."
  }
  assert {
    condition = alltrue([
      for role in merge(aws_iam_role.function, aws_iam_role.scheduler) :
      role.permissions_boundary == aws_iam_policy.boundary[0].arn
    ])
    error_message = "Every role has the boundary."
  }
}

run "the_scheduler_reaches_one_function" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role_policy.scheduler["watcher"].policy).Statement[0] == {
      Sid      = "InvokeAlias"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = ["arn:aws:lambda:us-east-1:123456789012:function:personal-timeline-dev-watcher-function:live"]
    }
    error_message = "The schedule's role may invoke its function's alias, and nothing else."
  }
  assert {
    condition = (
      aws_scheduler_schedule.function["watcher/look"].schedule_expression_timezone == "Europe/Berlin" &&
      aws_scheduler_schedule.function["watcher/look"].flexible_time_window[0].mode == "OFF" &&
      jsondecode(aws_scheduler_schedule.function["watcher/look"].target[0].input) == { command = "look" }
    )
    error_message = "Time zone and input come from the manifest, and the clock is exact."
  }
  assert {
    condition = (
      aws_scheduler_schedule.function["watcher/look"].target[0].dead_letter_config[0].arn
      == aws_sqs_queue.dead_letters["watcher"].arn
    )
    error_message = "A schedule that cannot deliver fills the dead-letter queue."
  }
}

run "a_rule_may_invoke_and_nothing_is_lost" {
  command = plan

  assert {
    condition = (
      aws_lambda_permission.rule["watcher/started"].source_arn == aws_cloudwatch_event_rule.function["watcher/started"].arn &&
      aws_lambda_permission.rule["watcher/started"].qualifier == "live" &&
      aws_lambda_permission.rule["watcher/started"].source_account == "123456789012"
    )
    error_message = "The permission names its rule, its account and the alias."
  }
  assert {
    condition = (
      aws_cloudwatch_event_target.function["watcher/started"].dead_letter_config[0].arn
      == aws_sqs_queue.dead_letters["watcher"].arn
    )
    error_message = "A rule that cannot deliver fills the dead-letter queue."
  }
  assert {
    condition = alltrue([
      for name, config in aws_lambda_function_event_invoke_config.live :
      config.qualifier == "live" &&
      config.destination_config[0].on_failure[0].destination == aws_sqs_queue.dead_letters[name].arn
    ])
    error_message = "What fails after all retries goes to the dead letters."
  }
}

run "queues" {
  command = plan

  assert {
    condition = (
      keys(aws_sqs_queue.function) == ["gatherer", "watcher"] &&
      aws_sqs_queue.function["watcher"].visibility_timeout_seconds == 120 &&
      jsondecode(aws_sqs_queue.function["watcher"].redrive_policy).maxReceiveCount == 3
    )
    error_message = "Only a manifest with a queue gets one, and it is as the manifest says."
  }
  assert {
    condition = (
      aws_lambda_event_source_mapping.queue["watcher"].function_response_types == toset(["ReportBatchItemFailures"]) &&
      aws_lambda_event_source_mapping.queue["watcher"].batch_size == 5 &&
      aws_lambda_event_source_mapping.queue["watcher"].scaling_config[0].maximum_concurrency == 2
    )
    error_message = "A batch reports the messages that failed, and no others."
  }
  assert {
    condition     = aws_sns_topic_subscription.function["watcher"].raw_message_delivery
    error_message = "The queue gets the message, not SNS's envelope."
  }
  assert {
    condition = alltrue([
      for queue in concat(values(aws_sqs_queue.function), values(aws_sqs_queue.dead_letters)) :
      queue.kms_master_key_id == aws_kms_key.operations.arn &&
      jsondecode(queue.policy).Statement[0].Condition == { Bool = { "aws:SecureTransport" = "false" } }
    ])
    error_message = "Every queue is encrypted, and refuses what comes without TLS."
  }
  assert {
    condition = alltrue(flatten([
      for queue in concat(values(aws_sqs_queue.function), values(aws_sqs_queue.dead_letters)) : [
        for statement in jsondecode(queue.policy).Statement :
        statement.Effect == "Deny" || can(statement.Condition.ArnEquals["aws:SourceArn"])
      ]
    ]))
    error_message = "A service may send only in the name of a rule or topic of ours."
  }
}

run "rules_may_fill_the_queue" {
  command = plan

  assert {
    condition = (
      aws_cloudwatch_event_target.function["gatherer/found"].arn == aws_sqs_queue.function["gatherer"].arn &&
      keys(aws_lambda_permission.rule) == ["watcher/started"]
    )
    error_message = "Where the manifest says so, rules fill the queue and nothing else may be invoked by them."
  }
  assert {
    condition = [
      for statement in jsondecode(aws_sqs_queue.function["gatherer"].policy).Statement : statement
      if statement.Effect == "Allow"
      ] == [{
        Sid       = "OwnRules"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:us-east-1:123456789012:personal-timeline-dev-gatherer-queue"
        Condition = { ArnEquals = { "aws:SourceArn" = ["arn:aws:events:us-east-1:123456789012:rule/personal-timeline-dev-gatherer-found"] } }
    }]
    error_message = "Only the function's own rules may fill its queue."
  }
  assert {
    condition     = length(aws_sns_topic_subscription.function) == 1
    error_message = "A queue without a topic is subscribed to none."
  }
}

run "alarms_do_not_need_notify" {
  command = plan

  assert {
    condition = toset(keys(output.alarm_names)) == toset([
      "gatherer/queue_age", "plain/queue_age", "watcher/dead_letters", "watcher/duration", "watcher/errors",
      "watcher/queue_age", "watcher/throttles",
      ]) || toset(keys(output.alarm_names)) == toset([
      "gatherer/queue_age", "watcher/dead_letters", "watcher/duration", "watcher/errors",
      "watcher/queue_age", "watcher/throttles",
    ])
    error_message = "Alarms are those that the manifest asks for, and the age of its queue."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.function["watcher/duration"].threshold == 48000
    error_message = "80 percent of 60 seconds are 48,000 ms."
  }
  assert {
    condition = alltrue([
      for alarm in merge(aws_cloudwatch_metric_alarm.function, aws_cloudwatch_metric_alarm.queue) :
      alarm.alarm_actions == toset([aws_sns_topic.topic["alarms"].arn])
    ])
    error_message = "Alarms go to their own topic."
  }
}

run "the_configuration_is_what_the_functions_read" {
  command = plan

  variables {
    configuration = {
      guards = {
        blast_radius        = { count = 10 }
        denied_environments = ["prod"]
        dry_run             = false
      }
      functions = {
        off-hours = {
          closed    = ["2026-12-25"]
          schedules = { office-hours = "Mon-Fri 07:00-19:00 @America/New_York" }
        }
      }
    }
  }

  assert {
    condition = jsondecode(aws_ssm_parameter.configuration.insecure_value) == {
      version             = 1
      project             = "personal-timeline"
      environment         = "dev"
      accounts            = ["123456789012"]
      regions             = ["us-east-1"]
      environment_tag     = "Environment"
      ledger_table        = "personal-timeline-dev-operations-ledger"
      notifications_topic = "arn:aws:sns:us-east-1:123456789012:personal-timeline-dev-operations-notifications"
      guards = {
        blast_radius        = { count = 10 }
        denied_environments = ["prod"]
        dry_run             = false
        stop_parameter      = "/personal-timeline/dev/nightshift/stop"
      }
      functions = {
        off-hours = {
          closed    = ["2026-12-25"]
          schedules = { office-hours = "Mon-Fri 07:00-19:00 @America/New_York" }
        }
      }
    }
    error_message = "What is left out is left out of the document, and nothing is null."
  }
  assert {
    condition     = aws_ssm_parameter.configuration.tier == "Standard"
    error_message = "A small document costs nothing."
  }
}

run "rules_are_written_as_the_function_reads_them" {
  command = plan

  variables {
    configuration = {
      functions = {
        security-triage = {
          enrichment = { owner_tags = ["Owner"] }
          write_back = { security_hub = true }
          rules = {
            playbooks = { isolate-instance = { accounts = ["123456789012"] } }
            order = [
              {
                name        = "scanner"
                description = "Our own scanner looks for open ports"
                match       = { types = ["Recon:EC2/*"], at_most = "high" }
                outcome = {
                  suppress = {
                    author = "network@example.com"
                    reason = "It is meant to"
                    until  = "2027-05-31T00:00:00Z"
                  }
                }
              },
              {
                name        = "rest"
                description = "Everything else is told"
                outcome     = { tell = { severity = { raised-to = "error" } } }
              },
            ]
          }
        }
      }
    }
  }

  assert {
    condition = jsondecode(aws_ssm_parameter.configuration.insecure_value).functions == {
      security-triage = {
        enrichment = { owner_tags = ["Owner"] }
        write_back = { security_hub = true }
        rules = {
          playbooks = { isolate-instance = { accounts = ["123456789012"] } }
          order = [
            {
              name        = "scanner"
              description = "Our own scanner looks for open ports"
              match       = { types = ["Recon:EC2/*"], at_most = "high" }
              outcome = {
                suppress = {
                  author = "network@example.com"
                  reason = "It is meant to"
                  until  = "2027-05-31T00:00:00Z"
                }
              }
            },
            {
              name        = "rest"
              description = "Everything else is told"
              match       = {}
              outcome     = { tell = { severity = { raised-to = "error" } } }
            },
          ]
        }
      }
    }
    error_message = "What is left out is left out on every level."
  }
}

run "a_long_configuration_is_paid_for" {
  command = plan

  variables {
    configuration = {
      functions = {
        off-hours = { closed = [for day in range(350) : "2026-12-${day}"] }
      }
    }
  }

  assert {
    condition     = aws_ssm_parameter.configuration.tier == "Advanced"
    error_message = "Above 4,096 bytes the parameter is an advanced one."
  }
}

run "overrides" {
  command = plan

  variables {
    architecture = "x86_64"
    overrides = {
      watcher = {
        environment     = { RUST_BACKTRACE = "1" }
        timeout_seconds = 100
        schedules       = { look = { enabled = false, expression = "rate(1 hour)" } }
      }
    }
  }

  assert {
    condition = (
      aws_lambda_function.function["watcher"].timeout == 100 &&
      aws_lambda_function.function["watcher"].memory_size == 256 &&
      aws_lambda_function.function["watcher"].architectures == tolist(["x86_64"]) &&
      aws_lambda_function.function["watcher"].environment[0].variables["RUST_BACKTRACE"] == "1"
    )
    error_message = "An override changes what it names, and nothing else."
  }
  assert {
    condition = (
      aws_scheduler_schedule.function["watcher/look"].state == "DISABLED" &&
      aws_scheduler_schedule.function["watcher/look"].schedule_expression == "rate(1 hour)" &&
      aws_scheduler_schedule.function["watcher/look"].schedule_expression_timezone == "Europe/Berlin"
    )
    error_message = "A schedule can be changed or switched off for one environment."
  }
}

run "the_least_manifest" {
  command = plan

  variables {
    functions = ["plain"]
  }

  assert {
    condition = (
      output.queues == {} && output.rules == {} && output.schedules == {} && output.alarm_names == {} &&
      keys(output.functions) == ["plain"]
    )
    error_message = "A function without triggers is a function all the same."
  }
  assert {
    condition = (
      aws_lambda_function.function["plain"].timeout == 60 &&
      aws_lambda_function.function["plain"].memory_size == 128 &&
      aws_lambda_function.function["plain"].reserved_concurrent_executions == -1
    )
    error_message = "What a manifest leaves out has a default."
  }
}

run "a_given_boundary_is_taken" {
  command = plan

  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/organization"
  }

  assert {
    condition = (
      length(aws_iam_policy.boundary) == 0 &&
      output.boundary_arn == "arn:aws:iam::123456789012:policy/organization"
    )
    error_message = "The organization's boundary replaces the module's own."
  }
}
