provider "aws" {
  region = local.settings.region

  default_tags {
    tags = local.default_tags
  }
}

# Where production fails over to; where copies of data are kept.
provider "aws" {
  alias  = "secondary"
  region = "us-west-2"

  default_tags {
    tags = local.default_tags
  }
}

# Where locked copies of backups are kept.
provider "aws" {
  alias  = "dr"
  region = "eu-west-1"

  default_tags {
    tags = local.default_tags
  }
}

locals {
  default_tags = merge(local.settings.tags, {
    Environment = local.settings.environment
    Project     = local.settings.project
  })
}
