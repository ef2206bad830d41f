# General-purpose Auto Scaling groups, for what does not run in a cluster.

locals {
  group_names = {
    for key, group in var.groups : key => "${var.prefix}-${key}-group"
  }
}

resource "aws_security_group" "group" {
  for_each = var.groups

  description = "Instances of ${local.group_names[each.key]}"
  name        = local.group_names[each.key]
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = local.group_names[each.key] })
}

resource "aws_vpc_security_group_egress_rule" "group_https" {
  for_each = var.groups

  cidr_ipv4         = "0.0.0.0/0"
  description       = "AWS and package sources"
  from_port         = 443
  ip_protocol       = "tcp"
  security_group_id = aws_security_group.group[each.key].id
  tags              = var.tags
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "group_database" {
  for_each = var.groups

  cidr_ipv4         = var.vpc_cidr
  description       = "Databases"
  from_port         = 5432
  ip_protocol       = "tcp"
  security_group_id = aws_security_group.group[each.key].id
  tags              = var.tags
  to_port           = 5432
}

resource "aws_iam_role" "group" {
  for_each = var.groups

  description          = "Instances of ${local.group_names[each.key]}"
  name                 = "${local.group_names[each.key]}-role"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })

  lifecycle {
    precondition {
      condition     = length(local.group_names[each.key]) <= 59
      error_message = <<-EOT
        The name "${local.group_names[each.key]}-role" has
        ${length(local.group_names[each.key]) + 5} characters; IAM takes 64.
        Shorten the project's name or the group's key.
      EOT
    }
  }
}

# Session Manager instead of keys and an open port.
resource "aws_iam_role_policy_attachment" "group" {
  for_each = var.groups

  policy_arn = "${local._policy}/AmazonSSMManagedInstanceCore"
  role       = aws_iam_role.group[each.key].name
}

resource "aws_iam_instance_profile" "group" {
  for_each = var.groups

  name = "${local.group_names[each.key]}-profile"
  role = aws_iam_role.group[each.key].name
  tags = var.tags
}

resource "aws_launch_template" "group" {
  for_each = var.groups

  # resolve:ssm is looked up by EC2 at each launch: no data source that would
  # change a plan by itself.
  image_id               = each.value.image
  instance_type          = each.value.instance_type
  name                   = local.group_names[each.key]
  tags                   = var.tags
  update_default_version = true
  vpc_security_group_ids = [aws_security_group.group[each.key].id]

  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      delete_on_termination = true
      encrypted             = true
      volume_size           = each.value.disk_gb
      volume_type           = "gp3"
    }
  }

  iam_instance_profile {
    arn = aws_iam_instance_profile.group[each.key].arn
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_put_response_hop_limit = 1
    http_tokens                 = "required"
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])
    content {
      resource_type = tag_specifications.key
      tags          = merge(var.tags, { Name = local.group_names[each.key] })
    }
  }
}

resource "aws_autoscaling_group" "group" {
  for_each = var.groups

  desired_capacity          = coalesce(each.value.desired, each.value.min)
  health_check_grace_period = 120
  health_check_type         = "EC2"
  max_size                  = each.value.max
  min_size                  = each.value.min
  name                      = local.group_names[each.key]
  vpc_zone_identifier       = [for zone, id in var.subnet_ids : id if contains(each.value.zones, zone) || length(each.value.zones) == 0]
  # Zero instances is a legal state here: an apply at night must not wait for
  # instances that sleep.
  wait_for_capacity_timeout = "0"

  launch_template {
    id      = aws_launch_template.group[each.key].id
    version = aws_launch_template.group[each.key].latest_version
  }

  # The provider's default tags do not reach a group, so all of them are here.
  dynamic "tag" {
    for_each = merge(var.tags, each.value.tags, {
      Name = local.group_names[each.key]
    })
    content {
      key = tag.key
      # What speaks about the group's sleep stays on the group: instances
      # that carried it would be taken for sleepers of their own.
      propagate_at_launch = !contains(keys(each.value.tags), tag.key)
      value               = tag.value
    }
  }

  # See node-groups.tf: sizes belong to what scales the group.
  lifecycle {
    ignore_changes = [desired_capacity, min_size, suspended_processes]
  }
}
