# Who may do what in a cluster. A policy of EKS is enough for most; Kubernetes
# groups are bound to roles by terraform/kubernetes/bases/access.

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

resource "aws_eks_access_entry" "access" {
  for_each = local.access

  cluster_name      = aws_eks_cluster.cluster[each.value.cluster].name
  kubernetes_groups = each.value.groups
  principal_arn     = each.value.principal_arn
  tags              = var.tags
}

resource "aws_eks_access_policy_association" "access" {
  for_each = { for key, access in local.access : key => access if access.policy != null }

  cluster_name  = aws_eks_cluster.cluster[each.value.cluster].name
  policy_arn    = "arn:${local._partition}:eks::aws:cluster-access-policy/${each.value.policy}"
  principal_arn = aws_eks_access_entry.access[each.key].principal_arn

  access_scope {
    namespaces = each.value.namespaces
    type       = length(each.value.namespaces) > 0 ? "namespace" : "cluster"
  }
}
