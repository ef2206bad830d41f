# Saved Logs Insights queries: the questions that are asked in a hurry.

locals {
  _container_groups = [for key, group in local._insights_groups : group.name if endswith(key, "/application")]
  _function_groups  = [for function in var.functions : function.log_group if function.log_group != null]
  _standard_groups  = [for group in local._own_groups : group.name if group.class == "STANDARD"]

  _own_queries = {
    errors = {
      log_groups = local._standard_groups
      query      = <<-EOT
        fields @timestamp, @logStream, @message
        | filter @message like /(?i)error|exception|panic/
        | sort @timestamp desc
        | limit 200
      EOT
    }
    errors-by-minute = {
      log_groups = local._standard_groups
      query      = <<-EOT
        filter @message like /(?i)error|exception|panic/
        | stats count(*) as lines by bin(1m)
        | sort @timestamp desc
      EOT
    }
    functions-cold-starts = {
      log_groups = local._function_groups
      query      = <<-EOT
        filter type = "platform.report"
        | stats count(*) as runs, count(record.metrics.initDurationMs) as cold, max(record.metrics.initDurationMs) as slowest, max(record.metrics.maxMemoryUsedMB) as memory by @log
      EOT
    }
    functions-what-was-done = {
      log_groups = local._function_groups
      query      = <<-EOT
        fields @timestamp, @log, level, message
        | filter level in ["WARN", "ERROR"]
        | sort @timestamp desc
        | limit 200
      EOT
    }
    pods-that-say-errors = {
      log_groups = local._container_groups
      query      = <<-EOT
        filter log like /(?i)error|exception|panic/
        | stats count(*) as lines by kubernetes.namespace_name, kubernetes.pod_name
        | sort lines desc
        | limit 50
      EOT
    }
    slow-statements = {
      log_groups = [for database in var.databases : "/aws/rds/instance/${database.identifier}/postgresql" if !database.replica]
      query      = <<-EOT
        filter @message like /duration:/
        | parse @message /duration: (?<ms>[0-9.]+) ms\s+(statement|execute[^:]*): (?<statement>.*)/
        | stats count(*) as times, avg(ms) as average, max(ms) as slowest by substr(statement, 0, 120) as begins
        | sort slowest desc
        | limit 50
      EOT
    }
    who-changed-the-cluster = {
      log_groups = [for cluster in var.clusters : "/aws/eks/${cluster.name}/cluster"]
      query      = <<-EOT
        filter @logStream like /kube-apiserver-audit/
        | filter verb in ["create", "delete", "patch", "update"] and user.username not like /^system:/
        | fields @timestamp, user.username, verb, objectRef.namespace, objectRef.resource, objectRef.name
        | sort @timestamp desc
        | limit 200
      EOT
    }
  }
  # Whether a query has groups is known from keys; the names may not be yet.
  _has_groups = {
    errors                  = length(local._standard_groups) > 0
    errors-by-minute        = length(local._standard_groups) > 0
    functions-cold-starts   = length(var.functions) > 0
    functions-what-was-done = length(var.functions) > 0
    pods-that-say-errors    = length(local._container_groups) > 0
    slow-statements         = anytrue([for database in var.databases : !database.replica])
    who-changed-the-cluster = length(var.clusters) > 0
  }
}

resource "aws_cloudwatch_query_definition" "query" {
  for_each = merge({ for name, query in local._own_queries : name => query if local._has_groups[name] }, var.queries)

  log_group_names = each.value.log_groups
  name            = "${var.prefix}/${each.key}"
  query_string    = each.value.query

  depends_on = [aws_cloudwatch_log_group.application, aws_cloudwatch_log_group.container_insights]
}
