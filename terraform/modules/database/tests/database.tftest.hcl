mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

mock_provider "aws" {
  alias           = "secondary"
  source          = "../../tests/mocks"
  override_during = plan
}

override_data {
  target = data.aws_region.secondary
  values = { name = "us-west-2" }
}

variables {
  key_arn    = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  prefix     = "personal-timeline-dev"
  subnet_ids = { a = "subnet-0a", b = "subnet-0b", c = "subnet-0c" }
  vpc_id     = "vpc-0"
}

run "nothing_asked_nothing_made" {
  command = plan

  assert {
    condition = (
      output.instances == {} && output.security_group_ids == {} && output.caches == {} &&
      output.cache_security_group_ids == {} && output.recovery_security_group_ids == {} &&
      length(aws_db_subnet_group.databases) == 0 && length(aws_elasticache_subnet_group.caches) == 0 &&
      length(aws_iam_role.monitoring) == 0 && length(aws_db_event_subscription.instances) == 0 &&
      length(aws_cloudwatch_log_group.postgres) == 0
    )
    error_message = "Empty means off."
  }
}

run "an_instance" {
  command = plan

  variables {
    client_security_groups = { workers = "sg-0" }
    instances = {
      timeline = { class = "db.t3.micro", zone = "a", tags = { Schedule = "office-hours" } }
    }
  }

  assert {
    condition = (
      aws_db_instance.postgres["timeline"].identifier == "personal-timeline-dev-timeline-db" &&
      aws_db_instance.postgres["timeline"].storage_encrypted &&
      aws_db_instance.postgres["timeline"].kms_key_id == var.key_arn &&
      aws_db_instance.postgres["timeline"].iam_database_authentication_enabled &&
      !aws_db_instance.postgres["timeline"].publicly_accessible &&
      aws_db_instance.postgres["timeline"].deletion_protection &&
      !aws_db_instance.postgres["timeline"].skip_final_snapshot &&
      aws_db_instance.postgres["timeline"].copy_tags_to_snapshot &&
      aws_db_instance.postgres["timeline"].backup_retention_period == 7 &&
      aws_db_instance.postgres["timeline"].ca_cert_identifier == "rds-ca-rsa2048-g1" &&
      aws_db_instance.postgres["timeline"].engine_lifecycle_support == "open-source-rds-extended-support-disabled" &&
      aws_db_instance.postgres["timeline"].availability_zone == "us-east-1a"
    )
    error_message = "An instance is encrypted, private, protected and backed up."
  }
  assert {
    condition = (
      aws_db_instance.postgres["timeline"].manage_master_user_password &&
      aws_db_instance.postgres["timeline"].master_user_secret_kms_key_id == var.key_arn &&
      aws_db_instance.postgres["timeline"].password_wo_version == null &&
      length(aws_secretsmanager_secret.master) == 0
    )
    error_message = "Where RDS can keep the password, it does, under the key given."
  }
  assert {
    condition = toset([
      for parameter in aws_db_parameter_group.postgres["timeline"].parameter :
      "${parameter.name}=${parameter.value} ${parameter.apply_method}"
      if contains(["rds.force_ssl", "shared_preload_libraries", "ssl_min_protocol_version"], parameter.name)
      ]) == toset([
      "rds.force_ssl=1 immediate", "shared_preload_libraries=pg_stat_statements pending-reboot",
      "ssl_min_protocol_version=TLSv1.2 immediate",
    ])
    error_message = "Clients without TLS are turned away, statements are counted; PostgreSQL 15 has TLS 1.2 at best."
  }
  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.postgres["timeline/workers"].from_port == 5432 &&
      aws_vpc_security_group_ingress_rule.postgres["timeline/workers"].to_port == 5432 &&
      aws_vpc_security_group_ingress_rule.postgres["timeline/workers"].referenced_security_group_id == "sg-0" &&
      aws_vpc_security_group_ingress_rule.postgres["timeline/workers"].cidr_ipv4 == null
    )
    error_message = "Clients are groups, not addresses."
  }
  assert {
    condition = (
      length(aws_cloudwatch_log_group.postgres) == 3 &&
      alltrue([for group in aws_cloudwatch_log_group.postgres : group.kms_key_id == var.key_arn && group.retention_in_days == 30])
    )
    error_message = "Logs have groups with an end and a key before RDS makes ones without."
  }
  assert {
    condition = (
      aws_db_instance.postgres["timeline"].performance_insights_enabled &&
      aws_db_instance.postgres["timeline"].performance_insights_kms_key_id == var.key_arn &&
      aws_db_instance.postgres["timeline"].performance_insights_retention_period == 7 &&
      aws_db_instance.postgres["timeline"].database_insights_mode == "standard" &&
      aws_db_instance.postgres["timeline"].monitoring_interval == 60 &&
      aws_db_instance.postgres["timeline"].monitoring_role_arn == aws_iam_role.monitoring[0].arn
    )
    error_message = "Insights are on, for the days that are free, under the key given."
  }
  assert {
    condition = (
      jsondecode(aws_iam_role.monitoring[0].assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012" &&
      jsondecode(aws_iam_role.monitoring[0].assume_role_policy).Statement[0].Condition.ArnLike["aws:SourceArn"] == "arn:aws:rds:*:123456789012:db:personal-timeline-dev-*"
    )
    error_message = "Only this account's instances lend the monitoring role."
  }
}

run "everything_watching_off" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", insights = "off", monitoring_seconds = 0 } }
  }

  assert {
    condition = (
      !aws_db_instance.postgres["timeline"].performance_insights_enabled &&
      aws_db_instance.postgres["timeline"].monitoring_interval == 0 &&
      length(aws_iam_role.monitoring) == 0
    )
    error_message = "Off is off."
  }
}

run "a_disposable_one" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", disposable = true, multi_az = true, zone = "a", engine_version = "16.4" } }
  }

  assert {
    condition = (
      aws_db_instance.postgres["timeline"].skip_final_snapshot &&
      !aws_db_instance.postgres["timeline"].deletion_protection &&
      aws_db_instance.postgres["timeline"].delete_automated_backups &&
      aws_db_parameter_group.postgres["timeline"].family == "postgres16"
    )
    error_message = "A disposable instance can be thrown away."
  }
  assert {
    condition = contains([
      for parameter in aws_db_parameter_group.postgres["timeline"].parameter : "${parameter.name}=${parameter.value}"
    ], "ssl_min_protocol_version=TLSv1.3")
    error_message = "From PostgreSQL 16, nothing below TLS 1.3."
  }
}

run "production" {
  command = plan

  variables {
    client_security_groups   = { apps = "sg-0", workers = "sg-1" }
    notifications            = { topic_arn = "arn:aws:sns:us-east-1:123456789012:alarms" }
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
    prefix                   = "personal-timeline-prod"
    secondary_key_arn        = "arn:aws:kms:us-west-2:123456789012:key/99999999-2222-3333-4444-555555555555"
    recovery = {
      client_security_groups = { apps = "sg-9" }
      notifications          = { topic_arn = "arn:aws:sns:us-west-2:123456789012:alarms" }
      subnet_ids             = { a = "subnet-9a", b = "subnet-9b" }
      vpc_id                 = "vpc-9"
    }
    instances = {
      timeline = {
        class                = "db.r5.large"
        backup_copy_days     = 7
        cross_region_replica = { class = "db.r5.xlarge", tags = { Wave = "1" } }
        engine_version       = "17"
        insights             = "advanced"
        multi_az             = true
        parameters           = { max_connections = "200", "log_min_duration_statement" = "250" }
        proxy                = {}
        replicas             = { reports = { class = "db.r5.large", zone = "b" } }
        tags                 = { Backup = "daily" }
      }
    }
  }

  assert {
    condition = (
      aws_db_instance.postgres["timeline"].multi_az &&
      aws_db_instance.postgres["timeline"].performance_insights_retention_period == 465 &&
      aws_db_instance.postgres["timeline"].database_insights_mode == "advanced"
    )
    error_message = "Two zones, fifteen months of insights."
  }
  assert {
    condition = (
      aws_db_instance.postgres["timeline"].manage_master_user_password == null &&
      aws_db_instance.postgres["timeline"].password_wo_version == 1 &&
      aws_secretsmanager_secret.master["timeline"].kms_key_id == var.key_arn &&
      aws_secretsmanager_secret_version.master["timeline"].secret_string_wo_version == 1 &&
      one(aws_secretsmanager_secret.master["timeline"].replica).region == "us-west-2" &&
      one(aws_secretsmanager_secret.master["timeline"].replica).kms_key_id == var.secondary_key_arn &&
      output.instances["timeline"].secret_arn == aws_secretsmanager_secret.master["timeline"].arn
    )
    error_message = "RDS replicates no instance whose password it manages: the secret is ours, and in both regions."
  }
  assert {
    condition = (
      aws_db_instance.replica["timeline/reports"].identifier == "personal-timeline-prod-timeline-reports-replica" &&
      aws_db_instance.replica["timeline/reports"].replicate_source_db == "personal-timeline-prod-timeline-db" &&
      aws_db_instance.replica["timeline/reports"].availability_zone == "us-east-1b" &&
      aws_db_instance.replica["timeline/reports"].storage_encrypted &&
      aws_db_instance.replica["timeline/reports"].manage_master_user_password == null &&
      aws_db_instance.replica["timeline/reports"].password_wo_version == null &&
      aws_db_instance.replica["timeline/reports"].deletion_protection &&
      aws_db_instance.replica["timeline/reports"].parameter_group_name == aws_db_parameter_group.postgres["timeline"].name &&
      aws_db_instance.replica["timeline/reports"].performance_insights_retention_period == 7 &&
      !contains(keys(aws_db_instance.replica["timeline/reports"].tags), "Backup")
    )
    error_message = "A reader shares its source's settings and has no password of its own."
  }
  assert {
    condition = (
      aws_db_instance.recovery["timeline"].identifier == "personal-timeline-prod-timeline-recovery-db" &&
      aws_db_instance.recovery["timeline"].replicate_source_db == aws_db_instance.postgres["timeline"].arn &&
      aws_db_instance.recovery["timeline"].instance_class == "db.r5.xlarge" &&
      aws_db_instance.recovery["timeline"].kms_key_id == var.secondary_key_arn &&
      aws_db_instance.recovery["timeline"].performance_insights_kms_key_id == var.secondary_key_arn &&
      aws_db_instance.recovery["timeline"].storage_encrypted &&
      aws_db_instance.recovery["timeline"].backup_retention_period == 7 &&
      aws_db_instance.recovery["timeline"].db_subnet_group_name == "personal-timeline-prod-databases" &&
      aws_db_instance.recovery["timeline"].tags["Wave"] == "1" &&
      aws_db_subnet_group.recovery[0].subnet_ids == toset(["subnet-9a", "subnet-9b"]) &&
      aws_db_parameter_group.recovery["timeline"].family == "postgres17" &&
      aws_security_group.recovery["timeline"].vpc_id == "vpc-9" &&
      keys(aws_vpc_security_group_ingress_rule.recovery) == ["timeline/apps"]
    )
    error_message = "The replica in the other region has a key, a network and settings of that region."
  }
  assert {
    condition = (
      toset([for parameter in aws_db_parameter_group.recovery["timeline"].parameter : "${parameter.name}=${parameter.value}"]) ==
      toset([for parameter in aws_db_parameter_group.postgres["timeline"].parameter : "${parameter.name}=${parameter.value}"])
    )
    error_message = "Both regions have the same settings."
  }
  assert {
    condition = toset([
      for parameter in aws_db_parameter_group.postgres["timeline"].parameter : "${parameter.name}=${parameter.value} ${parameter.apply_method}"
      if contains(["max_connections", "log_min_duration_statement"], parameter.name)
    ]) == toset(["max_connections=200 pending-reboot", "log_min_duration_statement=250 immediate"])
    error_message = "A parameter that is read at the start waits for a restart, others do not."
  }
  assert {
    condition = (
      aws_db_instance_automated_backups_replication.recovery["timeline"].kms_key_id == var.secondary_key_arn &&
      aws_db_instance_automated_backups_replication.recovery["timeline"].retention_period == 7
    )
    error_message = "Copies of the backups are under the other region's key."
  }
  assert {
    condition = (
      aws_db_event_subscription.instances[0].source_ids == toset([
        "personal-timeline-prod-timeline-db", "personal-timeline-prod-timeline-reports-replica",
      ]) &&
      contains(aws_db_event_subscription.instances[0].event_categories, "failover") &&
      aws_db_event_subscription.recovery[0].sns_topic == "arn:aws:sns:us-west-2:123456789012:alarms"
    )
    error_message = "Each region tells its own topic."
  }
  assert {
    condition = (
      aws_db_proxy.proxy["timeline"].require_tls &&
      one(aws_db_proxy.proxy["timeline"].auth).iam_auth == "REQUIRED" &&
      one(aws_db_proxy.proxy["timeline"].auth).secret_arn == aws_secretsmanager_secret.master["timeline"].arn &&
      aws_vpc_security_group_ingress_rule.from_proxy["timeline"].from_port == 5432 &&
      length(aws_vpc_security_group_ingress_rule.proxy) == 2 &&
      aws_iam_role.proxy["timeline"].permissions_boundary == var.permissions_boundary_arn &&
      jsondecode(aws_iam_role_policy.proxy["timeline"].policy).Statement[0].Resource == aws_secretsmanager_secret.master["timeline"].arn &&
      jsondecode(aws_iam_role_policy.proxy["timeline"].policy).Statement[1].Condition.StringEquals["kms:ViaService"] == "secretsmanager.us-east-1.amazonaws.com"
    )
    error_message = "The proxy reads one secret, and takes clients with TLS and IAM only."
  }
  assert {
    condition = (
      output.instances["timeline"].cross_region_replica_arn == aws_db_instance.recovery["timeline"].arn &&
      output.instances["timeline"].replicas["reports"].identifier == "personal-timeline-prod-timeline-reports-replica"
    )
    error_message = "Outputs name the replicas."
  }
}

run "blue_green" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.small", blue_green = true, major_upgrade = true } }
  }

  assert {
    condition = (
      one(aws_db_instance.postgres["timeline"].blue_green_update).enabled &&
      aws_db_instance.postgres["timeline"].manage_master_user_password == null &&
      aws_db_instance.postgres["timeline"].allow_major_version_upgrade &&
      contains([
        for parameter in aws_db_parameter_group.postgres["timeline"].parameter :
        "${parameter.name}=${parameter.value} ${parameter.apply_method}"
      ], "rds.logical_replication=1 pending-reboot")
    )
    error_message = "Blue-green needs logical replication and a password that RDS does not manage."
  }
}
