# The module as an environment calls it: everything around it is made in the
# same apply, so that ids and ARNs are unknown in the plan. Only keys are known.

terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      version               = "~> 5.100"
      configuration_aliases = [aws.secondary]
    }
  }
}

resource "terraform_data" "later" {}

locals {
  later = terraform_data.later.id
}

module "database" {
  source = "../.."

  client_security_groups   = { apps = local.later }
  key_arn                  = local.later
  notifications            = { topic_arn = local.later }
  permissions_boundary_arn = local.later
  prefix                   = "personal-timeline-prod"
  secondary_key_arn        = local.later
  subnet_ids               = { a = local.later, b = local.later }
  vpc_id                   = local.later

  recovery = {
    client_security_groups = { apps = local.later }
    notifications          = { topic_arn = local.later }
    subnet_ids             = { a = local.later, b = local.later }
    vpc_id                 = local.later
  }

  instances = {
    timeline = {
      class                = "db.r5.large"
      backup_copy_days     = 7
      cross_region_replica = {}
      proxy                = {}
      replicas             = { reports = {} }
    }
    plain = { class = "db.t3.micro" }
  }

  caches = {
    timeline = { node_type = "cache.r5.large", global_datastore = {}, replicas_per_shard = 1, shards = 2 }
  }

  providers = {
    aws           = aws
    aws.secondary = aws.secondary
  }
}

output "nodes" {
  description = "Names of the nodes, known in the plan."
  value       = module.database.caches["timeline"].node_ids
}
