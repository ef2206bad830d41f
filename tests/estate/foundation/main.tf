# What everything else stands on, with all that is optional: a network, the
# recovery network of another region, and the security module.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = { Environment = "dev", Project = "personal-timeline" }
  }
}

provider "aws" {
  alias  = "secondary"
  region = "us-west-2"

  default_tags {
    tags = { Environment = "dev", Project = "personal-timeline" }
  }
}

provider "aws" {
  alias  = "dr"
  region = "eu-west-1"

  default_tags {
    tags = { Environment = "dev", Project = "personal-timeline" }
  }
}

resource "aws_s3_bucket" "logs" {
  bucket = "personal-timeline-dev-logs"
}

resource "aws_route53_zone" "zone" {
  name = "timeline.test"
}

module "network" {
  source = "../../modules/networking"

  cidr                     = "10.2.0.0/16"
  endpoints                = { interface = ["ecr.api", "ecr.dkr", "eks-auth", "secretsmanager", "sts"], zones = ["a", "b"] }
  instance_connect         = {}
  nat                      = "per_zone"
  permissions_boundary_arn = module.security.permissions_boundary_arn
  pods_cidr                = "100.64.0.0/16"
  prefix                   = "personal-timeline-dev"
  region                   = "us-east-1"
  flow_logs = {
    bucket  = { arn = aws_s3_bucket.logs.arn }
    rejects = { key_arn = module.security.keys["logs"].arn, log_retention_days = 14 }
  }
}

module "recovery_network" {
  source    = "../../modules/networking"
  providers = { aws = aws.secondary }

  cidr   = "10.10.0.0/16"
  nat    = "none"
  prefix = "personal-timeline-dev"
  region = "us-west-2"
}

module "security" {
  source    = "../../modules/security"
  providers = { aws = aws, aws.dr = aws.dr, aws.secondary = aws.secondary }

  boundary = { regions = ["us-east-1", "us-west-2", "eu-west-1"] }
  mfa      = {}
  prefix   = "personal-timeline-dev"
  certificates = {
    web = { domain = "timeline.test", alternative_names = ["*.timeline.test"], zone_id = aws_route53_zone.zone.zone_id }
  }
  ci = {
    subjects = ["repo:nightshift/timeline:environment:dev"]
    statements = {
      push-images = {
        actions   = ["ecr:PutImage"]
        resources = ["arn:aws:ecr:us-east-1:123456789012:repository/personal-timeline-dev-app"]
      }
    }
  }
  keys = {
    databases = { replicas = ["dr", "secondary"] }
    logs      = { log_group_prefixes = ["/aws/vpc/personal-timeline-dev-"] }
    secrets   = { services = ["cloudwatch", "events"] }
  }
  parameters = {
    "app/session-key" = { description = "Signs sessions", key = "secrets", generate = {} }
    "app/webhook"     = { description = "Put by people", key = "secrets" }
  }
  people = {
    administrator = { principals = ["arn:aws:iam::123456789012:root"], mfa_minutes = 15 }
    developer     = { principals = ["arn:aws:iam::123456789012:root"] }
    reader        = { principals = ["arn:aws:iam::123456789012:root"] }
  }
  secrets = {
    cache = { description = "Password of the cache", key = "secrets", username = "app" }
  }
}

output "network" {
  description = "The network."
  value       = module.network
}

output "recovery_network" {
  description = "The recovery network."
  value       = module.recovery_network
}

output "security" {
  description = "What the security module tells."
  value       = module.security
}
