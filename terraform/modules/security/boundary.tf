# What no role of the environment may ever do, whatever its policies say and
# whoever writes them. A boundary grants nothing: it allows all and takes away.
# The role that applies Terraform is not under it (terraform/bootstrap): who
# makes the boundary cannot be inside.

locals {
  boundary_arn = var.boundary == null ? null : "${local._iam}:policy/${var.prefix}-boundary"

  # Stricter boundaries that are as good: the operations functions have one.
  _boundaries = var.boundary == null ? [] : concat(
    [local.boundary_arn],
    [for name in var.boundary.others : "${local._iam}:policy/${var.prefix}-${name}"],
  )
  _own_roles = "${local._iam}:role/${var.prefix}-*"

  # What contains findings may give roles and users policies, so it stands
  # outside: nobody under the boundary takes its place. The boundary of its roles
  # is not as good as this one, and no other role may have it.
  _containment = "${var.prefix}-security-triage-*"

  # Services without regions: they answer from one place, whichever is ours.
  _global_services = [
    "account:*", "budgets:*", "ce:*", "cloudfront:*", "health:*", "iam:*",
    "organizations:*", "route53:*", "s3:GetBucketLocation",
    "s3:ListAllMyBuckets", "shield:*", "sts:*", "support:*",
  ]

  # What tells whose a resource is must be readable before that is known.
  _metadata = [
    "autoscaling:Describe*", "backup:Describe*", "backup:List*",
    "cloudwatch:Describe*", "cloudwatch:List*", "ec2:Describe*",
    "ecs:Describe*", "ecs:List*", "eks:Describe*", "eks:List*",
    "elasticache:Describe*", "elasticache:List*", "rds:Describe*", "rds:List*",
    "tag:Get*",
  ]

  boundary_policy = var.boundary == null ? null : jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Wildcards: the cap's upper edge. Rights come from the roles' own
        # policies only.
        Sid      = "StatementsDecide"
        Effect   = "Allow"
        Action   = "*"
        Resource = "*"
      },
      {
        # Whom AWS knows is decided elsewhere: no users, no keys, no passwords,
        # no other issuers of identity.
        Sid    = "NoIdentities"
        Effect = "Deny"
        Action = [
          "iam:AddClientIDToOpenIDConnectProvider", "iam:AddUserToGroup",
          "iam:AttachGroupPolicy", "iam:AttachUserPolicy",
          "iam:CreateAccessKey", "iam:CreateGroup", "iam:CreateLoginProfile",
          "iam:CreateOpenIDConnectProvider", "iam:CreateSAMLProvider",
          "iam:CreateServiceSpecificCredential", "iam:CreateUser",
          "iam:DeactivateMFADevice", "iam:PutGroupPolicy",
          "iam:PutUserPolicy", "iam:ResetServiceSpecificCredential",
          "iam:UpdateLoginProfile", "iam:UpdateSAMLProvider",
          "iam:UploadSSHPublicKey", "iam:UploadSigningCertificate",
        ]
        Resource = "*"
      },
      {
        Sid    = "BoundaryStays"
        Effect = "Deny"
        Action = [
          "iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy",
          "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion",
        ]
        Resource = concat(local._boundaries, ["${local._iam}:policy/${var.prefix}-containment-boundary"])
      },
      {
        Sid    = "BoundaryStaysOn"
        Effect = "Deny"
        Action = [
          "iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary",
          "iam:PutUserPermissionsBoundary",
        ]
        Resource = "*"
      },
      {
        # A role without it would be the way around it.
        Sid    = "RolesCarryIt"
        Effect = "Deny"
        Action = [
          "iam:AttachRolePolicy", "iam:CreateRole",
          "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
        ]
        Resource  = "*"
        Condition = { StringNotEquals = { "iam:PermissionsBoundary" = local._boundaries } }
      },
      {
        Sid    = "OwnRoles"
        Effect = "Deny"
        Action = [
          "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
          "iam:PassRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
        ]
        NotResource = [local._own_roles, "${local._iam}:role/aws-service-role/*"]
      },
      {
        # Wildcards: its roles, in every region its functions.
        Sid    = "ContainmentStays"
        Effect = "Deny"
        Action = [
          "iam:DeleteRolePolicy", "iam:PassRole", "iam:UpdateAssumeRolePolicy",
          "lambda:UpdateFunction*",
        ]
        Resource = [
          "${local._iam}:role/${local._containment}",
          "arn:${local._partition}:lambda:*:${local._account}:function:${local._containment}",
        ]
      },
      {
        Sid         = "OwnRolesAssumed"
        Effect      = "Deny"
        Action      = "sts:AssumeRole"
        NotResource = local._own_roles
        Condition   = { StringEquals = { "aws:ResourceAccount" = local._account } }
      },
      {
        Sid       = "OwnRegions"
        Effect    = "Deny"
        NotAction = local._global_services
        Resource  = "*"
        Condition = { StringNotEquals = { "aws:RequestedRegion" = var.boundary.regions } }
      },
      {
        Sid    = "AuditStays"
        Effect = "Deny"
        Action = [
          "access-analyzer:DeleteAnalyzer", "cloudtrail:DeleteEventDataStore",
          "cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors",
          "cloudtrail:StopLogging", "cloudtrail:UpdateTrail",
          "config:DeleteConfigurationRecorder", "config:DeleteDeliveryChannel",
          "config:PutConfigurationRecorder", "config:StopConfigurationRecorder",
          "ec2:DeleteFlowLogs", "ec2:DisableEbsEncryptionByDefault",
          "guardduty:DeleteDetector", "guardduty:DeleteMembers",
          "guardduty:DisassociateFromAdministratorAccount",
          "guardduty:UpdateDetector", "inspector2:Disable",
          "logs:DeleteLogGroup", "logs:DeleteLogStream", "macie2:DisableMacie",
          "s3:PutAccountPublicAccessBlock", "securityhub:BatchDisableStandards",
          "securityhub:DisableSecurityHub",
        ]
        Resource = "*"
      },
      {
        Sid    = "LogsStay"
        Effect = "Deny"
        Action = [
          "s3:BypassGovernanceRetention", "s3:DeleteBucket*", "s3:DeleteObject*",
          "s3:PutBucketPolicy", "s3:PutBucketVersioning",
          "s3:PutLifecycleConfiguration",
        ]
        Resource = [
          "arn:${local._partition}:s3:::${var.prefix}-logs*",
        ]
      },
      {
        # What a person would have to bring back.
        Sid    = "BackupsAndKeysStay"
        Effect = "Deny"
        Action = [
          "backup:DeleteBackupVault*", "backup:DeleteRecoveryPoint",
          "kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion",
        ]
        Resource = "*"
      },
      {
        Sid    = "AccountStays"
        Effect = "Deny"
        Action = [
          "account:CloseAccount", "account:DisableRegion", "account:EnableRegion",
          "account:Put*", "organizations:LeaveOrganization",
        ]
        Resource = "*"
      },
      {
        # Untagged, or of a service that does not tell its tags: the names in
        # the roles' own policies keep environments apart.
        Sid       = "OwnEnvironment"
        Effect    = "Deny"
        NotAction = local._metadata
        Resource  = "*"
        Condition = {
          Null = { "aws:ResourceTag/Environment" = "false" }
          StringNotEquals = {
            "aws:ResourceTag/Environment" = concat([local._environment], var.boundary.shared)
          }
        }
      },
    ]
  })
}

resource "aws_iam_policy" "boundary" {
  count = var.boundary == null ? 0 : 1

  description = "Cap of every role of ${var.prefix}"
  name        = "${var.prefix}-boundary"
  policy      = local.boundary_policy
  tags        = var.tags

  lifecycle {
    precondition {
      condition     = length(local.boundary_policy) <= 6144
      error_message = <<-EOT
        The boundary has ${length(local.boundary_policy)} characters; IAM takes
        6,144 in a managed policy. Name fewer regions or other boundaries.
      EOT
    }
  }
}
