provider "aws" {
  region = var.aws.region

  default_tags {
    tags = {
      Environment = "prod"
      ManagedBy   = "terraform"
      Project     = var.project
    }
  }
}

provider "google" {
  project = var.google.project
  region  = var.google.region

  default_labels = local.labels
}
