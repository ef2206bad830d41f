output "alarms" {
  description = "Alarms by what they watch (charges, dead-letters, forward-dead-letters, urgent): name and ARN. One that is off is not there."
  value = merge(
    { for key, alarm in aws_cloudwatch_composite_alarm.environments : key => { arn = alarm.arn, name = alarm.alarm_name } },
    { for key, alarm in aws_cloudwatch_metric_alarm.charges : key => { arn = alarm.arn, name = alarm.alarm_name } },
    { for key, alarm in aws_cloudwatch_metric_alarm.dead_letters : local._dead_letters[key].label => { arn = alarm.arn, name = alarm.alarm_name } },
  )
}

output "dead_letters" {
  description = "Queue of what the morning topic did not take from AWS Health: name and ARN; null where the rule is off."
  value       = one([for key, queue in aws_sqs_queue.dead_letters : { arn = queue.arn, name = queue.name } if key == "health"])
}

output "forward_dead_letters" {
  description = "Queue of what the other region's bus did not take: name and ARN; null where nothing is forwarded."
  value       = one([for key, queue in aws_sqs_queue.dead_letters : { arn = queue.arn, name = queue.name } if key == "forward"])
}

output "forward_rules" {
  description = "Names of the rules that hand events to another region, by <function>-<event>; empty where nothing is forwarded."
  value       = { for key, rule in aws_cloudwatch_event_rule.forward : key => rule.name }
}

output "health_rule" {
  description = "Name of the rule of AWS Health; null where it is off."
  value       = one([for rule in aws_cloudwatch_event_rule.health : rule.name])
}

output "key_arn" {
  description = "Key of the topics."
  value       = aws_kms_key.messages.arn
}

output "link_arn" {
  description = "Link to another account's sink; null where there is none."
  value       = one([for link in aws_oam_link.estate : link.arn])
}

output "sink_arn" {
  description = "Sink of the watched accounts; null where there is none."
  value       = one([for sink in aws_oam_sink.estate : sink.arn])
}

output "topic_arns" {
  description = "Topics by severity, morning and urgent."
  value       = { for severity, topic in aws_sns_topic.alarms : severity => topic.arn }
}

output "trace_key_arn" {
  description = "Key of the traces; null where X-Ray's own is used."
  value       = one([for key in aws_kms_key.traces : key.arn])
}
