# Cross-account observability: the account that watches has a sink, each that
# is watched a link to it. One sink for an account and region.

locals {
  _sinks = var.sink == null ? {} : { sink = var.sink }
  _links = var.link == null ? {} : { link = var.link }
}

resource "aws_oam_sink" "estate" {
  for_each = local._sinks

  name = "${var.prefix}-monitoring-sink"
  tags = var.tags
}

resource "aws_oam_sink_policy" "estate" {
  for_each = local._sinks

  sink_identifier = aws_oam_sink.estate[each.key].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "WatchedAccountsLink"
      Effect    = "Allow"
      Principal = { AWS = sort(each.value.accounts) }
      Action    = ["oam:CreateLink", "oam:UpdateLink"]
      # A sink's own policy: the only resource that it speaks of is the sink.
      Resource  = "*"
      Condition = { "ForAllValues:StringEquals" = { "oam:ResourceTypes" = sort(each.value.resource_types) } }
    }]
  })
}

resource "aws_oam_link" "estate" {
  for_each = local._links

  label_template  = "$AccountName"
  resource_types  = each.value.resource_types
  sink_identifier = each.value.sink_arn
  tags            = var.tags
}
