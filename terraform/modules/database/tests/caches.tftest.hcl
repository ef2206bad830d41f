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
  client_security_groups = { apps = "sg-0" }
  key_arn                = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  prefix                 = "personal-timeline-prod"
  subnet_ids             = { a = "subnet-0a", b = "subnet-0b", c = "subnet-0c" }
  vpc_id                 = "vpc-0"
}

run "a_single_node" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.t3.micro", disposable = true, zone = "a" } }
  }

  assert {
    condition = (
      aws_elasticache_replication_group.redis["timeline"].replication_group_id == "personal-timeline-prod-timeline-cache" &&
      aws_elasticache_replication_group.redis["timeline"].at_rest_encryption_enabled == "true" &&
      aws_elasticache_replication_group.redis["timeline"].kms_key_id == var.key_arn &&
      aws_elasticache_replication_group.redis["timeline"].transit_encryption_enabled &&
      aws_elasticache_replication_group.redis["timeline"].transit_encryption_mode == "required" &&
      aws_elasticache_replication_group.redis["timeline"].auto_minor_version_upgrade == "true"
    )
    error_message = "A cache is encrypted at rest and on the way."
  }
  assert {
    condition = (
      aws_elasticache_replication_group.redis["timeline"].num_cache_clusters == 1 &&
      !aws_elasticache_replication_group.redis["timeline"].automatic_failover_enabled &&
      !aws_elasticache_replication_group.redis["timeline"].multi_az_enabled &&
      aws_elasticache_replication_group.redis["timeline"].preferred_cache_cluster_azs == tolist(["us-east-1a"]) &&
      aws_elasticache_replication_group.redis["timeline"].final_snapshot_identifier == null &&
      output.caches["timeline"].node_ids == ["personal-timeline-prod-timeline-cache-001"] &&
      output.caches["timeline"].recovery_arn == null
    )
    error_message = "One node has nothing to fail over to."
  }
  assert {
    condition = (
      aws_elasticache_replication_group.redis["timeline"].auth_token == null &&
      aws_elasticache_replication_group.redis["timeline"].user_group_ids == toset(["personal-timeline-prod-timeline-cache"]) &&
      aws_elasticache_user_group.redis["timeline"].user_ids == toset(["personal-timeline-prod-timeline-app", "personal-timeline-prod-timeline-default"]) &&
      one(aws_elasticache_user.redis["timeline/app"].authentication_mode).type == "iam" &&
      aws_elasticache_user.redis["timeline/app"].user_id == aws_elasticache_user.redis["timeline/app"].user_name &&
      aws_elasticache_user.redis["timeline/app"].access_string == "on ~* &* +@all -@dangerous +info" &&
      aws_elasticache_user.default["timeline"].user_name == "default" &&
      aws_elasticache_user.default["timeline"].access_string == "off ~* -@all"
    )
    error_message = "Users prove themselves by IAM; who names himself not gets nowhere; no secret is anywhere."
  }
  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.redis["timeline/apps"].from_port == 6379 &&
      aws_vpc_security_group_ingress_rule.redis["timeline/apps"].to_port == 6379 &&
      aws_vpc_security_group_ingress_rule.redis["timeline/apps"].referenced_security_group_id == "sg-0" &&
      aws_vpc_security_group_ingress_rule.redis["timeline/apps"].cidr_ipv4 == null
    )
    error_message = "Clients are groups, not addresses."
  }
  assert {
    condition = (
      toset([for log in aws_elasticache_replication_group.redis["timeline"].log_delivery_configuration : "${log.log_type} ${log.destination}"]) == toset([
        "engine-log /aws/elasticache/personal-timeline-prod-timeline-cache/engine",
        "slow-log /aws/elasticache/personal-timeline-prod-timeline-cache/slow",
      ]) &&
      alltrue([for group in aws_cloudwatch_log_group.redis : group.kms_key_id == var.key_arn])
    )
    error_message = "The slow log and the engine's log go to encrypted groups."
  }
}

run "failover_without_cluster_mode" {
  command = plan

  variables {
    caches = { timeline = { node_type = "cache.t3.small", replicas_per_shard = 1, engine = "valkey", engine_version = "8.0" } }
  }

  assert {
    condition = (
      aws_elasticache_replication_group.redis["timeline"].num_cache_clusters == 2 &&
      aws_elasticache_replication_group.redis["timeline"].automatic_failover_enabled &&
      aws_elasticache_replication_group.redis["timeline"].multi_az_enabled &&
      aws_elasticache_replication_group.redis["timeline"].engine == "valkey" &&
      aws_elasticache_parameter_group.redis["timeline"].family == "valkey8" &&
      length(aws_elasticache_parameter_group.redis["timeline"].parameter) == 0 &&
      aws_elasticache_replication_group.redis["timeline"].final_snapshot_identifier == "personal-timeline-prod-timeline-cache-final" &&
      aws_elasticache_replication_group.redis["timeline"].snapshot_retention_limit == 7
    )
    error_message = "A replica means failover, across zones."
  }
}

run "cluster_mode_in_two_regions" {
  command = plan

  variables {
    notifications     = { topic_arn = "arn:aws:sns:us-east-1:123456789012:alarms" }
    secondary_key_arn = "arn:aws:kms:us-west-2:123456789012:key/99999999-2222-3333-4444-555555555555"
    recovery = {
      client_security_groups = { apps = "sg-9" }
      subnet_ids             = { a = "subnet-9a", b = "subnet-9b" }
      vpc_id                 = "vpc-9"
    }
    caches = {
      timeline = {
        node_type          = "cache.r5.large"
        global_datastore   = {}
        parameters         = { maxmemory-policy = "allkeys-lru" }
        replicas_per_shard = 1
        shards             = 2
        users              = { api = "~api:* &* +@all -@dangerous", jobs = "~jobs:* &* +@all -@dangerous" }
      }
      sessions = { node_type = "cache.t3.small" }
    }
  }

  assert {
    condition = (
      aws_elasticache_replication_group.redis["timeline"].num_node_groups == 2 &&
      aws_elasticache_replication_group.redis["timeline"].replicas_per_node_group == 1 &&
      aws_elasticache_replication_group.redis["timeline"].automatic_failover_enabled &&
      aws_elasticache_replication_group.redis["timeline"].notification_topic_arn == null &&
      toset([for parameter in aws_elasticache_parameter_group.redis["timeline"].parameter : "${parameter.name}=${parameter.value}"]) == toset([
        "cluster-enabled=yes", "maxmemory-policy=allkeys-lru",
      ]) &&
      output.caches["timeline"].node_ids == [
        "personal-timeline-prod-timeline-cache-0001-001", "personal-timeline-prod-timeline-cache-0001-002",
        "personal-timeline-prod-timeline-cache-0002-001", "personal-timeline-prod-timeline-cache-0002-002",
      ] &&
      output.caches["timeline"].reader == null
    )
    error_message = "Two shards of two nodes."
  }
  assert {
    condition = (
      keys(aws_elasticache_replication_group.recovery) == ["timeline"] &&
      aws_elasticache_replication_group.recovery["timeline"].global_replication_group_id == aws_elasticache_global_replication_group.redis["timeline"].global_replication_group_id &&
      aws_elasticache_replication_group.recovery["timeline"].kms_key_id == var.secondary_key_arn &&
      aws_elasticache_replication_group.recovery["timeline"].replication_group_id == "personal-timeline-prod-timeline-recovery" &&
      aws_elasticache_replication_group.recovery["timeline"].user_group_ids == toset(["personal-timeline-prod-timeline-recovery"]) &&
      aws_elasticache_replication_group.recovery["timeline"].replicas_per_node_group == 1 &&
      aws_security_group.redis_recovery["timeline"].vpc_id == "vpc-9" &&
      aws_vpc_security_group_ingress_rule.redis_recovery["timeline/apps"].from_port == 6379 &&
      alltrue([for group in aws_cloudwatch_log_group.redis_recovery : group.kms_key_id == var.secondary_key_arn])
    )
    error_message = "The member in the other region has a key, a network and users of that region."
  }
  assert {
    condition = (
      aws_elasticache_user_group.redis["timeline"].user_ids == toset([
        "personal-timeline-prod-timeline-api", "personal-timeline-prod-timeline-default", "personal-timeline-prod-timeline-jobs",
      ]) &&
      aws_elasticache_user_group.recovery["timeline"].user_ids == aws_elasticache_user_group.redis["timeline"].user_ids &&
      aws_elasticache_user_group.redis["sessions"].user_ids == toset([
        "personal-timeline-prod-sessions-app", "personal-timeline-prod-sessions-default",
      ])
    )
    error_message = "Users belong to their cache, in both regions."
  }
}
