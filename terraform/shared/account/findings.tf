# Findings of all regions are seen, and ruled, in the primary one.

resource "aws_securityhub_finding_aggregator" "account" {
  linking_mode      = "SPECIFIED_REGIONS"
  specified_regions = [var.regions.dr, var.regions.secondary]

  depends_on = [module.dr, module.primary, module.secondary]
}

resource "aws_securityhub_automation_rule" "rule" {
  for_each = var.automation_rules

  description = each.value.description
  is_terminal = each.value.last
  rule_name   = "${local.prefix}-${each.key}"
  rule_order  = each.value.order
  rule_status = "ENABLED"
  tags        = local.tags

  actions {
    type = "FINDING_FIELDS_UPDATE"

    finding_fields_update {
      dynamic "note" {
        for_each = each.value.note == null ? [] : [each.value.note]
        content {
          text       = note.value
          updated_by = "${local.prefix}-${each.key}"
        }
      }
      dynamic "severity" {
        for_each = each.value.severity == null ? [] : [each.value.severity]
        content {
          label = severity.value
        }
      }
      dynamic "workflow" {
        for_each = each.value.workflow == null ? [] : [each.value.workflow]
        content {
          status = workflow.value
        }
      }
    }
  }

  criteria {
    dynamic "compliance_security_control_id" {
      for_each = each.value.controls
      content {
        comparison = "EQUALS"
        value      = compliance_security_control_id.value
      }
    }
    dynamic "product_name" {
      for_each = each.value.products
      content {
        comparison = "EQUALS"
        value      = product_name.value
      }
    }
    dynamic "resource_tags" {
      for_each = each.value.resource_tags
      content {
        comparison = "EQUALS"
        key        = resource_tags.key
        value      = resource_tags.value
      }
    }
    dynamic "resource_type" {
      for_each = each.value.resource_types
      content {
        comparison = "EQUALS"
        value      = resource_type.value
      }
    }
    dynamic "severity_label" {
      for_each = each.value.severities
      content {
        comparison = "EQUALS"
        value      = severity_label.value
      }
    }
  }

  depends_on = [aws_securityhub_finding_aggregator.account]
}
