# What watches one region of the whole estate. Names and ARNs that several
# files need: policies are composed from names, so that they are known before
# what they speak of exists.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  _account   = data.aws_caller_identity.current.account_id
  _partition = data.aws_partition.current.partition
  _region    = data.aws_region.current.name

  _arn = {
    for service in ["cloudwatch", "events", "sns", "sqs"] :
    service => "arn:${local._partition}:${service}:${local._region}:${local._account}"
  }

  # As in modules/monitoring: urgent calls somebody, morning is read.
  _severities = toset(["morning", "urgent"])

  _topic_names       = { for severity in local._severities : severity => "${var.prefix}-monitoring-${severity}" }
  _topic_arns        = { for severity, name in local._topic_names : severity => "${local._arn.sns}:${name}" }
  _rule_name         = "${var.prefix}-monitoring-health"
  _dead_letters_name = "${var.prefix}-monitoring-dead-letters"
}
