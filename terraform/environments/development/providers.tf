provider "aws" {
  region = local.settings.region

  default_tags {
    tags = merge(local.settings.tags, {
      Environment = local.settings.environment
      Project     = local.settings.project
    })
  }
}
