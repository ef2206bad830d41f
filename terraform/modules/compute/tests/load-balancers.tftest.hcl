mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  key_arn           = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  logs_bucket       = "personal-timeline-staging-logs"
  prefix            = "personal-timeline-staging"
  public_subnet_ids = { a = "subnet-2a", b = "subnet-2b" }
  subnet_ids        = { a = "subnet-0a", b = "subnet-0b" }
  tags              = { Environment = "staging" }
  vpc_cidr          = "10.1.0.0/16"
  vpc_id            = "vpc-0"

  load_balancers = {
    api = {
      certificate_arn  = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
      certificate_arns = { old = "arn:aws:acm:us-east-1:123456789012:certificate/66666666-7777-8888-9999-000000000000" }
      sticky_seconds   = 600
      routes = {
        preview = { priority = 10, weights = { green = 1 }, header = { name = "x-colour", values = ["green"] } }
        uploads = { priority = 20, weights = { blue = 1 }, hosts = ["uploads.example.org"], paths = ["/media/*"] }
      }
      target_groups = {
        blue  = { weight = 90 }
        green = { weight = 10, port = 9090 }
      }
    }
  }
}

run "open_to_everybody_by_https" {
  command = plan

  assert {
    condition = (
      aws_lb.balancer["api"].drop_invalid_header_fields && aws_lb.balancer["api"].enable_deletion_protection &&
      aws_lb.balancer["api"].enable_zonal_shift && !aws_lb.balancer["api"].enable_waf_fail_open &&
      aws_lb.balancer["api"].desync_mitigation_mode == "defensive" && !aws_lb.balancer["api"].internal &&
      aws_lb.balancer["api"].subnets == toset(["subnet-2a", "subnet-2b"])
    )
    error_message = "The load balancer is strict, protected, and public."
  }
  assert {
    condition = (
      aws_lb.balancer["api"].access_logs[0].bucket == var.logs_bucket && aws_lb.balancer["api"].access_logs[0].enabled &&
      aws_lb.balancer["api"].connection_logs[0].bucket == var.logs_bucket && aws_lb.balancer["api"].connection_logs[0].enabled
    )
    error_message = "It writes down requests and connections."
  }
  assert {
    condition = (
      aws_lb_listener.main["api"].port == 443 && aws_lb_listener.main["api"].protocol == "HTTPS" &&
      aws_lb_listener.main["api"].ssl_policy == "ELBSecurityPolicy-TLS13-1-3-2021-06" &&
      aws_lb_listener.redirect["api"].default_action[0].redirect[0].status_code == "HTTP_301" &&
      aws_lb_listener.redirect["api"].default_action[0].redirect[0].port == "443" &&
      keys(aws_lb_listener_certificate.further) == ["api/old"]
    )
    error_message = "TLS 1.3 alone; whoever comes without is sent there."
  }
  assert {
    condition = toset([
      for rule in aws_vpc_security_group_ingress_rule.load_balancer : "${rule.cidr_ipv4}:${rule.from_port}-${rule.to_port}"
    ]) == toset(["0.0.0.0/0:443-443", "0.0.0.0/0:80-80"])
    error_message = "Everybody may call two ports."
  }
  assert {
    condition = toset([
      for rule in aws_vpc_security_group_egress_rule.load_balancer : "${rule.cidr_ipv4}:${rule.from_port}-${rule.to_port}"
    ]) == toset(["10.1.0.0/16:8080-8080", "10.1.0.0/16:9090-9090"])
    error_message = "It goes to its targets' ports and nowhere else."
  }
  assert {
    condition = (
      toset([for group in aws_lb_listener.main["api"].default_action[0].forward[0].target_group : group.weight]) == toset([90, 10]) &&
      aws_lb_listener.main["api"].default_action[0].forward[0].stickiness[0].enabled &&
      aws_lb_listener.main["api"].default_action[0].forward[0].stickiness[0].duration == 600
    )
    error_message = "Blue and green share the traffic, caller by caller."
  }
  assert {
    condition = (
      aws_lb_listener_rule.route["api/preview"].priority == 10 &&
      length(aws_lb_listener_rule.route["api/preview"].condition) == 1 &&
      length(aws_lb_listener_rule.route["api/uploads"].condition) == 2
    )
    error_message = "Routes have their conditions."
  }
  assert {
    condition = (
      aws_lb_target_group.group["api/blue"].target_type == "ip" &&
      aws_lb_target_group.group["api/blue"].health_check[0].path == "/healthz" &&
      aws_lb_target_group.group["api/green"].port == 9090
    )
    error_message = "Targets are addresses of pods, and asked for their health."
  }
  assert {
    condition = (
      aws_lb.balancer["api"].name == "pt-staging-api-alb" &&
      aws_lb.balancer["api"].tags["Name"] == "personal-timeline-staging-api-alb" &&
      aws_lb_target_group.group["api/blue"].name == "pt-staging-api-blue" &&
      output.load_balancers.api.target_groups.blue.arn_suffix == "targetgroup/mock/0123456789abcdef"
    )
    error_message = "A name over 32 characters begins with the project's initials."
  }
}

run "a_name_that_fits_stays" {
  command = plan

  variables {
    prefix = "personal-timeline-dev"
  }

  assert {
    condition = (
      aws_lb.balancer["api"].name == "personal-timeline-dev-api-alb" &&
      aws_lb_target_group.group["api/green"].name == "personal-timeline-dev-api-green"
    )
    error_message = "32 characters fit."
  }
}

run "cloudfront_only" {
  command = plan

  variables {
    load_balancers = {
      api = {
        certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
        cloudfront_only = true
        target_groups   = { blue = { weight = 1 } }
      }
    }
  }

  assert {
    condition = (
      keys(aws_vpc_security_group_ingress_rule.load_balancer) == ["api/443/cloudfront"] &&
      aws_vpc_security_group_ingress_rule.load_balancer["api/443/cloudfront"].prefix_list_id == "pl-3b927c52" &&
      aws_vpc_security_group_ingress_rule.load_balancer["api/443/cloudfront"].cidr_ipv4 == null &&
      length(aws_lb_listener.redirect) == 0 &&
      aws_lb_listener.main["api"].ssl_policy == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06" &&
      !aws_lb_listener.main["api"].default_action[0].forward[0].stickiness[0].enabled
    )
    error_message = "CloudFront alone comes in, on one port, by the best that it speaks."
  }
}

run "inside_the_network" {
  command = plan

  variables {
    load_balancers = {
      api = { https = false, internal = true, logs = false, target_groups = { blue = { weight = 1 } } }
    }
    logs_bucket = null
  }

  assert {
    condition = (
      aws_lb.balancer["api"].internal && aws_lb.balancer["api"].subnets == toset(["subnet-0a", "subnet-0b"]) &&
      keys(aws_vpc_security_group_ingress_rule.load_balancer) == ["api/80/10.1.0.0/16"] &&
      aws_lb_listener.main["api"].port == 80 && aws_lb_listener.main["api"].protocol == "HTTP" &&
      aws_lb_listener.main["api"].certificate_arn == null && length(aws_lb_listener.redirect) == 0 &&
      length(aws_lb.balancer["api"].access_logs) == 0
    )
    error_message = "An internal one hears the network only."
  }
}

run "given_callers" {
  command = plan

  variables {
    load_balancers = {
      api = {
        certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
        cidrs           = ["192.0.2.0/24"]
        target_groups   = { blue = { weight = 1 } }
      }
    }
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.load_balancer : rule.cidr_ipv4 == "192.0.2.0/24"])
    error_message = "Only those that were named may call."
  }
}

run "https_without_a_certificate" {
  command = plan

  variables {
    load_balancers = { api = { target_groups = { blue = { weight = 1 } } } }
  }

  expect_failures = [var.load_balancers]
}

run "no_weight_anywhere" {
  command = plan

  variables {
    load_balancers = { api = { https = false, target_groups = { blue = {}, green = {} } } }
  }

  expect_failures = [var.load_balancers]
}

run "logs_without_a_bucket" {
  command = plan

  variables {
    load_balancers = { api = { https = false, target_groups = { blue = { weight = 1 } } } }
    logs_bucket    = null
  }

  expect_failures = [var.load_balancers]
}

run "a_cluster_that_is_not_there" {
  command = plan

  variables {
    load_balancers = { api = { https = false, target_groups = { blue = { cluster = "blue", weight = 1 } } } }
  }

  expect_failures = [var.load_balancers]
}

run "a_route_to_nowhere" {
  command = plan

  variables {
    load_balancers = {
      api = {
        https         = false
        routes        = { preview = { priority = 1, weights = { red = 1 }, paths = ["/*"] } }
        target_groups = { blue = { weight = 1 } }
      }
    }
  }

  expect_failures = [var.load_balancers]
}

run "a_route_for_everything" {
  command = plan

  variables {
    load_balancers = {
      api = {
        https         = false
        routes        = { all = { priority = 1, weights = { blue = 1 } } }
        target_groups = { blue = { weight = 1 } }
      }
    }
  }

  expect_failures = [var.load_balancers]
}

run "an_old_tls_policy" {
  command = plan

  variables {
    load_balancers = {
      api = {
        certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
        target_groups   = { blue = { weight = 1 } }
        tls_policy      = "ELBSecurityPolicy-2016-08"
      }
    }
  }

  expect_failures = [var.load_balancers]
}

run "smuggled_requests" {
  command = plan

  variables {
    load_balancers = { api = { desync = "monitor", https = false, target_groups = { blue = { weight = 1 } } } }
  }

  expect_failures = [var.load_balancers]
}

run "cloudfront_and_others" {
  command = plan

  variables {
    load_balancers = {
      api = {
        certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
        cidrs           = ["192.0.2.0/24"]
        cloudfront_only = true
        target_groups   = { blue = { weight = 1 } }
      }
    }
  }

  expect_failures = [var.load_balancers]
}

run "a_target_group_with_a_hyphen" {
  command = plan

  variables {
    load_balancers = { api = { https = false, target_groups = { the-blue = { weight = 1 } } } }
  }

  expect_failures = [var.load_balancers]
}

run "one_zone" {
  command = plan

  variables {
    load_balancers    = { api = { https = false, target_groups = { blue = { weight = 1 } } } }
    public_subnet_ids = { a = "subnet-2a" }
  }

  expect_failures = [aws_lb.balancer["api"]]
}

run "too_long_even_so" {
  command = plan

  variables {
    load_balancers = { interface-of-partners = { https = false, target_groups = { blue = { weight = 1 } } } }
  }

  expect_failures = [aws_lb.balancer["interface-of-partners"], aws_lb_target_group.group["interface-of-partners/blue"]]
}
