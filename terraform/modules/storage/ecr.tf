locals {
  repository_names = {
    for key in keys(var.repositories) : key => "${var.prefix}-${key}-images"
  }

  _image_rules = {
    for key, repository in var.repositories : key => jsonencode({
      rules = [
        {
          rulePriority = 1
          description  = "Images without a tag go after ${repository.untagged_days} days"
          selection = {
            tagStatus   = "untagged"
            countType   = "sinceImagePushed"
            countUnit   = "days"
            countNumber = repository.untagged_days
          }
          action = { type = "expire" }
        },
        {
          rulePriority = 2
          description  = "The newest ${repository.keep} stay"
          selection = {
            tagStatus   = "any"
            countType   = "imageCountMoreThan"
            countNumber = repository.keep
          }
          action = { type = "expire" }
        },
      ]
    })
  }
}

resource "aws_ecr_repository" "images" {
  #checkov:skip=CKV_AWS_51:Immutable unless the settings say otherwise.
  for_each = var.repositories

  force_delete         = each.value.disposable
  image_tag_mutability = each.value.immutable ? "IMMUTABLE" : "MUTABLE"
  name                 = local.repository_names[each.key]
  tags                 = merge(var.tags, each.value.tags)

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.key_arn
  }

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "images" {
  for_each = var.repositories

  policy     = local._image_rules[each.key]
  repository = aws_ecr_repository.images[each.key].name
}

# ECR would make the missing repository in the other region by itself: with
# tags that move, without a scan and with another key.
resource "aws_ecr_repository" "replica" {
  #checkov:skip=CKV_AWS_51:As its source is.
  for_each = { for key, repository in var.repositories : key => repository if repository.replicate }
  provider = aws.secondary

  force_delete         = each.value.disposable
  image_tag_mutability = each.value.immutable ? "IMMUTABLE" : "MUTABLE"
  name                 = local.repository_names[each.key]
  tags                 = merge(var.tags, each.value.tags)

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.secondary_key_arn
  }

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "replica" {
  for_each = aws_ecr_repository.replica
  provider = aws.secondary

  policy     = local._image_rules[each.key]
  repository = each.value.name
}

# One per account and region: whoever writes it last has it. So it is made
# only where a root says that the registry is its own.
resource "aws_ecr_replication_configuration" "registry" {
  count = var.registry == null ? 0 : 1

  replication_configuration {
    rule {
      destination {
        region      = local._secondary
        registry_id = local._account
      }

      dynamic "repository_filter" {
        for_each = var.registry.replicated_prefixes
        content {
          filter      = repository_filter.value
          filter_type = "PREFIX_MATCH"
        }
      }
    }
  }

  depends_on = [aws_ecr_repository.replica]
}

resource "aws_ecr_registry_scanning_configuration" "registry" {
  count = try(var.registry.continuous_scan, false) ? 1 : 0

  scan_type = "ENHANCED"

  rule {
    scan_frequency = "CONTINUOUS_SCAN"
    repository_filter {
      filter      = "*"
      filter_type = "WILDCARD"
    }
  }
}
