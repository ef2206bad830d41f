locals {
  # Names: "main" is {prefix}-main-cluster.
  cluster_names = {
    for key, cluster in var.clusters : key => "${var.prefix}-${key}-cluster"
  }
  _cluster_logs = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
}

resource "aws_cloudwatch_log_group" "cluster" {
  for_each = var.clusters

  kms_key_id        = one(aws_kms_key.clusters[*].arn)
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
      Action    = "sts:AssumeRole"
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
  for_each = var.clusters

  policy_arn = "${local._policy}/AmazonEKSClusterPolicy"
  role       = aws_iam_role.cluster[each.key].name
}

resource "aws_eks_cluster" "cluster" {
  for_each = var.clusters

  bootstrap_self_managed_addons = true
  enabled_cluster_log_types     = local._cluster_logs
  name                          = local.cluster_names[each.key]
  role_arn                      = aws_iam_role.cluster[each.key].arn
  tags                          = merge(var.tags, each.value.tags)
  version                       = each.value.version

  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = each.value.creator_is_admin
  }

  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = one(aws_kms_key.clusters[*].arn)
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
  ]
}

resource "aws_eks_access_entry" "access" {
  for_each = local.access

  cluster_name  = aws_eks_cluster.cluster[each.value.cluster].name
  principal_arn = each.value.principal_arn
  tags          = var.tags
}

resource "aws_eks_access_policy_association" "access" {
  for_each = local.access

  cluster_name  = aws_eks_cluster.cluster[each.value.cluster].name
  policy_arn    = "arn:${local._partition}:eks::aws:cluster-access-policy/${each.value.policy}"
  principal_arn = aws_eks_access_entry.access[each.key].principal_arn

  access_scope {
    namespaces = each.value.namespaces
    type       = length(each.value.namespaces) > 0 ? "namespace" : "cluster"
  }
}

locals {
  # "cluster/entry" => access
  access = merge([
    for key, cluster in var.clusters : {
      for name, access in cluster.access : "${key}/${name}" => merge(
        access, { cluster = key }
      )
    }
  ]...)
}
