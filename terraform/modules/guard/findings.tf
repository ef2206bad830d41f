# Who looks for trouble, and where it is gathered.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  _account   = data.aws_caller_identity.current.account_id
  _partition = data.aws_partition.current.partition
  _region    = data.aws_region.current.name

  # Feature => agents that it may install by itself. EKS_RUNTIME_MONITORING is
  # a part of RUNTIME_MONITORING and cannot be on beside it.
  guardduty_features = {
    EBS_MALWARE_PROTECTION = []
    EKS_AUDIT_LOGS         = []
    LAMBDA_NETWORK_LOGS    = []
    RDS_LOGIN_EVENTS       = []
    RUNTIME_MONITORING     = ["EC2_AGENT_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EKS_ADDON_MANAGEMENT"]
    S3_DATA_EVENTS         = []
  }

  standards = {
    cis14 = "cis-aws-foundations-benchmark/v/1.4.0"
    cis3  = "cis-aws-foundations-benchmark/v/3.0.0"
    fsbp  = "aws-foundational-security-best-practices/v/1.0.0"
    nist  = "nist-800-53/v/5.0.0"
    pci   = "pci-dss/v/4.0.1"
  }
}

resource "aws_guardduty_detector" "region" {
  #checkov:skip=CKV2_AWS_3:One account without an organization; the root calls this for each of its regions
  count = var.guardduty == null ? 0 : 1

  enable                       = true
  finding_publishing_frequency = var.guardduty.frequency
  tags                         = var.tags
}

# Off is said as well: a feature that is only left out stays as it was.
resource "aws_guardduty_detector_feature" "region" {
  for_each = var.guardduty == null ? {} : local.guardduty_features

  detector_id = aws_guardduty_detector.region[0].id
  name        = each.key
  status      = lookup(var.guardduty.features, each.key, true) ? "ENABLED" : "DISABLED"

  dynamic "additional_configuration" {
    for_each = each.value
    content {
      name   = additional_configuration.value
      status = lookup(var.guardduty.features, each.key, true) ? "ENABLED" : "DISABLED"
    }
  }
}

resource "aws_securityhub_account" "region" {
  count = var.security_hub == null ? 0 : 1

  auto_enable_controls = true
  # One finding for a control, not one for each standard that has it.
  control_finding_generator = "SECURITY_CONTROL"
  enable_default_standards  = false
}

resource "aws_securityhub_standards_subscription" "standard" {
  for_each = var.security_hub == null ? {} : { for key, path in local.standards : key => path if contains(var.security_hub.standards, key) }

  standards_arn = "arn:${local._partition}:securityhub:${local._region}::standards/${each.value}"

  depends_on = [aws_securityhub_account.region]
}

resource "aws_accessanalyzer_analyzer" "external" {
  count = var.analyzers == null ? 0 : 1

  analyzer_name = "${var.prefix}-external-access-analyzer"
  tags          = var.tags
  type          = "ACCOUNT"
}

resource "aws_accessanalyzer_analyzer" "unused" {
  count = try(var.analyzers.unused_access_days, null) == null ? 0 : 1

  analyzer_name = "${var.prefix}-unused-access-analyzer"
  tags          = var.tags
  type          = "ACCOUNT_UNUSED_ACCESS"

  configuration {
    unused_access {
      unused_access_age = var.analyzers.unused_access_days
    }
  }
}

resource "aws_inspector2_enabler" "region" {
  count = length(var.inspector) > 0 ? 1 : 0

  account_ids    = [local._account]
  resource_types = var.inspector
}

resource "aws_macie2_account" "region" {
  count = var.macie == null ? 0 : 1

  finding_publishing_frequency = var.macie.frequency
  status                       = "ENABLED"
}
