# What the other files share: whose account, which regions, and the parts of
# the prefix.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_region" "secondary" {
  provider = aws.secondary
}

data "aws_region" "dr" {
  provider = aws.dr
}

locals {
  _account   = data.aws_caller_identity.current.account_id
  _partition = data.aws_partition.current.partition
  _regions = {
    dr        = data.aws_region.dr.name
    primary   = data.aws_region.current.name
    secondary = data.aws_region.secondary.name
  }

  # "personal-timeline-dev" is the project personal-timeline and the
  # environment dev: a code has no hyphen.
  _words       = split("-", var.prefix)
  _environment = element(local._words, -1)
  _project     = join("-", slice(local._words, 0, length(local._words) - 1))

  # ARNs of what is global
  _iam = "arn:${local._partition}:iam::${local._account}"
  # AWS's own policies, by their last name
  _policy = "arn:${local._partition}:iam::aws:policy"
}
