locals {
  tags = merge(var.tags, {
    Environment = "shared"
    Project     = var.project
  })
}

# Charges, and what AWS Health says of no region, are in us-east-1 alone.
provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = local.tags
  }
}

provider "aws" {
  alias  = "secondary"
  region = coalesce(var.regions.secondary, "us-east-1")

  default_tags {
    tags = local.tags
  }
}

provider "aws" {
  alias  = "dr"
  region = coalesce(var.regions.dr, "us-east-1")

  default_tags {
    tags = local.tags
  }
}
