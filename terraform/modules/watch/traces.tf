# X-Ray encrypts traces anyway. A key of one's own says who may read them, and
# costs by the call.

locals {
  _trace_keys = var.trace_encryption == "own-key" ? { traces = "${var.prefix}-traces" } : {}
}

resource "aws_kms_key" "traces" {
  for_each = local._trace_keys

  deletion_window_in_days = var.key_deletion_days
  description             = "Traces of the estate of ${var.prefix}"
  enable_key_rotation     = true
  tags                    = merge(var.tags, { Name = "${each.value}-key" })
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # kms:* on * in a key policy means this key only. X-Ray uses it by a
        # grant of whoever sets it up; people who read traces need kms:Decrypt
        # in their own policies.
        Sid       = "AccountAdministers"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local._partition}:iam::${local._account}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
    ]
  })
}

resource "aws_kms_alias" "traces" {
  for_each = local._trace_keys

  name          = "alias/${each.value}"
  target_key_id = aws_kms_key.traces[each.key].key_id
}

resource "aws_xray_encryption_config" "traces" {
  count = var.trace_encryption == null ? 0 : 1

  key_id = one([for key in aws_kms_key.traces : key.arn])
  type   = var.trace_encryption == "own-key" ? "KMS" : "NONE"
}

# Application Signals begins to look for services when it is told so once. The
# provider 5.x has no resource for it; CloudFormation has, and it brings the
# service-linked role. Taking the stack away takes neither away.
resource "aws_cloudformation_stack" "application_signals" {
  #checkov:skip=CKV_AWS_124:One resource, made while Terraform waits and says whether it worked.
  count = var.application_signals ? 1 : 0

  name = "${var.prefix}-monitoring-application-signals"
  tags = var.tags
  template_body = jsonencode({
    AWSTemplateFormatVersion = "2010-09-09"
    Description              = "Lets CloudWatch Application Signals look for services"
    Resources                = { Discovery = { Type = "AWS::ApplicationSignals::Discovery" } }
  })
}
