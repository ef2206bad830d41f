# Domains outlive environments: an environment is handed a zone, and makes
# only records of its own in it.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  _account   = data.aws_caller_identity.current.account_id
  _partition = data.aws_partition.current.partition

  prefix = "${var.project}-shared"
  logged = { for key, zone in var.zones : key => zone if zone.query_logs }
  public = { for key, zone in var.zones : key => zone if length(zone.vpcs) == 0 }
  signed = { for key, zone in var.zones : key => zone if zone.dnssec }
}

resource "aws_route53_zone" "zone" {
  #checkov:skip=CKV2_AWS_38:Signing is a switch of each zone; a private zone has none.
  #checkov:skip=CKV2_AWS_39:Query logs are a switch of each zone; a private zone has none.
  for_each = var.zones

  comment = each.value.comment
  name    = each.value.domain
  tags    = merge(local.tags, { Name = "${local.prefix}-${each.key}-zone" })

  dynamic "vpc" {
    for_each = each.value.vpcs
    content {
      vpc_id     = vpc.value.id
      vpc_region = vpc.value.region
    }
  }
}
