# What the browsers of real visitors meet. They have no AWS credentials, so an
# identity pool gives each a role that may do one thing: hand in measurements
# for this one monitor.

locals {
  _real_users = { for name, users in { site = var.real_users } : name => users if users != null }
  _rum_name   = "${var.prefix}-site"
}

resource "aws_cognito_identity_pool" "visitors" {
  for_each = local._real_users

  #checkov:skip=CKV_AWS_366:Visitors are not signed in; their role may put measurements into one monitor and nothing else.
  allow_unauthenticated_identities = true
  identity_pool_name               = "${var.prefix}-visitors"
  tags                             = var.tags
}

resource "aws_iam_role" "visitors" {
  for_each = local._real_users

  description          = "Browsers of visitors that hand in measurements for ${local._rum_name}"
  name                 = "${var.prefix}-visitors-role"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "cognito-identity.amazonaws.com" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals             = { "cognito-identity.amazonaws.com:aud" = aws_cognito_identity_pool.visitors[each.key].id }
        "ForAnyValue:StringLike" = { "cognito-identity.amazonaws.com:amr" = "unauthenticated" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "visitors" {
  for_each = local._real_users

  name = "measure"
  role = aws_iam_role.visitors[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "OneMonitor"
      Effect   = "Allow"
      Action   = "rum:PutRumEvents"
      Resource = "arn:${local._partition}:rum:${local._region}:${local._account}:appmonitor/${local._rum_name}"
    }]
  })
}

resource "aws_cognito_identity_pool_roles_attachment" "visitors" {
  for_each = local._real_users

  identity_pool_id = aws_cognito_identity_pool.visitors[each.key].id
  roles            = { unauthenticated = aws_iam_role.visitors[each.key].arn }
}

resource "aws_rum_app_monitor" "site" {
  for_each = local._real_users

  # Kept by RUM for 30 days; a copy in CloudWatch Logs would be paid twice.
  cw_log_enabled = false
  domain         = each.value.domain
  name           = local._rum_name
  tags           = var.tags

  app_monitor_configuration {
    # No cookie, no consent banner; a visit is then one page.
    allow_cookies       = false
    enable_xray         = true
    guest_role_arn      = aws_iam_role.visitors[each.key].arn
    identity_pool_id    = aws_cognito_identity_pool.visitors[each.key].id
    session_sample_rate = each.value.sample
    telemetries         = ["errors", "http", "performance"]
  }
}
