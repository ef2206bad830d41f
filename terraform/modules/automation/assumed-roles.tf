# Roles that a function takes for a part of its work, as its manifest has them
# under "roles". Each stands apart: the function's own role may do none of it,
# and no role what another may. Only those exist that the configuration asks
# for. Their names are IAM's, one for all regions, and so are their statements:
# security-triage works in every region of the account from one.

locals {
  _assumed = {
    security-triage = local.playbooks
  }

  # "function/role" => role
  assumed_roles = merge([
    for name, manifest in local._manifests : {
      for key, role in try(manifest.roles, {}) : "${name}/${key}" => {
        arn         = "arn:${local.partition}:iam::${local.account}:role/${local.prefix}-${name}-${key}"
        description = role.description
        function    = name
        name        = "${local.prefix}-${name}-${key}"
        statements = {
          for id, statement in role.statements : id => merge(statement, {
            conditions = {
              for operator, pairs in {
                for operator, pairs in try(statement.conditions, {}) : operator => {
                  for condition, value in pairs : condition => value
                  # Where a playbook needs no opt-in, IAM asks for none.
                  if !(contains(local._without_tag, key) && condition == "aws:ResourceTag/${local._opt_in_tag}")
                }
              } : operator => pairs if length(pairs) > 0
            }
          }) if !contains(local._settings_off, "${name}/${try(statement.only_where, "")}")
        }
      } if contains(lookup(local._assumed, name, []), key)
    }
  ]...)

  # Whom no such role may touch, whatever it is told: what Nightshift itself runs
  # under, in any environment, for it could then not undo what it did; what AWS
  # keeps for its services and for IAM Identity Center; and who is in `never`,
  # break-glass above all.
  _iam = "arn:${local.partition}:iam::${local.account}"
  _own_names = flatten([
    for name, manifest in local._manifests : [
      for end in concat(["role", "scheduler-role"], keys(try(manifest.roles, {}))) :
      "${var.project}-*-${name}-${end}"
    ]
  ])
  _protected_statement = {
    Sid    = "ProtectedPrincipals"
    Effect = "Deny"
    Action = [
      "iam:DeleteRolePolicy", "iam:DeleteUserPolicy", "iam:PutRolePolicy",
      "iam:PutUserPolicy", "iam:UpdateAccessKey",
    ]
    # Wildcards: environments of this project, and paths.
    Resource = concat(
      [for name in local._own_names : "${local._iam}:role/${name}"],
      [
        for pattern in ["aws-reserved/*", "aws-service-role/*", "*AWSReservedSSO_*", "*AWSServiceRoleFor*"] :
        "${local._iam}:role/${pattern}"
      ],
      flatten([
        for name in sort(try(coalesce(local._security_triage.playbooks.never), [])) : [
          for kind in ["role", "user"] : ["${local._iam}:${kind}/${name}", "${local._iam}:${kind}/*/${name}"]
        ]
      ]),
    )
  }

  _protected_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [local._protected_statement]
  })

  containment_boundary_arn = (
    var.permissions_boundary_arn == null
    ? one(aws_iam_policy.containment_boundary[*].arn)
    : var.permissions_boundary_arn
  )
  _containment_boundary = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # The cap's upper edge, action by action: what is not here, no mistake
        # in a manifest can grant. Nothing gives rights, nothing terminates, and
        # nothing deletes but what containment itself has made.
        # Wildcards: which resources is said by the roles' own statements.
        Sid    = "ContainmentOnly"
        Effect = "Allow"
        Action = [
          "autoscaling:AttachInstances", "autoscaling:Describe*",
          "autoscaling:DetachInstances",
          "ec2:AssociateIamInstanceProfile", "ec2:AuthorizeSecurityGroupIngress",
          "ec2:CreateSecurityGroup", "ec2:CreateSnapshots", "ec2:CreateTags",
          "ec2:DeleteSecurityGroup", "ec2:DeleteTags", "ec2:Describe*",
          "ec2:DisassociateIamInstanceProfile", "ec2:ModifyInstanceAttribute",
          "ec2:ModifyNetworkInterfaceAttribute",
          "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress",
          "elasticloadbalancing:DeregisterTargets",
          "elasticloadbalancing:Describe*", "elasticloadbalancing:RegisterTargets",
          "iam:DeleteRolePolicy", "iam:DeleteUserPolicy",
          "iam:GetAccessKeyLastUsed", "iam:GetRole", "iam:GetRolePolicy",
          "iam:GetUser", "iam:GetUserPolicy", "iam:ListAccessKeys",
          "iam:ListAttachedRolePolicies", "iam:ListAttachedUserPolicies",
          "iam:ListRolePolicies", "iam:ListUserPolicies", "iam:PassRole",
          "iam:PutRolePolicy", "iam:PutUserPolicy", "iam:UpdateAccessKey",
          "s3:GetBucketPolicyStatus", "s3:GetBucketPublicAccessBlock",
          "s3:GetBucketTagging", "s3:GetBucketWebsite",
          "s3:PutBucketPublicAccessBlock",
        ]
        Resource = "*"
      },
      {
        # To an instance that gets its profile back, and to nothing else.
        # Wildcards: a denial is meant to be wide.
        Sid       = "RolesToInstancesOnly"
        Effect    = "Deny"
        Action    = "iam:PassRole"
        Resource  = "*"
        Condition = { StringNotEquals = { "iam:PassedToService" = "ec2.amazonaws.com" } }
      },
      local._protected_statement,
    ]
  })
}

resource "aws_iam_policy" "containment_boundary" {
  #checkov:skip=CKV2_AWS_40:A boundary grants nothing; it caps what roles are granted.
  count = length(local.assumed_roles) > 0 && var.permissions_boundary_arn == null ? 1 : 0

  description = "Cap of the roles with which findings are contained, of ${local.prefix}"
  name        = "${local.prefix}-containment-boundary"
  policy      = local._containment_boundary
  tags        = var.tags

  lifecycle {
    precondition {
      condition     = length(local._containment_boundary) <= 6144
      error_message = <<-EOT
        The boundary of the playbooks' roles has ${length(local._containment_boundary)}
        characters; IAM takes 6,144 in a managed policy. Name fewer principals in
        playbooks.never, and leave those without the opt-in tag instead.
      EOT
    }
  }
}

resource "aws_iam_role" "assumed" {
  for_each = local.assumed_roles

  description          = each.value.description
  name                 = each.value.name
  permissions_boundary = local.containment_boundary_arn
  tags                 = var.tags
  # Whoever is not the function in this very role, under the name that its code
  # gives the session, is let in by no other policy either: there is no root
  # of the account here to hand the right on.
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = aws_iam_role.function[each.value.function].arn }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "sts:RoleSessionName" = "nightshift-${each.value.function}" }
      }
    }]
  })

  lifecycle {
    precondition {
      condition     = length(each.value.name) <= 64
      error_message = <<-EOT
        The role name "${each.value.name}" has ${length(each.value.name)}
        characters; IAM takes 64. Shorten var.project or the role's key.
      EOT
    }
  }
}

resource "aws_iam_role_policy" "assumed" {
  for_each = local.assumed_roles

  name   = "manifest"
  policy = local._manifest_policies[each.key]
  role   = aws_iam_role.assumed[each.key].name

  lifecycle {
    precondition {
      condition = alltrue([
        for statement in each.value.statements : trimspace(try(statement.reason, "")) != ""
      ])
      error_message = <<-EOT
        Every statement of the role ${each.key} needs a "reason".
      EOT
    }
    precondition {
      condition     = length(local._manifest_policies[each.key]) + length(local._protected_policy) <= 10240
      error_message = <<-EOT
        The statements of ${each.key} do not fit into a role's inline policies
        (10,240 characters together).
      EOT
    }
  }
}

# In the boundary too; here, so that it holds under an organization's boundary.
resource "aws_iam_role_policy" "protected" {
  for_each = local.assumed_roles

  name   = "protected"
  policy = local._protected_policy
  role   = aws_iam_role.assumed[each.key].name
}
