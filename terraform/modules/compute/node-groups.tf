locals {
  # "cluster/group" => managed node group, with what it left out
  node_groups = merge([
    for key, cluster in var.clusters : {
      for name, group in cluster.node_groups : "${key}/${name}" => merge(group, {
        cluster = key
        name    = "${var.prefix}-${key}-${name}-nodes"
        desired = coalesce(group.desired, group.min)
        # Refused below where there are none.
        instance_types = try(coalesce(group.instance_types, local._kinds[group.kind].types), [])
        labels         = merge({ "workload-kind" = group.kind }, group.labels)
        # What is bought for one kind of work stays free of any other.
        taints = group.taints != null ? group.taints : group.kind == "general" ? {} : {
          "workload-kind" = { effect = "NO_SCHEDULE", value = group.kind }
        }
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

  lifecycle {
    precondition {
      condition     = length(local.cluster_names[each.key]) <= 58
      error_message = <<-EOT
        The name "${local.cluster_names[each.key]}-nodes" has
        ${length(local.cluster_names[each.key]) + 6} characters; IAM takes 64.
        Shorten the project's name or the cluster's key.
      EOT
    }
  }
}

# Pulling images and joining the cluster, no more: the network's own rights
# belong to its pods (pod-identities.tf).
resource "aws_iam_role_policy_attachment" "nodes" {
  for_each = merge([
    for key, cluster in var.clusters : {
      for policy in [
        "AmazonEC2ContainerRegistryPullOnly",
        cluster.auto_mode == null ? "AmazonEKSWorkerNodePolicy" : "AmazonEKSWorkerNodeMinimalPolicy",
      ] : "${key}/${policy}" => { cluster = key, policy = policy }
    }
  ]...)

  policy_arn = "${local._policy}/${each.value.policy}"
  role       = aws_iam_role.nodes[each.value.cluster].name
}

resource "aws_launch_template" "nodes" {
  for_each = local.node_groups

  name                   = each.value.name
  tags                   = var.tags
  update_default_version = true

  # Volumes use the account's EBS key: a key of our own would have to be
  # granted to every service that starts an instance, off-hours included, and
  # would tell nobody anything new.
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
  # Nodes follow when the control plane is upgraded.
  version = aws_eks_cluster.cluster[each.value.cluster].version

  launch_template {
    id      = aws_launch_template.nodes[each.key].id
    version = aws_launch_template.nodes[each.key].latest_version
  }

  # EKS replaces a node whose agent finds it broken.
  node_repair_config {
    enabled = each.value.repair
  }

  scaling_config {
    desired_size = each.value.desired
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
    precondition {
      condition     = length(each.value.instance_types) > 0
      error_message = "The node group \"${each.key}\" names no instance_types; only the kinds compute and memory have types of their own."
    }
    precondition {
      condition = alltrue([
        for type in each.value.instance_types :
        can(regex("^([a-z]+[0-9]+g[a-z]*|a1)\\.", type)) == strcontains(each.value.ami_type, "ARM")
      ])
      error_message = <<-EOT
        The node group "${each.key}" has instance types that its image,
        ${each.value.ami_type}, does not run on: ${join(", ", each.value.instance_types)}.
      EOT
    }
  }

  depends_on = [
    aws_eks_addon.first,
    aws_iam_role_policy_attachment.nodes,
  ]
}

# A group at zero has no node from which the autoscaler could learn what a new
# one would be: it reads that from tags of the Auto Scaling group, which is
# EKS's and takes none of the node group's own.
locals {
  _taint_effects = {
    NO_EXECUTE         = "NoExecute"
    NO_SCHEDULE        = "NoSchedule"
    PREFER_NO_SCHEDULE = "PreferNoSchedule"
  }
  # "cluster/group/tag" => tag
  node_templates = merge([
    for key, group in local.node_groups : {
      for name, value in merge(
        { for label, value in group.labels : "label/${label}" => value },
        {
          for taint, settings in group.taints :
          "taint/${taint}" => "${settings.value == null ? "" : settings.value}:${local._taint_effects[settings.effect]}"
        },
        {
          "label/eks.amazonaws.com/capacityType" = group.spot ? "SPOT" : "ON_DEMAND"
          "label/eks.amazonaws.com/nodegroup"    = group.name
          "resources/ephemeral-storage"          = "${group.disk_gb}Gi"
        },
        ) : "${key}/${name}" => {
        group = key
        key   = "k8s.io/cluster-autoscaler/node-template/${name}"
        value = value
      }
    } if contains(var.clusters[group.cluster].controllers, "cluster-autoscaler")
  ]...)
}

resource "aws_autoscaling_group_tag" "node_templates" {
  for_each = local.node_templates

  autoscaling_group_name = aws_eks_node_group.nodes[each.value.group].resources[0].autoscaling_groups[0].name

  tag {
    key                 = each.value.key
    propagate_at_launch = false
    value               = each.value.value
  }
}
