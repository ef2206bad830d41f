# One bucket, by itself: what closes it, and what its rules refuse.

mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

mock_provider "aws" {
  alias           = "secondary"
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  key_arn = "arn:aws:kms:us-east-1:123456789012:key/primary"
  name    = "personal-timeline-prod-media"
  settings = {
    archive         = null
    cors            = []
    disposable      = false
    encryption      = "kms"
    eventbridge     = true
    expiration_days = null
    log_delivery    = []
    minimum_tls     = "1.3"
    multipart_days  = 7
    noncurrent      = { days = 90, keep = null, transitions = {} }
    object_lock     = null
    readers         = {}
    tags            = {}
    transitions     = {}
  }
}

run "closed" {
  command = plan

  module {
    source = "./bucket"
  }

  assert {
    condition = (
      aws_s3_bucket_public_access_block.closed.block_public_acls &&
      aws_s3_bucket_public_access_block.closed.block_public_policy &&
      aws_s3_bucket_public_access_block.closed.ignore_public_acls &&
      aws_s3_bucket_public_access_block.closed.restrict_public_buckets &&
      aws_s3_bucket_ownership_controls.owner.rule[0].object_ownership == "BucketOwnerEnforced" &&
      aws_s3_bucket_versioning.versions.versioning_configuration[0].status == "Enabled" &&
      !aws_s3_bucket.bucket.force_destroy
    )
    error_message = "A bucket is closed, has no access lists, keeps versions, and is not emptied on the way out."
  }
  assert {
    condition = (
      one(aws_s3_bucket_server_side_encryption_configuration.encryption.rule).bucket_key_enabled &&
      one(aws_s3_bucket_server_side_encryption_configuration.encryption.rule).apply_server_side_encryption_by_default[0].kms_master_key_id == var.key_arn &&
      one(aws_s3_bucket_server_side_encryption_configuration.encryption.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
    )
    error_message = "Objects are encrypted with the given key, by way of a bucket key."
  }
  assert {
    condition = [
      for statement in jsondecode(aws_s3_bucket_policy.policy.policy).Statement : [statement.Sid, statement.Effect]
      ] == [
      ["DenyPlainText", "Deny"], ["DenyOldTls", "Deny"], ["DenyCallersKeys", "Deny"],
      ["DenyOtherEncryption", "Deny"], ["DenyOtherKeys", "Deny"],
    ]
    error_message = "Nobody is allowed anything by the policy of a bucket that nobody was named for."
  }
  assert {
    condition = (
      jsondecode(aws_s3_bucket_policy.policy.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false" &&
      jsondecode(aws_s3_bucket_policy.policy.policy).Statement[1].Condition.NumericLessThan["s3:TlsVersion"] == "1.3" &&
      jsondecode(aws_s3_bucket_policy.policy.policy).Statement[4].Condition.ArnNotEquals["s3:x-amz-server-side-encryption-aws-kms-key-id"] == var.key_arn &&
      alltrue([
        for statement in slice(jsondecode(aws_s3_bucket_policy.policy.policy).Statement, 0, 2) :
        statement.Resource == ["arn:aws:s3:::personal-timeline-prod-media", "arn:aws:s3:::personal-timeline-prod-media/*"]
      ])
    )
    error_message = "TLS 1.3, for the bucket and everything in it, and the bucket's own key."
  }
  assert {
    condition = (
      aws_s3_bucket_lifecycle_configuration.lifecycle.rule[0].abort_incomplete_multipart_upload[0].days_after_initiation == 7 &&
      aws_s3_bucket_lifecycle_configuration.lifecycle.rule[0].noncurrent_version_expiration[0].noncurrent_days == 90 &&
      aws_s3_bucket_lifecycle_configuration.lifecycle.rule[0].expiration[0].expired_object_delete_marker
    )
    error_message = "What nobody finished, and old versions, go by themselves."
  }
  assert {
    condition = (
      length(aws_s3_bucket_object_lock_configuration.lock) == 0 && length(aws_s3_bucket_logging.access) == 0 &&
      length(aws_s3_bucket_cors_configuration.cors) == 0 && length(aws_s3_bucket_intelligent_tiering_configuration.archive) == 0
    )
    error_message = "What is not asked for is off."
  }
  assert {
    condition     = one(aws_s3_bucket_notification.events).eventbridge
    error_message = "Events go to EventBridge."
  }
}

run "open_for_those_who_are_named" {
  command = plan

  module {
    source = "./bucket"
  }

  variables {
    access_log_bucket    = { name = "personal-timeline-prod-logs" }
    distribution_arns    = { web = "arn:aws:cloudfront::123456789012:distribution/E1" }
    replication_role_arn = "arn:aws:iam::123456789012:role/personal-timeline-prod-media-replication"
    settings = {
      archive         = { archive_days = 90, deep_archive_days = 180 }
      cors            = [{ headers = ["*"], max_age_seconds = 60, methods = ["PUT"], origins = ["https://timeline.example"] }]
      disposable      = true
      encryption      = "kms"
      eventbridge     = false
      expiration_days = 800
      log_delivery    = []
      minimum_tls     = "1.2"
      multipart_days  = 1
      noncurrent      = { days = 120, keep = 3, transitions = { GLACIER_IR = 30 } }
      object_lock     = { days = 30, mode = "GOVERNANCE" }
      readers         = { partner-audit = { prefix = "shared/", principals = ["arn:aws:iam::210987654321:role/audit"] } }
      tags            = { Backup = "daily" }
      transitions     = { DEEP_ARCHIVE = 400, GLACIER_IR = 90, INTELLIGENT_TIERING = 60, STANDARD_IA = 30 }
    }
  }

  assert {
    condition = {
      for statement in jsondecode(aws_s3_bucket_policy.policy.policy).Statement :
      statement.Sid => { condition = try(statement.Condition, null), resource = statement.Resource }
      if statement.Effect == "Allow"
      } == {
      CloudFrontReads = {
        condition = { StringEquals = { "aws:SourceArn" = ["arn:aws:cloudfront::123456789012:distribution/E1"] } }
        resource  = "arn:aws:s3:::personal-timeline-prod-media/*"
      }
      ListPartnerAudit = {
        condition = { StringLike = { "s3:prefix" = "shared/*" } }
        resource  = "arn:aws:s3:::personal-timeline-prod-media"
      }
      ReadPartnerAudit = {
        condition = null
        resource  = "arn:aws:s3:::personal-timeline-prod-media/shared/*"
      }
    }
    error_message = "The named distribution reads, and the named reader below its prefix; nobody else."
  }
  assert {
    condition = (
      jsondecode(aws_s3_bucket_policy.policy.policy).Statement[1].Condition.NumericLessThan["s3:TlsVersion"] == "1.2" &&
      jsondecode(aws_s3_bucket_policy.policy.policy).Statement[1].Condition.ArnNotEqualsIfExists["aws:PrincipalArn"] == var.replication_role_arn
    )
    error_message = "TLS 1.2 where it is asked for; replication chooses for itself."
  }
  assert {
    condition = (
      aws_s3_bucket.bucket.object_lock_enabled && aws_s3_bucket.bucket.force_destroy &&
      aws_s3_bucket.bucket.tags == tomap({ Backup = "daily" }) &&
      one(aws_s3_bucket_object_lock_configuration.lock).rule[0].default_retention[0].mode == "GOVERNANCE" &&
      one(aws_s3_bucket_object_lock_configuration.lock).rule[0].default_retention[0].days == 30 &&
      one(aws_s3_bucket_logging.access).target_bucket == "personal-timeline-prod-logs" &&
      length(aws_s3_bucket_notification.events) == 0
    )
    error_message = "Locks, access logs and events are as asked."
  }
  assert {
    condition = (
      { for move in aws_s3_bucket_lifecycle_configuration.lifecycle.rule[0].transition : move.storage_class => move.days } == {
        DEEP_ARCHIVE = 400, GLACIER_IR = 90, INTELLIGENT_TIERING = 60, STANDARD_IA = 30
      } &&
      aws_s3_bucket_lifecycle_configuration.lifecycle.rule[0].expiration[0].days == 800 &&
      aws_s3_bucket_lifecycle_configuration.lifecycle.rule[0].noncurrent_version_expiration[0].newer_noncurrent_versions == 3 &&
      { for tier in one(aws_s3_bucket_intelligent_tiering_configuration.archive).tiering : tier.access_tier => tier.days } == {
        ARCHIVE_ACCESS = 90, DEEP_ARCHIVE_ACCESS = 180
      }
    )
    error_message = "Objects get colder, and end, when they should."
  }
  assert {
    condition     = one(one(aws_s3_bucket_cors_configuration.cors).cors_rule).allowed_origins == toset(["https://timeline.example"])
    error_message = "Browsers of the named origin may upload."
  }
}

run "a_bucket_for_logs" {
  command = plan

  module {
    source = "./bucket"
  }

  variables {
    name = "personal-timeline-prod-logs"
    settings = merge(var.settings, {
      encryption      = "aes256"
      eventbridge     = false
      expiration_days = 400
      log_delivery    = ["cloudfront", "cloudtrail", "config", "elb", "s3", "vpc-flow-logs"]
      transitions     = { STANDARD_IA = 30, GLACIER_IR = 90 }
    })
  }

  assert {
    condition = (
      !one(aws_s3_bucket_server_side_encryption_configuration.encryption.rule).bucket_key_enabled &&
      one(aws_s3_bucket_server_side_encryption_configuration.encryption.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    )
    error_message = "Load balancers cannot write to a bucket with a KMS key."
  }
  assert {
    condition = {
      for statement in jsondecode(aws_s3_bucket_policy.policy.policy).Statement :
      statement.Sid => [statement.Principal.Service, statement.Resource] if statement.Effect == "Allow"
      } == {
      AccessLogsWrite   = ["logging.s3.amazonaws.com", "arn:aws:s3:::personal-timeline-prod-logs/s3/*"]
      CloudFrontLogsAsk = ["delivery.logs.amazonaws.com", "arn:aws:s3:::personal-timeline-prod-logs"]
      CloudFrontLogsWrite = [
        "delivery.logs.amazonaws.com", "arn:aws:s3:::personal-timeline-prod-logs/AWSLogs/123456789012/CloudFront/*"
      ]
      CloudTrailAsks     = ["cloudtrail.amazonaws.com", "arn:aws:s3:::personal-timeline-prod-logs"]
      CloudTrailWrites   = ["cloudtrail.amazonaws.com", "arn:aws:s3:::personal-timeline-prod-logs/AWSLogs/123456789012/*"]
      ConfigAsks         = ["config.amazonaws.com", "arn:aws:s3:::personal-timeline-prod-logs"]
      ConfigWrites       = ["config.amazonaws.com", "arn:aws:s3:::personal-timeline-prod-logs/AWSLogs/123456789012/Config/*"]
      FlowLogsAsk        = ["delivery.logs.amazonaws.com", "arn:aws:s3:::personal-timeline-prod-logs"]
      FlowLogsWrite      = ["delivery.logs.amazonaws.com", "arn:aws:s3:::personal-timeline-prod-logs/AWSLogs/123456789012/*"]
      LoadBalancersWrite = ["logdelivery.elasticloadbalancing.amazonaws.com", "arn:aws:s3:::personal-timeline-prod-logs/AWSLogs/123456789012/*"]
    }
    error_message = "Exactly the named services write, each into its own folder."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_s3_bucket_policy.policy.policy).Statement :
      strcontains(jsonencode(statement.Condition), ":123456789012:") || try(statement.Condition.StringEquals["aws:SourceAccount"], null) == "123456789012"
      if statement.Effect == "Allow"
    ])
    error_message = "Each of them on behalf of this account only."
  }
}

run "too_early_for_infrequent_access" {
  command = plan

  module {
    source = "./bucket"
  }

  variables {
    settings = merge(var.settings, { transitions = { STANDARD_IA = 29 } })
  }

  expect_failures = [aws_s3_bucket_lifecycle_configuration.lifecycle]
}

run "colder_before_the_last_class_is_paid" {
  command = plan

  module {
    source = "./bucket"
  }

  variables {
    settings = merge(var.settings, { transitions = { GLACIER_IR = 30, DEEP_ARCHIVE = 119 } })
  }

  expect_failures = [aws_s3_bucket_lifecycle_configuration.lifecycle]
}

run "old_versions_that_end_before_they_are_paid" {
  command = plan

  module {
    source = "./bucket"
  }

  variables {
    settings = merge(var.settings, {
      noncurrent = { days = 119, keep = null, transitions = { GLACIER_IR = 30 } }
    })
  }

  expect_failures = [aws_s3_bucket_lifecycle_configuration.lifecycle]
}

run "a_name_that_is_too_long" {
  command = plan

  module {
    source = "./bucket"
  }

  variables {
    name = "a-timeline-that-is-personal-and-has-a-name-of-sixty-four-letters"
  }

  expect_failures = [aws_s3_bucket.bucket]
}
