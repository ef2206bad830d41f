locals {
  _cluster_logs = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
}

resource "aws_cloudwatch_log_group" "cluster" {
  for_each = var.clusters

  kms_key_id        = var.key_arn
  name              = "/aws/eks/${local.cluster_names[each.key]}/cluster"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_iam_role" "cluster" {
  for_each = var.clusters

  description          = "Control plane of ${local.cluster_names[each.key]}"
  name                 = "${local.cluster_names[each.key]}-role"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "eks.amazonaws.com" }
      # Auto Mode tags its sessions.
      Action = each.value.auto_mode == null ? ["sts:AssumeRole"] : ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = { "aws:SourceAccount" = local._account }
      }
    }]
  })

  lifecycle {
    precondition {
      condition     = length(local.cluster_names[each.key]) <= 59
      error_message = <<-EOT
        The name "${local.cluster_names[each.key]}-role" has
        ${length(local.cluster_names[each.key]) + 5} characters; IAM takes 64.
        Shorten the project's name or the cluster's key.
      EOT
    }
  }
}

resource "aws_iam_role_policy_attachment" "cluster" {
  for_each = merge([
    for key, cluster in var.clusters : {
      for policy in concat(
        ["AmazonEKSClusterPolicy"], cluster.auto_mode == null ? [] : local._auto_mode_policies,
      ) : "${key}/${policy}" => { cluster = key, policy = policy }
    }
  ]...)

  policy_arn = "${local._policy}/${each.value.policy}"
  role       = aws_iam_role.cluster[each.value.cluster].name
}

resource "aws_eks_cluster" "cluster" {
  for_each = var.clusters

  # What EKS would put in by itself comes as add-ons (addons.tf): those have a
  # version and a configuration.
  bootstrap_self_managed_addons = false
  enabled_cluster_log_types     = local._cluster_logs
  name                          = local.cluster_names[each.key]
  role_arn                      = aws_iam_role.cluster[each.key].arn
  tags                          = merge(var.tags, each.value.tags)
  version                       = each.value.version

  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = each.value.creator_is_admin
  }

  # Auto Mode is these three together; EKS refuses one without the others.
  dynamic "compute_config" {
    for_each = each.value.auto_mode[*]
    content {
      enabled       = true
      node_pools    = compute_config.value.node_pools
      node_role_arn = aws_iam_role.nodes[each.key].arn
    }
  }

  dynamic "storage_config" {
    for_each = each.value.auto_mode[*]
    content {
      block_storage {
        enabled = true
      }
    }
  }

  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = var.key_arn
    }
  }

  # EKS's own choice may be 10.100.0.0/16, which is a network of somebody.
  kubernetes_network_config {
    ip_family         = "ipv4"
    service_ipv4_cidr = each.value.service_cidr

    dynamic "elastic_load_balancing" {
      for_each = each.value.auto_mode[*]
      content {
        enabled = true
      }
    }
  }

  upgrade_policy {
    support_type = each.value.extended_support ? "EXTENDED" : "STANDARD"
  }

  vpc_config {
    endpoint_private_access = true
    endpoint_public_access  = length(each.value.public_access_cidrs) > 0
    # EKS answers with its own default where there is no list.
    public_access_cidrs = (
      length(each.value.public_access_cidrs) > 0
      ? each.value.public_access_cidrs
      : null
    )
    subnet_ids = values(var.subnet_ids)
  }

  zonal_shift_config {
    enabled = each.value.zonal_shift
  }

  # The group must exist before the control plane makes one without retention
  # and key.
  depends_on = [
    aws_cloudwatch_log_group.cluster,
    aws_iam_role_policy_attachment.cluster,
    aws_iam_role_policy_attachment.nodes,
  ]
}
