resource "aws_backup_plan" "plan" {
  for_each = var.plans

  name = "${var.prefix}-${each.key}-plan"
  tags = var.tags

  dynamic "rule" {
    for_each = each.value.rules
    content {
      completion_window            = rule.value.completion_window_minutes
      enable_continuous_backup     = rule.value.continuous
      recovery_point_tags          = merge(var.scope_tags, var.tags, rule.value.tags)
      rule_name                    = "${each.key}-${rule.key}"
      schedule                     = rule.value.schedule
      schedule_expression_timezone = rule.value.timezone
      start_window                 = rule.value.start_window_minutes
      target_vault_name            = module.primary[0].name

      lifecycle {
        cold_storage_after = rule.value.cold_after
        delete_after       = rule.value.delete_after
      }

      dynamic "copy_action" {
        for_each = rule.value.copies
        content {
          destination_vault_arn = local.vault_arns[copy_action.key]

          lifecycle {
            cold_storage_after = copy_action.value.cold_after
            delete_after       = coalesce(copy_action.value.delete_after, rule.value.delete_after)
          }
        }
      }
    }
  }

  dynamic "advanced_backup_setting" {
    for_each = each.value.windows_vss ? ["EC2"] : []
    content {
      backup_options = { WindowsVSS = "enabled" }
      resource_type  = advanced_backup_setting.value
    }
  }

  # A copy needs its vault, and the vault its policy and lock, before the
  # first night.
  depends_on = [module.dr, module.secondary]
}

resource "aws_backup_selection" "plan" {
  for_each = var.plans

  iam_role_arn = aws_iam_role.backup["backup"].arn
  name         = "${each.key}-by-tag"
  plan_id      = aws_backup_plan.plan[each.key].id
  # Every kind of resource: the conditions below, all of which must hold, say
  # which ones.
  resources = ["*"]

  condition {
    dynamic "string_equals" {
      for_each = merge(var.scope_tags, { Backup = each.key })
      content {
        key   = "aws:ResourceTag/${string_equals.key}"
        value = string_equals.value
      }
    }
  }

  depends_on = [aws_iam_role_policy_attachment.backup]
}
