mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  key_arn    = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  prefix     = "personal-timeline-dev"
  subnet_ids = { a = "subnet-0a", b = "subnet-0b", c = "subnet-0c" }
  tags       = { Environment = "dev", Project = "personal-timeline" }
  today      = "2026-11-01T00:00:00Z"
  vpc_cidr   = "10.2.0.0/16"
  vpc_id     = "vpc-0"
}

run "nothing_asked_nothing_made" {
  command = plan

  assert {
    condition = (
      output.clusters == {} && output.groups == {} &&
      output.load_balancers == {} && output.node_groups == {} &&
      length(aws_iam_role.cluster) == 0 && length(aws_iam_role.group) == 0 &&
      length(aws_iam_role.nodes) == 0 && length(aws_iam_role.pods) == 0 &&
      length(aws_security_group.load_balancer) == 0
    )
    error_message = "Empty means off."
  }
}

run "a_cluster" {
  command = plan

  variables {
    clusters = {
      apps = {
        access = {
          operators = { principal_arn = "arn:aws:iam::123456789012:role/operators", policy = "AmazonEKSClusterAdminPolicy" }
          team      = { principal_arn = "arn:aws:iam::123456789012:role/team", policy = "AmazonEKSEditPolicy", namespaces = ["timeline"] }
        }
        node_groups = {
          general = { instance_types = ["t3.small"], min = 1, max = 2, zones = ["a"], tags = { Schedule = "office-hours" } }
          spot    = { instance_types = ["t3.small", "t3a.small"], min = 0, desired = 1, max = 3, spot = true }
        }
      }
    }
  }

  assert {
    condition = (
      aws_eks_cluster.cluster["apps"].name == "personal-timeline-dev-apps-cluster" &&
      aws_eks_cluster.cluster["apps"].version == "1.35" &&
      length(aws_eks_cluster.cluster["apps"].enabled_cluster_log_types) == 5 &&
      aws_eks_cluster.cluster["apps"].access_config[0].authentication_mode == "API" &&
      aws_eks_cluster.cluster["apps"].encryption_config[0].resources == toset(["secrets"]) &&
      aws_eks_cluster.cluster["apps"].upgrade_policy[0].support_type == "STANDARD" &&
      !aws_eks_cluster.cluster["apps"].vpc_config[0].endpoint_public_access
    )
    error_message = "A cluster encrypts its secrets, logs everything, and answers inside the network only."
  }
  assert {
    condition = (
      aws_eks_node_group.nodes["apps/general"].subnet_ids == toset(["subnet-0a"]) &&
      aws_eks_node_group.nodes["apps/spot"].subnet_ids == toset(["subnet-0a", "subnet-0b", "subnet-0c"]) &&
      aws_eks_node_group.nodes["apps/spot"].capacity_type == "SPOT" &&
      aws_eks_node_group.nodes["apps/spot"].scaling_config[0].desired_size == 1 &&
      aws_eks_node_group.nodes["apps/general"].tags["Schedule"] == "office-hours"
    )
    error_message = "Node groups are where, what and as many as they should be."
  }
  assert {
    condition = alltrue([
      for template in aws_launch_template.nodes :
      template.metadata_options[0].http_tokens == "required" &&
      template.metadata_options[0].http_put_response_hop_limit == 1 &&
      template.block_device_mappings[0].ebs[0].encrypted == "true" &&
      alltrue([for tags in template.tag_specifications : tags.tags["Environment"] == "dev"])
    ])
    error_message = "Nodes keep their role from pods, encrypt their volumes, and carry the environment's tags."
  }
  assert {
    condition = (
      aws_eks_access_policy_association.access["apps/operators"].access_scope[0].type == "cluster" &&
      aws_eks_access_policy_association.access["apps/team"].access_scope[0].type == "namespace" &&
      aws_eks_access_policy_association.access["apps/team"].access_scope[0].namespaces == toset(["timeline"])
    )
    error_message = "Access is for the cluster, or for the namespaces that are named."
  }
}

run "a_group" {
  command = plan

  variables {
    groups = {
      workers = {
        instance_type = "t3.micro"
        min           = 1
        max           = 3
        desired       = 2
        zones         = ["a"]
        tags          = { Schedule = "office-hours" }
      }
    }
  }

  assert {
    condition = (
      aws_autoscaling_group.group["workers"].name == "personal-timeline-dev-workers-group" &&
      aws_autoscaling_group.group["workers"].desired_capacity == 2 &&
      aws_autoscaling_group.group["workers"].vpc_zone_identifier == toset(["subnet-0a"])
    )
    error_message = "The group is where and as many as it should be."
  }
  assert {
    condition = {
      for tag in aws_autoscaling_group.group["workers"].tag : tag.key => tag.propagate_at_launch
      } == {
      Environment = true
      Name        = true
      Project     = true
      Schedule    = false
    }
    error_message = "The group carries all tags; what speaks of its sleep stays on it."
  }
  assert {
    condition = (
      aws_launch_template.group["workers"].metadata_options[0].http_tokens == "required" &&
      aws_launch_template.group["workers"].block_device_mappings[0].ebs[0].encrypted == "true" &&
      aws_launch_template.group["workers"].block_device_mappings[0].ebs[0].volume_type == "gp3"
    )
    error_message = "Instances want IMDSv2 and encrypt their volumes."
  }
  assert {
    condition     = output.clusters == {}
    error_message = "A group needs no cluster."
  }
}

run "a_version_that_can_no_longer_be_created" {
  command = plan

  variables {
    clusters = { apps = { version = "1.28", node_groups = {} } }
  }

  expect_failures = [var.clusters]
}

run "the_last_day_of_support" {
  command = plan

  variables {
    clusters = { apps = { version = "1.35", node_groups = {} } }
    today    = "2027-03-26T23:59:59Z"
  }
}

run "the_day_after" {
  command = plan

  variables {
    clusters = { apps = { version = "1.35", node_groups = {} } }
    today    = "2027-03-27T00:00:00Z"
  }

  expect_failures = [var.clusters]
}

run "paid_support_is_a_year_longer" {
  command = plan

  variables {
    clusters = { apps = { version = "1.35", extended_support = true, node_groups = {} } }
    today    = "2027-06-01T00:00:00Z"
  }

  assert {
    condition     = aws_eks_cluster.cluster["apps"].upgrade_policy[0].support_type == "EXTENDED"
    error_message = "Extended support is asked for, and said to EKS."
  }
}

run "sizes_that_contradict" {
  command = plan

  variables {
    clusters = {
      apps = { node_groups = { general = { instance_types = ["t3.small"], min = 2, max = 1 } } }
    }
  }

  expect_failures = [var.clusters]
}

run "no_node_group_ends_at_zero" {
  command = plan

  variables {
    clusters = {
      apps = { node_groups = { general = { instance_types = ["t3.small"], min = 0, max = 0 } } }
    }
  }

  expect_failures = [var.clusters]
}

run "a_zone_that_is_not_there" {
  command = plan

  variables {
    groups = { workers = { instance_type = "t3.micro", min = 0, max = 1, zones = ["f"] } }
  }

  expect_failures = [var.groups]
}
