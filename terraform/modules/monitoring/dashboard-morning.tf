# The order is the order of the questions of somebody who comes in: is anything
# wrong, did the night go well, and then traffic, errors, latency, saturation,
# and what protects the data.

locals {
  _night = { start = "-PT24H", region = local._region, view = "singleValue", setPeriodToTimeRange = true }
  _graph = { region = local._region, view = "timeSeries", stacked = false, period = 300 }

  # What off-hours and notify measure (their report.rs and answer.rs).
  nightshift_metrics = {
    notify    = ["Delivered", "Retried", "Failed", "Diverted", "FellBack", "Unreadable", "Silent"]
    off-hours = ["Seen", "Stopped", "Started", "Refused", "Failed", "Blind", "Untold"]
  }

  _alarm_arns = sort([
    for name in concat(
      [for alarm in local.alarms : alarm.name],
      [for key in keys(local._bands) : "${var.prefix}-${replace(key, "/", "-")}" if var.anomalies != null],
      [for alarm in var.other_alarms : alarm.name],
    ) : "${local._arn.cloudwatch}:alarm:${name}"
  ])

  _morning_rows = [
    {
      text = join("\n", [
        "## ${var.prefix}: is anything wrong?",
        "**Urgent** red: people are affected now. **Morning** red: look today. Each alarm says in its description what to do. Green here, and the night below without failures: nothing to do.",
      ])
      widgets = concat(
        [
          for severities in [[for severity in ["urgent", "morning"] : severity if local._has_members[severity]]] : jsonencode({
            type = "alarm"
            properties = {
              title  = "The two lamps"
              alarms = [for severity in severities : "${local._arn.cloudwatch}:alarm:${local.composite_names[severity]}"]
            }
          }) if length(severities) > 0
        ],
        [
          for arns in chunklist(local._alarm_arns, 100) : jsonencode({
            type       = "alarm"
            properties = { title = "Every alarm, the newest change first", sortBy = "stateUpdatedTimestamp", alarms = arns }
          })
        ],
      )
    },
    {
      text = join("\n", [
        "## Did the night go well?",
        "Last 24 hours. *Stopped* and *Started* are about equal on a working day; *Failed*, *Refused*, *Blind* and *Untold* are 0. Backups: *completed* is not 0, *failed* and *expired* are.",
      ])
      widgets = concat(
        [
          for name, metrics in local.nightshift_metrics : jsonencode({
            type = "metric"
            properties = merge(local._night, {
              title   = "Nightshift: ${name}"
              stat    = "Sum"
              metrics = [for metric in metrics : ["Nightshift", metric, "Environment", var.environment, "Function", name]]
            })
          }) if contains(keys(var.functions), name)
        ],
        [
          for vaults in [var.vaults] : jsonencode({
            type = "metric"
            properties = merge(local._night, {
              title = "Backups"
              stat  = "Sum"
              metrics = concat([
                for key, vault in vaults : [
                  for metric, label in {
                    NumberOfBackupJobsCompleted = "completed"
                    NumberOfBackupJobsExpired   = "expired"
                    NumberOfBackupJobsFailed    = "failed"
                    NumberOfCopyJobsCompleted   = "copied"
                    NumberOfCopyJobsFailed      = "copies failed"
                  } : ["AWS/Backup", metric, "BackupVaultName", vault.name, { label = "${key}: ${label}" }]
                ]
              ]...)
            })
          }) if length(vaults) > 0
        ],
        [
          for canaries in [var.canaries] : jsonencode({
            type = "metric"
            properties = merge(local._night, {
              title   = "Canaries: runs that succeeded, in percent"
              stat    = "Average"
              metrics = [for key in keys(canaries) : ["CloudWatchSynthetics", "SuccessPercent", "CanaryName", local.canary_names[key], { label = key }]]
            })
          }) if length(canaries) > 0
        ],
      )
    },
    {
      text = join("\n", [
        "## Traffic",
        "Who came. A line that falls to zero by day is an outage that no error shows.",
      ])
      widgets = concat(
        [
          for balancers in [var.load_balancers] : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title   = "Requests at the load balancers"
              stat    = "Sum"
              metrics = [for key, balancer in balancers : ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", balancer.arn_suffix, { label = key }]]
            })
          }) if length(balancers) > 0
        ],
        [
          for distributions in [var.distributions] : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title   = "Requests at the CDN"
              stat    = "Sum"
              metrics = [for key, distribution in distributions : ["AWS/CloudFront", "Requests", "DistributionId", distribution.id, "Region", "Global", { label = key }]]
            })
          }) if length(distributions) > 0
        ],
        [
          for gateways in [var.nat_gateways] : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title   = "Bytes that leave through NAT (each costs)"
              stat    = "Sum"
              metrics = [for key, id in gateways : ["AWS/NATGateway", "BytesOutToDestination", "NatGatewayId", id, { label = key }]]
            })
          }) if length(gateways) > 0
        ],
      )
    },
    {
      text = join("\n", [
        "## Errors",
        "*elb* without *target*: nobody answered. *target*: the application answered with an error. 4xx that rise after a release are ours too.",
      ])
      widgets = concat(
        [
          for key, balancer in var.load_balancers : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title = "Errors at the load balancer ${key}"
              stat  = "Sum"
              metrics = [
                for metric, label in {
                  HTTPCode_ELB_5XX_Count    = "elb 5xx"
                  HTTPCode_Target_4XX_Count = "target 4xx"
                  HTTPCode_Target_5XX_Count = "target 5xx"
                } : ["AWS/ApplicationELB", metric, "LoadBalancer", balancer.arn_suffix, { label = label }]
              ]
            })
          })
        ],
        [
          for distributions in [var.distributions] : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title = "Errors at the CDN, in percent"
              stat  = "Average"
              metrics = concat([
                for key, distribution in distributions : [
                  for metric in ["4xxErrorRate", "5xxErrorRate"] : ["AWS/CloudFront", metric, "DistributionId", distribution.id, "Region", "Global", { label = "${key}: ${metric}" }]
                ]
              ]...)
            })
          }) if length(distributions) > 0
        ],
        [
          for filters in [local._filters] : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title   = "Lines of the logs that are counted"
              stat    = "Sum"
              metrics = [for key, filter in filters : [var.prefix, "${filter.group}-${filter.name}", { label = key }]]
            })
          }) if length(filters) > 0
        ],
        [
          for groups in [[for group in local._own_groups : group.name if group.class == "STANDARD"]] : jsonencode({
            type = "log"
            properties = {
              title  = "Errors in the logs, the most frequent first"
              region = local._region
              view   = "table"
              query = join(" | ", concat(
                [for name in groups : "SOURCE '${name}'"],
                [
                  "fields @message",
                  "filter @message like /(?i)error|exception|panic/",
                  "stats count(*) as lines by substr(@message, 0, 120) as begins",
                  "sort lines desc",
                  "limit 20",
                ],
              ))
            }
          }) if length(groups) > 0
        ],
      )
    },
    {
      text = join("\n", [
        "## Latency",
        "Half of all answers are faster than p50; one in twenty is slower than p95, one in a hundred than p99. The alarm's line is drawn in.",
      ])
      widgets = concat(
        [
          for key, balancer in var.load_balancers : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title       = "Seconds until an answer of ${key}"
              metrics     = [for stat in ["p50", "p95", "p99"] : ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", balancer.arn_suffix, { stat = stat, label = stat }]]
              annotations = { horizontal = [{ label = "alarm (p95)", value = var.thresholds.latency_seconds }] }
            })
          })
        ],
        [
          for applications in [var.applications] : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title   = "Milliseconds of the services (p99)"
              stat    = "p99"
              metrics = [for key, application in applications : ["ApplicationSignals", "Latency", "Environment", application.environment, "Service", application.service, { label = key }]]
            })
          }) if length(applications) > 0
        ],
        [
          for databases in [var.databases] : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title = "Seconds of a read or write of the databases' disks"
              stat  = "Average"
              metrics = concat([
                for key, database in databases : [
                  for metric in ["ReadLatency", "WriteLatency"] : ["AWS/RDS", metric, "DBInstanceIdentifier", database.identifier, { label = "${key}: ${metric}" }]
                ]
              ]...)
            })
          }) if length(databases) > 0
        ],
      )
    },
    {
      text = join("\n", [
        "## Saturation",
        "How much is left. Above 70 % by day there is little left for a zone that fails; far below it all week, a smaller size costs less.",
      ])
      widgets = concat(
        [
          for clusters in [{ for key, cluster in var.clusters : key => cluster if cluster.container_insights }] : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title = "Nodes: processor, memory and disk, in percent"
              stat  = "Average"
              yAxis = { left = { min = 0, max = 100 } }
              metrics = concat([
                for key, cluster in clusters : [
                  for metric in ["node_cpu_utilization", "node_filesystem_utilization", "node_memory_utilization"] : ["ContainerInsights", metric, "ClusterName", cluster.name, { label = "${key}: ${metric}" }]
                ]
              ]...)
            })
          }) if length(clusters) > 0
        ],
        [
          for clusters in [var.clusters] : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title = "Nodes, and pods that find none"
              metrics = concat(
                [for key, cluster in clusters : ["ContainerInsights", "cluster_node_count", "ClusterName", cluster.name, { label = "${key}: nodes", stat = "Average" }] if cluster.container_insights],
                [for key, cluster in clusters : ["AWS/EKS", "scheduler_pending_pods_UNSCHEDULABLE", "ClusterName", cluster.name, { label = "${key}: pending", stat = "Sum" }]],
              )
            })
          }) if length(clusters) > 0
        ],
        [
          for databases in [var.databases] : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title = "Databases: processor, in percent, and connections (right)"
              metrics = concat([
                for key, database in databases : [
                  ["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", database.identifier, { label = "${key}: processor", stat = "Average" }],
                  ["AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", database.identifier, { label = "${key}: connections", stat = "Maximum", yAxis = "right" }],
                ]
              ]...)
            })
          }) if length(databases) > 0
        ],
        [
          for databases in [var.databases] : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title = "Databases: free storage and free memory (right), in bytes"
              stat  = "Minimum"
              metrics = concat([
                for key, database in databases : [
                  ["AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", database.identifier, { label = "${key}: storage" }],
                  ["AWS/RDS", "FreeableMemory", "DBInstanceIdentifier", database.identifier, { label = "${key}: memory", yAxis = "right" }],
                ]
              ]...)
            })
          }) if length(databases) > 0
        ],
        [
          for caches in [local._cache_members] : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title = "Caches: Redis' thread and memory, in percent"
              stat  = "Average"
              yAxis = { left = { min = 0, max = 100 } }
              metrics = concat([
                for key, members in caches : concat([
                  for member in members : [
                    for metric in ["DatabaseMemoryUsagePercentage", "EngineCPUUtilization"] : ["AWS/ElastiCache", metric, "CacheClusterId", member]
                  ]
                ]...)
              ]...)
            })
          }) if length(caches) > 0
        ],
        [
          for queues in [var.queues] : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title   = "Queues: seconds that the oldest message waits"
              stat    = "Maximum"
              metrics = [for key, queue in queues : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", queue.name, { label = key }]]
            })
          }) if length(queues) > 0
        ],
      )
    },
    {
      text = join("\n", [
        "## What protects the data",
        "Copies elsewhere: how far behind they are is what a failover now would lose. Certificates: days left.",
      ])
      widgets = concat(
        [
          for replications in [var.replications] : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title = "Buckets: seconds behind, and bytes that wait (right)"
              stat  = "Maximum"
              metrics = concat([
                for key, replication in replications : [
                  ["AWS/S3", "ReplicationLatency", "SourceBucket", replication.source, "DestinationBucket", replication.destination, "RuleId", replication.rule, { label = "${key}: seconds" }],
                  ["AWS/S3", "BytesPendingReplication", "SourceBucket", replication.source, "DestinationBucket", replication.destination, "RuleId", replication.rule, { label = "${key}: bytes", yAxis = "right" }],
                ]
              ]...)
            })
          }) if length(replications) > 0
        ],
        [
          for replicas in [{ for key, database in var.databases : key => database if database.replica }] : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title   = "Replicas of the databases: seconds behind"
              stat    = "Maximum"
              metrics = [for key, replica in replicas : ["AWS/RDS", "ReplicaLag", "DBInstanceIdentifier", replica.identifier, { label = key }]]
            })
          }) if length(replicas) > 0
        ],
        [
          # Metrics live in the Region of what they measure; a search finds
          # those of other Regions without their names.
          for region in sort(try(var.dashboards.regions, [])) : jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title  = "Databases in ${region}: seconds behind"
              region = region
              metrics = [[{
                expression = "SEARCH('{AWS/RDS,DBInstanceIdentifier} MetricName=\"ReplicaLag\" \"${var.prefix}\"', 'Maximum', 300)"
                id         = "lag"
              }]]
            })
          })
        ],
        [
          for certificates in [var.certificates] : jsonencode({
            type = "metric"
            properties = merge(local._night, {
              title   = "Certificates: days left"
              stat    = "Minimum"
              metrics = [for key, arn in certificates : ["AWS/CertificateManager", "DaysToExpiry", "CertificateArn", arn, { label = key }]]
            })
          }) if length(certificates) > 0
        ],
      )
    },
    {
      text = join("\n", [
        "## Cost",
        "Charges of the whole account this month so far, in USD, a few times a day; the budgets and the anomaly monitor speak for this environment alone. The second graph is what the log groups cost: each GB that is taken in is about half a dollar.",
      ])
      widgets = [
        jsonencode({
          type = "metric"
          properties = {
            title   = "Charges of the account, this month"
            region  = "us-east-1"
            view    = "timeSeries"
            stacked = false
            start   = "-P31D"
            period  = 21600
            stat    = "Maximum"
            metrics = [["AWS/Billing", "EstimatedCharges", "Currency", "USD"]]
          }
        }),
        jsonencode({
          type = "metric"
          properties = merge(local._graph, {
            title   = "Bytes taken into log groups"
            period  = 3600
            metrics = [[{ expression = "SEARCH('{AWS/Logs,LogGroupName} MetricName=\"IncomingBytes\" \"${var.prefix}\"', 'Sum', 3600)", id = "bytes" }]]
          })
        }),
      ]
    },
  ]
}
