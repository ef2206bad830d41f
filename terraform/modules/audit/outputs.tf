output "alarm_names" {
  description = "Alarms about the trail by name of their filter."
  value       = { for key, alarm in aws_cloudwatch_metric_alarm.trail : key => alarm.alarm_name }
}

output "alarms_topic_arn" {
  description = "Topic of the alarms. Depends on its policy, so that who is told of it may publish."
  value       = aws_sns_topic.alarms.arn
  depends_on  = [aws_sns_topic_policy.alarms]
}

output "buckets" {
  description = "Buckets by key (config, trail): arn and name. Depends on their policies, so that who delivers may."
  value       = { for key, bucket in aws_s3_bucket.audit : key => { arn = bucket.arn, name = bucket.id } }
  depends_on  = [aws_s3_bucket_policy.audit]
}

output "key_arn" {
  description = "Key of trail, configuration history and alarms."
  value       = aws_kms_key.audit.arn
}

output "log_group" {
  description = "Log group in which the trail can be searched."
  value       = aws_cloudwatch_log_group.trail.name
}

output "trail_arn" {
  description = "The trail."
  value       = aws_cloudtrail.trail.arn
}
