# Roles of pods. identities.json names the service accounts of add-ons and
# controllers; terraform/kubernetes is tested against the same file.

locals {
  _identities = jsondecode(file("${path.module}/identities.json"))

  # "cluster/name" => identity of an add-on: its association belongs to the
  # add-on itself.
  _addon_identities = merge([
    for key, addon in local.addons : {
      for name, identity in local._identities.addons : "${addon.cluster}/${identity.name}" => {
        cluster         = addon.cluster
        inline          = false
        name            = identity.name
        namespace       = identity.namespace
        policies        = { for policy in identity.policies : basename(policy) => "${local._policy}/${policy}" }
        policy          = null
        service_account = identity.service_account
      } if name == addon.name
    }
  ]...)
  _controller_identities = merge([
    for key, cluster in var.clusters : {
      for name, identity in local._identities.controllers : "${key}/${identity.name}" => {
        cluster         = key
        inline          = true
        name            = identity.name
        namespace       = identity.namespace
        policies        = {}
        policy          = local._controller_policies[key][name]
        service_account = identity.service_account
      } if contains(cluster.controllers, name) && cluster.auto_mode == null
    }
  ]...)
  _workload_identities = merge([
    for key, cluster in var.clusters : {
      for name, identity in cluster.pod_identities : "${key}/${name}" => {
        cluster         = key
        inline          = length(identity.statements) > 0
        name            = name
        namespace       = identity.namespace
        policies        = identity.policies
        service_account = identity.service_account
        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            for statement in identity.statements : merge(
              { Effect = "Allow", Action = statement.actions, Resource = statement.resources },
              length(statement.conditions) > 0 ? { Condition = statement.conditions } : {},
            )
          ]
        })
      }
    }
  ]...)

  pod_identities = merge(
    local._addon_identities, local._controller_identities, local._workload_identities,
  )
}

resource "aws_iam_role" "pods" {
  for_each = local.pod_identities

  description = join(" ", [
    "Pods of ${each.value.namespace}/${each.value.service_account}",
    "in ${local.cluster_names[each.value.cluster]}",
  ])
  name                 = "${var.prefix}-${each.value.cluster}-${each.value.name}-pods"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  # EKS tells who asks in session tags: one service account of one cluster,
  # whatever else is associated with the role.
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = {
          "aws:RequestTag/eks-cluster-name"           = local.cluster_names[each.value.cluster]
          "aws:RequestTag/kubernetes-namespace"       = each.value.namespace
          "aws:RequestTag/kubernetes-service-account" = each.value.service_account
          "aws:SourceAccount"                         = local._account
        }
      }
    }]
  })

  lifecycle {
    precondition {
      condition     = length("${var.prefix}-${each.value.cluster}-${each.value.name}-pods") <= 64
      error_message = <<-EOT
        The role "${var.prefix}-${each.value.cluster}-${each.value.name}-pods"
        has more than the 64 characters that IAM takes. Shorten the project's
        name, the cluster's key or the identity's key.
      EOT
    }
  }
}

resource "aws_iam_role_policy" "pods" {
  for_each = { for key, identity in local.pod_identities : key => identity if identity.inline }

  name   = "permissions"
  policy = each.value.policy
  role   = aws_iam_role.pods[each.key].name
}

resource "aws_iam_role_policy_attachment" "pods" {
  for_each = merge([
    for key, identity in local.pod_identities : {
      for name, arn in identity.policies : "${key}/${name}" => { identity = key, arn = arn }
    }
  ]...)

  policy_arn = each.value.arn
  role       = aws_iam_role.pods[each.value.identity].name
}

resource "aws_eks_pod_identity_association" "pods" {
  for_each = merge(local._controller_identities, local._workload_identities)

  cluster_name    = aws_eks_cluster.cluster[each.value.cluster].name
  namespace       = each.value.namespace
  role_arn        = aws_iam_role.pods[each.key].arn
  service_account = each.value.service_account
  tags            = var.tags

  depends_on = [aws_iam_role_policy.pods, aws_iam_role_policy_attachment.pods]
}
