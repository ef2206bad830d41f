locals {
  tags = merge(var.tags, {
    Environment = "shared"
    Project     = var.project
  })
}

# Route 53 signs with keys, and logs to groups, of us-east-1 alone.
provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = local.tags
  }
}
