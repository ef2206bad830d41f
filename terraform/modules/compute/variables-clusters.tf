variable "clusters" {
  description = "EKS clusters by key, each with its managed node groups. Empty: none."
  type = map(object({
    version             = optional(string, "1.35")
    controllers         = optional(set(string), ["aws-load-balancer-controller", "cluster-autoscaler"])
    creator_is_admin    = optional(bool, false)
    extended_support    = optional(bool, false)
    network_policy      = optional(bool, true)
    prefix_delegation   = optional(bool, true)
    public_access_cidrs = optional(list(string), [])
    service_cidr        = optional(string, "172.20.0.0/16")
    tags                = optional(map(string), {})
    zonal_shift         = optional(bool, true)
    access = optional(map(object({
      principal_arn = string
      groups        = optional(set(string), [])
      namespaces    = optional(set(string), [])
      policy        = optional(string)
    })), {})
    addons = optional(map(object({
      version       = optional(string)
      configuration = optional(string)
      conflicts     = optional(string, "OVERWRITE")
      })), {
      aws-ebs-csi-driver  = {}
      cert-manager        = {}
      metrics-server      = {}
      snapshot-controller = {}
    })
    auto_mode = optional(object({
      node_pools = optional(set(string), ["general-purpose", "system"])
    }))
    node_groups = optional(map(object({
      ami_type       = optional(string, "AL2023_x86_64_STANDARD")
      desired        = optional(number)
      disk_gb        = optional(number, 20)
      instance_types = optional(list(string))
      kind           = optional(string, "general")
      labels         = optional(map(string), {})
      max            = number
      min            = optional(number, 0)
      repair         = optional(bool, true)
      spot           = optional(bool, false)
      tags           = optional(map(string), {})
      zones          = optional(list(string), [])
      taints = optional(map(object({
        effect = string
        value  = optional(string)
      })))
    })), {})
    pod_identities = optional(map(object({
      namespace       = string
      service_account = string
      policies        = optional(map(string), {})
      statements = optional(list(object({
        actions    = list(string)
        resources  = list(string)
        conditions = optional(map(map(list(string))), {})
      })), [])
    })), {})
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for key in keys(var.clusters) : can(regex("^[a-z][a-z0-9-]{0,20}$", key))
    ])
    error_message = "A cluster's key is 1 to 21 lower-case letters, digits and hyphens, a letter first."
  }
  validation {
    condition = alltrue([
      for cluster in var.clusters :
      contains(keys(local.kubernetes_support_ends), cluster.version)
    ])
    error_message = "EKS offers Kubernetes ${join(", ", keys(local.kubernetes_support_ends))}, as far as support.tf knows. Older ones can no longer be created; add a newer one there with its dates."
  }
  # Dated: what is fine today is refused on the day its support ends, and a
  # cluster in extended support costs six times as much.
  validation {
    condition = alltrue([
      for cluster in var.clusters : timecmp(
        coalesce(var.today, plantimestamp()),
        timeadd(try(
          "${local.kubernetes_support_ends[cluster.version]}T00:00:00Z",
          "2100-01-01T00:00:00Z"
        ), cluster.extended_support ? "8760h" : "0h"),
      ) < 0
    ])
    error_message = "A cluster's Kubernetes version is out of support: ${join("; ", [for key, cluster in var.clusters : "${key} runs ${cluster.version}, standard support ends ${try(local.kubernetes_support_ends[cluster.version], "unknown")}"])}. Take a newer version, or set extended_support for one year more at a higher price."
  }
  validation {
    condition = alltrue(flatten([
      for cluster in var.clusters : [
        for controller in cluster.controllers : contains(keys(local._identities.controllers), controller)
      ]
    ]))
    error_message = "The controllers are ${join(", ", keys(local._identities.controllers))}."
  }
  validation {
    condition = alltrue(flatten([
      for cluster in var.clusters : [
        for access in cluster.access : access.policy != null || length(access.groups) > 0
      ]
    ]))
    error_message = "An access entry has a policy of EKS, or groups that roles of Kubernetes are bound to; with neither it opens nothing."
  }
  validation {
    condition = alltrue(flatten([
      for cluster in var.clusters : [
        for access in cluster.access : [
          for group in access.groups : !can(regex("^(amazon|aws|eks|iam|system):", group))
        ]
      ]
    ]))
    error_message = "EKS refuses groups that begin with amazon:, aws:, eks:, iam: or system:. For an administrator give policy = \"AmazonEKSClusterAdminPolicy\"."
  }
  validation {
    condition = alltrue([
      for cluster in var.clusters :
      cluster.auto_mode == null || length(cluster.node_groups) == 0
    ])
    error_message = "A cluster in Auto Mode has its nodes from AWS: leave node_groups out, or auto_mode."
  }
  validation {
    condition = alltrue([
      for cluster in var.clusters :
      can(regex("^(10|172\\.(1[6-9]|2[0-9]|3[01])|192\\.168)\\.", cluster.service_cidr)) &&
      try(tonumber(split("/", cluster.service_cidr)[1]) >= 12 && tonumber(split("/", cluster.service_cidr)[1]) <= 24, false)
    ])
    error_message = "A service_cidr is in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, and between /12 and /24."
  }
  # Two ranges overlap if they are the same at the shorter of their prefixes.
  validation {
    condition = alltrue([
      for cluster in var.clusters : try(
        cidrsubnet("${split("/", cluster.service_cidr)[0]}/${min(split("/", cluster.service_cidr)[1], split("/", var.vpc_cidr)[1])}", 0, 0) !=
        cidrsubnet("${split("/", var.vpc_cidr)[0]}/${min(split("/", cluster.service_cidr)[1], split("/", var.vpc_cidr)[1])}", 0, 0),
        true
      )
    ])
    error_message = "A cluster's service_cidr overlaps the network's ${var.vpc_cidr}: pods would not reach what lives there."
  }
  validation {
    condition = alltrue(flatten([
      for cluster in var.clusters : [
        for addon in cluster.addons : contains(["NONE", "OVERWRITE", "PRESERVE"], addon.conflicts) &&
        (addon.configuration == null || can(jsondecode(addon.configuration)))
      ]
    ]))
    error_message = "An add-on's conflicts is NONE, OVERWRITE or PRESERVE, and its configuration is JSON."
  }
  validation {
    condition = alltrue(flatten([
      for cluster in var.clusters : [
        for group in cluster.node_groups : contains(keys(local._kinds), group.kind)
      ]
    ]))
    error_message = "A node group's kind is ${join(", ", keys(local._kinds))}."
  }
  validation {
    condition = alltrue(flatten([
      for cluster in var.clusters : [
        for group in cluster.node_groups : startswith(group.ami_type, "AL2023_")
      ]
    ]))
    error_message = "A node group's ami_type is one of Amazon Linux 2023: the launch template names its disk."
  }
  validation {
    condition = alltrue(flatten([
      for cluster in var.clusters : [
        for group in cluster.node_groups : [
          for taint in values(coalesce(group.taints, {})) : contains(keys(local._taint_effects), taint.effect)
        ]
      ]
    ]))
    error_message = "A taint's effect is ${join(", ", keys(local._taint_effects))}."
  }
  validation {
    condition = alltrue(flatten([
      for cluster in var.clusters : [
        for group in cluster.node_groups : [
          group.max >= 1 && group.min >= 0 &&
          group.min <= coalesce(group.desired, group.min) &&
          coalesce(group.desired, group.min) <= group.max
        ]
      ]
    ]))
    error_message = "A node group's sizes: 0 <= min <= desired <= max, and max at least 1."
  }
  validation {
    condition = alltrue(flatten([
      for cluster in var.clusters : [
        for group in cluster.node_groups : [
          for zone in group.zones : contains(keys(var.subnet_ids), zone)
        ]
      ]
    ]))
    error_message = "A node group's zones are among those of subnet_ids."
  }
  validation {
    condition = alltrue(flatten([
      for cluster in var.clusters : [
        for name, identity in cluster.pod_identities :
        can(regex("^[a-z][a-z0-9-]{0,20}$", name)) &&
        length(identity.policies) + length(identity.statements) > 0 &&
        !contains([for known in concat(values(local._identities.addons), values(local._identities.controllers)) : known.name], name)
      ]
    ]))
    error_message = "A pod identity's key is 1 to 21 lower-case letters, digits and hyphens, not ${join(", ", [for known in concat(values(local._identities.addons), values(local._identities.controllers)) : known.name])}; and it has policies or statements."
  }
}
