module "automation" {
  source = "../automation"
  count  = var.settings.automation == null ? 0 : 1

  alarm_subscriptions = var.settings.automation.alarm_subscriptions
  architecture        = var.settings.automation.architecture
  configuration       = var.settings.automation.configuration
  environment         = var.settings.environment
  functions           = var.settings.automation.functions
  functions_dir       = var.functions_dir
  key_deletion_days   = var.settings.key_deletion_days
  ledger              = var.settings.automation.ledger
  log_level           = var.settings.automation.log_level
  log_retention_days  = var.settings.log_retention_days
  notify              = var.settings.automation.notify
  overrides           = var.settings.automation.overrides
  packages_dir        = var.packages_dir
  project             = var.settings.project
}
