terraform {
  required_version = ">= 1.11"

  # No backend: the bucket for the state is made here. README.md says how the
  # state moves into it afterwards.

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}
