mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

mock_provider "aws" {
  alias           = "secondary"
  source          = "../../tests/mocks"
  override_during = plan

  override_data {
    target = data.aws_region.secondary
    values = { name = "us-west-2" }
  }
}

variables {
  key_arn           = "arn:aws:kms:us-east-1:123456789012:key/primary"
  prefix            = "personal-timeline-prod"
  secondary_key_arn = "arn:aws:kms:us-west-2:123456789012:key/secondary"
  tags              = { Environment = "prod", Project = "personal-timeline" }
}

run "nothing_asked_nothing_made" {
  command = plan

  assert {
    condition = (
      output.buckets == {} && output.file_systems == {} && output.log_buckets == {} &&
      output.repositories == {} && length(aws_iam_role.replication) == 0 &&
      length(aws_iam_role.snapshots) == 0 && length(aws_iam_role_policy.snapshots) == 0 &&
      length(aws_security_group.files) == 0 && length(aws_dlm_lifecycle_policy.snapshots) == 0 &&
      length(aws_ecr_replication_configuration.registry) == 0 &&
      length(aws_ecr_registry_scanning_configuration.registry) == 0 &&
      length(aws_s3control_storage_lens_configuration.lens) == 0
    )
    error_message = "Empty means off."
  }
}

run "buckets_and_their_replicas" {
  command = plan

  variables {
    bucket_suffix     = "7f3"
    distribution_arns = { web = "arn:aws:cloudfront::123456789012:distribution/E1" }
    buckets = {
      backups = { replicate = true, object_lock = { days = 30 } }
      logs    = { encryption = "aes256", log_delivery = ["elb", "s3"], replicate = true }
      media   = { distributions = ["web"], replicate = true }
      static  = { distributions = ["web"] }
    }
  }

  assert {
    condition = { for key, bucket in output.buckets : key => [bucket.name, bucket.replica_name] } == {
      backups = ["personal-timeline-prod-backups-7f3", "personal-timeline-prod-backups-7f3-replica"]
      logs    = ["personal-timeline-prod-logs-7f3", "personal-timeline-prod-logs-7f3-replica"]
      media   = ["personal-timeline-prod-media-7f3", "personal-timeline-prod-media-7f3-replica"]
      static  = ["personal-timeline-prod-static-7f3", null]
    }
    error_message = "Buckets are named by the convention, and replicated where asked."
  }
  assert {
    condition = (
      toset(keys(output.log_buckets)) == toset(["logs"]) &&
      output.log_buckets["logs"].name == "personal-timeline-prod-logs-7f3" &&
      output.log_buckets["logs"].replica_name == "personal-timeline-prod-logs-7f3-replica"
    )
    error_message = "Who delivers logs is told the bucket of each region."
  }
  assert {
    condition = alltrue([
      for replication in aws_s3_bucket_replication_configuration.replication :
      replication.rule[0].status == "Enabled" &&
      replication.rule[0].delete_marker_replication[0].status == "Enabled" &&
      replication.rule[0].destination[0].replication_time[0].status == "Enabled" &&
      replication.rule[0].destination[0].replication_time[0].time[0].minutes == 15 &&
      replication.rule[0].destination[0].metrics[0].status == "Enabled"
    ])
    error_message = "Replication promises a quarter of an hour, measures it, and copies deletions."
  }
  assert {
    condition = (
      aws_s3_bucket_replication_configuration.replication["media"].bucket == "personal-timeline-prod-media-7f3" &&
      aws_s3_bucket_replication_configuration.replication["media"].rule[0].destination[0].bucket == "arn:aws:s3:::personal-timeline-prod-media-7f3-replica" &&
      aws_s3_bucket_replication_configuration.replication["media"].rule[0].destination[0].encryption_configuration[0].replica_kms_key_id == var.secondary_key_arn &&
      aws_s3_bucket_replication_configuration.replication["media"].rule[0].source_selection_criteria[0].sse_kms_encrypted_objects[0].status == "Enabled" &&
      length(aws_s3_bucket_replication_configuration.replication["logs"].rule[0].destination[0].encryption_configuration) == 0 &&
      length(aws_s3_bucket_replication_configuration.replication["logs"].rule[0].source_selection_criteria) == 0
    )
    error_message = "Objects with a KMS key are chosen, and encrypted with the other region's; those without one are not."
  }
  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.replication["media"].policy).Statement :
      statement.Sid => { resource = statement.Resource, via = try(statement.Condition.StringEquals["kms:ViaService"], null) }
      } == {
      DecryptSource  = { resource = "arn:aws:kms:us-east-1:123456789012:key/primary", via = "s3.us-east-1.amazonaws.com" }
      EncryptReplica = { resource = "arn:aws:kms:us-west-2:123456789012:key/secondary", via = "s3.us-west-2.amazonaws.com" }
      ReadSource     = { resource = "arn:aws:s3:::personal-timeline-prod-media-7f3", via = null }
      ReadVersions   = { resource = "arn:aws:s3:::personal-timeline-prod-media-7f3/*", via = null }
      WriteReplica   = { resource = "arn:aws:s3:::personal-timeline-prod-media-7f3-replica/*", via = null }
    }
    error_message = "A replication role reaches its two buckets and its two keys, through S3 only."
  }
  assert {
    condition = (
      contains(jsondecode(aws_iam_role_policy.replication["backups"].policy).Statement[1].Action, "s3:GetObjectRetention") &&
      !contains(jsondecode(aws_iam_role_policy.replication["media"].policy).Statement[1].Action, "s3:GetObjectRetention") &&
      length(jsondecode(aws_iam_role_policy.replication["logs"].policy).Statement) == 3
    )
    error_message = "Locks are read where there are locks, keys used where there are keys."
  }
  assert {
    condition = alltrue([
      for key, role in aws_iam_role.replication :
      jsondecode(role.assume_role_policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == "arn:aws:s3:::personal-timeline-prod-${key}-7f3" &&
      jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    ])
    error_message = "S3 takes the role for this bucket of this account only."
  }
}

run "file_systems" {
  command = plan

  variables {
    client_security_groups = { nodes = "sg-nodes", workers = "sg-workers" }
    subnet_ids             = { a = "subnet-0a", b = "subnet-0b" }
    vpc_id                 = "vpc-0"
    file_systems = {
      shared = {
        replicate     = true
        access_points = { uploads = { gid = 1000, path = "/uploads", uid = 1000 } }
      }
      scratch = {
        anonymous         = true
        automatic_backups = false
        lifecycle         = { archive_days = 0, ia_days = 0 }
        throughput        = "bursting"
        zones             = ["a"]
      }
    }
  }

  assert {
    condition = alltrue([
      for system in merge(aws_efs_file_system.files, { replica = aws_efs_file_system.replica["shared"] }) : system.encrypted
    ])
    error_message = "File systems and replicas are encrypted."
  }
  assert {
    condition = (
      aws_efs_file_system.files["shared"].kms_key_id == var.key_arn &&
      aws_efs_file_system.replica["shared"].kms_key_id == var.secondary_key_arn &&
      aws_efs_file_system.files["shared"].tags["Name"] == "personal-timeline-prod-shared-files" &&
      length(aws_efs_file_system.files["shared"].lifecycle_policy) == 3 &&
      length(aws_efs_file_system.files["scratch"].lifecycle_policy) == 0
    )
    error_message = "Each region has its key, cold files move, and where they should not they stay."
  }
  assert {
    condition = (
      aws_efs_backup_policy.files["shared"].backup_policy[0].status == "ENABLED" &&
      aws_efs_backup_policy.files["scratch"].backup_policy[0].status == "DISABLED"
    )
    error_message = "Backups are on unless switched off."
  }
  assert {
    condition     = keys(aws_efs_mount_target.files) == ["scratch/a", "shared/a", "shared/b"]
    error_message = "A mount target in each zone, or in those that are named."
  }
  assert {
    condition = (
      keys(aws_vpc_security_group_ingress_rule.files) == ["scratch/nodes", "scratch/workers", "shared/nodes", "shared/workers"] &&
      alltrue([for rule in aws_vpc_security_group_ingress_rule.files : rule.from_port == 2049 && rule.to_port == 2049 && rule.cidr_ipv4 == null])
    )
    error_message = "NFS is open to the named groups and to no address."
  }
  assert {
    condition = alltrue([
      for policy in aws_efs_file_system_policy.files :
      jsondecode(policy.policy).Statement[0].Effect == "Deny" &&
      jsondecode(policy.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false" &&
      !contains(jsondecode(policy.policy).Statement[1].Action, "elasticfilesystem:ClientRootAccess")
    ])
    error_message = "Without TLS nobody comes in, and nobody is root."
  }
  assert {
    condition = (
      jsondecode(aws_efs_file_system_policy.files["shared"].policy).Statement[1].Principal.AWS == "arn:aws:iam::123456789012:root" &&
      contains(keys(jsondecode(aws_efs_file_system_policy.files["shared"].policy).Statement[1].Condition.StringEquals), "elasticfilesystem:AccessPointArn") &&
      jsondecode(aws_efs_file_system_policy.files["scratch"].policy).Statement[1].Principal.AWS == "*"
    )
    error_message = "Clients sign and come through an access point, unless the file system says otherwise."
  }
  assert {
    condition     = aws_efs_replication_configuration.replica["shared"].destination[0].region == "us-west-2"
    error_message = "The replica is in the secondary region."
  }
}

run "images" {
  command = plan

  variables {
    registry = { continuous_scan = true, replicated_prefixes = ["personal-timeline-prod-"] }
    repositories = {
      api    = { replicate = true }
      worker = { immutable = false, keep = 5, untagged_days = 1 }
    }
  }

  assert {
    condition = (
      aws_ecr_repository.images["api"].name == "personal-timeline-prod-api-images" &&
      aws_ecr_repository.images["api"].image_tag_mutability == "IMMUTABLE" &&
      aws_ecr_repository.images["worker"].image_tag_mutability == "MUTABLE" &&
      alltrue([for repository in aws_ecr_repository.images : repository.image_scanning_configuration[0].scan_on_push]) &&
      alltrue([for repository in aws_ecr_repository.images : repository.encryption_configuration[0].kms_key == var.key_arn])
    )
    error_message = "Tags stand still, images are scanned and encrypted."
  }
  assert {
    condition = (
      keys(aws_ecr_repository.replica) == ["api"] &&
      aws_ecr_repository.replica["api"].name == aws_ecr_repository.images["api"].name &&
      aws_ecr_repository.replica["api"].image_tag_mutability == "IMMUTABLE" &&
      aws_ecr_repository.replica["api"].encryption_configuration[0].kms_key == var.secondary_key_arn
    )
    error_message = "The replica has the same name, which is how ECR finds it, and the other region's key."
  }
  assert {
    condition = (
      jsondecode(aws_ecr_lifecycle_policy.images["worker"].policy).rules[0].selection.countNumber == 1 &&
      jsondecode(aws_ecr_lifecycle_policy.images["worker"].policy).rules[1].selection.countNumber == 5 &&
      aws_ecr_lifecycle_policy.replica["api"].policy == aws_ecr_lifecycle_policy.images["api"].policy
    )
    error_message = "Old images go, in both regions alike."
  }
  assert {
    condition = (
      one(aws_ecr_replication_configuration.registry).replication_configuration[0].rule[0].destination[0].region == "us-west-2" &&
      one(aws_ecr_replication_configuration.registry).replication_configuration[0].rule[0].repository_filter[0].filter == "personal-timeline-prod-" &&
      one(aws_ecr_registry_scanning_configuration.registry).scan_type == "ENHANCED"
    )
    error_message = "The registry copies what it is told to copy, and scans."
  }
}

run "snapshots_and_lens" {
  command = plan

  variables {
    buckets                  = { media = {} }
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
    snapshots                = { daily = {}, often = { every_hours = 6, keep = 28 } }
    storage_lens             = true
  }

  assert {
    condition = (
      aws_dlm_lifecycle_policy.snapshots["daily"].policy_details[0].target_tags == tomap({ Snapshots = "daily" }) &&
      aws_dlm_lifecycle_policy.snapshots["daily"].policy_details[0].schedule[0].create_rule[0].interval == 24 &&
      aws_dlm_lifecycle_policy.snapshots["often"].policy_details[0].schedule[0].retain_rule[0].count == 28 &&
      aws_dlm_lifecycle_policy.snapshots["often"].policy_details[0].schedule[0].copy_tags
    )
    error_message = "Volumes follow the plan that their tag names."
  }
  assert {
    condition = (
      one(aws_iam_role.snapshots).permissions_boundary == "arn:aws:iam::123456789012:policy/boundary" &&
      alltrue([
        for statement in jsondecode(one(aws_iam_role_policy.snapshots).policy).Statement :
        try(statement.Condition.StringEquals["aws:ResourceTag/Snapshots"], null) == ["daily", "often"]
        if contains(["SnapshotOfVolumesWithAPlan", "SnapshotIsCleared"], statement.Sid)
      ])
    )
    error_message = "Only volumes with a plan are read, and only snapshots made of them are deleted."
  }
  assert {
    condition     = length(one(aws_s3control_storage_lens_configuration.lens).storage_lens_configuration[0].include[0].buckets) == length(var.buckets)
    error_message = "The lens looks at these buckets only."
  }
  assert {
    condition     = aws_iam_role.replication == {}
    error_message = "Nothing is replicated that need not be."
  }
}
