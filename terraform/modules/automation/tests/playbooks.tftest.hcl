# What security-triage may contain: the manifest's own roles, made where the
# configuration asks for them.

mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  environment   = "dev"
  functions     = ["security-triage"]
  functions_dir = "../../../functions"
  packages_dir  = "../../../target/lambda"
  project       = "personal-timeline"
}

run "nothing_is_contained_where_nothing_is_said" {
  command = plan

  variables {
    configuration = { functions = { security-triage = {} } }
  }

  assert {
    condition = (
      length(aws_iam_role.assumed) == 0 &&
      length(aws_iam_policy.containment_boundary) == 0 &&
      output.assumed_roles == {} &&
      output.approval_key_parameter == null
    )
    error_message = "Without a playbook there is no role, no boundary for it and no key."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.manifest["security-triage"].policy).Statement :
      !contains(statement.Action, "sts:AssumeRole") && !startswith(statement.Sid, "Approval")
    ])
    error_message = "Without a playbook the function may take no role and read no key."
  }
  assert {
    condition     = aws_scheduler_schedule.function["security-triage/continue"].state == "DISABLED"
    error_message = "Without a playbook nothing is woken every minute."
  }
  assert {
    condition     = !can(jsondecode(aws_ssm_parameter.configuration.insecure_value).functions.security-triage.playbooks)
    error_message = "What is left out is left out of the document."
  }
}

run "two_playbooks_two_roles" {
  command = plan

  variables {
    configuration = {
      functions = {
        security-triage = {
          playbooks = {
            accounts = ["123456789012"]
            enabled  = ["isolate-instance", "quarantine-principal"]
            never    = ["break-glass"]
          }
        }
      }
    }
  }

  assert {
    condition = { for key, role in aws_iam_role.assumed : key => role.name } == {
      "security-triage/isolate-instance"     = "personal-timeline-dev-security-triage-isolate-instance"
      "security-triage/quarantine-principal" = "personal-timeline-dev-security-triage-quarantine-principal"
    }
    error_message = "There is a role for each playbook that may be used, under the name by which the function asks for it."
  }
  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.manifest["security-triage"].policy).Statement :
      statement if statement.Sid == "TakeRoles"
      ]) == {
      Sid    = "TakeRoles"
      Effect = "Allow"
      Action = ["sts:AssumeRole"]
      Resource = [
        "arn:aws:iam::123456789012:role/personal-timeline-dev-security-triage-isolate-instance",
        "arn:aws:iam::123456789012:role/personal-timeline-dev-security-triage-quarantine-principal",
      ]
    }
    error_message = "The function may take exactly the roles that exist."
  }
  assert {
    condition = alltrue([
      for role in aws_iam_role.assumed : jsondecode(role.assume_role_policy).Statement == [{
        Effect    = "Allow"
        Principal = { AWS = aws_iam_role.function["security-triage"].arn }
        Action    = "sts:AssumeRole"
        Condition = { StringEquals = { "sts:RoleSessionName" = "nightshift-security-triage" } }
      }]
    ])
    error_message = "Nobody takes such a role but the function, under its own name."
  }
  assert {
    condition = alltrue([
      for role in aws_iam_role.assumed : role.permissions_boundary == aws_iam_policy.containment_boundary[0].arn
    ]) && toset(keys(aws_iam_role_policy.protected)) == toset(keys(aws_iam_role.assumed))
    error_message = "Every such role has the boundary of containment, and the denials in a policy of its own."
  }
  assert {
    condition = alltrue([
      for key, policy in aws_iam_role_policy.assumed : alltrue([
        for action in flatten([for statement in jsondecode(policy.policy).Statement : statement.Action]) : anytrue([
          for allowed in jsondecode(aws_iam_policy.containment_boundary[0].policy).Statement[0].Action :
          can(regex("^${replace(allowed, "*", ".*")}$", action))
        ])
      ])
    ])
    error_message = "What a manifest's roles may do, the boundary lets through."
  }
  assert {
    condition = alltrue([
      for arn in [
        "role/break-glass", "user/break-glass", "role/*/break-glass",
        "role/personal-timeline-*-security-triage-role",
        "role/personal-timeline-*-security-triage-quarantine-principal",
        "role/aws-reserved/*", "role/aws-service-role/*",
        ] : alltrue([
          for policy in [aws_iam_policy.containment_boundary[0].policy, aws_iam_role_policy.protected["security-triage/quarantine-principal"].policy] :
          contains(one([
            for statement in jsondecode(policy).Statement : statement.Resource if statement.Sid == "ProtectedPrincipals"
          ]), "arn:aws:iam::123456789012:${arn}")
      ])
    ])
    error_message = "Break-glass, our own roles and those of AWS are denied by name, in both policies."
  }
  assert {
    condition = !strcontains(aws_iam_role_policy.assumed["security-triage/isolate-instance"].policy, "iam:PassRole") && !strcontains(
      aws_iam_role_policy.assumed["security-triage/isolate-instance"].policy, "IamInstanceProfile\""
    )
    error_message = "Where profiles stay, no role may take one away or give one."
  }
  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.assumed["security-triage/quarantine-principal"].policy).Statement :
      statement.Condition if statement.Sid == "DenyUser"
    ]) == { StringLike = { "aws:ResourceTag/nightshift:contain" = ["*all*", "*quarantine-principal*"] } }
    error_message = "IAM itself asks for the opt-in."
  }
  assert {
    condition = (
      output.approval_key_parameter == "/personal-timeline/dev/nightshift/security-triage-approval-key" &&
      jsondecode(aws_ssm_parameter.configuration.insecure_value).functions.security-triage.playbooks == {
        accounts = ["123456789012"]
        approval = { key_parameter = "/personal-timeline/dev/nightshift/security-triage-approval-key" }
        enabled  = ["isolate-instance", "quarantine-principal"]
        never    = ["break-glass"]
      }
    )
    error_message = "The function is told what it may do, and where its key is."
  }
  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.manifest["security-triage"].policy).Statement :
      [statement.Action, statement.Resource, try(statement.Condition.StringEquals, null)]
      if startswith(statement.Sid, "Approval")
      ] == [
      [
        ["ssm:GetParameter"],
        ["arn:aws:ssm:us-east-1:123456789012:parameter/personal-timeline/dev/nightshift/security-triage-approval-key"],
        null,
      ],
      [
        ["kms:Decrypt"],
        ["arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"],
        {
          "kms:EncryptionContext:PARAMETER_ARN" = "arn:aws:ssm:us-east-1:123456789012:parameter/personal-timeline/dev/nightshift/security-triage-approval-key"
          "kms:ViaService"                      = "ssm.us-east-1.amazonaws.com"
        },
      ],
    ]
    error_message = "The function reads and decrypts that one parameter."
  }
  assert {
    condition     = aws_scheduler_schedule.function["security-triage/continue"].state == "ENABLED"
    error_message = "What is under way is gone on with every minute."
  }
}

run "everything_that_can_be_asked_for" {
  command = plan

  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/organization"
    configuration = {
      functions = {
        security-triage = {
          playbooks = {
            accounts = ["123456789012"]
            enabled = [
              "block-public-access", "disable-access-key", "isolate-instance",
              "quarantine-principal", "revoke-ingress",
            ]
            max_age     = "PT48H"
            opt_in_tag  = "contain"
            per_hour    = 5
            without_tag = ["disable-access-key"]
            approval = {
              key_parameter    = "/elsewhere/key"
              second_person    = true
              token_in_message = false
              valid_for        = "PT30M"
            }
            isolate_instance     = { cut_connections = false, remove_profile = true }
            quarantine_principal = { roles = "earlier-sessions" }
            revoke_ingress       = { public_ports = [443] }
          }
        }
      }
    }
  }

  assert {
    condition     = length(aws_iam_role.assumed) == 5
    error_message = "Five playbooks, five roles."
  }
  assert {
    condition = length(aws_iam_policy.containment_boundary) == 0 && alltrue([
      for role in aws_iam_role.assumed : role.permissions_boundary == "arn:aws:iam::123456789012:policy/organization"
    ]) && length(aws_iam_role_policy.protected) == 5
    error_message = "An organization's boundary is taken, and the denials hold all the same."
  }
  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.assumed["security-triage/isolate-instance"].policy).Statement :
      statement.Condition if statement.Sid == "ProfileRole"
    ]) == { StringEquals = { "iam:PassedToService" = "ec2.amazonaws.com" } }
    error_message = "Where profiles are taken away, they can be given back, to EC2."
  }
  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.assumed["security-triage/revoke-ingress"].policy).Statement :
      statement.Condition if statement.Sid == "Rules"
    ]) == { StringLike = { "aws:ResourceTag/contain" = ["*all*", "*revoke-ingress*"] } }
    error_message = "The opt-in is asked for under the name that the configuration gives it."
  }
  assert {
    condition = !can(one([
      for statement in jsondecode(aws_iam_role_policy.assumed["security-triage/disable-access-key"].policy).Statement :
      statement if statement.Sid == "Switch"
    ]).Condition)
    error_message = "Where a playbook needs no opt-in, IAM asks for none."
  }
  assert {
    condition = jsondecode(aws_ssm_parameter.configuration.insecure_value).functions.security-triage.playbooks.approval == {
      key_parameter    = "/elsewhere/key"
      second_person    = true
      token_in_message = false
      valid_for        = "PT30M"
    }
    error_message = "Settings are told as they are written."
  }
}

run "an_unknown_playbook" {
  command = plan

  variables {
    configuration = { functions = { security-triage = { playbooks = { accounts = ["123456789012"], enabled = ["unplug"] } } } }
  }

  expect_failures = [var.configuration]
}

run "playbooks_without_an_account" {
  command = plan

  variables {
    configuration = { functions = { security-triage = { playbooks = { enabled = ["isolate-instance"] } } } }
  }

  expect_failures = [var.configuration]
}

run "an_arn_for_a_name" {
  command = plan

  variables {
    configuration = { functions = { security-triage = { playbooks = { never = ["arn:aws:iam::123456789012:role/break-glass"] } } } }
  }

  expect_failures = [var.configuration]
}

run "a_tag_of_aws" {
  command = plan

  variables {
    configuration = { functions = { security-triage = { playbooks = { opt_in_tag = "aws:contain" } } } }
  }

  expect_failures = [var.configuration]
}

run "a_length_of_time_without_a_unit" {
  command = plan

  variables {
    configuration = { functions = { security-triage = { playbooks = { approval = { valid_for = "30" } } } } }
  }

  expect_failures = [var.configuration]
}

run "half_a_plan_an_hour" {
  command = plan

  variables {
    configuration = { functions = { security-triage = { playbooks = { per_hour = 0.5 } } } }
  }

  expect_failures = [var.configuration]
}

run "a_key_without_a_path" {
  command = plan

  variables {
    configuration = { functions = { security-triage = { playbooks = { approval = { key_parameter = "key" } } } } }
  }

  expect_failures = [var.configuration]
}

run "half_a_role" {
  command = plan

  variables {
    configuration = { functions = { security-triage = { playbooks = { quarantine_principal = { roles = "half" } } } } }
  }

  expect_failures = [var.configuration]
}

run "a_port_that_there_is_not" {
  command = plan

  variables {
    configuration = { functions = { security-triage = { playbooks = { revoke_ingress = { public_ports = [70000] } } } } }
  }

  expect_failures = [var.configuration]
}

run "more_principals_than_a_boundary_holds" {
  command = plan

  variables {
    configuration = {
      functions = {
        security-triage = {
          playbooks = {
            accounts = ["123456789012"]
            enabled  = ["quarantine-principal"]
            never    = [for number in range(40) : "break-glass-${number}"]
          }
        }
      }
    }
  }

  expect_failures = [aws_iam_policy.containment_boundary[0]]
}
