# What the two controllers of terraform/kubernetes may do. Both are narrower
# than what their projects propose: each reaches the things of its own cluster
# only, and what it could not be told to need is left out.

locals {
  _controller_policies = {
    for key, name in local.cluster_names : key => {
      aws-load-balancer-controller = jsonencode({
        Version   = "2012-10-17"
        Statement = local._load_balancer_statements[key]
      })
      cluster-autoscaler = jsonencode({
        Version = "2012-10-17"
        Statement = [
          {
            # Describe calls know no resources.
            Effect = "Allow"
            Action = [
              "autoscaling:DescribeAutoScalingGroups",
              "autoscaling:DescribeAutoScalingInstances",
              "autoscaling:DescribeLaunchConfigurations",
              "autoscaling:DescribeScalingActivities",
              "ec2:DescribeImages",
              "ec2:DescribeInstanceTypes",
              "ec2:DescribeLaunchTemplateVersions",
              "ec2:GetInstanceTypesFromInstanceRequirements",
            ]
            Resource = "*"
          },
          {
            Effect   = "Allow"
            Action   = "eks:DescribeNodegroup"
            Resource = "arn:${local._partition}:eks:${local._region}:${local._account}:nodegroup/${name}/*/*"
          },
          {
            # EKS names the groups, so the tag that EKS puts on them says whose
            # they are.
            Effect   = "Allow"
            Action   = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
            Resource = "arn:${local._partition}:autoscaling:${local._region}:${local._account}:autoScalingGroup:*:autoScalingGroupName/eks-*"
            Condition = {
              StringEquals = { "aws:ResourceTag/k8s.io/cluster-autoscaler/${name}" = "owned" }
            }
          },
        ]
      })
    }
  }

  _elb = "arn:${local._partition}:elasticloadbalancing:${local._region}:${local._account}"
  _ec2 = "arn:${local._partition}:ec2:${local._region}:${local._account}"

  # The controller tags what it makes with the cluster's name, and names it
  # k8s-*. Firewalls and Shield are Terraform's matter: the controller runs
  # with --enable-waf, --enable-wafv2 and --enable-shield off.
  _load_balancer_statements = {
    for key, name in local.cluster_names : key => [
      {
        # Describe calls know no resources, and certificates are found by list.
        Sid    = "Look"
        Effect = "Allow"
        Action = [
          "acm:DescribeCertificate", "acm:ListCertificates",
          "ec2:DescribeAccountAttributes", "ec2:DescribeAddresses",
          "ec2:DescribeAvailabilityZones", "ec2:DescribeInstances",
          "ec2:DescribeInternetGateways", "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets", "ec2:DescribeTags",
          "ec2:DescribeVpcPeeringConnections", "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
          "elasticloadbalancing:DescribeCapacityReservation",
          "elasticloadbalancing:DescribeListenerAttributes",
          "elasticloadbalancing:DescribeListenerCertificates",
          "elasticloadbalancing:DescribeListeners",
          "elasticloadbalancing:DescribeLoadBalancerAttributes",
          "elasticloadbalancing:DescribeLoadBalancers",
          "elasticloadbalancing:DescribeRules",
          "elasticloadbalancing:DescribeSSLPolicies",
          "elasticloadbalancing:DescribeTags",
          "elasticloadbalancing:DescribeTargetGroupAttributes",
          "elasticloadbalancing:DescribeTargetGroups",
          "elasticloadbalancing:DescribeTargetHealth",
          "elasticloadbalancing:DescribeTrustStores",
        ]
        Resource = "*"
      },
      {
        Sid       = "ServiceLinkedRole"
        Effect    = "Allow"
        Action    = "iam:CreateServiceLinkedRole"
        Resource  = "arn:${local._partition}:iam::${local._account}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*"
        Condition = { StringEquals = { "iam:AWSServiceName" = "elasticloadbalancing.amazonaws.com" } }
      },
      {
        Sid      = "MakeGroupsHere"
        Effect   = "Allow"
        Action   = "ec2:CreateSecurityGroup"
        Resource = "${local._ec2}:vpc/${var.vpc_id}"
      },
      {
        Sid       = "MakeTaggedGroups"
        Effect    = "Allow"
        Action    = "ec2:CreateSecurityGroup"
        Resource  = "${local._ec2}:security-group/*"
        Condition = { StringEquals = { "aws:RequestTag/elbv2.k8s.aws/cluster" = name } }
      },
      {
        Sid      = "TagNewGroups"
        Effect   = "Allow"
        Action   = "ec2:CreateTags"
        Resource = "${local._ec2}:security-group/*"
        Condition = {
          StringEquals = {
            "aws:RequestTag/elbv2.k8s.aws/cluster" = name
            "ec2:CreateAction"                     = "CreateSecurityGroup"
          }
        }
      },
      {
        Sid      = "TagOwnGroups"
        Effect   = "Allow"
        Action   = ["ec2:CreateTags", "ec2:DeleteTags"]
        Resource = "${local._ec2}:security-group/*"
        Condition = {
          Null         = { "aws:RequestTag/elbv2.k8s.aws/cluster" = "true" }
          StringEquals = { "aws:ResourceTag/elbv2.k8s.aws/cluster" = name }
        }
      },
      {
        # The nodes' group is among those whose rules it writes, and that one
        # EKS tagged: the network is the border.
        Sid       = "Rules"
        Effect    = "Allow"
        Action    = ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]
        Resource  = "${local._ec2}:security-group/*"
        Condition = { ArnEquals = { "ec2:Vpc" = "${local._ec2}:vpc/${var.vpc_id}" } }
      },
      {
        Sid       = "DeleteOwnGroups"
        Effect    = "Allow"
        Action    = "ec2:DeleteSecurityGroup"
        Resource  = "${local._ec2}:security-group/*"
        Condition = { StringEquals = { "aws:ResourceTag/elbv2.k8s.aws/cluster" = name } }
      },
      {
        Sid       = "Make"
        Effect    = "Allow"
        Action    = ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"]
        Resource  = ["${local._elb}:loadbalancer/*/k8s-*/*", "${local._elb}:targetgroup/k8s-*/*"]
        Condition = { StringEquals = { "aws:RequestTag/elbv2.k8s.aws/cluster" = name } }
      },
      {
        Sid      = "TagNew"
        Effect   = "Allow"
        Action   = "elasticloadbalancing:AddTags"
        Resource = ["${local._elb}:loadbalancer/*/k8s-*/*", "${local._elb}:targetgroup/k8s-*/*"]
        Condition = {
          StringEquals = {
            "aws:RequestTag/elbv2.k8s.aws/cluster" = name
            "elasticloadbalancing:CreateAction"    = ["CreateLoadBalancer", "CreateTargetGroup"]
          }
        }
      },
      {
        Sid      = "TagOwn"
        Effect   = "Allow"
        Action   = ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"]
        Resource = ["${local._elb}:loadbalancer/*/k8s-*/*", "${local._elb}:targetgroup/k8s-*/*"]
        Condition = {
          Null         = { "aws:RequestTag/elbv2.k8s.aws/cluster" = "true" }
          StringEquals = { "aws:ResourceTag/elbv2.k8s.aws/cluster" = name }
        }
      },
      {
        Sid    = "ChangeOwn"
        Effect = "Allow"
        Action = [
          "elasticloadbalancing:DeleteLoadBalancer",
          "elasticloadbalancing:DeleteTargetGroup",
          "elasticloadbalancing:ModifyCapacityReservation",
          "elasticloadbalancing:ModifyIpPools",
          "elasticloadbalancing:ModifyLoadBalancerAttributes",
          "elasticloadbalancing:ModifyTargetGroup",
          "elasticloadbalancing:ModifyTargetGroupAttributes",
          "elasticloadbalancing:SetIpAddressType",
          "elasticloadbalancing:SetSecurityGroups",
          "elasticloadbalancing:SetSubnets",
        ]
        Resource  = ["${local._elb}:loadbalancer/*/k8s-*/*", "${local._elb}:targetgroup/k8s-*/*"]
        Condition = { StringEquals = { "aws:ResourceTag/elbv2.k8s.aws/cluster" = name } }
      },
      {
        # Rules and listeners carry the name of their load balancer.
        Sid    = "Listeners"
        Effect = "Allow"
        Action = [
          "elasticloadbalancing:AddListenerCertificates",
          "elasticloadbalancing:AddTags",
          "elasticloadbalancing:CreateListener",
          "elasticloadbalancing:CreateRule",
          "elasticloadbalancing:DeleteListener",
          "elasticloadbalancing:DeleteRule",
          "elasticloadbalancing:ModifyListener",
          "elasticloadbalancing:ModifyListenerAttributes",
          "elasticloadbalancing:ModifyRule",
          "elasticloadbalancing:RemoveListenerCertificates",
          "elasticloadbalancing:RemoveTags",
          "elasticloadbalancing:SetRulePriorities",
        ]
        Resource = [
          "${local._elb}:listener-rule/*/k8s-*/*",
          "${local._elb}:listener/*/k8s-*/*",
          "${local._elb}:loadbalancer/*/k8s-*/*",
        ]
      },
      {
        # Pods become targets of what it made, and of the target groups here
        # that are meant for this cluster.
        Sid    = "Targets"
        Effect = "Allow"
        Action = ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"]
        Resource = concat(["${local._elb}:targetgroup/k8s-*/*"], [
          for group, settings in local.target_groups :
          "${local._elb}:targetgroup/${local.target_group_names[group]}/*"
          if settings.cluster == key
        ])
      },
    ]
  }
}
