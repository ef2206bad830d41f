data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  _account     = data.aws_caller_identity.current.account_id
  _partition   = data.aws_partition.current.partition
  _budget_name = "${var.prefix}-monthly-budget"
  _budgets     = { for key in ["monthly"] : key => var.budget if var.budget != null }
  _freezes     = { for key, budget in local._budgets : key => budget.freeze if budget.freeze != null }
  _topic_arns  = var.subscribers.topic == null ? [] : [var.subscribers.topic.arn]
}

resource "aws_budgets_budget" "budget" {
  for_each = local._budgets

  budget_type  = "COST"
  limit_amount = tostring(each.value.monthly_usd)
  limit_unit   = "USD"
  name         = local._budget_name
  tags         = var.tags
  time_unit    = "MONTHLY"

  dynamic "cost_filter" {
    for_each = each.value.tag == null ? [] : [each.value.tag]
    content {
      name   = "TagKeyValue"
      values = [format("user:%s$%s", cost_filter.value.key, cost_filter.value.value)]
    }
  }

  # What was paid for, not what was given back: a credit would hide a runaway
  # until it is used up.
  cost_types {
    include_credit = false
    include_refund = false
  }

  dynamic "notification" {
    for_each = concat(
      [for percent in each.value.actual : { type = "ACTUAL", percent = percent }],
      [for percent in each.value.forecast : { type = "FORECASTED", percent = percent }],
    )
    content {
      comparison_operator        = "GREATER_THAN"
      notification_type          = notification.value.type
      subscriber_email_addresses = var.subscribers.addresses
      subscriber_sns_topic_arns  = local._topic_arns
      threshold                  = notification.value.percent
      threshold_type             = "PERCENTAGE"
    }
  }
}

# The freeze: a denial that a budget attaches, and a role that can attach
# exactly that denial to exactly these roles and groups.
resource "aws_iam_policy" "freeze" {
  for_each = local._freezes

  description = "Nothing new that costs by the hour; put on by the budget of ${var.prefix}"
  name        = "${var.prefix}-budget-freeze-policy"
  tags        = var.tags
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # Everywhere: a denial is meant to be wide.
      Sid    = "NothingNew"
      Effect = "Deny"
      Action = [
        "autoscaling:CreateAutoScalingGroup",
        "ec2:AllocateAddress",
        "ec2:CreateNatGateway",
        "ec2:RunInstances",
        "eks:CreateCluster",
        "eks:CreateNodegroup",
        "elasticache:CreateCacheCluster",
        "elasticache:CreateReplicationGroup",
        "es:CreateDomain",
        "rds:CreateDBCluster",
        "rds:CreateDBInstance",
        "rds:CreateDBInstanceReadReplica",
      ]
      Resource = "*"
    }]
  })
}

resource "aws_iam_role" "freeze" {
  for_each = local._freezes

  description          = "Puts the freeze of the budget of ${var.prefix} on"
  name                 = "${var.prefix}-budget-freeze-role"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "budgets.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        ArnLike      = { "aws:SourceArn" = "arn:${local._partition}:budgets::${local._account}:budget/${local._budget_name}" }
        StringEquals = { "aws:SourceAccount" = local._account }
      }
    }]
  })

  lifecycle {
    precondition {
      condition     = length("${var.prefix}-budget-freeze-role") <= 64
      error_message = "The role name \"${var.prefix}-budget-freeze-role\" is longer than the 64 characters that IAM takes. Shorten the project's name."
    }
  }
}

resource "aws_iam_role_policy" "freeze" {
  for_each = local._freezes

  name = "freeze"
  role = aws_iam_role.freeze[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "TheFreezeOnly"
      Effect = "Allow"
      Action = [
        "iam:AttachGroupPolicy", "iam:AttachRolePolicy",
        "iam:DetachGroupPolicy", "iam:DetachRolePolicy",
      ]
      Resource = concat(
        [for name in sort(each.value.groups) : "arn:${local._partition}:iam::${local._account}:group/${name}"],
        [for name in sort(each.value.roles) : "arn:${local._partition}:iam::${local._account}:role/${name}"],
      )
      Condition = { ArnEquals = { "iam:PolicyARN" = aws_iam_policy.freeze[each.key].arn } }
    }]
  })
}

resource "aws_budgets_budget_action" "freeze" {
  for_each = local._freezes

  action_type        = "APPLY_IAM_POLICY"
  approval_model     = each.value.approval
  budget_name        = aws_budgets_budget.budget[each.key].name
  execution_role_arn = aws_iam_role.freeze[each.key].arn
  notification_type  = "ACTUAL"
  tags               = var.tags

  action_threshold {
    action_threshold_type  = "PERCENTAGE"
    action_threshold_value = each.value.percent
  }

  definition {
    iam_action_definition {
      groups     = each.value.groups
      policy_arn = aws_iam_policy.freeze[each.key].arn
      roles      = each.value.roles
    }
  }

  dynamic "subscriber" {
    for_each = var.subscribers.addresses
    content {
      address           = subscriber.value
      subscription_type = "EMAIL"
    }
  }

  depends_on = [aws_iam_role_policy.freeze]
}
