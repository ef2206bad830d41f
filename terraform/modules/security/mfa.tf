# The group of IAM users who may become what roles.tf offers. Without a second
# factor its members can do one thing: set one up.

locals {
  mfa_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          # Lists have no resource to name.
          Sid      = "SeeDevices"
          Effect   = "Allow"
          Action   = ["iam:GetAccountPasswordPolicy", "iam:ListVirtualMFADevices"]
          Resource = ["*"]
        },
        {
          Sid    = "OwnUser"
          Effect = "Allow"
          Action = [
            "iam:ChangePassword", "iam:CreateAccessKey", "iam:DeleteAccessKey",
            "iam:EnableMFADevice", "iam:GetAccessKeyLastUsed", "iam:GetUser",
            "iam:ListAccessKeys", "iam:ListMFADevices", "iam:ResyncMFADevice",
            "iam:UpdateAccessKey",
          ]
          Resource = ["${local._iam}:user/$${aws:username}"]
        },
        {
          Sid      = "OwnDevice"
          Effect   = "Allow"
          Action   = ["iam:CreateVirtualMFADevice"]
          Resource = ["${local._iam}:mfa/$${aws:username}*"]
        },
        {
          # Wildcards: a denial is meant to be wide. BoolIfExists: a request
          # with long-lived keys does not carry the key at all.
          Sid    = "NothingWithoutSecondFactor"
          Effect = "Deny"
          NotAction = [
            "iam:ChangePassword", "iam:CreateVirtualMFADevice",
            "iam:EnableMFADevice", "iam:GetAccountPasswordPolicy",
            "iam:GetUser", "iam:ListMFADevices", "iam:ListVirtualMFADevices",
            "iam:ResyncMFADevice", "sts:GetSessionToken",
          ]
          Resource  = "*"
          Condition = { BoolIfExists = { "aws:MultiFactorAuthPresent" = "false" } }
        },
      ],
      [
        for roles in [keys(var.people)] : {
          Sid      = "Become"
          Effect   = "Allow"
          Action   = ["sts:AssumeRole"]
          Resource = [for role in roles : "${local._iam}:role/${var.prefix}-people-${role}"]
        } if length(roles) > 0
      ],
    )
  })
}

resource "aws_iam_group" "people" {
  count = var.mfa == null ? 0 : 1

  name = "${var.prefix}-${var.mfa.group}"
}

resource "aws_iam_group_policy" "mfa" {
  count = var.mfa == null ? 0 : 1

  group  = aws_iam_group.people[0].name
  name   = "second-factor"
  policy = local.mfa_policy
}
