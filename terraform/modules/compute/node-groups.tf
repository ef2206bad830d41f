locals {
  # "cluster/group" => managed node group
  node_groups = merge([
    for key, cluster in var.clusters : {
      for name, group in cluster.node_groups : "${key}/${name}" => merge(group, {
        cluster = key
        name    = "${var.prefix}-${key}-${name}-nodes"
      })
    }
  ]...)
}

resource "aws_iam_role" "nodes" {
  for_each = var.clusters

  description          = "Nodes of ${local.cluster_names[each.key]}"
  name                 = "${local.cluster_names[each.key]}-nodes"
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
}

resource "aws_iam_role_policy_attachment" "nodes" {
  for_each = {
    for pair in setproduct(keys(var.clusters), [
      "AmazonEC2ContainerRegistryPullOnly",
      "AmazonEKSWorkerNodePolicy",
      "AmazonEKS_CNI_Policy",
    ]) : join("/", pair) => { cluster = pair[0], policy = pair[1] }
  }

  policy_arn = "${local._policy}/${each.value.policy}"
  role       = aws_iam_role.nodes[each.value.cluster].name
}

resource "aws_launch_template" "nodes" {
  for_each = local.node_groups

  name                   = each.value.name
  tags                   = var.tags
  update_default_version = true

  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      delete_on_termination = true
      encrypted             = true
      volume_size           = each.value.disk_gb
      volume_type           = "gp3"
    }
  }

  metadata_options {
    http_endpoint = "enabled"
    # One hop: pods do not reach the node's role.
    http_put_response_hop_limit = 1
    http_tokens                 = "required"
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])
    content {
      resource_type = tag_specifications.key
      tags          = merge(var.tags, { Name = each.value.name })
    }
  }
}

resource "aws_eks_node_group" "nodes" {
  for_each = local.node_groups

  ami_type        = each.value.ami_type
  capacity_type   = each.value.spot ? "SPOT" : "ON_DEMAND"
  cluster_name    = aws_eks_cluster.cluster[each.value.cluster].name
  instance_types  = each.value.instance_types
  labels          = each.value.labels
  node_group_name = each.value.name
  node_role_arn   = aws_iam_role.nodes[each.value.cluster].arn
  subnet_ids      = [for zone, id in var.subnet_ids : id if contains(each.value.zones, zone) || length(each.value.zones) == 0]
  tags            = merge(var.tags, each.value.tags)

  launch_template {
    id      = aws_launch_template.nodes[each.key].id
    version = aws_launch_template.nodes[each.key].latest_version
  }

  scaling_config {
    desired_size = coalesce(each.value.desired, each.value.min)
    max_size     = each.value.max
    min_size     = each.value.min
  }

  update_config {
    max_unavailable = 1
  }

  dynamic "taint" {
    for_each = each.value.taints
    content {
      effect = taint.value.effect
      key    = taint.key
      value  = taint.value.value
    }
  }

  # Sizes here are what a group begins with. Afterwards they belong to what
  # scales it: the autoscaler by day, off-hours in the evening. An apply at
  # night must neither wake a group nor fail because min is above desired.
  lifecycle {
    ignore_changes = [
      scaling_config[0].desired_size,
      scaling_config[0].min_size,
    ]
    precondition {
      condition     = length(each.value.name) <= 63
      error_message = <<-EOT
        The node group name "${each.value.name}" has
        ${length(each.value.name)} characters; EKS takes 63. Shorten the
        project's name or the group's key.
      EOT
    }
  }

  depends_on = [aws_iam_role_policy_attachment.nodes]
}
