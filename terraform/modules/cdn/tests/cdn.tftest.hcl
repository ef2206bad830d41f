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
  tags   = { Environment = "prod", Project = "personal-timeline" }
}

run "nothing_asked_nothing_made" {
  command = plan

  assert {
    condition = (
      output.distribution == null && output.firewalls == {} && output.health_checks == {} && output.records == {} &&
      length(aws_cloudfront_distribution.web) == 0 && length(aws_cloudfront_origin_access_control.buckets) == 0 &&
      length(aws_cloudfront_response_headers_policy.security) == 0 && length(aws_cloudwatch_log_delivery.web) == 0 &&
      length(aws_route53_record.alias) == 0 && length(aws_wafv2_web_acl_association.load_balancer) == 0 &&
      length(aws_cloudwatch_metric_alarm.health) == 0
    )
    error_message = "Null and empty mean off."
  }
}

run "a_small_distribution" {
  command = plan

  variables {
    distribution = {
      buckets = { static = { domain_name = "static.s3.us-east-1.amazonaws.com" } }
    }
  }

  assert {
    condition = (
      length(one(aws_cloudfront_distribution.web).origin) == 1 &&
      length(one(aws_cloudfront_distribution.web).origin_group) == 0 &&
      length(one(aws_cloudfront_distribution.web).ordered_cache_behavior) == 0 &&
      one(aws_cloudfront_distribution.web).default_cache_behavior[0].target_origin_id == "static" &&
      length(one(aws_cloudfront_distribution.web).default_cache_behavior[0].function_association) == 0 &&
      one(aws_cloudfront_distribution.web).viewer_certificate[0].cloudfront_default_certificate &&
      one(aws_cloudfront_distribution.web).restrictions[0].geo_restriction[0].restriction_type == "none" &&
      one(aws_cloudfront_distribution.web).web_acl_id == null
    )
    error_message = "One bucket and nothing else."
  }
  assert {
    condition = (
      length(aws_cloudfront_function.paths) == 0 && length(aws_cloudwatch_log_delivery_source.web) == 0 &&
      length(aws_cloudfront_monitoring_subscription.web) == 0 && length(aws_cloudfront_vpc_origin.load_balancer) == 0
    )
    error_message = "What is not asked for is off."
  }
  assert {
    condition = (
      one(aws_cloudfront_origin_access_control.buckets).signing_behavior == "always" &&
      one(aws_cloudfront_origin_access_control.buckets).signing_protocol == "sigv4"
    )
    error_message = "Buckets are asked with a signature."
  }
}

run "everything" {
  command = plan

  variables {
    distribution = {
      aliases         = ["personal-timeline.org", "www.personal-timeline.org"]
      certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/web"
      countries       = { deny = ["KP"] }
      logs            = { bucket_arn = "arn:aws:s3:::personal-timeline-prod-logs" }
      metrics         = true
      origin_shield   = true
      pages           = "single-page"
      buckets = {
        media = {
          domain_name = "media.s3.us-east-1.amazonaws.com"
          paths       = ["/media/*"]
        }
        static = {
          domain_name         = "static.s3.us-east-1.amazonaws.com"
          failover            = true
          replica_domain_name = "static-replica.s3.us-west-2.amazonaws.com"
        }
      }
      load_balancers = {
        api = {
          arn         = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/api/1"
          domain_name = "internal-api.us-east-1.elb.amazonaws.com"
          paths       = ["/api/*", "/auth/*"]
          private     = true
        }
        reports = { domain_name = "reports.us-east-1.elb.amazonaws.com", paths = ["/reports/*"] }
      }
    }
    firewalls                = { cloudfront = {}, regional = { rate_limit = 0 } }
    protected_load_balancers = { api = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/api/1" }
    records                  = { site = { name = "www.personal-timeline.org", zone_id = "Z1" } }
  }

  assert {
    condition = { for origin in one(aws_cloudfront_distribution.web).origin : origin.origin_id => origin.domain_name } == {
      api            = "internal-api.us-east-1.elb.amazonaws.com"
      media          = "media.s3.us-east-1.amazonaws.com"
      reports        = "reports.us-east-1.elb.amazonaws.com"
      static         = "static.s3.us-east-1.amazonaws.com"
      static-replica = "static-replica.s3.us-west-2.amazonaws.com"
    }
    error_message = "Every origin is there, the replica as well."
  }
  assert {
    condition = (
      one(one(aws_cloudfront_distribution.web).origin_group).origin_id == "static-pair" &&
      [for member in one(one(aws_cloudfront_distribution.web).origin_group).member : member.origin_id] == ["static", "static-replica"] &&
      one(aws_cloudfront_distribution.web).default_cache_behavior[0].target_origin_id == "static-pair"
    )
    error_message = "The static bucket fails over to its replica."
  }
  assert {
    condition = [
      for behaviour in one(aws_cloudfront_distribution.web).ordered_cache_behavior :
      [behaviour.path_pattern, behaviour.target_origin_id, behaviour.viewer_protocol_policy, behaviour.cache_policy_id]
      ] == [
      ["/api/*", "api", "https-only", "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"],
      ["/auth/*", "api", "https-only", "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"],
      ["/reports/*", "reports", "https-only", "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"],
      ["/media/*", "media", "redirect-to-https", "658327ea-f89d-4fab-a63d-7e88639e58f6"],
    ]
    error_message = "Load balancers are asked each time and over TLS only, buckets through the cache."
  }
  assert {
    condition = alltrue([
      for origin in one(aws_cloudfront_distribution.web).origin :
      origin.custom_origin_config[0].origin_protocol_policy == "https-only" &&
      origin.custom_origin_config[0].origin_ssl_protocols == toset(["TLSv1.2"])
      if length(origin.custom_origin_config) > 0
    ])
    error_message = "Origins are asked over TLS 1.2 or later."
  }
  assert {
    condition = (
      keys(aws_cloudfront_vpc_origin.load_balancer) == ["api"] &&
      aws_cloudfront_vpc_origin.load_balancer["api"].vpc_origin_endpoint_config[0].origin_protocol_policy == "https-only" &&
      {
        for origin in one(aws_cloudfront_distribution.web).origin :
        origin.origin_id => [length(origin.vpc_origin_config), length(origin.custom_origin_config)]
        } == {
        api            = [1, 0]
        media          = [0, 0]
        reports        = [0, 1]
        static         = [0, 0]
        static-replica = [0, 0]
      }
    )
    error_message = "A private load balancer is reached inside its network, a public one from outside."
  }
  assert {
    condition = (
      one(aws_cloudfront_distribution.web).viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021" &&
      one(aws_cloudfront_distribution.web).viewer_certificate[0].ssl_support_method == "sni-only" &&
      one(aws_cloudfront_distribution.web).http_version == "http2and3" &&
      one(aws_cloudfront_distribution.web).default_cache_behavior[0].compress &&
      one(aws_cloudfront_distribution.web).web_acl_id == output.firewalls["cloudfront"].arn &&
      one(aws_cloudfront_distribution.web).restrictions[0].geo_restriction[0].restriction_type == "blacklist" &&
      one(aws_cloudfront_distribution.web).restrictions[0].geo_restriction[0].locations == toset(["KP"])
    )
    error_message = "TLS, HTTP/3, compression, the firewall and the countries are as they should be."
  }
  assert {
    condition = (
      one(aws_cloudfront_response_headers_policy.security).security_headers_config[0].strict_transport_security[0].access_control_max_age_sec == 31536000 &&
      one(aws_cloudfront_response_headers_policy.security).security_headers_config[0].frame_options[0].frame_option == "DENY" &&
      one(aws_cloudfront_response_headers_policy.security).security_headers_config[0].content_type_options[0].override &&
      strcontains(one(aws_cloudfront_response_headers_policy.security).security_headers_config[0].content_security_policy[0].content_security_policy, "frame-ancestors 'none'")
    )
    error_message = "Every answer carries the security headers."
  }
  assert {
    condition = (
      strcontains(one(aws_cloudfront_function.paths).code, "One page") &&
      one(aws_cloudfront_distribution.web).default_cache_behavior[0].function_association != toset([]) &&
      alltrue([for behaviour in one(aws_cloudfront_distribution.web).ordered_cache_behavior : length(behaviour.function_association) == 0])
    )
    error_message = "Paths of pages are rewritten, those of the API and of media are not."
  }
  assert {
    condition = (
      one(aws_cloudwatch_log_delivery_source.web).log_type == "ACCESS_LOGS" &&
      one(aws_cloudwatch_log_delivery_destination.web).delivery_destination_configuration[0].destination_resource_arn == "arn:aws:s3:::personal-timeline-prod-logs" &&
      !contains(one(aws_cloudwatch_log_delivery.web).record_fields, "cs(Cookie)") &&
      !contains(one(aws_cloudwatch_log_delivery.web).record_fields, "cs-uri-query")
    )
    error_message = "Requests are logged without what lets somebody in."
  }
  assert {
    condition = (
      aws_wafv2_web_acl_association.load_balancer["api"].web_acl_arn == output.firewalls["regional"].arn &&
      output.firewalls["cloudfront"].name == "personal-timeline-prod-edge-firewall"
    )
    error_message = "Load balancers stand behind the regional list."
  }
  assert {
    condition = { for key, record in aws_route53_record.alias : key => [record.type, record.alias[0].name, record.alias[0].evaluate_target_health] } == {
      "site/primary/A"     = ["A", "d0mock.cloudfront.net", false]
      "site/primary/AAAA"  = ["AAAA", "d0mock.cloudfront.net", false]
      "site/primary/HTTPS" = ["HTTPS", "d0mock.cloudfront.net", false]
    }
    error_message = "The name is an alias of the distribution, for IPv4, IPv6 and HTTP/3."
  }
}

run "an_allow_list_of_countries" {
  command = plan

  variables {
    distribution = {
      buckets   = { static = { domain_name = "static.s3.us-east-1.amazonaws.com" } }
      countries = { allow = ["CH", "DE"] }
      pages     = "directory"
    }
  }

  assert {
    condition = (
      one(aws_cloudfront_distribution.web).restrictions[0].geo_restriction[0].restriction_type == "whitelist" &&
      one(aws_cloudfront_distribution.web).restrictions[0].geo_restriction[0].locations == toset(["CH", "DE"]) &&
      strcontains(one(aws_cloudfront_function.paths).code, "/index.html")
    )
    error_message = "Only these countries, and a page in each folder."
  }
}

run "names_that_fail_over" {
  command = plan

  variables {
    alarm_actions = ["arn:aws:sns:us-east-1:123456789012:alarms"]
    health_checks = {
      api        = { fqdn = "api.personal-timeline.org" }
      api-deep   = { fqdn = "api.personal-timeline.org", interval_seconds = 10, path = "/ready", search = "ready" }
      database   = { alarm_of = { name = "personal-timeline-prod-database", region = "us-east-1" }, alarm = false }
      everything = { children = ["api", "database"], healthy_children = 1 }
    }
    records = {
      api = {
        failover     = { target = { dns_name = "west.elb.amazonaws.com", zone_id = "Z2" } }
        health_check = "everything"
        name         = "api.personal-timeline.org"
        target       = { dns_name = "east.elb.amazonaws.com", dual_stack = true, zone_id = "Z3" }
        zone_id      = "Z1"
      }
    }
  }

  assert {
    condition = {
      for key, record in aws_route53_record.alias : key => [record.failover_routing_policy[0].type, record.set_identifier, record.alias[0].name, record.alias[0].evaluate_target_health]
      } == {
      "api/primary/A"    = ["PRIMARY", "primary", "east.elb.amazonaws.com", true]
      "api/primary/AAAA" = ["PRIMARY", "primary", "east.elb.amazonaws.com", true]
      "api/secondary/A"  = ["SECONDARY", "secondary", "west.elb.amazonaws.com", true]
    }
    error_message = "Each side has its records, and each looks whether its target is well."
  }
  assert {
    condition = (
      aws_route53_record.alias["api/primary/A"].health_check_id == aws_route53_health_check.calculated["everything"].id &&
      aws_route53_record.alias["api/secondary/A"].health_check_id == null
    )
    error_message = "The primary hangs on its health check."
  }
  assert {
    condition = { for key, check in merge(aws_route53_health_check.check, aws_route53_health_check.calculated) : key => check.type } == {
      api        = "HTTPS"
      api-deep   = "HTTPS_STR_MATCH"
      database   = "CLOUDWATCH_METRIC"
      everything = "CALCULATED"
    }
    error_message = "Each looks at its own kind of thing."
  }
  assert {
    condition = (
      aws_route53_health_check.check["api"].port == 443 && aws_route53_health_check.check["api"].enable_sni &&
      aws_route53_health_check.check["database"].cloudwatch_alarm_name == "personal-timeline-prod-database" &&
      aws_route53_health_check.calculated["everything"].child_health_threshold == 1
    )
    error_message = "Addresses are asked over TLS, alarms are looked up, children are counted."
  }
  assert {
    condition = (
      keys(aws_cloudwatch_metric_alarm.health) == ["api", "api-deep", "everything"] &&
      alltrue([for alarm in aws_cloudwatch_metric_alarm.health : alarm.alarm_actions == toset(["arn:aws:sns:us-east-1:123456789012:alarms"]) && alarm.treat_missing_data == "breaching"])
    )
    error_message = "Whoever should hears of it."
  }
}
