locals {
  _configs    = { for key in ["region"] : key => var.config if var.config != null }
  _rules      = var.config == null ? {} : var.config.rules == null ? local._default_rules : var.config.rules
  _packs      = var.config == null ? {} : var.config.conformance_packs
  _rule_limit = 128
}

resource "aws_config_configuration_recorder" "region" {
  #checkov:skip=CKV2_AWS_48:All is recorded; what belongs to no region once, not in every region
  for_each = local._configs

  name     = "${var.prefix}-recorder"
  role_arn = each.value.role_arn

  recording_group {
    all_supported                 = true
    include_global_resource_types = each.value.global
  }

  recording_mode {
    recording_frequency = "CONTINUOUS"
  }
}

resource "aws_config_delivery_channel" "region" {
  for_each = local._configs

  name           = "${var.prefix}-channel"
  s3_bucket_name = each.value.bucket
  s3_kms_key_arn = each.value.key_arn

  snapshot_delivery_properties {
    delivery_frequency = "TwentyFour_Hours"
  }

  depends_on = [aws_config_configuration_recorder.region]
}

resource "aws_config_configuration_recorder_status" "region" {
  for_each = local._configs

  is_enabled = true
  name       = aws_config_configuration_recorder.region[each.key].name

  depends_on = [aws_config_delivery_channel.region]
}

resource "aws_config_retention_configuration" "region" {
  for_each = local._configs

  retention_period_in_days = each.value.retention_days

  depends_on = [aws_config_configuration_recorder_status.region]
}

resource "aws_config_config_rule" "rule" {
  for_each = local._rules

  input_parameters            = length(each.value.parameters) > 0 ? jsonencode(each.value.parameters) : null
  maximum_execution_frequency = each.value.frequency
  name                        = "${var.prefix}-${each.key}"
  tags                        = var.tags

  source {
    owner             = "AWS"
    source_identifier = each.value.identifier
  }

  dynamic "scope" {
    for_each = length(each.value.resource_types) > 0 ? [each.value.resource_types] : []
    content {
      compliance_resource_types = scope.value
    }
  }

  lifecycle {
    precondition {
      condition     = length("${var.prefix}-${each.key}") <= local._rule_limit
      error_message = "The rule name \"${var.prefix}-${each.key}\" is longer than the ${local._rule_limit} characters that Config takes."
    }
  }

  depends_on = [aws_config_configuration_recorder_status.region]
}

resource "aws_config_conformance_pack" "pack" {
  for_each = local._packs

  name          = "${var.prefix}-${each.key}"
  template_body = each.value

  depends_on = [aws_config_configuration_recorder_status.region]
}
