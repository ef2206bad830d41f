# Continuous integration of this environment: no key that could be stolen, but
# a token of the pipeline's own issuer. The issuer is registered once per
# account, in terraform/bootstrap.

locals {
  _ci_issuer = var.ci == null ? null : trimprefix(var.ci.provider_url, "https://")
}

resource "aws_iam_role" "ci" {
  count = var.ci == null ? 0 : 1

  description          = "Continuous integration of ${var.prefix}"
  max_session_duration = 3600
  name                 = "${var.prefix}-ci-role"
  permissions_boundary = one(aws_iam_policy.boundary[*].arn)
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Pipeline"
      Effect    = "Allow"
      Principal = { Federated = "${local._iam}:oidc-provider/${local._ci_issuer}" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${local._ci_issuer}:aud" = var.ci.audience
          "${local._ci_issuer}:sub" = var.ci.subjects
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "ci" {
  count = var.ci == null ? 0 : length(var.ci.statements) > 0 ? 1 : 0

  name = "pipeline"
  role = aws_iam_role.ci[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for key, statement in var.ci.statements : merge(
        {
          Sid      = join("", [for word in split("-", key) : title(word)])
          Effect   = "Allow"
          Action   = statement.actions
          Resource = statement.resources
        },
        length(statement.conditions) > 0 ? { Condition = statement.conditions } : {},
      )
    ]
  })
}

resource "aws_iam_role_policy_attachment" "ci" {
  for_each = var.ci == null ? {} : var.ci.policies

  policy_arn = each.value
  role       = aws_iam_role.ci[0].name
}
