output "clusters" {
  description = "Clusters by key: arn, name, endpoint, the security group of control plane, nodes and pods, the role of the nodes, and the roles of pods by name."
  value = {
    for key, cluster in aws_eks_cluster.cluster : key => {
      arn               = cluster.arn
      endpoint          = cluster.endpoint
      name              = cluster.name
      node_role_arn     = aws_iam_role.nodes[key].arn
      security_group_id = try(cluster.vpc_config[0].cluster_security_group_id, null)
      pod_roles = {
        for identity, settings in local.pod_identities :
        settings.name => aws_iam_role.pods[identity].arn if settings.cluster == key
      }
    }
  }
}

output "groups" {
  description = "Auto Scaling groups by key: arn, name and security group."
  value = {
    for key, group in aws_autoscaling_group.group : key => {
      arn               = group.arn
      name              = group.name
      security_group_id = aws_security_group.group[key].id
    }
  }
}

output "load_balancers" {
  description = "Load balancers by key: arn, arn_suffix, name, dns_name, zone_id, security group, and target groups by name with arn, arn_suffix and name."
  value = {
    for key, balancer in aws_lb.balancer : key => {
      arn               = balancer.arn
      arn_suffix        = balancer.arn_suffix
      dns_name          = balancer.dns_name
      name              = balancer.name
      security_group_id = aws_security_group.load_balancer[key].id
      zone_id           = balancer.zone_id
      target_groups = {
        for name in keys(var.load_balancers[key].target_groups) : name => {
          arn        = aws_lb_target_group.group["${key}/${name}"].arn
          arn_suffix = aws_lb_target_group.group["${key}/${name}"].arn_suffix
          name       = aws_lb_target_group.group["${key}/${name}"].name
        }
      }
    }
  }
}

output "node_groups" {
  description = "Managed node groups by cluster/group: arn, cluster and name."
  value = {
    for key, group in aws_eks_node_group.nodes : key => {
      arn     = group.arn
      cluster = group.cluster_name
      name    = group.node_group_name
    }
  }
}
