output "analyzers" {
  description = "Access analyzers by kind (external, unused)."
  value = merge(
    { for analyzer in aws_accessanalyzer_analyzer.external : "external" => analyzer.arn },
    { for analyzer in aws_accessanalyzer_analyzer.unused : "unused" => analyzer.arn },
  )
}

output "config_rules" {
  description = "Names of the Config rules by key."
  value       = { for key, rule in aws_config_config_rule.rule : key => rule.name }
}

output "detector_id" {
  description = "GuardDuty's detector; null where it is off."
  value       = one(aws_guardduty_detector.region[*].id)
}

output "quota_alarms" {
  description = "Alarms about quotas by key."
  value       = { for key, alarm in aws_cloudwatch_metric_alarm.quota : key => alarm.alarm_name }
}

output "recorder" {
  description = "Config's recorder; null where it is off."
  value       = one(values(aws_config_configuration_recorder.region)[*].name)
}

output "standards" {
  description = "Security Hub's standards by key."
  value       = { for key, standard in aws_securityhub_standards_subscription.standard : key => standard.standards_arn }
}
