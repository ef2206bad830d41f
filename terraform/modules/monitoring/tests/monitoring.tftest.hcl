mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  environment = "dev"
  key_arn     = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  prefix      = "personal-timeline-dev"
  tags        = { Environment = "dev", Project = "personal-timeline" }
}

run "nothing_watched_nothing_made" {
  command = plan

  variables {
    dashboards = null
  }

  assert {
    condition = (
      output.alarm_names == {} && output.composite_alarms == {} && output.dashboards == {} &&
      output.log_groups == {} && output.canaries == {} &&
      output.grafana == null && output.prometheus == null && output.search == null && output.real_users == null &&
      length(aws_cloudwatch_query_definition.query) == 0 && length(aws_xray_sampling_rule.rule) == 0 &&
      length(aws_iam_role.grafana) == 0 && length(aws_iam_role.search) == 0 && length(aws_iam_role.visitors) == 0
    )
    error_message = "Null or empty means off."
  }
  assert {
    condition     = keys(output.topic_arns) == ["morning", "urgent"]
    error_message = "The topics are always there: others publish to them."
  }
}

run "everything" {
  command = plan

  variables {
    environment              = "prod"
    logs_bucket              = "personal-timeline-prod-logs"
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
    prefix                   = "pt-prod"

    anomalies     = {}
    applications  = { api = { environment = "eks:pt-prod-apps-cluster/timeline", service = "api" } }
    caches        = { sessions = { id = "pt-prod-cache-redis", nodes_per_shard = 2, shards = 2 }, pages = { id = "pt-prod-pages" } }
    canaries      = { site = { checks = [{ url = "https://personal-timeline.app/" }] } }
    certificates  = { site = "arn:aws:acm:us-east-1:123456789012:certificate/1" }
    dashboards    = { regions = ["us-west-2"] }
    distributions = { site = { id = "E2EXAMPLE" } }
    grafana       = { administrators = ["group-1"], reachable_from = { vpce_ids = ["vpce-1"] } }
    health_checks = { site = "11111111-2222-3333-4444-555555555555" }
    nat_gateways  = { a = "nat-0a", b = "nat-0b" }
    prometheus    = {}
    queries       = { mine = { log_groups = ["/pt-prod/application"], query = "fields @message" } }
    queues        = { uploads = { name = "pt-prod-uploads" } }
    real_users    = { domain = "personal-timeline.app" }
    replications  = { media = { source = "pt-prod-media", destination = "pt-prod-media-replica", rule = "all" } }
    tracing       = { groups = { slow = "responsetime > 2" }, sampling = { api = { priority = 100, rate = 0.1 } } }
    vaults        = { primary = { name = "pt-prod-vault" } }
    clusters = {
      apps = {
        name = "pt-prod-apps-cluster"
        scrape = {
          arn                = "arn:aws:eks:us-east-1:123456789012:cluster/pt-prod-apps-cluster"
          security_group_ids = ["sg-1"]
          subnet_ids         = ["subnet-0a", "subnet-0b"]
        }
      }
    }
    databases = {
      timeline         = { identifier = "pt-prod-timeline-db", class = "db.r5.large", storage_gb = 100 }
      timeline-replica = { identifier = "pt-prod-timeline-db-replica", class = "db.r5.large", storage_gb = 100, replica = true }
      small            = { identifier = "pt-prod-small-db", class = "db.t3.micro", burstable = true }
    }
    functions = {
      notify    = { function_name = "pt-prod-notify", dead_letters = "pt-prod-notify-dead-letters", log_group = "/aws/lambda/pt-prod-notify" }
      off-hours = { function_name = "pt-prod-off-hours", dead_letters = "pt-prod-off-hours-dead-letters", log_group = "/aws/lambda/pt-prod-off-hours" }
    }
    load_balancers = {
      web = { arn_suffix = "app/pt-prod-web/1", target_groups = { blue = "targetgroup/pt-prod-web-blue/1", green = "targetgroup/pt-prod-web-green/1" } }
    }
    log_groups = {
      application = {
        anomalies = true
        filters   = { panics = { pattern = "panicked", severity = "urgent", threshold = 0 }, slow = { pattern = "slow" } }
        masked    = ["EmailAddress"]
        search    = true
      }
      archive = { class = "INFREQUENT_ACCESS", retention_days = 365 }
    }
    other_alarms = { off-hours-errors = { name = "pt-prod-off-hours-errors" } }
    search = {
      administrators            = ["arn:aws:iam::123456789012:role/administrator"]
      client_security_group_ids = { apps = "sg-2" }
      subnet_ids                = ["subnet-0a", "subnet-0b", "subnet-0c"]
      vpc_id                    = "vpc-0"
    }
    subscriptions = {
      on-call = { endpoint = "https://events.pagerduty.com/x", protocol = "https", severity = "urgent" }
      team    = { endpoint = "team@personal-timeline.app", severity = "morning" }
    }
  }

  # Topics

  assert {
    condition = alltrue([
      for topic in aws_sns_topic.alarms : topic.kms_master_key_id == var.key_arn
    ])
    error_message = "Topics are encrypted with the given key."
  }
  assert {
    condition = alltrue([
      for policy in aws_sns_topic_policy.alarms : alltrue([
        for statement in jsondecode(policy.policy).Statement :
        contains(["none", "backup.amazonaws.com"], try(statement.Principal.Service, "none")) || can(statement.Condition)
      ])
    ])
    error_message = "No service publishes without being asked by this account."
  }
  assert {
    condition = (
      one([for statement in jsondecode(aws_sns_topic_policy.alarms["urgent"].policy).Statement : statement if statement.Sid == "OwnAlarms"]).Condition.ArnLike["aws:SourceArn"] == "arn:aws:cloudwatch:us-east-1:123456789012:alarm:pt-prod-*" &&
      !strcontains(aws_sns_topic_policy.alarms["urgent"].policy, "backup.amazonaws.com") &&
      strcontains(aws_sns_topic_policy.alarms["morning"].policy, "backup.amazonaws.com") &&
      strcontains(aws_sns_topic_policy.alarms["urgent"].policy, "aps.amazonaws.com") &&
      alltrue([for policy in aws_sns_topic_policy.alarms : strcontains(policy.policy, "\"aws:SecureTransport\":\"false\"")])
    )
    error_message = "Own alarms and the alert manager publish to both topics over TLS, other services to the morning one alone."
  }
  assert {
    condition     = aws_sns_topic_subscription.alarms["on-call"].protocol == "https" && aws_sns_topic_subscription.alarms["team"].protocol == "email"
    error_message = "Subscriptions are as asked for."
  }

  # Alarms

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.alarm :
      alarm.alarm_actions == toset([aws_sns_topic.alarms["morning"].arn]) && strcontains(alarm.alarm_description, "What to do:") &&
      length(alarm.alarm_description) <= 1024 && startswith(alarm.alarm_name, "pt-prod-") && alarm.tags["Environment"] == "dev"
    ])
    error_message = "Each alarm says what to do, goes to the morning topic, and carries the tags that off-hours wants."
  }
  assert {
    condition = (
      aws_cloudwatch_composite_alarm.environment["urgent"].alarm_actions == toset([aws_sns_topic.alarms["urgent"].arn]) &&
      try(length(aws_cloudwatch_composite_alarm.environment["morning"].alarm_actions), 0) == 0
    )
    error_message = "Only the urgent lamp calls somebody."
  }
  assert {
    condition = toset([for key, alarm in local.alarms : split("/", key)[2] if alarm.severity == "urgent"]) == toset([
      "connections", "down", "errors", "failing", "faults", "latency", "no-host", "panics", "storage",
    ])
    error_message = "Urgent is what people feel, and nothing else."
  }
  assert {
    condition = (
      strcontains(aws_cloudwatch_composite_alarm.environment["urgent"].alarm_rule, "ALARM(\"pt-prod-load-balancer-web-errors\")") &&
      strcontains(aws_cloudwatch_composite_alarm.environment["morning"].alarm_rule, "ALARM(\"pt-prod-off-hours-errors\")") &&
      !strcontains(aws_cloudwatch_composite_alarm.environment["morning"].alarm_rule, "load-balancer-web-errors")
    )
    error_message = "Each lamp has its own alarms, those made elsewhere included."
  }
  assert {
    condition = toset([for query in aws_cloudwatch_metric_alarm.alarm["load-balancer/web/errors"].metric_query : try(query.metric[0].metric_name, query.expression)]) == toset([
      "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count", "RequestCount",
      "IF(requests >= 20, 100 * (FILL(target, 0) + FILL(elb, 0)) / requests, 0)",
    ])
    error_message = "Errors are a ratio of all answers, above a number of requests."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.alarm["database/timeline/connections"].threshold == floor(floor((16 * 0.9 - 0.2) * 1024 * 1024 * 1024 / 9531392) * 0.8) &&
      aws_cloudwatch_metric_alarm.alarm["database/small/connections"].threshold == 62 &&
      aws_cloudwatch_metric_alarm.alarm["database/timeline/memory"].threshold == floor(1.6 * 1024 * 1024 * 1024) &&
      aws_cloudwatch_metric_alarm.alarm["database/timeline/storage"].threshold == 5 * 1024 * 1024 * 1024 &&
      aws_cloudwatch_metric_alarm.alarm["database/timeline/storage"].comparison_operator == "LessThanThreshold"
    )
    error_message = "Thresholds follow from what the class has."
  }
  assert {
    condition = (
      contains(keys(local.alarms), "database/timeline-replica/replica-lag") && !contains(keys(local.alarms), "database/timeline/replica-lag") &&
      contains(keys(local.alarms), "database/small/credits") && !contains(keys(local.alarms), "database/timeline/credits")
    )
    error_message = "Only replicas lag, only burstable classes borrow."
  }
  assert {
    condition = alltrue([
      for key, alarm in aws_cloudwatch_metric_alarm.alarm : alarm.dimensions == tomap({ DBInstanceIdentifier = var.databases[split("/", key)[1]].identifier }) && length(alarm.metric_query) == 0
      if startswith(key, "database/")
    ])
    error_message = "An alarm about one database is a plain one with its dimension: off-hours finds it and mutes it."
  }
  assert {
    condition = (
      toset([for query in aws_cloudwatch_metric_alarm.alarm["cache/sessions/cpu"].metric_query : query.metric[0].dimensions["CacheClusterId"] if length(query.metric) > 0]) == toset([
        "pt-prod-cache-redis-0001-001", "pt-prod-cache-redis-0001-002", "pt-prod-cache-redis-0002-001", "pt-prod-cache-redis-0002-002",
      ]) &&
      one([for query in aws_cloudwatch_metric_alarm.alarm["cache/pages/cpu"].metric_query : query.metric[0].dimensions["CacheClusterId"] if length(query.metric) > 0]) == "pt-prod-pages-001" &&
      !contains(keys(local.alarms), "cache/pages/replication")
    )
    error_message = "All members of a cache are looked at, by the names that ElastiCache gives them."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.alarm["backup/primary/none"].treat_missing_data == "breaching" &&
      alltrue([for key, alarm in aws_cloudwatch_metric_alarm.alarm : alarm.treat_missing_data == "notBreaching" if key != "backup/primary/none"])
    )
    error_message = "Silence is a breach for backups alone."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.band["load-balancer/web/usual-traffic"].threshold_metric_id == "band" && length(aws_cloudwatch_metric_alarm.band) == 2
    error_message = "Bands are asked for."
  }
  assert {
    condition     = contains(keys(local.alarms), "log/application/panics") && !contains(keys(local.alarms), "log/application/slow")
    error_message = "A filter rings where it has a threshold."
  }

  # Logs

  assert {
    condition = alltrue([
      for group in concat(values(aws_cloudwatch_log_group.application), values(aws_cloudwatch_log_group.container_insights), values(aws_cloudwatch_log_group.prometheus), values(aws_cloudwatch_log_group.search), values(aws_cloudwatch_log_group.pipeline)) :
      group.kms_key_id == var.key_arn && coalesce(group.retention_in_days, 0) > 0
    ])
    error_message = "Every log group is encrypted and forgets."
  }
  assert {
    condition = (
      aws_cloudwatch_log_group.application["archive"].log_group_class == "INFREQUENT_ACCESS" && aws_cloudwatch_log_group.application["archive"].retention_in_days == 365 &&
      keys(aws_cloudwatch_log_group.container_insights) == ["apps/application", "apps/dataplane", "apps/host", "apps/performance"] &&
      keys(aws_cloudwatch_log_anomaly_detector.detector) == ["application"] && keys(aws_cloudwatch_log_data_protection_policy.masked) == ["application"] &&
      length(aws_cloudwatch_log_metric_filter.filter) == 2
    )
    error_message = "Groups have the class, retention and guards that they ask for."
  }
  assert {
    condition = toset(keys(aws_cloudwatch_query_definition.query)) == toset([
      "errors", "errors-by-minute", "functions-cold-starts", "functions-what-was-done", "mine", "pods-that-say-errors", "slow-statements", "who-changed-the-cluster",
    ])
    error_message = "Saved queries are there where they have something to read."
  }

  # Dashboards

  assert {
    condition = (
      output.dashboards == { morning = "pt-prod-morning", operations = "pt-prod-operations" } &&
      startswith(jsondecode(module.dashboard["morning"].body).widgets[0].properties.markdown, "## pt-prod: is anything wrong?") &&
      toset(jsondecode(module.dashboard["morning"].body).widgets[1].properties.alarms) == toset([
        "arn:aws:cloudwatch:us-east-1:123456789012:alarm:pt-prod-environment-morning", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:pt-prod-environment-urgent",
      ])
    )
    error_message = "The first thing in the morning is the two lamps."
  }
  assert {
    condition     = strcontains(module.dashboard["morning"].body, "[\"Nightshift\",\"Stopped\",\"Environment\",\"prod\",\"Function\",\"off-hours\"]")
    error_message = "The night is what Nightshift measured in this environment."
  }

  # Prometheus and Grafana

  assert {
    condition = (
      aws_prometheus_workspace.metrics["metrics"].kms_key_arn == var.key_arn &&
      toset(keys(aws_prometheus_rule_group_namespace.rules)) == toset(["applications", "clusters", "recording"]) &&
      aws_prometheus_workspace_configuration.metrics["metrics"].retention_period_in_days == 150
    )
    error_message = "The workspace has its key, its rules and its retention."
  }
  assert {
    condition = alltrue([
      for receiver in yamldecode(yamldecode(aws_prometheus_alert_manager_definition.alerts["metrics"].definition).alertmanager_config).receivers :
      receiver.sns_configs[0].topic_arn == "arn:aws:sns:us-east-1:123456789012:pt-prod-alarms-${receiver.name}"
    ])
    error_message = "What Prometheus finds goes to the same two topics."
  }
  assert {
    condition = (
      aws_prometheus_scraper.cluster["apps"].source[0].eks[0].subnet_ids == toset(["subnet-0a", "subnet-0b"]) &&
      yamldecode(aws_prometheus_scraper.cluster["apps"].scrape_configuration).global.external_labels.cluster == "pt-prod-apps-cluster"
    )
    error_message = "The scraper stands in the cluster's network and says whose metrics they are."
  }
  assert {
    condition = (
      aws_grafana_workspace.grafana["grafana"].authentication_providers == tolist(["AWS_SSO"]) &&
      aws_grafana_workspace.grafana["grafana"].network_access_control[0].vpce_ids == toset(["vpce-1"]) &&
      aws_grafana_role_association.people["ADMIN"].group_ids == toset(["group-1"]) && length(aws_grafana_role_association.people) == 1 &&
      jsondecode(aws_iam_role.grafana["grafana"].assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    )
    error_message = "People sign in with their own identity, from where they may, and no other account uses the role."
  }
  assert {
    condition = !anytrue([
      for statement in jsondecode(aws_iam_role_policy.grafana["grafana"].policy).Statement : anytrue([
        for action in flatten([statement.Action]) : !can(regex(":(Batch)?(Get|List|Describe|Query|Start|Stop|Describe)", action))
      ])
    ])
    error_message = "Grafana reads."
  }

  # Search

  assert {
    condition = (
      aws_opensearch_domain.search["search"].domain_endpoint_options[0].enforce_https &&
      aws_opensearch_domain.search["search"].encrypt_at_rest[0].kms_key_id == var.key_arn &&
      aws_opensearch_domain.search["search"].node_to_node_encryption[0].enabled &&
      aws_opensearch_domain.search["search"].advanced_security_options[0].enabled &&
      length(aws_opensearch_domain.search["search"].vpc_options[0].subnet_ids) == 2 &&
      length(aws_opensearch_domain.search["search"].log_publishing_options) == 4
    )
    error_message = "The domain is in the network, encrypted in every way, asks who you are, and logs."
  }
  assert {
    condition = (
      keys(aws_cloudwatch_log_subscription_filter.search) == ["application"] &&
      aws_kinesis_firehose_delivery_stream.groups["search"].destination == "extended_s3" &&
      aws_kinesis_firehose_delivery_stream.agents["search"].destination == "opensearch" &&
      alltrue([for stream in [aws_kinesis_firehose_delivery_stream.groups["search"], aws_kinesis_firehose_delivery_stream.agents["search"]] : stream.server_side_encryption[0].key_arn == var.key_arn])
    )
    error_message = "Groups go by the bucket, agents go straight, both encrypted."
  }
  assert {
    condition     = keys(aws_vpc_security_group_ingress_rule.search_clients) == ["apps"] && length(aws_vpc_security_group_ingress_rule.search_writers) == 1
    error_message = "The domain lets in its writers and who is named."
  }

  # Traces, canaries, visitors

  assert {
    condition     = aws_xray_sampling_rule.rule["api"].rule_name == "prod-api" && aws_xray_group.group["slow"].group_name == "prod-slow"
    error_message = "Rules and groups carry the environment's code."
  }
  assert {
    condition     = aws_synthetics_canary.canary["site"].artifact_s3_location == "s3://personal-timeline-prod-logs/canaries/site/" && can(regex("canary-[0-9a-f]{12}\\.zip$", aws_synthetics_canary.canary["site"].zip_file))
    error_message = "A canary has its script and a place for what it saw."
  }
  assert {
    condition = (
      jsondecode(aws_iam_role_policy.visitors["site"].policy).Statement[0].Action == "rum:PutRumEvents" &&
      length(jsondecode(aws_iam_role_policy.visitors["site"].policy).Statement) == 1 &&
      !aws_rum_app_monitor.site["site"].app_monitor_configuration[0].allow_cookies
    )
    error_message = "A visitor's browser may hand in measurements, and do nothing else."
  }
  assert {
    condition = alltrue([
      for role in concat(values(aws_iam_role.canary), values(aws_iam_role.grafana), values(aws_iam_role.search), values(aws_iam_role.subscriptions), values(aws_iam_role.visitors)) :
      role.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    ])
    error_message = "Every role is capped."
  }
}

run "left_out" {
  command = plan

  variables {
    nat_gateways = { a = "nat-0a" }
    queues       = { uploads = { name = "uploads" } }
    databases    = { timeline = { identifier = "timeline", class = "db.t3.micro", burstable = true } }
    without      = ["nat", "database/timeline/credits"]
  }

  assert {
    condition = (
      !anytrue([for key in keys(output.alarm_names) : startswith(key, "nat/")]) &&
      !contains(keys(output.alarm_names), "database/timeline/credits") && contains(keys(output.alarm_names), "database/timeline/cpu") &&
      contains(keys(output.alarm_names), "queue/uploads/age")
    )
    error_message = "What is left out is left out, and nothing else."
  }
}

run "only_the_morning" {
  command = plan

  variables {
    queues = { uploads = { name = "uploads" } }
  }

  assert {
    condition     = keys(output.composite_alarms) == ["morning"] && keys(output.dashboards) == ["morning"]
    error_message = "A lamp without alarms is not there, nor a dashboard without functions."
  }
}
