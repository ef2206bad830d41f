mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  environment = "dev"
  key_arn     = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  prefix      = "personal-timeline-dev"
}

run "a_severity_that_is_none" {
  command = plan
  variables {
    subscriptions = { team = { endpoint = "team@personal-timeline.app", severity = "high" } }
  }
  expect_failures = [var.subscriptions]
}

run "a_protocol_that_is_none" {
  command = plan
  variables {
    subscriptions = { team = { endpoint = "team@personal-timeline.app", protocol = "http", severity = "morning" } }
  }
  expect_failures = [var.subscriptions]
}

run "another_alarms_severity" {
  command = plan
  variables {
    other_alarms = { one = { name = "one", severity = "high" } }
  }
  expect_failures = [var.other_alarms]
}

run "a_publisher_without_a_condition" {
  command = plan
  variables {
    publishers = ["s3.amazonaws.com"]
  }
  expect_failures = [var.publishers]
}

run "a_class_that_is_not_known" {
  command = plan
  variables {
    databases = { timeline = { identifier = "timeline", class = "db.x2g.large" } }
  }
  expect_failures = [var.databases]
}

run "a_class_that_is_not_known_but_said" {
  command = plan
  variables {
    databases = { timeline = { identifier = "timeline", class = "db.x2g.large", max_connections = 1000 } }
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.alarm["database/timeline/connections"].threshold == 800 && !contains(keys(local.alarms), "database/timeline/memory")
    error_message = "What is said is taken; what is not known is not guessed."
  }
}

run "a_cache_without_nodes" {
  command = plan
  variables {
    caches = { sessions = { id = "sessions", nodes_per_shard = 0 } }
  }
  expect_failures = [var.caches]
}

run "a_cache_with_too_many_nodes_for_one_alarm" {
  command = plan
  variables {
    caches = { sessions = { id = "sessions", nodes_per_shard = 3, shards = 4 } }
  }
  expect_failures = [aws_cloudwatch_metric_alarm.alarm]
}

run "a_group_that_cannot_have_filters" {
  command = plan
  variables {
    log_groups = { archive = { class = "INFREQUENT_ACCESS", filters = { errors = { pattern = "error" } } } }
  }
  expect_failures = [var.log_groups]
}

run "a_class_of_group_that_is_none" {
  command = plan
  variables {
    log_groups = { archive = { class = "GLACIER" } }
  }
  expect_failures = [var.log_groups]
}

run "a_group_with_an_odd_name" {
  command = plan
  variables {
    log_groups = { "Archive/2026" = {} }
  }
  expect_failures = [var.log_groups]
}

run "a_filters_severity" {
  command = plan
  variables {
    log_groups = { application = { filters = { errors = { pattern = "error", severity = "high" } } } }
  }
  expect_failures = [var.log_groups]
}

run "a_retention_that_cloudwatch_lacks" {
  command = plan
  variables {
    log_groups = { application = { retention_days = 10 } }
  }
  expect_failures = [var.log_groups]
}

run "a_percentage_above_a_hundred" {
  command = plan
  variables {
    thresholds = { node_cpu_percent = 120 }
  }
  expect_failures = [var.thresholds]
}

run "a_vault_that_is_watched_too_long" {
  command = plan
  variables {
    vaults = { primary = { name = "vault", every_hours = 200 } }
  }
  expect_failures = [var.vaults]
}

run "a_canary_over_plain_http" {
  command = plan
  variables {
    canaries    = { site = { checks = [{ url = "http://personal-timeline.app/" }] } }
    logs_bucket = "logs"
  }
  expect_failures = [var.canaries]
}

run "a_canary_with_nothing_to_check" {
  command = plan
  variables {
    canaries    = { site = { checks = [] } }
    logs_bucket = "logs"
  }
  expect_failures = [var.canaries]
}

run "a_canary_without_a_bucket" {
  command = plan
  variables {
    canaries = { site = { checks = [{ url = "https://personal-timeline.app/" }] } }
  }
  expect_failures = [var.canaries]
}

run "a_canary_with_a_long_key" {
  command = plan
  variables {
    canaries    = { a-key-that-is-much-too-long = { checks = [{ url = "https://personal-timeline.app/" }] } }
    logs_bucket = "logs"
  }
  expect_failures = [var.canaries]
}

run "a_search_for_nobody" {
  command = plan
  variables {
    logs_bucket = "logs"
    prefix      = "pt-dev"
    search      = { administrators = [], subnet_ids = ["subnet-0a", "subnet-0b"], vpc_id = "vpc-0" }
  }
  expect_failures = [var.search]
}

run "a_search_with_tiny_volumes" {
  command = plan
  variables {
    logs_bucket = "logs"
    prefix      = "pt-dev"
    search      = { administrators = ["arn:aws:iam::123456789012:role/a"], subnet_ids = ["subnet-0a", "subnet-0b"], volume_gb = 5, vpc_id = "vpc-0" }
  }
  expect_failures = [var.search]
}

run "a_search_without_a_bucket" {
  command = plan
  variables {
    prefix = "pt-dev"
    search = { administrators = ["arn:aws:iam::123456789012:role/a"], subnet_ids = ["subnet-0a", "subnet-0b"], vpc_id = "vpc-0" }
  }
  expect_failures = [var.search]
}

run "a_search_in_one_zone_with_a_long_name" {
  command = plan
  variables {
    logs_bucket = "logs"
    search      = { administrators = ["arn:aws:iam::123456789012:role/a"], subnet_ids = ["subnet-0a"], vpc_id = "vpc-0" }
  }
  expect_failures = [aws_opensearch_domain.search]
}

run "a_sampling_rate_above_one" {
  command = plan
  variables {
    tracing = { sampling = { api = { priority = 1, rate = 2 } } }
  }
  expect_failures = [var.tracing]
}

run "a_trace_group_with_a_long_name" {
  command = plan
  variables {
    tracing = { groups = { a-name-that-x-ray-would-not-take-at-all = "error" } }
  }
  expect_failures = [aws_xray_group.group]
}

run "a_sampling_rule_with_a_long_name" {
  command = plan
  variables {
    tracing = { sampling = { a-name-that-x-ray-would-not-take = { priority = 1, rate = 1 } } }
  }
  expect_failures = [var.tracing]
}

run "a_sample_of_more_than_all_visits" {
  command = plan
  variables {
    real_users = { domain = "personal-timeline.app", sample = 2 }
  }
  expect_failures = [var.real_users]
}

run "metrics_for_ever" {
  command = plan
  variables {
    prometheus = { retention_days = 5000 }
  }
  expect_failures = [var.prometheus]
}

run "names_that_are_too_long" {
  command = plan
  variables {
    canaries    = { site = { checks = [{ url = "https://personal-timeline.app/" }] } }
    grafana     = {}
    logs_bucket = "logs"
    prefix      = "a-project-with-a-name-that-goes-on-and-on-and-on-and-on-dev"
  }
  expect_failures = [aws_iam_role.canary, aws_iam_role.grafana]
}

run "cloudfront_from_elsewhere" {
  command = plan
  variables {
    distributions = { site = { id = "E2EXAMPLE" } }
    health_checks = { site = "1" }
  }
  override_data {
    target = data.aws_region.current
    values = { name = "us-west-2" }
  }
  expect_failures = [var.distributions, var.health_checks]
}
