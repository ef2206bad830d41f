locals {
  tags = merge(var.tags, {
    Environment = "shared"
    Project     = var.project
  })
}

# CloudFront takes certificates from us-east-1 alone.
provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = local.tags
  }
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"

  default_tags {
    tags = local.tags
  }
}
