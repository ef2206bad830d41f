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
    condition = alltrue([
      for key, rule in aws_network_acl_rule.tier :
      rule.cidr_block == "10.2.0.0/16" if startswith(key, "database/")
    ])
    error_message = "The database tier talks to the network only."
  }
  assert {
    condition = toset([
      for key, rule in aws_network_acl_rule.tier :
      rule.from_port if startswith(key, "database/ingress/")
    ]) == toset([5432, 6379])
    error_message = "The database tier takes PostgreSQL and Redis."
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
