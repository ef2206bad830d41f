# Names and ARNs that several files need. Alarms, dashboards and topics are
# composed from names, so that a rule or a body is known before what it speaks
# of exists.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  _account   = data.aws_caller_identity.current.account_id
  _partition = data.aws_partition.current.partition
  _region    = data.aws_region.current.name

  _arn = {
    for service in ["aps", "cloudwatch", "ec2", "es", "firehose", "logs", "osis", "sns", "synthetics"] :
    service => "arn:${local._partition}:${service}:${local._region}:${local._account}"
  }

  # Urgent: people are affected now, somebody is called. Morning: nobody is
  # affected yet, somebody should look when they come in.
  _severities = toset(["morning", "urgent"])

  topic_names = { for severity in local._severities : severity => "${var.prefix}-alarms-${severity}" }
  topic_arns  = { for severity, name in local.topic_names : severity => "${local._arn.sns}:${name}" }
}
