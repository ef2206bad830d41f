mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  prefix     = "personal-timeline-dev"
  subnet_ids = { a = "subnet-0a", b = "subnet-0b", c = "subnet-0c" }
  vpc_id     = "vpc-0"
}

run "nothing_asked_nothing_made" {
  command = plan

  assert {
    condition = (
      output.instances == {} && output.security_group_ids == {} &&
      length(aws_kms_key.databases) == 0 && length(aws_db_subnet_group.databases) == 0
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
      aws_db_instance.postgres["timeline"].kms_key_id == aws_kms_key.databases[0].arn &&
      aws_db_instance.postgres["timeline"].manage_master_user_password &&
      aws_db_instance.postgres["timeline"].iam_database_authentication_enabled &&
      !aws_db_instance.postgres["timeline"].publicly_accessible &&
      aws_db_instance.postgres["timeline"].deletion_protection &&
      !aws_db_instance.postgres["timeline"].skip_final_snapshot &&
      aws_db_instance.postgres["timeline"].backup_retention_period == 7 &&
      aws_db_instance.postgres["timeline"].availability_zone == "us-east-1a"
    )
    error_message = "An instance is encrypted, private, protected and backed up, and nobody knows its password."
  }
  assert {
    condition = contains([
      for parameter in aws_db_parameter_group.postgres["timeline"].parameter :
      "${parameter.name}=${parameter.value}"
    ], "rds.force_ssl=1")
    error_message = "Clients without TLS are turned away."
  }
  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.postgres["timeline/workers"].from_port == 5432 &&
      aws_vpc_security_group_ingress_rule.postgres["timeline/workers"].referenced_security_group_id == "sg-0"
    )
    error_message = "Clients are groups, not addresses."
  }
  assert {
    condition     = length(aws_cloudwatch_log_group.postgres) == 2
    error_message = "Logs have groups with an end before RDS makes ones without."
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
      aws_db_parameter_group.postgres["timeline"].family == "postgres16"
    )
    error_message = "A disposable instance can be thrown away."
  }
}

run "no_backups_is_refused" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", backup_days = 0 } }
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

run "a_tag_that_rds_would_refuse" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", tags = { Schedule = "Mon-Fri 07:00-19:00, Sat" } } }
  }

  expect_failures = [var.instances]
}

run "an_old_version_is_refused" {
  command = plan

  variables {
    instances = { timeline = { class = "db.t3.micro", engine_version = "11" } }
  }

  expect_failures = [var.instances]
}
