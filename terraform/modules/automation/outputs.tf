output "alarm_names" {
  description = "Alarms by function/kind."
  value = {
    for key, alarm in merge(
      aws_cloudwatch_metric_alarm.function, aws_cloudwatch_metric_alarm.queue
    ) : key => alarm.alarm_name
  }
}

output "alarms_topic_arn" {
  description = "Topic of the alarms about the functions themselves."
  value       = aws_sns_topic.topic["alarms"].arn
}

output "approval_key_parameter" {
  description = "Name under which people put the key that approvals of playbooks are signed with, as a SecureString with the key below; null where no playbook may be used."
  value       = length(local.playbooks) > 0 ? local.approval_key_parameter : null
}

output "assumed_roles" {
  description = "Roles that functions take for a part of their work, by function/role: arn and name."
  value = {
    for key, role in aws_iam_role.assumed : key => {
      arn  = role.arn
      name = role.name
    }
  }
}

output "boundary_arn" {
  description = "Permissions boundary of every role made here."
  value       = local.boundary_arn
}

output "channel_parameters" {
  description = "Names under which people put the secrets of notify's channels, as SecureStrings with the key below."
  value       = local.channel_parameters
}

output "channel_topics" {
  description = "Topics of notify's channels that are topics, by channel: arn."
  value = {
    for key, name in local.channel_topics :
    trimprefix(key, "channel-") => { arn = aws_sns_topic.topic[key].arn }
  }
}

output "configuration_parameter" {
  description = "Name of the parameter that holds the configuration."
  value       = aws_ssm_parameter.configuration.name
}

output "costs_topic_arn" {
  description = "Topic at which budgets and anomaly detection reach the function that explains them; null where no function listens."
  # The policy's, so that whoever names the topic to AWS comes after it: what AWS
  # may not publish it refuses, or loses.
  value = one([for key in keys(local.costs_topics) : aws_sns_topic_policy.topic[key].arn])
}

output "dead_letter_queues" {
  description = "Dead-letter queues by function: arn and url."
  value = {
    for name, queue in aws_sqs_queue.dead_letters : name => {
      arn = queue.arn
      url = queue.url
    }
  }
}

output "functions" {
  description = "Functions by name: what others need to invoke, watch and check them."
  value = {
    for name, function in aws_lambda_function.function : name => {
      alias_arn     = aws_lambda_alias.live[name].arn
      arn           = function.arn
      function_name = function.function_name
      log_group     = aws_cloudwatch_log_group.function[name].name
      role_arn      = aws_iam_role.function[name].arn
      role_name     = aws_iam_role.function[name].name
      version       = function.version
    }
  }
}

output "key_arn" {
  description = "Key of the automation's data."
  value       = aws_kms_key.operations.arn
}

output "ledger" {
  description = "The ledger table: arn and name."
  value = {
    arn  = aws_dynamodb_table.ledger.arn
    name = aws_dynamodb_table.ledger.name
  }
}

output "notifications_topic_arn" {
  description = "Topic to which functions publish what people should know."
  value       = aws_sns_topic.topic["notifications"].arn
}

output "queues" {
  description = "Queues by function, of those that have one: arn and url."
  value = {
    for name, queue in aws_sqs_queue.function : name => {
      arn = queue.arn
      url = queue.url
    }
  }
}

output "rules" {
  description = "Event rules by function/event: arn and name."
  value = {
    for key, rule in aws_cloudwatch_event_rule.function : key => {
      arn  = rule.arn
      name = rule.name
    }
  }
}

output "schedules" {
  description = "Schedules by function/schedule: arn, group and name."
  value = {
    for key, schedule in aws_scheduler_schedule.function : key => {
      arn   = schedule.arn
      group = schedule.group_name
      name  = schedule.name
    }
  }
}

output "stop_parameter" {
  description = "Name of the parameter with which people stop all functions."
  value       = aws_ssm_parameter.stop.name
}
