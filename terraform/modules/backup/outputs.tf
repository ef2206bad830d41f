output "framework_arn" {
  description = "The audit framework; null where there is none."
  value       = one(aws_backup_framework.audit[*].arn)
}

output "plans" {
  description = "Plans by key: arn and id."
  value       = { for key, plan in aws_backup_plan.plan : key => { arn = plan.arn, id = plan.id } }
}

output "restore_role_arn" {
  description = "Role that restores; null where nothing is backed up."
  value       = try(aws_iam_role.backup["restore"].arn, null)
}

output "restore_tests" {
  description = "Restore-testing plans by key: arn, name, region (primary, secondary, dr) and their selections' names by key."
  value = merge([
    for vault in concat(module.primary[*], module.secondary[*], module.dr[*]) : vault.restore_tests
  ]...)
}

output "role_arn" {
  description = "Role that backs up; null where nothing is backed up."
  value       = try(aws_iam_role.backup["backup"].arn, null)
}

output "vaults" {
  description = "Vaults by region (primary, secondary, dr): arn and name."
  value = {
    for region, vault in {
      dr        = one(module.dr[*])
      primary   = one(module.primary[*])
      secondary = one(module.secondary[*])
    } : region => { arn = vault.arn, name = vault.name } if vault != null
  }
}
