# A network of three tiers in any number of zones, and the three defaults that
# AWS makes beside it, emptied so that nothing lands in them by accident.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  _account   = data.aws_caller_identity.current.account_id
  _partition = data.aws_partition.current.partition
}

resource "aws_vpc" "vpc" {
  cidr_block           = var.cidr
  enable_dns_hostnames = true
  enable_dns_support   = true
  tags                 = merge(var.tags, { Name = "${var.prefix}-network-vpc" })
}

resource "aws_default_security_group" "locked" {
  egress  = []
  ingress = []
  vpc_id  = aws_vpc.vpc.id
  tags    = merge(var.tags, { Name = "${var.prefix}-network-default-locked" })
}

resource "aws_default_network_acl" "locked" {
  default_network_acl_id = aws_vpc.vpc.default_network_acl_id
  tags                   = merge(var.tags, { Name = "${var.prefix}-network-default-locked" })

  # Subnets that name no list of their own belong to the default one; the
  # lists of the tiers (nacls.tf) take all of ours.
  lifecycle {
    ignore_changes = [subnet_ids]
  }
}

resource "aws_default_route_table" "locked" {
  default_route_table_id = aws_vpc.vpc.default_route_table_id
  tags                   = merge(var.tags, { Name = "${var.prefix}-network-default-locked" })
}
