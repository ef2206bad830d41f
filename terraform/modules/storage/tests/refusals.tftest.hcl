# Everything that a plan refuses, and the one thing that it takes only when
# it is said in so many words.

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
  key_arn = "arn:aws:kms:us-east-1:123456789012:key/primary"
  prefix  = "personal-timeline-prod"
}

run "compliance_with_consent" {
  command = plan

  variables {
    buckets = {
      backups = {
        object_lock = { consent = "I understand that nobody can delete these objects before their time", mode = "COMPLIANCE" }
      }
    }
  }

  assert {
    condition     = output.buckets["backups"].name == "personal-timeline-prod-backups"
    error_message = "What is said in so many words is done."
  }
}

run "a_key_that_is_no_name" {
  command = plan

  variables {
    buckets = { Media_Files = {} }
  }

  expect_failures = [var.buckets]
}

run "encryption_by_nobody_knows_what" {
  command = plan

  variables {
    buckets = { media = { encryption = "none" } }
  }

  expect_failures = [var.buckets]
}

run "logs_behind_a_key_that_load_balancers_do_not_have" {
  command = plan

  variables {
    buckets = { logs = { log_delivery = ["elb"] } }
  }

  expect_failures = [var.buckets]
}

run "logs_behind_a_lock" {
  command = plan

  variables {
    buckets = { logs = { encryption = "aes256", log_delivery = ["s3"], object_lock = {} } }
  }

  expect_failures = [var.buckets]
}

run "logs_for_the_public" {
  command = plan

  variables {
    buckets           = { logs = { distributions = ["web"], encryption = "aes256", log_delivery = ["s3"] } }
    distribution_arns = { web = "arn:aws:cloudfront::123456789012:distribution/E1" }
  }

  expect_failures = [var.buckets]
}

run "logs_of_a_service_that_is_not_known" {
  command = plan

  variables {
    buckets = { logs = { encryption = "aes256", log_delivery = ["redshift"] } }
  }

  expect_failures = [var.buckets]
}

run "two_buckets_for_access_logs" {
  command = plan

  variables {
    buckets = {
      logs  = { encryption = "aes256", log_delivery = ["s3"] }
      logs2 = { encryption = "aes256", log_delivery = ["s3"] }
    }
  }

  expect_failures = [var.buckets]
}

run "tls_of_yesterday" {
  command = plan

  variables {
    buckets = { media = { minimum_tls = "1.1" } }
  }

  expect_failures = [var.buckets]
}

run "compliance_without_consent" {
  command = plan

  variables {
    buckets = { backups = { object_lock = { mode = "COMPLIANCE" } } }
  }

  expect_failures = [var.buckets]
}

run "locked_and_disposable" {
  command = plan

  variables {
    buckets = {
      backups = {
        disposable  = true
        object_lock = { consent = "I understand that nobody can delete these objects before their time", mode = "COMPLIANCE" }
      }
    }
  }

  expect_failures = [var.buckets]
}

run "a_class_that_s3_does_not_have" {
  command = plan

  variables {
    buckets = { media = { transitions = { COLD = 30 } } }
  }

  expect_failures = [var.buckets]
}

run "an_archive_of_objects_that_never_get_there" {
  command = plan

  variables {
    buckets = { media = { archive = { archive_days = 90 } } }
  }

  expect_failures = [var.buckets]
}

run "a_reader_without_a_name" {
  command = plan

  variables {
    buckets = { media = { readers = { "a reader" = { principals = ["arn:aws:iam::210987654321:role/r"] } } } }
  }

  expect_failures = [var.buckets]
}

run "no_days_at_all" {
  command = plan

  variables {
    buckets = { media = { multipart_days = 0 } }
  }

  expect_failures = [var.buckets]
}

run "a_distribution_that_is_not_there" {
  command = plan

  variables {
    buckets = { media = { distributions = ["web"] } }
  }

  expect_failures = [var.distribution_arns]
}

run "a_file_system_without_a_network" {
  command = plan

  variables {
    file_systems = { shared = {} }
  }

  expect_failures = [var.file_systems]
}

run "a_file_system_key_that_is_no_name" {
  command = plan

  variables {
    file_systems = { "-" = {} }
    subnet_ids   = { a = "subnet-0a" }
    vpc_id       = "vpc-0"
  }

  expect_failures = [var.file_systems]
}

run "a_zone_without_a_subnet" {
  command = plan

  variables {
    file_systems = { shared = { zones = ["f"] } }
    subnet_ids   = { a = "subnet-0a" }
    vpc_id       = "vpc-0"
  }

  expect_failures = [var.file_systems]
}

run "days_that_efs_does_not_count" {
  command = plan

  variables {
    file_systems = { shared = { lifecycle = { ia_days = 31 } } }
    subnet_ids   = { a = "subnet-0a" }
    vpc_id       = "vpc-0"
  }

  expect_failures = [var.file_systems]
}

run "an_archive_without_elastic_throughput" {
  command = plan

  variables {
    file_systems = { shared = { throughput = "bursting" } }
    subnet_ids   = { a = "subnet-0a" }
    vpc_id       = "vpc-0"
  }

  expect_failures = [var.file_systems]
}

run "a_throughput_that_is_not_offered" {
  command = plan

  variables {
    file_systems = { shared = { lifecycle = { archive_days = 0 }, throughput = "endless" } }
    subnet_ids   = { a = "subnet-0a" }
    vpc_id       = "vpc-0"
  }

  expect_failures = [var.file_systems]
}

run "an_access_point_for_root" {
  command = plan

  variables {
    file_systems = { shared = { access_points = { all = { gid = 0, path = "/", uid = 0 } } } }
    subnet_ids   = { a = "subnet-0a" }
    vpc_id       = "vpc-0"
  }

  expect_failures = [var.file_systems]
}

run "a_registry_that_copies_everything" {
  command = plan

  variables {
    registry = { replicated_prefixes = [] }
  }

  expect_failures = [var.registry]
}

run "a_repository_key_that_is_no_name" {
  command = plan

  variables {
    repositories = { API = {} }
  }

  expect_failures = [var.repositories]
}

run "a_repository_that_keeps_nothing" {
  command = plan

  variables {
    repositories = { api = { keep = 0 } }
  }

  expect_failures = [var.repositories]
}

run "a_replica_without_a_key" {
  command = plan

  variables {
    buckets = { media = { replicate = true } }
  }

  expect_failures = [var.secondary_key_arn]
}

run "a_time_that_no_clock_shows" {
  command = plan

  variables {
    snapshots = { daily = { at = "24:00" } }
  }

  expect_failures = [var.snapshots]
}
