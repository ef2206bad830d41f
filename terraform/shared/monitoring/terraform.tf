terraform {
  required_version = ">= 1.11"

  # bucket and region come with -backend-config, see ../../README.md.
  backend "s3" {
    encrypt      = true
    key          = "shared/monitoring.tfstate"
    use_lockfile = true
  }

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}
