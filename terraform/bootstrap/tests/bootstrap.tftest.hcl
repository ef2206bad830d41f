mock_provider "aws" {
  source          = "../tests/mocks"
  override_during = plan
}

run "without_pipelines" {
  command = plan

  assert {
    condition = (
      output.ci_roles == {} && length(aws_iam_openid_connect_provider.ci) == 0 && length(aws_iam_role.ci) == 0 &&
      length(aws_iam_role_policy.ci) == 0 && length(aws_iam_role_policy_attachment.ci) == 0
    )
    error_message = "Null means off."
  }
  assert {
    condition     = aws_s3_bucket.state.bucket == "personal-timeline-shared-state" && aws_s3_bucket.logs.bucket == "personal-timeline-shared-state-logs"
    error_message = "Buckets are named as everything is."
  }
}

run "the_state_is_closed" {
  command = plan

  variables {
    bucket_suffix = "ab12"
  }

  assert {
    condition = alltrue([
      for block in [aws_s3_bucket_public_access_block.state, aws_s3_bucket_public_access_block.logs] :
      block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets
    ])
    error_message = "Neither bucket can be opened."
  }
  assert {
    condition = (
      aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled" &&
      one(aws_s3_bucket_server_side_encryption_configuration.state.rule).bucket_key_enabled &&
      one(one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms" &&
      aws_kms_key.state.enable_key_rotation
    )
    error_message = "States are versioned and encrypted with a key that rotates."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_s3_bucket_policy.state.policy).Statement : statement.Effect == "Deny"
      ]) && toset([
      for statement in jsondecode(aws_s3_bucket_policy.state.policy).Statement : statement.Sid
    ]) == toset(["NewTlsOnly", "OwnAccountOnly", "OwnKeyOnly", "TlsOnly"])
    error_message = "The policy only takes away: old TLS, other keys, other accounts."
  }
  assert {
    condition     = { for statement in jsondecode(aws_s3_bucket_policy.state.policy).Statement : statement.Sid => statement }["TlsOnly"].Resource == ["arn:aws:s3:::personal-timeline-shared-state-ab12", "arn:aws:s3:::personal-timeline-shared-state-ab12/*"]
    error_message = "It holds for the bucket and for what is in it."
  }
  assert {
    condition = (
      aws_s3_bucket_logging.state.target_prefix == "state/" &&
      { for statement in jsondecode(aws_s3_bucket_policy.logs.policy).Statement : statement.Sid => statement }["AccessLogs"].Condition.ArnLike["aws:SourceArn"] == "arn:aws:s3:::personal-timeline-shared-state-ab12"
    )
    error_message = "Every access is written down, and nobody else writes there."
  }
  assert {
    condition = (
      aws_s3_bucket_lifecycle_configuration.state.rule[0].noncurrent_version_expiration[0].noncurrent_days == 180 &&
      aws_s3_bucket_lifecycle_configuration.state.rule[0].noncurrent_version_expiration[0].newer_noncurrent_versions == 50 &&
      length(aws_s3_bucket_lifecycle_configuration.state.rule[0].expiration) == 0
    )
    error_message = "Old states go after half a year, the newest fifty and the current one never."
  }
  assert {
    condition     = strcontains(output.backend, "use_lockfile = true") && strcontains(output.backend, "encrypt      = true")
    error_message = "The state that moves is encrypted and locked."
  }
}

run "pipelines" {
  command = plan

  variables {
    ci = {
      apply_subjects = ["repo:nightshift/timeline:ref:refs/heads/main"]
      plan_subjects  = ["repo:nightshift/timeline:pull_request"]
    }
  }

  assert {
    condition = (
      jsondecode(aws_iam_role.ci["apply"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:nightshift/timeline:ref:refs/heads/main"] &&
      jsondecode(aws_iam_role.ci["plan"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:nightshift/timeline:pull_request"] &&
      alltrue([
        for role in aws_iam_role.ci :
        jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com" &&
        jsondecode(role.assume_role_policy).Statement[0].Action == "sts:AssumeRoleWithWebIdentity"
      ])
    )
    error_message = "A pull request plans, the protected branch applies, and nobody else comes in."
  }
  assert {
    condition = { for role, attachment in aws_iam_role_policy_attachment.ci : role => attachment.policy_arn } == {
      apply = "arn:aws:iam::aws:policy/AdministratorAccess"
      plan  = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    }
    error_message = "What plans only reads."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.ci["plan"].policy).Statement :
      alltrue([for action in flatten([statement.Action]) : contains(["kms:Decrypt", "s3:GetObject", "s3:ListBucket"], action)])
      if statement.Effect == "Allow"
    ])
    error_message = "Beside reading, what plans decrypts states and parameters, and nothing more."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.ci["apply"].policy).Statement : statement.Effect == "Deny"
    ])
    error_message = "What stands beside the administrator only takes away."
  }
}

run "any_branch_of_anybody" {
  command = plan

  variables {
    ci = {
      apply_subjects = ["repo:nightshift/*"]
      plan_subjects  = ["repo:nightshift/timeline:pull_request"]
    }
  }

  expect_failures = [var.ci]
}

run "a_pull_request_that_applies" {
  command = plan

  variables {
    ci = {
      apply_subjects = ["repo:nightshift/timeline:pull_request"]
      plan_subjects  = ["repo:nightshift/timeline:pull_request"]
    }
  }

  expect_failures = [var.ci]
}

run "an_issuer_without_tls" {
  command = plan

  variables {
    ci = {
      apply_subjects = ["repo:nightshift/timeline:ref:refs/heads/main"]
      plan_subjects  = ["repo:nightshift/timeline:pull_request"]
      provider_url   = "http://issuer.test"
    }
  }

  expect_failures = [var.ci]
}

run "states_forgotten_in_a_week" {
  command = plan

  variables {
    state_versions = { days = 7 }
  }

  expect_failures = [var.state_versions]
}

run "logs_forgotten_in_a_month" {
  command = plan

  variables {
    log_retention_days = 30
  }

  expect_failures = [var.log_retention_days]
}

run "a_suffix_with_a_capital" {
  command = plan

  variables {
    bucket_suffix = "Mine"
  }

  expect_failures = [var.bucket_suffix]
}

run "a_project_with_a_space" {
  command = plan

  variables {
    project = "personal timeline"
  }

  expect_failures = [var.project]
}
