# What people meet: load balancers, CDN, certificates, health checks, canaries,
# and services that Application Signals knows.

locals {
  _load_balancer_alarms = merge([
    for key, balancer in var.load_balancers : merge(
      {
        # A ratio, because five errors are many at night and none at noon; and
        # only above a number of requests, because one of two says nothing.
        "load-balancer/${key}/errors" = {
          severity   = "urgent"
          says       = "More than ${var.thresholds.load_balancer_error_percent} % of the answers of the load balancer ${key} are errors of ours (5xx)."
          todo       = "Elb5xx without Target5xx on the dashboard: no target answers, look at the pods and at the last release. Target5xx: the application fails, look at its log. Began with a release: move the weights back."
          periods    = 2
          of         = 3
          statistic  = "Sum"
          threshold  = var.thresholds.load_balancer_error_percent
          expression = "IF(requests >= ${var.thresholds.load_balancer_minimum_requests}, 100 * (FILL(target, 0) + FILL(elb, 0)) / requests, 0)"
          metrics = {
            elb      = { namespace = "AWS/ApplicationELB", name = "HTTPCode_ELB_5XX_Count", dimensions = { LoadBalancer = balancer.arn_suffix } }
            requests = { namespace = "AWS/ApplicationELB", name = "RequestCount", dimensions = { LoadBalancer = balancer.arn_suffix } }
            target   = { namespace = "AWS/ApplicationELB", name = "HTTPCode_Target_5XX_Count", dimensions = { LoadBalancer = balancer.arn_suffix } }
          }
        }
        "load-balancer/${key}/latency" = {
          severity   = "urgent"
          says       = "One answer in twenty of the load balancer ${key} takes longer than ${var.thresholds.latency_seconds} s."
          todo       = "See on the dashboard what is saturated: database processor and connections, cache, nodes. If nothing is, a query or a service behind it has become slow: X-Ray shows which."
          periods    = 3
          statistic  = "p95"
          threshold  = var.thresholds.latency_seconds
          expression = "IF(requests >= ${var.thresholds.load_balancer_minimum_requests}, latency, 0)"
          metrics = {
            latency  = { namespace = "AWS/ApplicationELB", name = "TargetResponseTime", dimensions = { LoadBalancer = balancer.arn_suffix } }
            requests = { namespace = "AWS/ApplicationELB", name = "RequestCount", dimensions = { LoadBalancer = balancer.arn_suffix }, statistic = "Sum" }
          }
        }
        "load-balancer/${key}/rejected" = {
          says      = "The load balancer ${key} turns connections away because it has too many."
          todo      = "It is being scaled by AWS; if it lasts, look for a flood in the firewall's log and ask support to scale it beforehand."
          statistic = "Sum"
          threshold = 0
          metrics = {
            m = { namespace = "AWS/ApplicationELB", name = "RejectedConnectionCount", dimensions = { LoadBalancer = balancer.arn_suffix } }
          }
        }
      },
      # Only while somebody asks: an environment that sleeps has no healthy
      # target either, and nobody who misses one.
      merge([
        for name, suffix in balancer.target_groups : {
          "load-balancer/${key}-${name}/no-host" = {
            severity   = "urgent"
            says       = "People ask, and the target group ${name} of the load balancer ${key} has no healthy target."
            todo       = "kubectl get pods, and describe one that is not ready. If nodes are missing, look at the node group's activity; if all pods restart, go back to the release before."
            periods    = 2
            statistic  = "Sum"
            threshold  = 0
            expression = "IF(FILL(requests, 0) > 0 AND healthy < 1, 1, 0)"
            metrics = {
              healthy  = { namespace = "AWS/ApplicationELB", name = "HealthyHostCount", dimensions = { LoadBalancer = balancer.arn_suffix, TargetGroup = suffix }, statistic = "Maximum" }
              requests = { namespace = "AWS/ApplicationELB", name = "RequestCount", dimensions = { LoadBalancer = balancer.arn_suffix, TargetGroup = suffix } }
            }
          }
          "load-balancer/${key}-${name}/unhealthy-hosts" = {
            says       = "Some targets of the target group ${name} of the load balancer ${key} have been unhealthy for a quarter of an hour."
            todo       = "The others carry the traffic. Look at the events of the pods that are not ready, and at their memory."
            periods    = 3
            statistic  = "Sum"
            threshold  = 0
            expression = "IF(FILL(requests, 0) > 0, unhealthy, 0)"
            metrics = {
              requests  = { namespace = "AWS/ApplicationELB", name = "RequestCount", dimensions = { LoadBalancer = balancer.arn_suffix, TargetGroup = suffix } }
              unhealthy = { namespace = "AWS/ApplicationELB", name = "UnHealthyHostCount", dimensions = { LoadBalancer = balancer.arn_suffix, TargetGroup = suffix }, statistic = "Minimum" }
            }
          }
        }
      ]...),
    )
  ]...)

  _distribution_alarms = merge([
    for key, distribution in var.distributions : {
      "distribution/${key}/errors" = {
        severity  = "urgent"
        says      = "More than ${var.thresholds.distribution_error_percent} % of the answers of the CDN ${key} are errors of ours (5xx)."
        todo      = "If the load balancer rings too, begin there. If not: the bucket, its policy, or the key that it is encrypted with; the CDN's log says which origin answered what."
        periods   = 2
        of        = 3
        threshold = var.thresholds.distribution_error_percent
        metrics = {
          m = { namespace = "AWS/CloudFront", name = "5xxErrorRate", dimensions = { DistributionId = distribution.id, Region = "Global" } }
        }
      }
    }
  ]...)

  _certificate_alarms = merge([
    for key, arn in var.certificates : {
      "certificate/${key}/expiry" = {
        says       = "The certificate ${key} expires in less than ${var.thresholds.certificate_days} days. ACM should have renewed it by now."
        todo       = "Its validation record is missing or the zone has moved: compare the record that ACM shows with what the name servers answer."
        comparison = "LessThanThreshold"
        period     = 86400
        statistic  = "Minimum"
        threshold  = var.thresholds.certificate_days
        metrics = {
          m = { namespace = "AWS/CertificateManager", name = "DaysToExpiry", dimensions = { CertificateArn = arn } }
        }
      }
    }
  ]...)

  _health_check_alarms = merge([
    for key, id in var.health_checks : {
      "health-check/${key}/down" = {
        severity   = "urgent"
        says       = "Route 53 reaches ${key} from none or few of its places."
        todo       = "Try the address from outside. If the Region is in trouble (AWS Health says so), the failover is the answer; docs/DISASTER_RECOVERY.md has the runbook."
        comparison = "LessThanThreshold"
        period     = 60
        periods    = 3
        statistic  = "Minimum"
        threshold  = 1
        metrics = {
          m = { namespace = "AWS/Route53", name = "HealthCheckStatus", dimensions = { HealthCheckId = id } }
        }
      }
    }
  ]...)

  _canary_alarms = merge([
    for key, canary in var.canaries : {
      "canary/${key}/failing" = {
        severity = "urgent"
        says     = "The canary ${key}, which does what a visitor does, has failed in two of three runs."
        todo     = "Open its last run: the step that failed names the address and the answer. Then follow the load balancer's or the CDN's alarm."
        # One canary run that fails alone is weather.
        comparison = "LessThanThreshold"
        period     = max(300, canary.every_minutes * 60)
        periods    = 2
        of         = 3
        threshold  = 50
        metrics = {
          m = { namespace = "CloudWatchSynthetics", name = "SuccessPercent", dimensions = { CanaryName = local.canary_names[key] } }
        }
      }
    }
  ]...)

  # Application Signals names a service by what its deployment is called, and
  # its environment eks:<cluster>/<namespace>.
  _application_alarms = merge([
    for key, application in var.applications : {
      "application/${key}/faults" = {
        severity   = "urgent"
        says       = "More than ${application.fault_percent} % of what the service ${application.service} is asked ends in a fault."
        todo       = "Application Signals, service ${application.service}: the operation and the dependency that fail are on its first page."
        periods    = 2
        of         = 3
        threshold  = application.fault_percent
        expression = "IF(asked >= ${var.thresholds.load_balancer_minimum_requests}, 100 * faults / asked, 0)"
        metrics = {
          asked  = { namespace = "ApplicationSignals", name = "Latency", dimensions = { Environment = application.environment, Service = application.service }, statistic = "SampleCount" }
          faults = { namespace = "ApplicationSignals", name = "Fault", dimensions = { Environment = application.environment, Service = application.service }, statistic = "Sum" }
        }
      }
      "application/${key}/latency" = {
        says      = "One answer in a hundred of the service ${application.service} takes longer than ${application.latency_ms} ms."
        todo      = "Application Signals, service ${application.service}: sort its operations by latency and open a trace of the slowest."
        periods   = 3
        statistic = "p99"
        threshold = application.latency_ms
        metrics = {
          m = { namespace = "ApplicationSignals", name = "Latency", dimensions = { Environment = application.environment, Service = application.service } }
        }
      }
    }
  ]...)
}
