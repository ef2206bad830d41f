mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

mock_provider "aws" {
  alias           = "secondary"
  source          = "../../tests/mocks"
  override_during = plan
}

mock_provider "aws" {
  alias           = "dr"
  source          = "../../tests/mocks"
  override_during = plan
}

override_data {
  target = data.aws_region.secondary
  values = { name = "us-west-2" }
}

override_data {
  target = data.aws_region.dr
  values = { name = "eu-west-1" }
}

override_resource {
  target          = aws_acm_certificate.certificate["web"]
  override_during = plan
  values = {
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
    domain_validation_options = [
      { domain_name = "timeline.test", resource_record_name = "_a.timeline.test.", resource_record_type = "CNAME", resource_record_value = "_1.acm.test." },
      { domain_name = "*.timeline.test", resource_record_name = "_a.timeline.test.", resource_record_type = "CNAME", resource_record_value = "_1.acm.test." },
      { domain_name = "timeline.example", resource_record_name = "_b.timeline.example.", resource_record_type = "CNAME", resource_record_value = "_2.acm.test." },
    ]
  }
}

variables {
  prefix = "personal-timeline-dev"
  tags   = { Environment = "dev" }
}

run "everything_optional_off" {
  command = plan

  assert {
    condition = (
      output.keys == {} && output.permissions_boundary_arn == null && output.roles == {} && output.mfa_group == null &&
      output.ci_role_arn == null && output.parameters == {} && output.secrets == {} && output.certificates == {} &&
      length(aws_iam_policy.boundary) == 0 && length(aws_iam_role.ci) == 0 && length(aws_iam_group.people) == 0 &&
      length(aws_route53_record.validation) == 0 && length(aws_kms_replica_key.dr) == 0
    )
    error_message = "Null and empty mean off."
  }
}

run "a_key_for_each_class" {
  command = plan

  variables {
    keys = {
      clusters  = { log_group_prefixes = ["/aws/eks/personal-timeline-dev-"] }
      databases = { replicas = ["secondary", "dr"], log_group_prefixes = ["/aws/rds/instance/personal-timeline-dev-"] }
      storage   = { services = ["cloudfront", "delivery.logs"], replicas = ["secondary"] }
      alerts    = { services = ["cloudwatch", "events", "events.rds"] }
    }
  }

  assert {
    condition = alltrue([
      for key in aws_kms_key.class : key.enable_key_rotation && key.deletion_window_in_days == 30
    ])
    error_message = "Keys rotate, and wait a month before they go."
  }
  assert {
    condition     = { for class, key in aws_kms_key.class : class => key.multi_region } == { alerts = false, clusters = false, databases = true, storage = true }
    error_message = "Only a key with replicas is one of several regions."
  }
  assert {
    condition = (
      keys(aws_kms_replica_key.secondary) == ["databases", "storage"] && keys(aws_kms_replica_key.dr) == ["databases"] &&
      keys(output.keys["databases"].replicas) == ["dr", "secondary"] && keys(output.keys["storage"].replicas) == ["secondary"] &&
      output.keys["clusters"].replicas == {} && output.keys["clusters"].alias == "alias/personal-timeline-dev-clusters"
    )
    error_message = "Replicas are where they are asked for."
  }
  assert {
    condition = alltrue(flatten([
      for policy in local.key_policies : [
        for statement in jsondecode(policy).Statement :
        length(statement.Condition) > 0 if statement.Sid != "AccountAdministers"
      ]
    ]))
    error_message = "No service uses a key for somebody else's account."
  }
  assert {
    condition = (
      [for statement in jsondecode(local.key_policies["clusters/primary"]).Statement : statement.Sid] == ["AccountAdministers", "LogGroups"] &&
      [for statement in jsondecode(local.key_policies["alerts/primary"]).Statement : statement.Sid] == ["AccountAdministers", "Cloudwatch", "Events", "EventsRds"]
    )
    error_message = "A policy names the services that were asked for and no other."
  }
  assert {
    condition = (
      jsondecode(local.key_policies["storage/primary"]).Statement[1].Action == ["kms:Decrypt"] &&
      jsondecode(local.key_policies["storage/primary"]).Statement[1].Condition.ArnLike["aws:SourceArn"] == "arn:aws:cloudfront::123456789012:distribution/*"
    )
    error_message = "CloudFront decrypts, and only for our distributions."
  }
  assert {
    condition = (
      jsondecode(local.key_policies["databases/dr"]).Statement[1].Principal.Service == "logs.eu-west-1.amazonaws.com" &&
      jsondecode(local.key_policies["databases/secondary"]).Statement[1].Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"] == [
        "arn:aws:logs:us-west-2:123456789012:log-group:/aws/rds/instance/personal-timeline-dev-*",
      ]
    )
    error_message = "A replica speaks of its own region."
  }
}

run "the_boundary" {
  command = plan

  variables {
    boundary = { regions = ["us-east-1", "us-west-2", "eu-west-1"] }
  }

  assert {
    condition     = output.permissions_boundary_arn == "arn:aws:iam::123456789012:policy/personal-timeline-dev-boundary"
    error_message = "Its ARN is known before it exists."
  }
  assert {
    condition = (
      [for statement in jsondecode(aws_iam_policy.boundary[0].policy).Statement : statement.Sid if statement.Effect == "Allow"] == ["StatementsDecide"] &&
      length(aws_iam_policy.boundary[0].policy) <= 6144
    )
    error_message = "It allows once and denies for the rest, and fits."
  }
  assert {
    condition = alltrue([
      for action in [
        "iam:CreateUser", "iam:CreateAccessKey", "iam:DeleteRolePermissionsBoundary", "cloudtrail:StopLogging",
        "guardduty:DeleteDetector", "config:StopConfigurationRecorder", "ec2:DeleteFlowLogs", "securityhub:DisableSecurityHub",
      ] :
      anytrue([
        for statement in jsondecode(aws_iam_policy.boundary[0].policy).Statement :
        statement.Effect == "Deny" && try(statement.Resource, null) == "*" && try(contains(statement.Action, action), false) && !can(statement.Condition)
      ])
    ])
    error_message = "No user, no key, no way out, no end of the audit, on any condition."
  }
  assert {
    condition = (
      contains({ for statement in jsondecode(aws_iam_policy.boundary[0].policy).Statement : statement.Sid => statement }["RolesCarryIt"].Action, "iam:CreateRole") &&
      { for statement in jsondecode(aws_iam_policy.boundary[0].policy).Statement : statement.Sid => statement }["RolesCarryIt"].Condition.StringNotEquals["iam:PermissionsBoundary"] == [
        "arn:aws:iam::123456789012:policy/personal-timeline-dev-boundary",
        "arn:aws:iam::123456789012:policy/personal-timeline-dev-operations-boundary",
      ]
    )
    error_message = "A role is made with this boundary or with the operations functions'."
  }
  assert {
    condition = (
      { for statement in jsondecode(aws_iam_policy.boundary[0].policy).Statement : statement.Sid => statement }["OwnRegions"].Condition.StringNotEquals["aws:RequestedRegion"] == ["us-east-1", "us-west-2", "eu-west-1"]
    )
    error_message = "Nobody leaves the regions."
  }
  assert {
    condition = (
      { for statement in jsondecode(aws_iam_policy.boundary[0].policy).Statement : statement.Sid => statement }["OwnEnvironment"].Condition.StringNotEquals["aws:ResourceTag/Environment"] == ["dev", "shared"]
    )
    error_message = "Other environments' resources are not touched."
  }
}

run "people" {
  command = plan

  variables {
    boundary = { regions = ["us-east-1"] }
    mfa      = {}
    people = {
      administrator = { principals = ["arn:aws:iam::123456789012:root"], mfa_minutes = 15 }
      developer     = { principals = ["arn:aws:iam::123456789012:root"], session_hours = 4 }
      reader        = { principals = ["arn:aws:iam::210987654321:role/audit"] }
    }
  }

  assert {
    condition = alltrue([
      for role in aws_iam_role.people : alltrue([
        for statement in jsondecode(role.assume_role_policy).Statement :
        statement.Condition.Bool["aws:MultiFactorAuthPresent"] == "true" && tonumber(statement.Condition.NumericLessThan["aws:MultiFactorAuthAge"]) <= 3600
      ]) && role.permissions_boundary != null && role.max_session_duration <= 14400
    ])
    error_message = "Everybody shows a fresh second factor, stays inside the boundary, and not for long."
  }
  assert {
    condition = (
      aws_iam_role.people["administrator"].max_session_duration == 3600 &&
      jsondecode(aws_iam_role.people["administrator"].assume_role_policy).Statement[0].Condition.NumericLessThan["aws:MultiFactorAuthAge"] == "900" &&
      aws_iam_role.people["reader"].name == "personal-timeline-dev-people-reader" &&
      keys(output.roles) == ["administrator", "developer", "reader"]
    )
    error_message = "What is asked for is what is made."
  }
  assert {
    condition = (
      [for key, attachment in aws_iam_role_policy_attachment.people : key if endswith(attachment.policy_arn, "/AdministratorAccess")] == ["administrator/administration"] &&
      keys(aws_iam_role_policy.developer) == ["developer"]
    )
    error_message = "Only the administrator administers, and only the developer opens sessions."
  }
  assert {
    condition = (
      output.mfa_group == "personal-timeline-dev-people" &&
      { for statement in jsondecode(aws_iam_group_policy.mfa[0].policy).Statement : statement.Sid => statement }["NothingWithoutSecondFactor"].Condition.BoolIfExists["aws:MultiFactorAuthPresent"] == "false" &&
      !contains({ for statement in jsondecode(aws_iam_group_policy.mfa[0].policy).Statement : statement.Sid => statement }["NothingWithoutSecondFactor"].NotAction, "sts:AssumeRole") &&
      !contains({ for statement in jsondecode(aws_iam_group_policy.mfa[0].policy).Statement : statement.Sid => statement }["NothingWithoutSecondFactor"].NotAction, "iam:CreateAccessKey") &&
      length({ for statement in jsondecode(aws_iam_group_policy.mfa[0].policy).Statement : statement.Sid => statement }["Become"].Resource) == 3
    )
    error_message = "Without a second factor members become nobody and make no keys."
  }
}

run "continuous_integration" {
  command = plan

  variables {
    boundary = { regions = ["us-east-1"] }
    ci = {
      subjects = ["repo:nightshift/timeline:environment:dev"]
      statements = {
        push-images = {
          actions    = ["ecr:PutImage"]
          resources  = ["arn:aws:ecr:us-east-1:123456789012:repository/personal-timeline-dev-app"]
          conditions = { StringEquals = { "aws:RequestedRegion" = ["us-east-1"] } }
        }
      }
    }
  }

  assert {
    condition = (
      jsondecode(aws_iam_role.ci[0].assume_role_policy).Statement[0].Principal.Federated == "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" &&
      jsondecode(aws_iam_role.ci[0].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:nightshift/timeline:environment:dev"] &&
      jsondecode(aws_iam_role.ci[0].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    )
    error_message = "One pipeline, word for word, with a token that is meant for AWS."
  }
  assert {
    condition = (
      aws_iam_role.ci[0].permissions_boundary != null &&
      jsondecode(aws_iam_role_policy.ci[0].policy).Statement[0].Sid == "PushImages" &&
      jsondecode(aws_iam_role_policy.ci[0].policy).Statement[0].Condition.StringEquals["aws:RequestedRegion"] == ["us-east-1"]
    )
    error_message = "It does what its statements say, inside the boundary."
  }
}

run "secrets_are_in_no_state" {
  command = plan

  variables {
    keys = { secrets = {} }
    parameters = {
      "app/session-key"          = { description = "Signs sessions", key = "secrets", generate = { length = 48, version = 3 } }
      "nightshift/slack-webhook" = { description = "Where messages go", key = "secrets" }
    }
    secrets = {
      cache = { description = "Password of the cache", key = "secrets", username = "app" }
    }
  }

  assert {
    condition = alltrue([
      for parameter in aws_ssm_parameter.secret :
      parameter.type == "SecureString" && parameter.value_wo_version != null && parameter.key_id == aws_kms_key.class["secrets"].arn
    ])
    error_message = "Values are encrypted with our key and write-only."
  }
  assert {
    condition = (
      output.parameters["app/session-key"] == "/personal-timeline/dev/app/session-key" &&
      aws_ssm_parameter.secret["app/session-key"].value_wo_version == 3 &&
      aws_ssm_parameter.secret["nightshift/slack-webhook"].value_wo_version == 1
    )
    error_message = "A version is a rotation; what people put is written once."
  }
  assert {
    condition = (
      aws_secretsmanager_secret.secret["cache"].name == "personal-timeline-dev-cache-secret" &&
      aws_secretsmanager_secret.secret["cache"].recovery_window_in_days == 30 &&
      aws_secretsmanager_secret_version.secret["cache"].secret_string == null &&
      aws_secretsmanager_secret_version.secret["cache"].secret_string_wo_version == 1
    )
    error_message = "A secret can be brought back for a month and is written without being kept."
  }
}

run "certificates" {
  command = plan

  variables {
    certificates = {
      web = { domain = "timeline.test", alternative_names = ["*.timeline.test", "timeline.example"], zone_id = "Z0123456789ABCDEFGHIJ" }
    }
  }

  assert {
    condition = { for key, record in aws_route53_record.validation : key => "${record.name} ${record.type} ${one(record.records)}" } == {
      "web/timeline.example" = "_b.timeline.example. CNAME _2.acm.test."
      "web/timeline.test"    = "_a.timeline.test. CNAME _1.acm.test."
    }
    error_message = "A name and its wildcard share one record."
  }
  assert {
    condition     = aws_acm_certificate.certificate["web"].validation_method == "DNS" && keys(output.certificates) == ["web"]
    error_message = "Certificates are validated by DNS."
  }
}
