# What every cluster needs, as add-ons of EKS: no Helm, versions that EKS knows
# to fit, and permissions by Pod Identity.

locals {
  # The network must be configured before the first node joins, or that node
  # counts its pods wrongly; everything else waits for a node to run on.
  _first_addons = ["eks-pod-identity-agent", "kube-proxy", "vpc-cni"]
  _core_addons  = concat(local._first_addons, ["coredns"])
  # Auto Mode has these built in.
  _built_in_addons = concat(local._core_addons, ["aws-ebs-csi-driver"])

  _addon_defaults = { version = null, configuration = null, conflicts = "OVERWRITE" }

  # "cluster/add-on" => add-on
  addons = merge([
    for key, cluster in var.clusters : {
      for name, addon in merge(
        { for name in local._core_addons : name => local._addon_defaults },
        cluster.addons,
      ) : "${key}/${name}" => merge(addon, { cluster = key, name = name })
      if !(cluster.auto_mode != null && contains(local._built_in_addons, name))
    }
  ]...)

  _cni_environment = {
    for key, cluster in var.clusters : key => merge(
      # 16 addresses at a time: t3.small then holds what its memory holds, not
      # the 11 pods of its network cards.
      cluster.prefix_delegation ? {
        ENABLE_PREFIX_DELEGATION = "true"
        WARM_PREFIX_TARGET       = "1"
      } : {},
      length(var.pod_subnet_ids) > 0 ? {
        AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG = "true"
        ENI_CONFIG_LABEL_DEF               = "topology.kubernetes.io/zone"
      } : {},
    )
  }
  # One ENIConfig per zone, named like the zone, sends pods into their range.
  _cni_pod_subnets = {
    for key in keys(var.clusters) : key => length(var.pod_subnet_ids) == 0 ? null : {
      create = true
      region = local._region
      subnets = {
        for zone, id in var.pod_subnet_ids : "${local._region}${zone}" => {
          id             = id
          securityGroups = [aws_eks_cluster.cluster[key].vpc_config[0].cluster_security_group_id]
        }
      }
    }
  }
  _addon_configuration = {
    for key, cluster in var.clusters : key => {
      aws-ebs-csi-driver = length(var.tags) == 0 ? null : jsonencode({
        # Volumes of pods are made by the driver, which knows no default tags.
        controller = { extraVolumeTags = var.tags }
      })
      vpc-cni = jsonencode({
        for name, value in {
          enableNetworkPolicy = tostring(cluster.network_policy)
          eniConfig           = local._cni_pod_subnets[key]
          env                 = local._cni_environment[key]
        } : name => value if value != null
      })
    }
  }
}

resource "aws_eks_addon" "first" {
  for_each = {
    for key, addon in local.addons : key => addon if contains(local._first_addons, addon.name)
  }

  addon_name    = each.value.name
  addon_version = each.value.version
  cluster_name  = aws_eks_cluster.cluster[each.value.cluster].name
  configuration_values = (
    each.value.configuration != null
    ? each.value.configuration
    : try(local._addon_configuration[each.value.cluster][each.value.name], null)
  )
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = each.value.conflicts
  tags                        = var.tags

  dynamic "pod_identity_association" {
    for_each = [for name, _ in local._identities.addons : name if name == each.value.name]
    content {
      role_arn        = aws_iam_role.pods["${each.value.cluster}/${local._identities.addons[each.value.name].name}"].arn
      service_account = local._identities.addons[each.value.name].service_account
    }
  }

  depends_on = [aws_iam_role_policy_attachment.pods]
}

resource "aws_eks_addon" "addon" {
  for_each = {
    for key, addon in local.addons : key => addon
    # Without a node they would stay degraded, and the apply would wait for
    # them in vain.
    if !contains(local._first_addons, addon.name) && contains(keys(local._with_nodes), addon.cluster)
  }

  addon_name    = each.value.name
  addon_version = each.value.version
  cluster_name  = aws_eks_cluster.cluster[each.value.cluster].name
  configuration_values = (
    each.value.configuration != null
    ? each.value.configuration
    : try(local._addon_configuration[each.value.cluster][each.value.name], null)
  )
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = each.value.conflicts
  tags                        = var.tags

  dynamic "pod_identity_association" {
    for_each = [for name, _ in local._identities.addons : name if name == each.value.name]
    content {
      role_arn        = aws_iam_role.pods["${each.value.cluster}/${local._identities.addons[each.value.name].name}"].arn
      service_account = local._identities.addons[each.value.name].service_account
    }
  }

  depends_on = [
    aws_eks_addon.first,
    aws_eks_node_group.nodes,
    aws_iam_role_policy_attachment.pods,
  ]
}
