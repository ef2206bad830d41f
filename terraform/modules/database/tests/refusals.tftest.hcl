mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

mock_provider "aws" {
  alias           = "secondary"
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  key_arn           = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  prefix            = "personal-timeline-prod"
  secondary_key_arn = "arn:aws:kms:us-west-2:123456789012:key/99999999-2222-3333-4444-555555555555"
  subnet_ids        = { a = "subnet-0a", b = "subnet-0b", c = "subnet-0c" }
  vpc_id            = "vpc-0"
  recovery = {
    subnet_ids = { a = "subnet-9a", b = "subnet-9b" }
    vpc_id     = "vpc-9"
  }
}

run "an_unsound_key" {
  command = plan

  variables {
    instances = { "Time_line" = { class = "db.t3.micro" } }
  }

  expect_failures = [var.instances]
}

run "an_old_version_is_refused" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", engine_version = "14" } }
  }

  expect_failures = [var.instances]
}

run "no_backups_is_refused" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", backup_days = 0 } }
  }

  expect_failures = [var.instances]
}

run "copies_of_no_days" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", backup_copy_days = 36 } }
  }

  expect_failures = [var.instances]
}

run "storage_that_would_shrink" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", storage_gb = 50, max_storage_gb = 40 } }
  }

  expect_failures = [var.instances]
}

run "tls_cannot_be_switched_off" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", parameters = { "rds.force_ssl" = "0" } } }
  }

  expect_failures = [var.instances]
}

run "tls_cannot_be_weakened" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", parameters = { ssl_min_protocol_version = "TLSv1.1" } } }
  }

  expect_failures = [var.instances]
}

run "statements_are_always_counted" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", parameters = { shared_preload_libraries = "pgaudit" } } }
  }

  expect_failures = [var.instances]
}

run "a_tag_that_rds_would_refuse" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", tags = { Schedule = "Mon-Fri 07:00-19:00, Sat" } } }
  }

  expect_failures = [var.instances]
}

run "insights_of_an_unknown_kind" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", insights = "full" } }
  }

  expect_failures = [var.instances]
}

run "monitoring_at_an_odd_interval" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", monitoring_seconds = 45 } }
  }

  expect_failures = [var.instances]
}

run "a_window_in_words" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", maintenance_window = "wednesday afternoon" } }
  }

  expect_failures = [var.instances]
}

run "windows_that_meet" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", backup_window = "16:30-17:30" } }
  }

  expect_failures = [aws_db_instance.postgres["timeline"]]
}

run "windows_that_meet_around_the_week" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", backup_window = "00:10-00:40", maintenance_window = "sun:23:30-mon:00:15" } }
  }

  expect_failures = [aws_db_instance.postgres["timeline"]]
}

run "a_window_too_short" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", backup_window = "16:00-16:20" } }
  }

  expect_failures = [aws_db_instance.postgres["timeline"]]
}

run "blue_green_with_a_replica" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", blue_green = true, replicas = { reports = {} } } }
  }

  expect_failures = [var.instances]
}

run "a_replica_in_a_region_without_network" {
  command = plan

  variables {
    recovery  = null
    instances = { timeline = { class = "db.t3.micro", cross_region_replica = {} } }
  }

  expect_failures = [var.instances]
}

run "a_replica_in_a_region_without_key" {
  command = plan

  variables {
    secondary_key_arn = null
    instances         = { timeline = { class = "db.t3.micro", cross_region_replica = {} } }
  }

  expect_failures = [var.instances]
}

run "copies_to_a_region_without_key" {
  command = plan

  variables {
    secondary_key_arn = null
    instances         = { timeline = { class = "db.t3.micro", backup_copy_days = 7 } }
  }

  expect_failures = [var.instances]
}

run "an_unknown_zone" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", zone = "f" } }
  }

  expect_failures = [var.instances]
}

run "more_replicas_than_rds_has" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", replicas = { for number in range(16) : "reader-${number}" => {} } } }
  }

  expect_failures = [var.instances]
}

run "a_name_too_long" {
  command = plan

  variables {
    instances = { a-timeline-of-everything-that-ever-happened-anywhere = { class = "db.t3.micro" } }
  }

  expect_failures = [aws_db_instance.postgres["a-timeline-of-everything-that-ever-happened-anywhere"]]
}

run "an_old_redis" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.t3.micro", engine_version = "6.2" } }
  }

  expect_failures = [var.caches]
}

run "a_version_of_the_other_engine" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.t3.micro", engine = "valkey" } }
  }

  expect_failures = [var.caches]
}

run "too_many_replicas_of_a_shard" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.t3.micro", replicas_per_shard = 6 } }
  }

  expect_failures = [var.caches]
}

run "no_shards" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.t3.micro", shards = 0 } }
  }

  expect_failures = [var.caches]
}

run "a_cache_window_in_words" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.t3.micro", snapshot_window = "at night" } }
  }

  expect_failures = [var.caches]
}

run "cache_windows_that_meet" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.t3.micro", snapshot_window = "17:30-18:30" } }
  }

  expect_failures = [aws_elasticache_replication_group.redis["timeline"]]
}

run "a_cache_window_too_short" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.t3.micro", snapshot_window = "15:00-15:30" } }
  }

  expect_failures = [aws_elasticache_replication_group.redis["timeline"]]
}

run "snapshots_kept_too_long" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.t3.micro", snapshot_days = 36 } }
  }

  expect_failures = [var.caches]
}

run "cluster_mode_behind_the_back" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.t3.micro", parameters = { cluster-enabled = "yes" } } }
  }

  expect_failures = [var.caches]
}

run "a_user_without_password" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.t3.micro", users = { app = "nopass ~* +@all" } } }
  }

  expect_failures = [var.caches]
}

run "the_user_that_is_shut" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.t3.micro", users = { default = "~* +@all" } } }
  }

  expect_failures = [var.caches]
}

run "a_global_datastore_without_network" {
  command = plan

  variables {
    recovery = null
    caches   = { timeline = { node_type = "cache.r5.large", replicas_per_shard = 1, global_datastore = {} } }
  }

  expect_failures = [var.caches]
}

run "a_global_datastore_without_key" {
  command = plan

  variables {
    secondary_key_arn = null
    caches            = { timeline = { node_type = "cache.r5.large", replicas_per_shard = 1, global_datastore = {} } }
  }

  expect_failures = [var.caches]
}

run "a_global_datastore_of_small_nodes" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.t3.medium", replicas_per_shard = 1, global_datastore = {} } }
  }

  expect_failures = [var.caches]
}

run "a_global_datastore_without_replicas" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.r5.large", global_datastore = {} } }
  }

  expect_failures = [var.caches]
}

run "a_zone_for_several_nodes" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.t3.micro", replicas_per_shard = 1, zone = "a" } }
  }

  expect_failures = [var.caches]
}

run "a_cache_name_too_long" {
  command = plan

  variables {
    caches = { timeline-of-everything = { node_type = "cache.t3.micro", users = {} } }
  }

  expect_failures = [aws_elasticache_replication_group.redis["timeline-of-everything"]]
}

run "a_follower_name_too_long" {
  command = plan

  variables {
    caches = { timelines = { node_type = "cache.r5.large", replicas_per_shard = 1, global_datastore = {} } }
  }

  expect_failures = [aws_elasticache_replication_group.recovery["timelines"]]
}

run "a_user_name_too_long" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.t3.micro", users = { background-worker = "~* +@all" } } }
  }

  expect_failures = [aws_elasticache_user.redis["timeline/background-worker"]]
}
