mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  prefix = "personal-timeline-shared"
}

run "the_least" {
  command = plan

  variables {
    alarms = {}
  }

  assert {
    condition = (
      length(aws_cloudwatch_log_metric_filter.trail) == 0 && output.alarm_names == {} &&
      length(aws_sns_topic_subscription.alarms) == 0 && length(aws_s3_bucket_object_lock_configuration.trail) == 0 &&
      !aws_s3_bucket.audit["trail"].object_lock_enabled && length(aws_cloudtrail.trail.insight_selector) == 0 &&
      length(aws_cloudtrail.trail.advanced_event_selector) == 1
    )
    error_message = "Empty means off."
  }
  assert {
    condition = (
      aws_cloudtrail.trail.is_multi_region_trail && aws_cloudtrail.trail.include_global_service_events &&
      aws_cloudtrail.trail.enable_log_file_validation && aws_cloudtrail.trail.kms_key_id == aws_kms_key.audit.arn &&
      coalesce(aws_cloudtrail.trail.enable_logging, true)
    )
    error_message = "The trail is of all regions, validated and encrypted."
  }
  assert {
    condition = alltrue([
      for key in ["config", "trail"] :
      aws_s3_bucket_public_access_block.audit[key].restrict_public_buckets &&
      aws_s3_bucket_public_access_block.audit[key].block_public_acls &&
      one(aws_s3_bucket_server_side_encryption_configuration.audit[key].rule).apply_server_side_encryption_by_default[0].kms_master_key_id == aws_kms_key.audit.arn &&
      aws_s3_bucket_versioning.audit[key].versioning_configuration[0].status == "Enabled" &&
      !aws_s3_bucket.audit[key].force_destroy
    ])
    error_message = "The buckets are closed, encrypted and versioned."
  }
  assert {
    condition = alltrue([
      for key, policy in aws_s3_bucket_policy.audit : alltrue([
        for statement in jsondecode(policy.policy).Statement :
        length(try(statement.Condition.StringEquals, {})) > 0 if statement.Effect == "Allow"
      ])
    ])
    error_message = "Nobody is let in without saying for whom."
  }
  assert {
    condition = (
      jsondecode(aws_s3_bucket_policy.audit["trail"].policy).Statement[3].Condition.StringEquals["aws:SourceArn"] ==
      "arn:aws:cloudtrail:us-east-1:123456789012:trail/personal-timeline-shared-audit-trail" &&
      jsondecode(aws_s3_bucket_policy.audit["config"].policy).Statement[3].Resource ==
      "arn:aws:s3:::personal-timeline-shared-config/AWSLogs/123456789012/Config/*" &&
      jsondecode(aws_s3_bucket_policy.audit["trail"].policy).Statement[1].Action == "s3:DeleteObjectVersion"
    )
    error_message = "This trail and this account's Config write, where they must, and nobody rewrites history."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key.audit.policy).Statement :
      length(try(statement.Condition, {})) > 0 if can(statement.Principal.Service)
    ])
    error_message = "Services use the key for this account only."
  }
}

run "everything" {
  command = plan

  variables {
    alarm_addresses          = ["security@personal-timeline.app"]
    bucket_suffix            = "7f3a"
    data_events              = ["b", "a"]
    insights                 = true
    lock_days                = 365
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/cap"
    topic_publishers         = ["budgets.amazonaws.com"]
  }

  assert {
    condition = (
      aws_s3_bucket.audit["trail"].bucket == "personal-timeline-shared-trail-7f3a" &&
      aws_s3_bucket.audit["trail"].object_lock_enabled && !aws_s3_bucket.audit["config"].object_lock_enabled &&
      aws_s3_bucket_object_lock_configuration.trail[0].rule[0].default_retention[0].days == 365
    )
    error_message = "The trail's bucket is locked, Config's cannot be."
  }
  assert {
    condition = (
      length(aws_cloudtrail.trail.insight_selector) == 2 &&
      one([
        for field in aws_cloudtrail.trail.advanced_event_selector[1].field_selector :
        field.starts_with if field.field == "resources.ARN"
      ]) == tolist(["arn:aws:s3:::a/", "arn:aws:s3:::b/"])
    )
    error_message = "Objects of the named buckets are recorded."
  }
  assert {
    condition = (
      length(aws_cloudwatch_metric_alarm.trail) == 15 &&
      alltrue([for alarm in aws_cloudwatch_metric_alarm.trail : alarm.alarm_actions == toset([aws_sns_topic.alarms.arn]) && alarm.treat_missing_data == "notBreaching"]) &&
      aws_cloudwatch_metric_alarm.trail["unauthorized-calls"].threshold == 20 &&
      aws_cloudwatch_metric_alarm.trail["root-use"].threshold == 1
    )
    error_message = "The benchmark's alarms go to the topic."
  }
  assert {
    condition = (
      jsondecode(aws_sns_topic_policy.alarms.policy).Statement[3].Principal.Service == ["budgets.amazonaws.com"] &&
      aws_iam_role.trail.permissions_boundary == "arn:aws:iam::123456789012:policy/cap" &&
      length(aws_sns_topic_subscription.alarms) == 1 &&
      contains([for statement in jsondecode(aws_kms_key.audit.policy).Statement : statement.Principal.Service if statement.Sid == "TopicPublishers"][0], "budgets.amazonaws.com")
    )
    error_message = "Who may publish may also use the key."
  }
}

run "an_end_before_the_lock" {
  command = plan

  variables {
    lock_days      = 1000
    retention_days = 400
  }

  expect_failures = [var.retention_days]
}

run "a_lock_of_no_days" {
  command = plan

  variables {
    lock_days = 0
  }

  expect_failures = [var.lock_days]
}

run "a_bucket_name_too_long" {
  command = plan

  variables {
    bucket_suffix = "a-suffix-that-makes-the-name-of-the-bucket-too-long-for-s3"
  }

  expect_failures = [aws_s3_bucket.audit]
}
