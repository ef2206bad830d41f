output "arn" {
  description = "The vault."
  value       = aws_backup_vault.vault.arn
}

output "name" {
  description = "The vault's name."
  value       = aws_backup_vault.vault.name
}

output "restore_tests" {
  description = "Restore-testing plans by key."
  value = {
    for key, plan in aws_backup_restore_testing_plan.test : key => {
      arn    = plan.arn
      name   = plan.name
      region = var.restore_tests[key].region
      selections = {
        for name in keys(var.restore_tests[key].selections) :
        name => aws_backup_restore_testing_selection.test["${key}/${name}"].name
      }
    }
  }
}
