# Everything that a plan refuses.

mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

mock_provider "aws" {
  alias           = "global"
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  prefix = "personal-timeline-prod"
}

run "no_origin_for_the_rest" {
  command = plan

  variables {
    distribution = {
      buckets = { media = { domain_name = "m", paths = ["/media/*"] } }
    }
  }

  expect_failures = [var.distribution]
}

run "two_origins_for_the_rest" {
  command = plan

  variables {
    distribution = {
      buckets = { media = { domain_name = "m" }, static = { domain_name = "s" } }
    }
  }

  expect_failures = [var.distribution]
}

run "a_path_without_a_slash" {
  command = plan

  variables {
    distribution = {
      buckets = {
        media  = { domain_name = "m", paths = ["media/*"] }
        static = { domain_name = "s" }
      }
    }
  }

  expect_failures = [var.distribution]
}

run "a_load_balancer_without_a_path" {
  command = plan

  variables {
    distribution = {
      aliases         = ["a.org"]
      certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/1"
      buckets         = { static = { domain_name = "s" } }
      load_balancers  = { api = { domain_name = "a", paths = [] } }
    }
  }

  expect_failures = [var.distribution]
}

run "one_key_for_two_origins" {
  command = plan

  variables {
    distribution = {
      aliases         = ["a.org"]
      certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/1"
      buckets         = { static = { domain_name = "s" } }
      load_balancers  = { static = { domain_name = "a", paths = ["/a"] } }
    }
  }

  expect_failures = [var.distribution]
}

run "a_load_balancer_whose_certificate_nobody_has" {
  command = plan

  variables {
    distribution = {
      buckets        = { static = { domain_name = "s" } }
      load_balancers = { api = { domain_name = "a", paths = ["/a"] } }
    }
  }

  expect_failures = [var.distribution]
}

run "a_name_without_a_certificate" {
  command = plan

  variables {
    distribution = {
      aliases = ["a.org"]
      buckets = { static = { domain_name = "s" } }
    }
  }

  expect_failures = [var.distribution]
}

run "failover_to_nothing" {
  command = plan

  variables {
    distribution = {
      buckets = { static = { domain_name = "s", failover = true } }
    }
  }

  expect_failures = [var.distribution]
}

run "a_private_load_balancer_without_an_arn" {
  command = plan

  variables {
    distribution = {
      aliases         = ["a.org"]
      certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/1"
      buckets         = { static = { domain_name = "s" } }
      load_balancers  = { api = { domain_name = "a", paths = ["/a"], private = true } }
    }
  }

  expect_failures = [var.distribution]
}

run "pages_of_no_kind" {
  command = plan

  variables {
    distribution = {
      buckets = { static = { domain_name = "s" } }
      pages   = "wiki"
    }
  }

  expect_failures = [var.distribution]
}

run "a_price_class_that_is_not_offered" {
  command = plan

  variables {
    distribution = {
      buckets     = { static = { domain_name = "s" } }
      price_class = "PriceClass_1"
    }
  }

  expect_failures = [var.distribution]
}

run "countries_both_ways" {
  command = plan

  variables {
    distribution = {
      buckets   = { static = { domain_name = "s" } }
      countries = { allow = ["CH"], deny = ["KP"] }
    }
  }

  expect_failures = [var.distribution]
}

run "preload_for_a_month" {
  command = plan

  variables {
    distribution = {
      buckets = { static = { domain_name = "s" } }
      headers = { hsts_preload = true, hsts_seconds = 2592000 }
    }
  }

  expect_failures = [var.distribution]
}

run "a_scope_that_waf_does_not_have" {
  command = plan

  variables {
    firewalls = { edge = {} }
  }

  expect_failures = [var.firewalls]
}

run "a_rate_that_waf_does_not_take" {
  command = plan

  variables {
    firewalls = { regional = { rate_limit = 9 } }
  }

  expect_failures = [var.firewalls]
}

run "counting_what_is_not_asked" {
  command = plan

  variables {
    firewalls = { regional = { count = ["LinuxRuleSet"] } }
  }

  expect_failures = [var.firewalls]
}

run "an_address_that_is_everybody" {
  command = plan

  variables {
    firewalls = { regional = { allowed_cidrs = ["0.0.0.0/0"] } }
  }

  expect_failures = [var.firewalls]
}

run "a_group_asked_twice" {
  command = plan

  variables {
    firewalls = { regional = { groups = ["SQLiRuleSet", "SQLiRuleSet"] } }
  }

  expect_failures = [var.firewalls]
}

run "protected_by_nothing" {
  command = plan

  variables {
    protected_load_balancers = { api = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/api/1" }
  }

  expect_failures = [var.protected_load_balancers]
}

run "a_health_check_of_nothing" {
  command = plan

  variables {
    health_checks = { api = {} }
  }

  expect_failures = [var.health_checks]
}

run "a_grandchild" {
  command = plan

  variables {
    health_checks = {
      api  = { fqdn = "a.org" }
      both = { children = ["api"] }
      all  = { children = ["both"] }
    }
  }

  expect_failures = [var.health_checks]
}

run "a_check_every_minute" {
  command = plan

  variables {
    health_checks = { api = { fqdn = "a.org", interval_seconds = 60 } }
  }

  expect_failures = [var.health_checks]
}

run "a_prefix_that_leaves_no_room" {
  command = plan

  variables {
    prefix = "personal-timeline-with-a-very-long-name-staging"
  }

  expect_failures = [var.prefix]
}

run "a_name_for_no_distribution" {
  command = plan

  variables {
    records = { site = { name = "a.org", zone_id = "Z1" } }
  }

  expect_failures = [var.records]
}

run "a_distribution_that_fails_over_by_name" {
  command = plan

  variables {
    distribution = { buckets = { static = { domain_name = "s" } } }
    records      = { site = { failover = { target = { dns_name = "b", zone_id = "Z2" } }, name = "a.org", zone_id = "Z1" } }
  }

  expect_failures = [var.records]
}

run "a_health_check_that_is_not_there" {
  command = plan

  variables {
    records = { api = { health_check = "api", name = "a.org", target = { dns_name = "b", zone_id = "Z2" }, zone_id = "Z1" } }
  }

  expect_failures = [var.records]
}
