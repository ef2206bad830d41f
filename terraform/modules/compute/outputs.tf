output "clusters" {
  description = "Clusters by key: arn, name, endpoint and the security group of control plane and nodes."
  value = {
    for key, cluster in aws_eks_cluster.cluster : key => {
      arn               = cluster.arn
      endpoint          = cluster.endpoint
      name              = cluster.name
      security_group_id = try(cluster.vpc_config[0].cluster_security_group_id, null)
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
