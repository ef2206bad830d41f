# Pipelines that run Terraform, without a key that could be stolen: the issuer
# of their tokens, and two roles. A pull request plans; the protected branch
# applies.

locals {
  _ci_issuer = var.ci == null ? null : trimprefix(var.ci.provider_url, "https://")
  _ci_roles = var.ci == null ? {} : {
    apply = { subjects = var.ci.apply_subjects, hours = 2 }
    plan  = { subjects = var.ci.plan_subjects, hours = 1 }
  }
  ci_role_names = { for role in keys(local._ci_roles) : role => "${local.prefix}-ci-${role}" }

  # What is made here is changed by people, here.
  _own = [
    "${local._iam}:oidc-provider/*",
    "${local._iam}:policy/${local.prefix}-ci-*",
    "${local._iam}:role/${local.prefix}-ci-*",
  ]

  _ci_state = [
    {
      Sid      = "States"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:ListBucket"]
      Resource = [local.bucket_arn, "${local.bucket_arn}/*"]
    },
    {
      Sid      = "StatesKey"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = [aws_kms_key.state.arn]
    },
  ]

  ci_policies = {
    apply = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid    = "BootstrapStays"
          Effect = "Deny"
          # Wildcards: a denial is meant to be wide.
          Action   = ["iam:Add*", "iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:Put*", "iam:Remove*", "iam:Set*", "iam:Tag*", "iam:Untag*", "iam:Update*"]
          Resource = local._own
        },
        {
          Sid    = "StateBucketStays"
          Effect = "Deny"
          Action = [
            "s3:DeleteBucket*", "s3:DeleteObjectVersion", "s3:PutBucket*",
            "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration",
          ]
          Resource = [
            "arn:${local._partition}:s3:::${local.prefix}-state*",
            "arn:${local._partition}:s3:::${local.prefix}-state*/*",
          ]
        },
        {
          Sid      = "StateKeyStays"
          Effect   = "Deny"
          Action   = ["kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"]
          Resource = [aws_kms_key.state.arn]
        },
        {
          Sid    = "NoIdentities"
          Effect = "Deny"
          Action = [
            "account:CloseAccount", "iam:CreateAccessKey", "iam:CreateLoginProfile",
            "iam:CreateServiceSpecificCredential", "iam:CreateUser",
            "organizations:LeaveOrganization",
          ]
          Resource = "*"
        },
      ]
    })
    plan = jsonencode({
      Version = "2012-10-17"
      Statement = concat(local._ci_state, [
        {
          # Terraform reads its own parameters to see whether they changed.
          Sid    = "ParametersKey"
          Effect = "Allow"
          Action = ["kms:Decrypt"]
          # The keys of all environments, through Parameter Store only.
          Resource = ["arn:${local._partition}:kms:*:${local._account}:key/*"]
          Condition = {
            StringEquals = { "aws:ResourceTag/ManagedBy" = "terraform" }
            StringLike   = { "kms:ViaService" = "ssm.*.amazonaws.com" }
          }
        },
        {
          # A pull request can be written by anybody, and what it says runs
          # here: it sees how things are, and nothing of what is in them.
          Sid    = "NoData"
          Effect = "Deny"
          Action = [
            "athena:GetQueryResults*", "dynamodb:BatchGetItem", "dynamodb:GetItem",
            "dynamodb:GetRecords", "dynamodb:PartiQLSelect", "dynamodb:Query",
            "dynamodb:Scan", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
            "kinesis:GetRecords", "logs:FilterLogEvents", "logs:GetLogEvents",
            "logs:GetLogRecord", "logs:GetQueryResults", "logs:StartQuery",
            "rds:DownloadDBLogFilePortion", "secretsmanager:GetSecretValue",
            "sqs:ReceiveMessage", "ssm:GetParameterHistory",
          ]
          Resource = "*"
        },
        {
          Sid         = "NoObjects"
          Effect      = "Deny"
          Action      = ["s3:GetObject", "s3:GetObjectVersion"]
          NotResource = ["${local.bucket_arn}/*"]
        },
        {
          # What people put (the Slack webhook) carries no such tag.
          Sid       = "NoSecretsOfPeople"
          Effect    = "Deny"
          Action    = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
          Resource  = "*"
          Condition = { StringNotEquals = { "aws:ResourceTag/ManagedBy" = "terraform" } }
        },
      ])
    })
  }
}

resource "aws_iam_openid_connect_provider" "ci" {
  count = var.ci == null ? 0 : 1

  client_id_list = [var.ci.audience]
  url            = var.ci.provider_url
  tags           = merge(var.tags, { Name = "${local.prefix}-ci-issuer" })
}

resource "aws_iam_role" "ci" {
  for_each = local._ci_roles

  description          = "Pipelines that ${each.key} Terraform"
  max_session_duration = each.value.hours * 3600
  name                 = local.ci_role_names[each.key]
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Pipeline"
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.ci[0].arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${local._ci_issuer}:aud" = var.ci.audience
          "${local._ci_issuer}:sub" = each.value.subjects
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "ci" {
  for_each = local._ci_roles

  name   = "terraform"
  policy = local.ci_policies[each.key]
  role   = aws_iam_role.ci[each.key].name
}

resource "aws_iam_role_policy_attachment" "ci" {
  for_each = local._ci_roles

  policy_arn = "arn:${local._partition}:iam::aws:policy/${each.key == "apply" ? "AdministratorAccess" : "ReadOnlyAccess"}"
  role       = aws_iam_role.ci[each.key].name
}
