data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_region" "secondary" {
  provider = aws.secondary
}

locals {
  _account    = data.aws_caller_identity.current.account_id
  _dns_suffix = data.aws_partition.current.dns_suffix
  _partition  = data.aws_partition.current.partition
  _region     = data.aws_region.current.name
  _secondary  = data.aws_region.secondary.name
}
