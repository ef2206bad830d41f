# The Lambdas that operate the estate: one row for all of them, one for each.

locals {
  _function_metrics = {
    Duration    = { stat = "Maximum", title = "Longest run, in milliseconds" }
    Errors      = { stat = "Sum", title = "Runs that ended in an error" }
    Invocations = { stat = "Sum", title = "Runs" }
    Throttles   = { stat = "Sum", title = "Runs that were turned away" }
  }

  _operations_rows = concat(
    [
      {
        text = join("\n", [
          "## ${var.prefix}: the operations Lambdas",
          "Off-hours runs every five minutes, so a gap in its runs is worse than an error. A message in a dead-letter queue is something that did not happen: read it, mend the cause, redrive it.",
        ])
        widgets = concat(
          [
            for metric, shown in local._function_metrics : jsonencode({
              type = "metric"
              properties = merge(local._graph, {
                title   = shown.title
                stat    = shown.stat
                metrics = [for name, function in var.functions : ["AWS/Lambda", metric, "FunctionName", function.function_name, { label = name }]]
              })
            })
          ],
          [
            for letters in [{ for name, function in var.functions : name => function.dead_letters if function.dead_letters != null }] : jsonencode({
              type = "metric"
              properties = merge(local._graph, {
                title   = "Messages in dead-letter queues"
                stat    = "Maximum"
                metrics = [for name, queue in letters : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue, { label = name }]]
              })
            }) if length(letters) > 0
          ],
          [
            for alarms in [[for alarm in var.other_alarms : "${local._arn.cloudwatch}:alarm:${alarm.name}"]] : jsonencode({
              type       = "alarm"
              properties = { title = "Their alarms", sortBy = "stateUpdatedTimestamp", alarms = slice(alarms, 0, min(100, length(alarms))) }
            }) if length(alarms) > 0
          ],
        )
      },
    ],
    [
      for name, function in var.functions : {
        text = join("\n", [
          "## ${name}",
          "What it counts of its own work, and its warnings and errors.",
        ])
        widgets = concat(
          [
            # Whatever a function measures, without its list here: a metric
            # that is added appears by itself.
            jsonencode({
              type = "metric"
              properties = merge(local._graph, {
                title = "Nightshift: ${name}"
                metrics = [[{
                  expression = "SEARCH('{Nightshift,Environment,Function} Environment=\"${var.environment}\" Function=\"${name}\"', 'Sum', 300)"
                  id         = "nightshift"
                }]]
              })
            }),
          ],
          [
            for group in [for group in [function.log_group] : group if group != null] : jsonencode({
              type = "log"
              properties = {
                title  = "Warnings and errors of ${name}"
                region = local._region
                view   = "table"
                query  = "SOURCE '${group}' | fields @timestamp, level, message | filter level in [\"WARN\", \"ERROR\"] | sort @timestamp desc | limit 50"
              }
            })
          ],
        )
      }
    ],
  )
}
