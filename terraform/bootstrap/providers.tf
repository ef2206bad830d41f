provider "aws" {
  region = var.region

  default_tags {
    tags = merge(var.tags, {
      Environment = "shared"
      ManagedBy   = "terraform"
      Project     = var.project
    })
  }
}
