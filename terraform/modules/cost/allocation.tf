# How the bill is split: tags, and categories made of them. One set for an
# account, whoever pays it.

resource "aws_ce_cost_allocation_tag" "tag" {
  for_each = var.allocation_tags

  status  = "Active"
  tag_key = each.value
}

resource "aws_ce_cost_category" "category" {
  for_each = var.categories

  default_value = each.value.default
  name          = each.key
  rule_version  = "CostCategoryExpression.v1"
  tags          = var.tags

  dynamic "rule" {
    for_each = each.value.values
    content {
      type  = "REGULAR"
      value = rule.key

      rule {
        tags {
          key           = rule.value.key
          match_options = ["EQUALS"]
          values        = rule.value.values
        }
      }
    }
  }

  dynamic "rule" {
    for_each = each.value.inherit == null ? [] : [each.value.inherit]
    content {
      type = "INHERITED_VALUE"

      inherited_value {
        dimension_key  = rule.value
        dimension_name = "TAG"
      }
    }
  }

  depends_on = [aws_ce_cost_allocation_tag.tag]
}

resource "aws_computeoptimizer_enrollment_status" "account" {
  count = var.optimization == null ? 0 : 1

  include_member_accounts = var.optimization.include_member_accounts
  status                  = "Active"
}

# Takes its advice from Compute Optimizer, among others.
resource "aws_costoptimizationhub_enrollment_status" "account" {
  count = var.optimization == null ? 0 : 1

  include_member_accounts = var.optimization.include_member_accounts

  depends_on = [aws_computeoptimizer_enrollment_status.account]
}
