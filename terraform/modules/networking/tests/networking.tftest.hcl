mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  cidr   = "10.2.0.0/16"
  prefix = "personal-timeline-dev"
  region = "us-east-1"
}

run "three_tiers_in_three_zones" {
  command = plan

  assert {
    condition = { for key, subnet in aws_subnet.subnet : key => subnet.cidr_block } == {
      "database/a" = "10.2.21.0/24"
      "database/b" = "10.2.22.0/24"
      "database/c" = "10.2.23.0/24"
      "private/a"  = "10.2.11.0/24"
      "private/b"  = "10.2.12.0/24"
      "private/c"  = "10.2.13.0/24"
      "public/a"   = "10.2.1.0/24"
      "public/b"   = "10.2.2.0/24"
      "public/c"   = "10.2.3.0/24"
    }
    error_message = "Addresses are those of the specification."
  }
  assert {
    condition     = alltrue([for subnet in aws_subnet.subnet : !subnet.map_public_ip_on_launch])
    error_message = "No subnet gives out public addresses by itself."
  }
  assert {
    condition     = length(aws_nat_gateway.nat) == 1 && length(aws_route.nat) == 3
    error_message = "By default one gateway serves the private subnets of all zones."
  }
  assert {
    condition     = alltrue([for route in aws_route.nat : route.nat_gateway_id == aws_nat_gateway.nat["a"].id])
    error_message = "The one gateway is in the first zone."
  }
}

run "defaults_are_locked" {
  command = plan

  assert {
    condition = (
      length(aws_default_security_group.locked.ingress) == 0 &&
      length(aws_default_security_group.locked.egress) == 0 &&
      length(aws_default_network_acl.locked.ingress) == 0 &&
      length(aws_default_network_acl.locked.egress) == 0
    )
    error_message = "What AWS makes by default lets nothing through."
  }
}

run "databases_stay_inside" {
  command = plan

  assert {
    condition = toset([
      for key, rule in aws_network_acl_rule.tier : "${rule.cidr_block} ${rule.from_port}"
      if startswith(key, "database/ingress/") && rule.from_port == rule.to_port
      ]) == toset([
      "10.2.11.0/24 5432", "10.2.11.0/24 6379", "10.2.12.0/24 5432",
      "10.2.12.0/24 6379", "10.2.13.0/24 5432", "10.2.13.0/24 6379",
    ])
    error_message = "The database tier takes PostgreSQL and Redis from private subnets, and from no public one."
  }
  assert {
    condition = alltrue([
      for key, rule in aws_network_acl_rule.tier :
      contains(["10.2.21.0/24", "10.2.22.0/24", "10.2.23.0/24"], rule.cidr_block)
      if startswith(key, "database/ingress/") && rule.from_port != rule.to_port
    ])
    error_message = "Any other port is for the tier's own subnets."
  }
  assert {
    condition = toset([
      for key, rule in aws_network_acl_rule.tier : split(".", rule.cidr_block)[2]
      if startswith(key, "database/egress/")
    ]) == toset(["11", "12", "13", "21", "22", "23"])
    error_message = "Answers of the database tier go where its questions come from."
  }
}

run "one_gateway_per_zone" {
  command = plan

  variables {
    nat = "per_zone"
  }

  assert {
    condition     = toset(keys(aws_nat_gateway.nat)) == toset(["a", "b", "c"])
    error_message = "Every zone has a gateway of its own."
  }
}

run "no_way_out" {
  command = plan

  variables {
    nat   = "none"
    zones = ["a", "b"]
  }

  assert {
    condition = (
      length(aws_nat_gateway.nat) == 0 && length(aws_eip.nat) == 0 && length(aws_route.nat) == 0 &&
      output.nat_addresses == {} && length(aws_subnet.subnet) == 6
    )
    error_message = "Without gateways there are no addresses and no routes."
  }
}

run "a_taken_away_zone_renumbers_nobody" {
  command = plan

  variables {
    zones = ["c", "a"]
  }

  assert {
    condition     = aws_subnet.subnet["private/c"].cidr_block == "10.2.13.0/24" && keys(aws_nat_gateway.nat) == ["c"]
    error_message = "A zone keeps its number, and the first one named has the gateway."
  }
}

run "pods_have_a_range_of_their_own" {
  command = plan

  variables {
    pods_cidr = "100.64.0.0/16"
  }

  assert {
    condition = { for zone, subnet in aws_subnet.pods : zone => subnet.cidr_block } == {
      a = "100.64.0.0/19"
      b = "100.64.32.0/19"
      c = "100.64.64.0/19"
    }
    error_message = "Each zone has an eighth of the range."
  }
  assert {
    condition = (
      keys(output.pod_subnet_ids) == ["a", "b", "c"] && keys(output.subnet_ids) == ["database", "private", "public"] &&
      alltrue([for subnet in aws_subnet.pods : subnet.tags["kubernetes.io/role/cni"] == "1" && !subnet.map_public_ip_on_launch])
    )
    error_message = "Their subnets are found by the CNI and are no tier of their own."
  }
  assert {
    condition = toset([
      for key, rule in aws_network_acl_rule.tier : rule.from_port
      if startswith(key, "database/ingress/") && rule.cidr_block == "100.64.0.0/16"
    ]) == toset([5432, 6379])
    error_message = "Pods reach the databases' ports and no other."
  }
  assert {
    condition     = length(aws_network_acl.tier["private"].subnet_ids) > 0 && length(aws_route_table_association.pods) == 3
    error_message = "Pods share routes and access lists with the private tier."
  }
}

run "more_rules_than_a_list_takes" {
  command = plan

  variables {
    pods_cidr = "100.64.0.0/16"
    zones     = ["a", "b", "c", "d", "e", "f"]
  }

  expect_failures = [aws_network_acl.tier]
}

run "six_zones_fit_without_pods" {
  command = plan

  variables {
    zones = ["a", "b", "c", "d", "e", "f"]
  }

  assert {
    condition     = length([for key in keys(aws_network_acl_rule.tier) : key if startswith(key, "database/ingress/")]) == 18
    error_message = "Two ports for six zones, and six for the tier itself."
  }
}

run "everything_optional_off" {
  command = plan

  variables {
    endpoints = { gateway = [] }
    nat       = "none"
  }

  assert {
    condition = (
      length(aws_vpc_endpoint.gateway) == 0 && length(aws_vpc_endpoint.interface) == 0 &&
      length(aws_security_group.endpoints) == 0 && length(aws_vpc_security_group_ingress_rule.endpoints) == 0 &&
      length(aws_flow_log.all) == 0 && length(aws_flow_log.rejects) == 0 && length(aws_iam_role.flow_logs) == 0 &&
      length(aws_subnet.pods) == 0 && length(aws_ec2_instance_connect_endpoint.people) == 0 &&
      output.endpoint_ids == {} && output.pod_subnet_ids == {} && output.instance_connect == null &&
      output.rejects_log_group == null && output.database_knocks == null
    )
    error_message = "Null and empty mean off."
  }
}

run "services_without_nat" {
  command = plan

  variables {
    endpoints = { interface = ["ecr.api", "ecr.dkr", "eks-auth", "secretsmanager", "ssm", "sts"], zones = ["a"] }
    pods_cidr = "100.64.0.0/16"
  }

  assert {
    condition     = keys(output.endpoint_ids) == ["dynamodb", "ecr.api", "ecr.dkr", "eks-auth", "s3", "secretsmanager", "ssm", "sts"]
    error_message = "The free ones are there by themselves, the others are asked for."
  }
  assert {
    condition = alltrue([
      for endpoint in aws_vpc_endpoint.interface :
      endpoint.private_dns_enabled && length(endpoint.subnet_ids) == 1
    ])
    error_message = "They answer under the service's own name, in the zones that are paid for."
  }
  assert {
    condition = alltrue([
      for policy in concat(values(local.gateway_policies), values(local.interface_policies)) : alltrue([
        for statement in jsondecode(policy).Statement :
        statement.Effect == "Allow" && (
          try(statement.Condition.StringEquals["aws:PrincipalAccount"], "") == "123456789012" ||
          contains(["ReadFromAws", "Unsigned"], statement.Sid)
        )
      ]) if policy != null
    ])
    error_message = "Through an endpoint go the account's own principals."
  }
  assert {
    condition = (
      jsondecode(local.gateway_policies["s3"]).Statement[0].Condition.StringEquals["aws:ResourceAccount"] == "123456789012" &&
      jsondecode(local.gateway_policies["s3"]).Statement[1].Action == "s3:GetObject" &&
      jsondecode(local.interface_policies["secretsmanager"]).Statement[0].Condition.StringEquals["aws:ResourceAccount"] == "123456789012"
    )
    error_message = "No data goes into a bucket of somebody else."
  }
  assert {
    condition = (
      local.interface_policies["eks-auth"] == null &&
      jsondecode(local.interface_policies["sts"]).Statement[1].Action == "sts:AssumeRoleWithWebIdentity"
    )
    error_message = "What takes no policy has none, and pods can show their token."
  }
  assert {
    condition = { for key, rule in aws_vpc_security_group_ingress_rule.endpoints : key => "${rule.cidr_ipv4} ${rule.from_port}-${rule.to_port}" } == {
      private-a = "10.2.11.0/24 443-443"
      private-b = "10.2.12.0/24 443-443"
      private-c = "10.2.13.0/24 443-443"
      pods-a    = "100.64.0.0/19 443-443"
      pods-b    = "100.64.32.0/19 443-443"
      pods-c    = "100.64.64.0/19 443-443"
    }
    error_message = "Endpoints take HTTPS from private subnets and pods."
  }
}

run "traffic_is_recorded" {
  command = plan

  variables {
    flow_logs = {
      bucket  = { arn = "arn:aws:s3:::personal-timeline-dev-logs" }
      rejects = { key_arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555", log_retention_days = 14 }
    }
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/personal-timeline-dev-boundary"
  }

  assert {
    condition = (
      aws_flow_log.all[0].traffic_type == "ALL" && aws_flow_log.all[0].log_destination_type == "s3" &&
      aws_flow_log.all[0].destination_options[0].file_format == "parquet" &&
      aws_flow_log.all[0].destination_options[0].per_hour_partition
    )
    error_message = "All traffic goes to the bucket, by the hour, as Parquet."
  }
  assert {
    condition     = strcontains(aws_flow_log.all[0].log_format, "$${pkt-srcaddr}") && startswith(aws_flow_log.rejects[0].log_format, "$${version} $${account-id} $${interface-id}")
    error_message = "The records tell who it was behind NAT, and begin as the metric's pattern says."
  }
  assert {
    condition = (
      aws_flow_log.rejects[0].traffic_type == "REJECT" && aws_flow_log.rejects[0].max_aggregation_interval == 60 &&
      aws_cloudwatch_log_group.rejects[0].retention_in_days == 14 && aws_cloudwatch_log_group.rejects[0].kms_key_id != null
    )
    error_message = "What was refused is there within a minute, encrypted, for as long as asked."
  }
  assert {
    condition = (
      jsondecode(aws_iam_role.flow_logs[0].assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012" &&
      aws_iam_role.flow_logs[0].permissions_boundary == "arn:aws:iam::123456789012:policy/personal-timeline-dev-boundary" &&
      alltrue([
        for statement in jsondecode(aws_iam_role_policy.flow_logs[0].policy).Statement :
        statement.Sid == "FindGroup" || alltrue([for resource in statement.Resource : strcontains(resource, "personal-timeline-dev-us-east-1/rejects")])
      ])
    )
    error_message = "The role serves flow logs of this account and writes into one group."
  }
  assert {
    condition     = output.database_knocks == { name = "DatabaseKnocks", namespace = "personal-timeline-dev/network" }
    error_message = "Refused connections to databases are counted."
  }
}

run "people_reach_instances_without_a_bastion" {
  command = plan

  variables {
    instance_connect = {}
  }

  assert {
    condition = (
      alltrue([for rule in aws_vpc_security_group_egress_rule.instance_connect : rule.from_port == 22 && rule.to_port == 22]) &&
      toset([for rule in aws_vpc_security_group_egress_rule.instance_connect : rule.cidr_ipv4]) == toset(["10.2.11.0/24", "10.2.12.0/24", "10.2.13.0/24"]) &&
      !aws_ec2_instance_connect_endpoint.people[0].preserve_client_ip
    )
    error_message = "The endpoint leads to port 22 of private subnets."
  }
}

run "a_recovery_network_elsewhere" {
  command = plan

  variables {
    cidr   = "10.10.0.0/16"
    region = "us-west-2"
    nat    = "none"
    flow_logs = {
      rejects = {}
    }
  }

  assert {
    condition = (
      aws_subnet.subnet["database/b"].availability_zone == "us-west-2b" &&
      aws_vpc_endpoint.gateway["s3"].service_name == "com.amazonaws.us-west-2.s3" &&
      aws_iam_role.flow_logs[0].name == "personal-timeline-dev-network-flow-logs-us-west-2"
    )
    error_message = "Everything is of its region, and no global name is taken twice."
  }
}

run "flow_logs_to_nowhere" {
  command = plan

  variables {
    flow_logs = {}
  }

  expect_failures = [var.flow_logs]
}

run "an_unknown_endpoint" {
  command = plan

  variables {
    endpoints = { interface = ["telepathy"] }
  }

  expect_failures = [var.endpoints]
}

run "a_gateway_that_does_not_exist" {
  command = plan

  variables {
    endpoints = { gateway = ["sqs"] }
  }

  expect_failures = [var.endpoints]
}

run "endpoints_in_a_zone_that_is_not_there" {
  command = plan

  variables {
    endpoints = { zones = ["f"] }
  }

  expect_failures = [var.endpoints]
}

run "instance_connect_in_a_zone_that_is_not_there" {
  command = plan

  variables {
    instance_connect = { zone = "f" }
  }

  expect_failures = [var.instance_connect]
}

run "pods_outside_the_shared_space" {
  command = plan

  variables {
    pods_cidr = "172.16.0.0/16"
  }

  expect_failures = [var.pods_cidr]
}

run "nat_by_another_name" {
  command = plan

  variables {
    nat = "two"
  }

  expect_failures = [var.nat]
}

run "a_name_too_long_for_its_role" {
  command = plan

  variables {
    flow_logs = { rejects = {} }
    prefix    = "a-project-with-a-name-of-forty-characters"
  }

  expect_failures = [aws_iam_role.flow_logs]
}

run "one_zone_is_too_few" {
  command = plan

  variables {
    zones = ["a"]
  }

  expect_failures = [var.zones]
}

run "a_small_network_is_refused" {
  command = plan

  variables {
    cidr = "10.2.0.0/20"
  }

  expect_failures = [var.cidr]
}

run "tiers_that_overlap_are_refused" {
  command = plan

  variables {
    tiers = { private = 3 }
  }

  expect_failures = [var.tiers]
}
