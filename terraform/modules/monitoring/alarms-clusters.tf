# Where it runs: clusters, their nodes and pods, and the way out of the
# network. Metrics of nodes and pods come from Container Insights, those of the
# control plane from EKS itself.

locals {
  _cluster_alarms = merge([
    for key, cluster in var.clusters : {
      for kind, alarm in {
        disk = cluster.container_insights ? {
          says      = "A node of the cluster ${key} has used ${var.thresholds.node_disk_percent} % of its disk. At 85 % the kubelet begins to evict pods."
          todo      = "Images or a log that grows: kubectl describe node names the pressure. Drain the node and let it be replaced."
          periods   = 3
          statistic = "Maximum"
          threshold = var.thresholds.node_disk_percent
          namespace = "ContainerInsights"
          metric    = "node_filesystem_utilization"
        } : null
        memory = cluster.container_insights ? {
          says      = "The nodes of the cluster ${key} use, on average, more than ${var.thresholds.node_memory_percent} % of their memory."
          todo      = "Is the group at its max? Then raise max. Otherwise the autoscaler does not add nodes: its log says why."
          periods   = 3
          threshold = var.thresholds.node_memory_percent
          namespace = "ContainerInsights"
          metric    = "node_memory_utilization"
        } : null
        nodes = cluster.container_insights ? {
          says      = "The cluster ${key} has a node that is not well (not ready, or under pressure)."
          todo      = "kubectl get nodes; drain it. Node repair replaces it, unless the group has no capacity: see its activity."
          periods   = 3
          statistic = "Maximum"
          threshold = 0
          namespace = "ContainerInsights"
          metric    = "cluster_failed_node_count"
        } : null
        processor = cluster.container_insights ? {
          says      = "The nodes of the cluster ${key} use, on average, more than ${var.thresholds.node_cpu_percent} % of their processors."
          todo      = "As with the memory. On burstable nodes this is also where credits go."
          periods   = 3
          threshold = var.thresholds.node_cpu_percent
          namespace = "ContainerInsights"
          metric    = "node_cpu_utilization"
        } : null
        } : "cluster/${key}/${kind}" => merge(alarm, {
          metrics = {
            m = { namespace = alarm.namespace, name = alarm.metric, dimensions = { ClusterName = cluster.name } }
          }
      }) if alarm != null
    }
  ]...)

  # A cluster whose nodes sleep has pending pods all night: only while there
  # are nodes do they mean something.
  _pending_alarms = {
    for key, cluster in var.clusters : "cluster/${key}/pending" => {
      says       = "Pods of the cluster ${key} have found no node for a quarter of an hour."
      todo       = "kubectl get events --field-selector reason=FailedScheduling says what is missing: memory, a zone, a toleration. Is the group at its max?"
      periods    = 3
      statistic  = "Sum"
      threshold  = 0
      expression = "IF(FILL(nodes, 0) > 0, pending, 0)"
      metrics = {
        nodes   = { namespace = "ContainerInsights", name = "cluster_node_count", dimensions = { ClusterName = cluster.name }, statistic = "Minimum" }
        pending = { namespace = "AWS/EKS", name = "scheduler_pending_pods_UNSCHEDULABLE", dimensions = { ClusterName = cluster.name } }
      }
    } if cluster.container_insights
  }

  _nat_alarms = merge([
    for key, id in var.nat_gateways : {
      "nat/${key}/drops" = {
        says      = "The NAT gateway ${key} drops packets."
        todo      = "AWS Health for the zone; if it is the only one affected, move its routes to the gateway of another zone."
        periods   = 3
        statistic = "Sum"
        threshold = 100
        metrics = {
          m = { namespace = "AWS/NATGateway", name = "PacketsDropCount", dimensions = { NatGatewayId = id } }
        }
      }
      "nat/${key}/ports" = {
        says      = "The NAT gateway ${key} has no port left for some destination: new connections to it fail."
        todo      = "Many connections to one address: reuse them, add an endpoint if it is AWS, or a second address to the gateway."
        statistic = "Sum"
        threshold = 0
        metrics = {
          m = { namespace = "AWS/NATGateway", name = "ErrorPortAllocation", dimensions = { NatGatewayId = id } }
        }
      }
    }
  ]...)
}
