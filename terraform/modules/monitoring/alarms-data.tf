# What is kept: databases, caches, replication between Regions, backups, queues.

locals {
  _database_alarms = merge([
    for key, database in var.databases : {
      for kind, alarm in {
        cpu = {
          says      = "The processor of the database ${key} has been above ${var.thresholds.database_cpu_percent} % for a quarter of an hour."
          todo      = "Database Insights: the query at the top of the load. A missing index is more often the cause than a small class."
          periods   = 3
          threshold = var.thresholds.database_cpu_percent
          metric    = "CPUUtilization"
        }
        connections = {
          severity  = "urgent"
          says      = "The database ${key} has used ${var.thresholds.database_connections_percent} % of the ${local._max_connections[key]} connections that its class has at least. When none is left, requests fail."
          todo      = "select state, count(*) from pg_stat_activity group by 1. Many idle: a pool is too large or leaks, restart its pods. Many active: see the processor's alarm."
          periods   = 2
          statistic = "Maximum"
          threshold = floor(local._max_connections[key] * var.thresholds.database_connections_percent / 100)
          metric    = "DatabaseConnections"
        }
        credits = database.burstable ? {
          says      = "The database ${key} runs on borrowed processor time, which is paid by the hour."
          todo      = "Find the query that keeps it busy; if it is the new normal, a larger class costs less."
          statistic = "Maximum"
          threshold = 0
          metric    = "CPUSurplusCreditsCharged"
        } : null
        memory = local._class_memory_gib[key] == null ? null : {
          says       = "The database ${key} has less than ${var.thresholds.database_memory_percent} % of its ${local._class_memory_gib[key]} GiB of memory left."
          todo       = "Many connections or a large work_mem: see the connections. Otherwise the class is too small for what is asked often."
          comparison = "LessThanThreshold"
          periods    = 3
          statistic  = "Minimum"
          threshold  = floor(local._class_memory_gib[key] * local._gib * var.thresholds.database_memory_percent / 100)
          metric     = "FreeableMemory"
        }
        replica-lag = database.replica ? {
          says      = "The replica ${key} is more than ${var.thresholds.replica_lag_seconds} s behind: readers see the past, and a failover now would lose that much."
          todo      = "A long query on the replica holds it up (pg_stat_activity), or the primary writes more than the replica's class can replay."
          periods   = 3
          statistic = "Maximum"
          threshold = var.thresholds.replica_lag_seconds
          metric    = "ReplicaLag"
        } : null
        storage = {
          severity   = "urgent"
          says       = "The database ${key} has less than 5 % of its storage left, and RDS has not enlarged it. A full database stops."
          todo       = "Enlarge it by hand now (aws rds modify-db-instance --allocated-storage). Then see why: the limit max_storage_gb is reached, or the last enlargement is less than six hours ago."
          comparison = "LessThanThreshold"
          statistic  = "Minimum"
          threshold  = database.storage_gb * local._gib * 0.05
          metric     = "FreeStorageSpace"
        }
        storage-low = {
          says       = "The database ${key} has less than ${var.thresholds.database_storage_percent} % of its ${database.storage_gb} GB left."
          todo       = "Below 10 % RDS enlarges it by itself up to max_storage_gb. Look at what grows, and whether that limit is still right."
          comparison = "LessThanThreshold"
          periods    = 3
          statistic  = "Minimum"
          threshold  = database.storage_gb * local._gib * var.thresholds.database_storage_percent / 100
          metric     = "FreeStorageSpace"
        }
        } : "database/${key}/${kind}" => merge(alarm, {
          metrics = {
            m = { namespace = "AWS/RDS", name = alarm.metric, dimensions = { DBInstanceIdentifier = database.identifier } }
          }
      }) if alarm != null
    }
  ]...)

  # Members are named by ElastiCache: group-001 without shards, group-0001-001
  # with them (ElastiCache user guide). One alarm looks at all of them, because
  # which one is the primary changes.
  _cache_members = {
    for key, cache in var.caches : key => (
      cache.shards == null
      ? [for node in range(cache.nodes_per_shard) : format("%s-%03d", cache.id, node + 1)]
      : [for pair in setproduct(range(cache.shards), range(cache.nodes_per_shard)) : format("%s-%04d-%03d", cache.id, pair[0] + 1, pair[1] + 1)]
    )
  }
  _cache_alarms = merge([
    for key, cache in var.caches : {
      for kind, alarm in {
        cpu = {
          says      = "Redis in ${key} uses more than ${var.thresholds.cache_cpu_percent} % of its one thread: everything that asks it waits."
          todo      = "The slow log in CloudWatch shows the commands (KEYS, large ranges). If they are fine, add a shard."
          periods   = 3
          threshold = var.thresholds.cache_cpu_percent
          metric    = "EngineCPUUtilization"
        }
        evictions = {
          says      = "The cache ${key} throws away what has not expired, more than ${var.thresholds.cache_evictions} entries in five minutes."
          todo      = "Entries without a time to live fill it, or it is too small: compare memory with the hit rate before enlarging."
          periods   = 3
          statistic = "Sum"
          threshold = var.thresholds.cache_evictions
          metric    = "Evictions"
        }
        memory = {
          says      = "The cache ${key} has used ${var.thresholds.cache_memory_percent} % of its memory."
          todo      = "Before it is full: shorter times to live, or the next class. Full, it evicts or refuses to write."
          periods   = 3
          threshold = var.thresholds.cache_memory_percent
          metric    = "DatabaseMemoryUsagePercentage"
        }
        replication = cache.nodes_per_shard > 1 ? {
          says      = "A replica of the cache ${key} is more than ${var.thresholds.cache_lag_seconds} s behind: a failover now would lose that much."
          todo      = "The primary writes more than the link or the replica takes: look at its network bandwidth and at snapshots that run now."
          periods   = 3
          statistic = "Maximum"
          threshold = var.thresholds.cache_lag_seconds
          metric    = "ReplicationLag"
        } : null
        swap = {
          says      = "The cache ${key} swaps: the node's memory is used up, whatever Redis says."
          todo      = "Raise reserved-memory-percent to 25 or take the next class."
          periods   = 3
          statistic = "Maximum"
          threshold = 50 * 1024 * 1024
          metric    = "SwapUsage"
        }
        } : "cache/${key}/${kind}" => merge(alarm, {
          expression = "MAX([${join(", ", [for index, member in local._cache_members[key] : "m${index}"])}])"
          metrics = {
            for index, member in local._cache_members[key] : "m${index}" => {
              namespace = "AWS/ElastiCache", name = alarm.metric, dimensions = { CacheClusterId = member }
            }
          }
      }) if alarm != null
    }
  ]...)

  # S3 Replication Time Control promises fifteen minutes.
  _replication_alarms = merge([
    for key, replication in var.replications : {
      for kind, alarm in {
        failed = {
          says      = "S3 could not copy objects of ${key} to the other Region. It does not try again by itself."
          todo      = "S3 Batch Replication copies what failed; the event of the object says why, most often a key or an object lock."
          statistic = "Sum"
          threshold = 0
          metric    = "OperationsFailedReplication"
        }
        latency = {
          says      = "Copies of ${key} in the other Region are more than ${var.thresholds.replication_seconds} s behind."
          todo      = "If bytes pending fall, it catches up. If they do not: AWS Health for both Regions, and the replication role's access to both keys."
          periods   = 3
          statistic = "Maximum"
          threshold = var.thresholds.replication_seconds
          metric    = "ReplicationLatency"
        }
        pending = {
          says      = "More than ${var.thresholds.replication_pending_mb} MB of ${key} wait to be copied to the other Region."
          todo      = "A large upload explains it for an hour. After that, as with the latency's alarm."
          periods   = 12
          statistic = "Maximum"
          threshold = var.thresholds.replication_pending_mb * 1024 * 1024
          metric    = "BytesPendingReplication"
        }
        } : "replication/${key}/${kind}" => merge(alarm, {
          metrics = {
            m = {
              namespace = "AWS/S3"
              name      = alarm.metric
              dimensions = {
                DestinationBucket = replication.destination
                RuleId            = replication.rule
                SourceBucket      = replication.source
              }
            }
          }
      })
    }
  ]...)

  _backup_alarms = merge([
    for key, vault in var.vaults : {
      for kind, alarm in {
        copies = {
          says      = "A copy of a backup from the vault ${key} to another Region failed."
          todo      = "AWS Backup, copy jobs, failed: the message names the key or the vault policy. Start the copy again; scripts/backup.sh follows it."
          statistic = "Sum"
          threshold = 0
          metric    = "NumberOfCopyJobsFailed"
        }
        expired = {
          says      = "A backup job into the vault ${key} did not begin within its window."
          todo      = "The resource was busy or asleep all that time. Move the window to hours in which it runs."
          statistic = "Sum"
          threshold = 0
          metric    = "NumberOfBackupJobsExpired"
        }
        failed = {
          says      = "A backup job into the vault ${key} failed."
          todo      = "AWS Backup, jobs, failed: the message says why. Make the backup by hand with scripts/backup.sh today; tonight is too late to find out."
          statistic = "Sum"
          threshold = 0
          metric    = "NumberOfBackupJobsFailed"
        }
        none = {
          says       = "No backup has been completed in the vault ${key} for ${vault.every_hours} hours: the plan does not run, or selects nothing."
          todo       = "AWS Backup, plan, resource assignments: does the Backup tag of the resources still say this plan's name?"
          comparison = "LessThanThreshold"
          missing    = "breaching"
          period     = 3600
          periods    = vault.every_hours
          statistic  = "Sum"
          threshold  = 1
          metric     = "NumberOfBackupJobsCompleted"
        }
        restores = {
          says      = "A restore from the vault ${key} failed. Where it was a test, the backups may be of no use."
          todo      = "AWS Backup, restore jobs: the message says what the restored resource lacked. Test again before anything else changes."
          statistic = "Sum"
          threshold = 0
          metric    = "NumberOfRestoreJobsFailed"
        }
        } : "backup/${key}/${kind}" => merge(alarm, {
          metrics = {
            m = { namespace = "AWS/Backup", name = alarm.metric, dimensions = { BackupVaultName = vault.name } }
          }
      })
    }
  ]...)

  _queue_alarms = merge([
    for key, queue in var.queues : {
      "queue/${key}/age" = {
        says      = "The oldest message in the queue ${key} has waited longer than ${queue.max_age_seconds} s."
        todo      = "Whoever reads it has stopped or is too slow: look at its errors first, then at its number."
        periods   = 2
        statistic = "Maximum"
        threshold = queue.max_age_seconds
        metrics = {
          m = { namespace = "AWS/SQS", name = "ApproximateAgeOfOldestMessage", dimensions = { QueueName = queue.name } }
        }
      }
    }
  ]...)

  _filter_alarms = merge([
    for key, filter in local._filters : {
      "log/${filter.group}/${filter.name}" = {
        severity  = filter.severity
        says      = "The log group ${filter.group} has more than ${coalesce(filter.threshold, 0)} lines of the kind ${filter.name} in five minutes."
        todo      = coalesce(filter.todo, "Logs Insights, saved query ${var.prefix}/errors: read the lines themselves.")
        statistic = "Sum"
        threshold = filter.threshold
        metrics = {
          m = { namespace = var.prefix, name = "${filter.group}-${filter.name}", dimensions = {} }
        }
      }
    } if filter.threshold != null
  ]...)
}
