# EKS Auto Mode: AWS runs nodes, their scaling, block storage and load
# balancers, for a fee of about an eighth of the nodes' price. It takes the
# place of node groups, of most add-ons and of both controllers.

locals {
  _auto_mode_policies = [
    "AmazonEKSBlockStoragePolicy", "AmazonEKSComputePolicy",
    "AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy",
  ]

  # Clusters on which pods can run from the first apply on.
  _with_nodes = {
    for key, cluster in var.clusters :
    key => cluster if cluster.auto_mode != null || length(cluster.node_groups) > 0
  }
}
