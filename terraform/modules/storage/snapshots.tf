# Snapshots of EBS volumes by tag: a volume that carries Snapshots = "daily"
# follows the plan of that name. Copies to other regions are the matter of
# AWS Backup.

locals {
  _snapshots_name = "${var.prefix}-snapshots-role"
}

resource "aws_iam_role" "snapshots" {
  count = length(var.snapshots) > 0 ? 1 : 0

  description          = "Makes and clears the EBS snapshots of ${var.prefix}"
  name                 = local._snapshots_name
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "dlm.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        ArnLike      = { "aws:SourceArn" = "arn:${local._partition}:dlm:${local._region}:${local._account}:policy/*" }
        StringEquals = { "aws:SourceAccount" = local._account }
      }
    }]
  })

  lifecycle {
    precondition {
      condition     = length(local._snapshots_name) <= 64
      error_message = <<-EOT
        The role name "${local._snapshots_name}" has
        ${length(local._snapshots_name)} characters; IAM takes 64. Shorten
        the project's name.
      EOT
    }
  }
}

resource "aws_iam_role_policy" "snapshots" {
  count = length(var.snapshots) > 0 ? 1 : 0

  name = "snapshots"
  role = one(aws_iam_role.snapshots[*].name)
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # EC2 offers no resource to narrow these to.
        Sid      = "See"
        Effect   = "Allow"
        Action   = ["ec2:DescribeInstances", "ec2:DescribeSnapshots", "ec2:DescribeVolumes"]
        Resource = "*"
      },
      {
        Sid      = "SnapshotOfVolumesWithAPlan"
        Effect   = "Allow"
        Action   = "ec2:CreateSnapshot"
        Resource = "arn:${local._partition}:ec2:${local._region}:${local._account}:volume/*"
        Condition = {
          StringEquals = { "aws:ResourceTag/Snapshots" = keys(var.snapshots) }
        }
      },
      {
        Sid      = "SnapshotIsMade"
        Effect   = "Allow"
        Action   = "ec2:CreateSnapshot"
        Resource = "arn:${local._partition}:ec2:${local._region}::snapshot/*"
      },
      {
        Sid      = "SnapshotIsTagged"
        Effect   = "Allow"
        Action   = "ec2:CreateTags"
        Resource = "arn:${local._partition}:ec2:${local._region}::snapshot/*"
        Condition = {
          StringEquals = { "ec2:CreateAction" = "CreateSnapshot" }
        }
      },
      {
        # The tag is copied from the volume, so it is on what was made here.
        Sid      = "SnapshotIsCleared"
        Effect   = "Allow"
        Action   = "ec2:DeleteSnapshot"
        Resource = "arn:${local._partition}:ec2:${local._region}::snapshot/*"
        Condition = {
          StringEquals = { "aws:ResourceTag/Snapshots" = keys(var.snapshots) }
        }
      },
    ]
  })
}

resource "aws_dlm_lifecycle_policy" "snapshots" {
  for_each = var.snapshots

  # The service takes letters, digits, spaces, hyphens and underscores.
  description        = "Snapshots of volumes of ${var.prefix} tagged ${each.key}"
  execution_role_arn = one(aws_iam_role.snapshots[*].arn)
  tags               = merge(var.tags, { Name = "${var.prefix}-${each.key}-snapshots" })

  policy_details {
    resource_types = ["VOLUME"]
    target_tags    = { Snapshots = each.key }

    schedule {
      copy_tags   = true
      name        = each.key
      tags_to_add = var.tags

      create_rule {
        interval      = each.value.every_hours
        interval_unit = "HOURS"
        times         = [each.value.at]
      }

      retain_rule {
        count = each.value.keep
      }
    }
  }
}
