# What holds in the region whatever a template forgets.

resource "aws_ebs_encryption_by_default" "region" {
  enabled = true
}

resource "aws_ebs_snapshot_block_public_access" "region" {
  state = "block-all-sharing"
}

resource "aws_ec2_image_block_public_access" "region" {
  state = "block-new-sharing"
}

# Two hops, because a container on an instance is one further away; node
# groups that want one say so in their launch templates.
resource "aws_ec2_instance_metadata_defaults" "region" {
  http_endpoint               = "enabled"
  http_put_response_hop_limit = 2
  http_tokens                 = "required"
}

resource "aws_ec2_serial_console_access" "region" {
  enabled = false
}

resource "aws_vpc_block_public_access_options" "region" {
  count = var.public_access.vpc == null ? 0 : 1

  internet_gateway_block_mode = "block-${var.public_access.vpc}"
}

resource "aws_ecr_registry_scanning_configuration" "region" {
  count = var.registry == null ? 0 : 1

  scan_type = var.registry.scan_type

  rule {
    scan_frequency = var.registry.scan_type == "ENHANCED" ? "CONTINUOUS_SCAN" : "SCAN_ON_PUSH"

    repository_filter {
      # Every repository: an image that nobody looked at is the one that bites.
      filter      = "*"
      filter_type = "WILDCARD"
    }
  }

  # Enhanced scanning is Inspector's.
  depends_on = [aws_inspector2_enabler.region]
}

resource "aws_ecr_replication_configuration" "region" {
  count = try(var.registry.replication, null) == null ? 0 : 1

  replication_configuration {
    rule {
      dynamic "destination" {
        for_each = sort(var.registry.replication.regions)
        content {
          region      = destination.value
          registry_id = local._account
        }
      }

      dynamic "repository_filter" {
        for_each = sort(var.registry.replication.prefixes)
        content {
          filter      = repository_filter.value
          filter_type = "PREFIX_MATCH"
        }
      }
    }
  }
}

resource "aws_backup_region_settings" "region" {
  count = var.backup == null ? 0 : 1

  resource_type_management_preference = var.backup.managed
  resource_type_opt_in_preference     = var.backup.types
}

resource "aws_cloudwatch_metric_alarm" "quota" {
  for_each = var.quotas

  alarm_actions       = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]
  alarm_description   = "${each.key} is used to more than ${each.value.percent} % in ${local._region}. Ask for a larger quota before a failover needs it."
  alarm_name          = "${var.prefix}-quota-${each.key}"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  tags                = var.tags
  threshold           = each.value.percent
  treat_missing_data  = "notBreaching"

  metric_query {
    expression  = "usage / SERVICE_QUOTA(usage) * 100"
    id          = "percent"
    label       = "${each.key} in per cent of its quota"
    return_data = true
  }

  metric_query {
    id = "usage"

    metric {
      metric_name = "ResourceCount"
      namespace   = "AWS/Usage"
      period      = 300
      stat        = "Maximum"
      dimensions = {
        Class    = each.value.class
        Resource = each.value.resource
        Service  = each.value.service
        Type     = each.value.type
      }
    }
  }
}
