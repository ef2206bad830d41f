locals {
  tags = merge(var.tags, {
    Environment = "shared"
    Project     = var.project
  })
}

provider "aws" {
  region = var.regions.primary

  default_tags {
    tags = local.tags
  }
}

provider "aws" {
  alias  = "secondary"
  region = var.regions.secondary

  default_tags {
    tags = local.tags
  }
}

provider "aws" {
  alias  = "dr"
  region = var.regions.dr

  default_tags {
    tags = local.tags
  }
}
