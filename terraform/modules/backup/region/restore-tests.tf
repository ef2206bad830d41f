resource "aws_backup_restore_testing_plan" "test" {
  for_each = var.restore_tests

  name                         = replace("${var.test_name}_${each.key}", "-", "_")
  schedule_expression          = each.value.schedule
  schedule_expression_timezone = each.value.timezone
  start_window_hours           = each.value.start_window_hours
  tags                         = var.tags

  recovery_point_selection {
    algorithm             = each.value.algorithm
    include_vaults        = [aws_backup_vault.vault.arn]
    recovery_point_types  = each.value.point_types
    selection_window_days = each.value.window_days
  }

  lifecycle {
    precondition {
      condition     = length("${var.test_name}_${each.key}") <= 50
      error_message = <<-EOT
        The restore test's name "${var.test_name}_${each.key}" has
        ${length("${var.test_name}_${each.key}")} characters; AWS Backup takes 50.
        Shorten the project's name or the test's key.
      EOT
    }
  }
}

resource "aws_backup_restore_testing_selection" "test" {
  for_each = merge([
    for key, test in var.restore_tests : {
      for name, selection in test.selections : "${key}/${name}" => merge(selection, { test = key, name = name })
    }
  ]...)

  iam_role_arn               = var.test_role_arn
  name                       = replace(each.value.name, "-", "_")
  protected_resource_arns    = length(each.value.resource_arns) > 0 ? each.value.resource_arns : null
  protected_resource_type    = each.value.type
  restore_metadata_overrides = each.value.metadata
  restore_testing_plan_name  = aws_backup_restore_testing_plan.test[each.value.test].name
  validation_window_hours    = each.value.validation_window_hours

  # AWS takes ARNs or conditions, not both: without ARNs it is every resource
  # of the kind that has these tags.
  dynamic "protected_resource_conditions" {
    for_each = length(each.value.resource_arns) > 0 ? [] : [merge(var.test_tags, each.value.tags)]
    content {
      dynamic "string_equals" {
        for_each = protected_resource_conditions.value
        content {
          key   = "aws:ResourceTag/${string_equals.key}"
          value = string_equals.value
        }
      }
    }
  }
}
