# Roles that people take on, with a second factor that is fresh, for a short
# while. What each may do beyond its policies in Kubernetes is said by the
# clusters' access entries.

locals {
  _sees = {
    metrics = "${local._policy}/CloudWatchReadOnlyAccess"
    view    = "${local._policy}/job-function/ViewOnlyAccess"
  }
  _people_policies = {
    administrator = { administration = "${local._policy}/AdministratorAccess" }
    developer     = local._sees
    reader        = local._sees
  }
  # "role/name" => attachment
  people_policies = merge([
    for role, person in var.people : {
      for name, arn in merge(try(local._people_policies[role], {}), person.policies) :
      "${role}/${name}" => { arn = arn, role = role }
    }
  ]...)

  developer_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Clusters"
        Effect = "Allow"
        Action = ["eks:AccessKubernetesApi", "eks:DescribeCluster"]
        Resource = [
          "arn:${local._partition}:eks:*:${local._account}:cluster/${var.prefix}-*",
        ]
      },
      {
        # Instances of this environment, by their tag: their ids are not known.
        Sid      = "Sessions"
        Effect   = "Allow"
        Action   = ["ec2-instance-connect:SendSSHPublicKey", "ssm:StartSession"]
        Resource = ["arn:${local._partition}:ec2:*:${local._account}:instance/*"]
        Condition = {
          StringEquals = { "aws:ResourceTag/Environment" = local._environment }
        }
      },
      {
        Sid      = "Shell"
        Effect   = "Allow"
        Action   = ["ssm:StartSession"]
        Resource = ["arn:${local._partition}:ssm:*:${local._account}:document/SSM-SessionManagerRunShell"]
      },
      {
        # A session's id begins with its owner's.
        Sid      = "OwnSessions"
        Effect   = "Allow"
        Action   = ["ssm:ResumeSession", "ssm:TerminateSession"]
        Resource = ["arn:${local._partition}:ssm:*:${local._account}:session/$${aws:userid}-*"]
      },
      {
        Sid      = "Tunnels"
        Effect   = "Allow"
        Action   = ["ec2-instance-connect:OpenTunnel"]
        Resource = ["arn:${local._partition}:ec2:*:${local._account}:instance-connect-endpoint/*"]
        Condition = {
          NumericEquals         = { "ec2-instance-connect:remotePort" = "22" }
          NumericLessThanEquals = { "ec2-instance-connect:maxTunnelDuration" = "3600" }
          StringEquals          = { "aws:ResourceTag/Environment" = local._environment }
        }
      },
    ]
  })
}

resource "aws_iam_role" "people" {
  for_each = var.people

  description          = "People as ${each.key} of ${var.prefix}"
  max_session_duration = each.value.session_hours * 3600
  name                 = "${var.prefix}-people-${each.key}"
  permissions_boundary = one(aws_iam_policy.boundary[*].arn)
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "PeopleWithSecondFactor"
      Effect    = "Allow"
      Principal = { AWS = each.value.principals }
      Action    = "sts:AssumeRole"
      Condition = {
        Bool            = { "aws:MultiFactorAuthPresent" = "true" }
        NumericLessThan = { "aws:MultiFactorAuthAge" = tostring(each.value.mfa_minutes * 60) }
      }
    }]
  })

  lifecycle {
    precondition {
      condition     = length("${var.prefix}-people-${each.key}") <= 64
      error_message = <<-EOT
        The role name "${var.prefix}-people-${each.key}" has
        ${length("${var.prefix}-people-${each.key}")} characters; IAM takes 64.
        Shorten the project's name.
      EOT
    }
  }
}

resource "aws_iam_role_policy_attachment" "people" {
  for_each = local.people_policies

  policy_arn = each.value.arn
  role       = aws_iam_role.people[each.value.role].name
}

resource "aws_iam_role_policy" "developer" {
  for_each = { for role, person in var.people : role => person if role == "developer" }

  name   = "develop"
  policy = local.developer_policy
  role   = aws_iam_role.people[each.key].name
}
