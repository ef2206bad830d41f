mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  key_arn        = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  pod_subnet_ids = { a = "subnet-1a", b = "subnet-1b" }
  prefix         = "personal-timeline-staging"
  subnet_ids     = { a = "subnet-0a", b = "subnet-0b", c = "subnet-0c" }
  tags           = { Environment = "staging", Project = "personal-timeline" }
  today          = "2026-11-01T00:00:00Z"
  vpc_cidr       = "10.1.0.0/16"
  vpc_id         = "vpc-0"
}

run "what_a_cluster_has_by_itself" {
  command = plan

  variables {
    clusters = {
      apps = {
        node_groups = {
          general = { instance_types = ["t3.medium"], desired = 3, max = 6, min = 2 }
          memory  = { kind = "memory", max = 2 }
        }
      }
    }
  }

  assert {
    condition = (
      toset(keys(aws_eks_addon.first)) == toset(["apps/eks-pod-identity-agent", "apps/kube-proxy", "apps/vpc-cni"]) &&
      toset(keys(aws_eks_addon.addon)) == toset([
        "apps/aws-ebs-csi-driver", "apps/cert-manager", "apps/coredns", "apps/metrics-server", "apps/snapshot-controller",
      ]) &&
      !aws_eks_cluster.cluster["apps"].bootstrap_self_managed_addons
    )
    error_message = "Add-ons take the place of what EKS would put in by itself."
  }
  assert {
    condition = jsondecode(aws_eks_addon.first["apps/vpc-cni"].configuration_values) == {
      enableNetworkPolicy = "true"
      env = {
        AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG = "true"
        ENABLE_PREFIX_DELEGATION           = "true"
        ENI_CONFIG_LABEL_DEF               = "topology.kubernetes.io/zone"
        WARM_PREFIX_TARGET                 = "1"
      }
      eniConfig = {
        create = true
        region = "us-east-1"
        subnets = {
          us-east-1a = { id = "subnet-1a", securityGroups = [aws_eks_cluster.cluster["apps"].vpc_config[0].cluster_security_group_id] }
          us-east-1b = { id = "subnet-1b", securityGroups = [aws_eks_cluster.cluster["apps"].vpc_config[0].cluster_security_group_id] }
        }
      }
    }
    error_message = "Pods live in their own range, sixteen addresses at a time, and policies are enforced."
  }
  assert {
    condition     = aws_eks_addon.addon["apps/aws-ebs-csi-driver"].configuration_values == jsonencode({ controller = { extraVolumeTags = var.tags } })
    error_message = "Volumes of pods carry the environment's tags."
  }
  assert {
    condition = (
      one(aws_eks_addon.first["apps/vpc-cni"].pod_identity_association).service_account == "aws-node" &&
      length(aws_eks_addon.first["apps/kube-proxy"].pod_identity_association) == 0 &&
      one(aws_eks_addon.addon["apps/aws-ebs-csi-driver"].pod_identity_association).service_account == "ebs-csi-controller-sa"
    )
    error_message = "An add-on that calls AWS has a role of its own."
  }
  assert {
    condition = alltrue([
      for attachment in aws_iam_role_policy_attachment.nodes :
      contains(["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy"], basename(attachment.policy_arn))
    ])
    error_message = "A node joins and pulls images, no more."
  }
  assert {
    condition = alltrue([
      for key, role in aws_iam_role.pods : (
        jsondecode(role.assume_role_policy).Statement[0].Principal.Service == "pods.eks.amazonaws.com" &&
        jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:RequestTag/eks-cluster-name"] == "personal-timeline-staging-apps-cluster" &&
        jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:RequestTag/kubernetes-namespace"] == "kube-system" &&
        jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
      )
    ])
    error_message = "A role of pods is one service account's of one cluster."
  }
  assert {
    condition     = toset(keys(output.clusters.apps.pod_roles)) == toset(["autoscaler", "cni", "ebs", "load-balancers"])
    error_message = "The roles are told by name."
  }
  assert {
    condition = (
      aws_eks_node_group.nodes["apps/general"].instance_types == tolist(["t3.medium"]) &&
      aws_eks_node_group.nodes["apps/general"].scaling_config[0].min_size == 2 &&
      aws_eks_node_group.nodes["apps/general"].scaling_config[0].desired_size == 3 &&
      aws_eks_node_group.nodes["apps/general"].scaling_config[0].max_size == 6 &&
      aws_eks_node_group.nodes["apps/general"].node_repair_config[0].enabled &&
      aws_eks_node_group.nodes["apps/general"].version == "1.35" &&
      length(aws_eks_node_group.nodes["apps/general"].taint) == 0
    )
    error_message = "A group has the types and sizes that were asked for."
  }
  assert {
    condition = (
      aws_eks_node_group.nodes["apps/memory"].instance_types == tolist(["r5.large", "r5a.large"]) &&
      aws_eks_node_group.nodes["apps/memory"].scaling_config[0].desired_size == 0 &&
      one(aws_eks_node_group.nodes["apps/memory"].taint).key == "workload-kind" &&
      one(aws_eks_node_group.nodes["apps/memory"].taint).value == "memory"
    )
    error_message = "Memory waits at zero, and for its own kind of work."
  }
  assert {
    condition = {
      for key, tag in aws_autoscaling_group_tag.node_templates : key => tag.tag[0].value if startswith(key, "apps/memory/")
      } == {
      "apps/memory/label/eks.amazonaws.com/capacityType" = "ON_DEMAND"
      "apps/memory/label/eks.amazonaws.com/nodegroup"    = "personal-timeline-staging-apps-memory-nodes"
      "apps/memory/label/workload-kind"                  = "memory"
      "apps/memory/resources/ephemeral-storage"          = "20Gi"
      "apps/memory/taint/workload-kind"                  = "memory:NoSchedule"
    }
    error_message = "The autoscaler learns from the group what a node of it would be."
  }
  assert {
    condition = (
      aws_eks_cluster.cluster["apps"].encryption_config[0].provider[0].key_arn == var.key_arn &&
      aws_cloudwatch_log_group.cluster["apps"].kms_key_id == var.key_arn &&
      aws_eks_cluster.cluster["apps"].kubernetes_network_config[0].service_ipv4_cidr == "172.20.0.0/16"
    )
    error_message = "Secrets and logs take the given key, services addresses that nobody else has."
  }
}

run "controllers_reach_their_own_cluster_only" {
  command = plan

  variables {
    clusters = {
      blue  = { node_groups = { general = { instance_types = ["t3.small"], max = 1 } } }
      green = { controllers = ["cluster-autoscaler"], node_groups = { general = { instance_types = ["t3.small"], max = 1 } } }
    }
    load_balancers = {
      api = {
        https = false
        logs  = false
        target_groups = {
          blue  = { cluster = "blue", weight = 1 }
          green = { cluster = "green" }
        }
      }
    }
    public_subnet_ids = { a = "subnet-2a", b = "subnet-2b" }
  }

  assert {
    condition = toset(keys(aws_eks_pod_identity_association.pods)) == toset([
      "blue/autoscaler", "blue/load-balancers", "green/autoscaler",
    ])
    error_message = "A controller that is not asked for has no role."
  }
  assert {
    condition = alltrue([
      for cluster in ["blue", "green"] : one([
        for statement in jsondecode(aws_iam_role_policy.pods["${cluster}/autoscaler"].policy).Statement :
        statement.Condition if contains(flatten([statement.Action]), "autoscaling:SetDesiredCapacity")
      ]) == { StringEquals = { "aws:ResourceTag/k8s.io/cluster-autoscaler/personal-timeline-staging-${cluster}-cluster" = "owned" } }
    ])
    error_message = "The autoscaler changes groups of its own cluster only."
  }
  # Every statement with all resources reads only.
  assert {
    condition = alltrue(flatten([
      for policy in aws_iam_role_policy.pods : [
        for statement in jsondecode(policy.policy).Statement : [
          for action in flatten([statement.Action]) : can(regex(":(Describe|Get|List)", action))
        ] if contains(flatten([statement.Resource]), "*")
      ]
    ]))
    error_message = "What changes something has resources."
  }
  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.pods["blue/load-balancers"].policy).Statement :
      statement.Resource if statement.Sid == "Targets"
      ]) == [
      "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/k8s-*/*",
      "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/pt-staging-api-blue/*",
    ]
    error_message = "Pods of blue become targets of blue."
  }
  assert {
    condition     = alltrue([for policy in aws_iam_role_policy.pods : length(policy.policy) <= 10240])
    error_message = "IAM takes 10,240 characters in a role."
  }
  assert {
    condition = (
      length(aws_vpc_security_group_ingress_rule.pods) == 2 &&
      alltrue([for rule in aws_vpc_security_group_ingress_rule.pods : rule.from_port == 8080 && rule.to_port == 8080])
    )
    error_message = "Both clusters let the load balancer in, on the pods' port."
  }
}

run "a_role_for_a_workload" {
  command = plan

  variables {
    clusters = {
      apps = {
        pod_identities = {
          uploads = {
            namespace       = "timeline"
            service_account = "api"
            statements = [{
              actions    = ["s3:GetObject"]
              resources  = ["arn:aws:s3:::media/*"]
              conditions = { Bool = { "aws:SecureTransport" = ["true"] } }
            }]
          }
          reports = {
            namespace       = "timeline"
            service_account = "reports"
            policies        = { read = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" }
          }
        }
      }
    }
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.pods["apps/uploads"].policy).Statement == [{
      Action    = ["s3:GetObject"]
      Condition = { Bool = { "aws:SecureTransport" = ["true"] } }
      Effect    = "Allow"
      Resource  = ["arn:aws:s3:::media/*"]
    }]
    error_message = "Statements become the role's policy."
  }
  assert {
    condition = (
      aws_iam_role_policy_attachment.pods["apps/reports/read"].policy_arn == "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" &&
      !contains(keys(aws_iam_role_policy.pods), "apps/reports") &&
      aws_eks_pod_identity_association.pods["apps/reports"].service_account == "reports"
    )
    error_message = "AWS's policies are attached."
  }
  assert {
    condition     = length(aws_eks_addon.addon) == 0 && length(aws_eks_addon.first) == 3
    error_message = "What needs a node waits until there is a group of them."
  }
}

run "auto_mode" {
  command = plan

  variables {
    clusters = {
      apps = {
        auto_mode = {}
        addons    = { aws-ebs-csi-driver = {}, metrics-server = { version = "v0.8.0-eksbuild.1" } }
      }
    }
  }

  assert {
    condition = (
      aws_eks_cluster.cluster["apps"].compute_config[0].enabled &&
      aws_eks_cluster.cluster["apps"].storage_config[0].block_storage[0].enabled &&
      aws_eks_cluster.cluster["apps"].kubernetes_network_config[0].elastic_load_balancing[0].enabled
    )
    error_message = "Auto Mode is all three or none."
  }
  assert {
    condition = (
      keys(aws_eks_addon.addon) == ["apps/metrics-server"] && length(aws_eks_addon.first) == 0 &&
      aws_eks_addon.addon["apps/metrics-server"].addon_version == "v0.8.0-eksbuild.1" &&
      length(aws_iam_role.pods) == 0
    )
    error_message = "What Auto Mode has built in is not put in twice."
  }
  assert {
    condition = (
      contains(jsondecode(aws_iam_role.cluster["apps"].assume_role_policy).Statement[0].Action, "sts:TagSession") &&
      length(aws_iam_role_policy_attachment.cluster) == 5 &&
      contains(keys(aws_iam_role_policy_attachment.nodes), "apps/AmazonEKSWorkerNodeMinimalPolicy")
    )
    error_message = "Its roles are those of Auto Mode."
  }
}

run "groups_of_kubernetes" {
  command = plan

  variables {
    clusters = {
      apps = { access = { developers = { principal_arn = "arn:aws:iam::123456789012:role/developers", groups = ["developers"] } } }
    }
  }

  assert {
    condition = (
      aws_eks_access_entry.access["apps/developers"].kubernetes_groups == toset(["developers"]) &&
      length(aws_eks_access_policy_association.access) == 0
    )
    error_message = "A group alone is bound by roles of Kubernetes, and by no policy of EKS."
  }
}

run "access_that_opens_nothing" {
  command = plan

  variables {
    clusters = { apps = { access = { nobody = { principal_arn = "arn:aws:iam::123456789012:role/nobody" } } } }
  }

  expect_failures = [var.clusters]
}

run "a_group_that_eks_keeps" {
  command = plan

  variables {
    clusters = { apps = { access = { masters = { principal_arn = "arn:aws:iam::123456789012:role/masters", groups = ["system:masters"] } } } }
  }

  expect_failures = [var.clusters]
}

run "auto_mode_and_node_groups" {
  command = plan

  variables {
    clusters = { apps = { auto_mode = {}, node_groups = { general = { instance_types = ["t3.small"], max = 1 } } } }
  }

  expect_failures = [var.clusters]
}

run "services_in_the_network" {
  command = plan

  variables {
    clusters = { apps = { service_cidr = "10.0.0.0/12" } }
  }

  expect_failures = [var.clusters]
}

run "services_where_eks_has_none" {
  command = plan

  variables {
    clusters = { apps = { service_cidr = "100.64.0.0/16" } }
  }

  expect_failures = [var.clusters]
}

run "an_unknown_controller" {
  command = plan

  variables {
    clusters = { apps = { controllers = ["karpenter"] } }
  }

  expect_failures = [var.clusters]
}

run "a_configuration_that_is_not_json" {
  command = plan

  variables {
    clusters = { apps = { addons = { coredns = { configuration = "replicas: 2" } } } }
  }

  expect_failures = [var.clusters]
}

run "an_unknown_kind" {
  command = plan

  variables {
    clusters = { apps = { node_groups = { general = { kind = "gpu", instance_types = ["t3.small"], max = 1 } } } }
  }

  expect_failures = [var.clusters]
}

run "an_image_with_another_disk" {
  command = plan

  variables {
    clusters = { apps = { node_groups = { general = { ami_type = "BOTTLEROCKET_x86_64", instance_types = ["t3.small"], max = 1 } } } }
  }

  expect_failures = [var.clusters]
}

run "an_effect_in_kubernetes_spelling" {
  command = plan

  variables {
    clusters = { apps = { node_groups = { general = { instance_types = ["t3.small"], max = 1, taints = { busy = { effect = "NoSchedule" } } } } } }
  }

  expect_failures = [var.clusters]
}

run "an_identity_that_may_nothing" {
  command = plan

  variables {
    clusters = { apps = { pod_identities = { idle = { namespace = "timeline", service_account = "idle" } } } }
  }

  expect_failures = [var.clusters]
}

run "an_identity_named_like_an_add_ons" {
  command = plan

  variables {
    clusters = {
      apps = {
        pod_identities = {
          cni = { namespace = "kube-system", service_account = "aws-node", policies = { cni = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy" } }
        }
      }
    }
  }

  expect_failures = [var.clusters]
}

run "a_general_group_without_types" {
  command = plan

  variables {
    clusters = { apps = { node_groups = { general = { max = 1 } } } }
  }

  expect_failures = [aws_eks_node_group.nodes["apps/general"]]
}

run "arm_types_on_an_x86_image" {
  command = plan

  variables {
    clusters = { apps = { node_groups = { general = { instance_types = ["m7g.large"], max = 1 } } } }
  }

  expect_failures = [aws_eks_node_group.nodes["apps/general"]]
}

run "a_role_with_too_long_a_name" {
  command = plan

  variables {
    prefix = "personal-timeline-archives-staging"
    clusters = {
      applications-of-blue = { node_groups = {} }
    }
  }

  expect_failures = [
    aws_iam_role.cluster["applications-of-blue"],
    aws_iam_role.nodes["applications-of-blue"],
    aws_iam_role.pods["applications-of-blue/load-balancers"],
    aws_iam_role.pods["applications-of-blue/autoscaler"],
  ]
}
