variable "functions_dir" {
  description = "Folder that holds one folder per function, each with its manifest function.json."
  type        = string
  nullable    = false
}

variable "packages_dir" {
  description = "Folder with <function>/bootstrap.zip."
  type        = string
  nullable    = false
}

# One object, however long: that the environments differ in one literal is
# what keeps them alike. Defaults stand in the modules: what is left out here
# reaches them as null, and null takes the default.
variable "settings" {
  description = <<-EOT
    The whole environment. Null or empty means off. The meaning and the default
    of each value is in the README of the module that it goes to.
  EOT
  type = object({
    environment        = string
    project            = string
    region             = string
    bucket_suffix      = optional(string)
    key_deletion_days  = optional(number)
    log_retention_days = optional(number)
    tags               = optional(map(string), {})

    automation = optional(object({
      architecture = optional(string)
      functions    = optional(set(string))
      log_level    = optional(string)
      alarm_subscriptions = optional(map(object({
        endpoint = string
        protocol = optional(string)
      })))
      ledger = optional(object({
        deletion_protection = optional(bool)
      }))
      notify = optional(object({
        channels = optional(map(object({
          kind      = string
          addresses = optional(set(string))
          canary    = optional(bool)
          channel   = optional(string)
          endpoint  = optional(string)
        })))
        fallback = optional(string)
        matters = optional(map(object({
          budget = optional(object({
            gather      = optional(string)
            per_hour    = optional(number)
            urgent      = optional(number)
            urgent_from = optional(string)
          }))
          groups = optional(list(object({
            by       = optional(set(string))
            interval = optional(string)
            match    = optional(map(string))
            remind   = optional(bool)
            repeat   = optional(string)
            resolved = optional(string)
            wait     = optional(string)
            words    = optional(string)
          })))
          inhibitions = optional(list(object({
            name   = string
            equal  = optional(set(string))
            lasts  = optional(string)
            source = map(string)
            target = map(string)
          })))
          quiet_hours = optional(object({
            hours         = string
            break_through = optional(string)
          }))
        })))
        routes = optional(list(object({
          name     = string
          channels = set(string)
          continue = optional(bool)
          match = optional(object({
            environments = optional(set(string))
            kinds        = optional(set(string))
            owners       = optional(set(string))
            severity     = optional(string)
            sources      = optional(set(string))
          }))
        })))
        silent_after = optional(string)
      }))
      overrides = optional(map(object({
        environment          = optional(map(string))
        memory_mb            = optional(number)
        reserved_concurrency = optional(number)
        timeout_seconds      = optional(number)
        schedules = optional(map(object({
          enabled    = optional(bool)
          expression = optional(string)
          timezone   = optional(string)
        })))
      })))
      configuration = optional(object({
        accounts = optional(list(string))
        regions  = optional(list(string))
        guards = optional(object({
          denied_accounts     = optional(list(string))
          denied_environments = optional(list(string))
          dry_run             = optional(bool)
          protected_tags      = optional(map(string))
          blast_radius = optional(object({
            count   = optional(number)
            percent = optional(number)
          }))
        }))
        functions = optional(object({
          cost-anomaly = optional(object({
            budget_names       = optional(map(string))
            budgets            = optional(map(number))
            feedback           = optional(bool)
            requests_per_month = optional(number)
            tag                = optional(string)
            baseline = optional(object({
              monthly_usd = number
              name        = string
            }))
            changes = optional(object({
              before   = optional(string)
              most     = optional(number)
              patience = optional(string)
            }))
            cost_explorer = optional(object({
              history_days = optional(number)
              metric       = optional(string)
              reread_days  = optional(number)
            }))
            credits = optional(object({
              as_of       = string
              balance_usd = number
              expires     = optional(string)
            }))
            detection = optional(object({
              accept_after     = optional(number)
              daily            = optional(number)
              dips             = optional(bool)
              end_after        = optional(number)
              floor_percent    = optional(number)
              habit            = optional(number)
              lag_days         = optional(number)
              least_days       = optional(number)
              month_start_days = optional(number)
              new_daily        = optional(number)
              new_total        = optional(number)
              percent          = optional(number)
              trend_percent    = optional(number)
              window_days      = optional(number)
              z                = optional(number)
            }))
            sources = optional(object({
              ask_anomaly_detection = optional(bool)
              detector              = optional(bool)
            }))
            telling = optional(object({
              error_usd   = optional(number)
              grows_by    = optional(number)
              quiet_days  = optional(number)
              warning_usd = optional(number)
            }))
          }))
          off-hours = optional(object({
            auto_scaling   = optional(string)
            closed         = optional(list(string))
            default_zone   = optional(string)
            frozen         = optional(list(string))
            health_timeout = optional(string)
            kinds          = optional(list(string))
            lease          = optional(string)
            prices         = optional(map(string))
            schedule_tag   = optional(string)
            schedules      = optional(map(string))
            strict         = optional(bool)
            syntax         = optional(string)
            untagged       = optional(string)
            warn_before    = optional(string)
            calendars = optional(list(object({
              means  = string
              name   = string
              source = string
            })))
          }))
          security-triage = optional(object({
            enrichment = optional(object({
              account_names  = optional(map(string))
              changes        = optional(number)
              changes_from   = optional(string)
              changes_within = optional(string)
              exposure       = optional(bool)
              organizations  = optional(bool)
              owner_tags     = optional(list(string))
              patience       = optional(string)
              tags           = optional(bool)
            }))
            playbooks = optional(object({
              accounts    = optional(set(string))
              enabled     = optional(set(string))
              max_age     = optional(string)
              never       = optional(set(string))
              opt_in_tag  = optional(string)
              per_hour    = optional(number)
              without_tag = optional(set(string))
              approval = optional(object({
                key_parameter    = optional(string)
                second_person    = optional(bool)
                token_in_message = optional(bool)
                valid_for        = optional(string)
              }))
              isolate_instance = optional(object({
                cut_connections = optional(bool)
                remove_profile  = optional(bool)
              }))
              quarantine_principal = optional(object({
                roles = optional(string)
              }))
              revoke_ingress = optional(object({
                public_ports = optional(set(number))
              }))
            }))
            rules = optional(object({
              otherwise = optional(string)
              shipped   = optional(bool)
              order = optional(list(object({
                description = string
                name        = string
                precedes    = optional(set(string))
                match = optional(object({
                  accounts       = optional(set(string))
                  at_least       = optional(string)
                  at_most        = optional(string)
                  environments   = optional(set(string))
                  exposure       = optional(string)
                  ours           = optional(bool)
                  owners         = optional(set(string))
                  part           = optional(string)
                  products       = optional(set(string))
                  regions        = optional(set(string))
                  resource_kinds = optional(set(string))
                  resources      = optional(set(string))
                  sample         = optional(bool)
                  tags           = optional(map(string))
                  types          = optional(set(string))
                }), {})
                outcome = object({
                  escalate = optional(object({
                    next_steps = optional(list(string))
                    owner      = optional(string)
                    page       = optional(bool)
                    severity   = optional(string)
                    workflow   = optional(string)
                  }))
                  playbook = optional(object({
                    automatic = optional(bool)
                    name      = string
                  }))
                  suppress = optional(object({
                    archive       = optional(bool)
                    author        = string
                    even_critical = optional(bool)
                    reason        = string
                    until         = string
                    workflow      = optional(string)
                  }))
                  tell = optional(object({
                    archive    = optional(bool)
                    next_steps = optional(list(string))
                    owner      = optional(string)
                    severity   = optional(map(string))
                    workflow   = optional(string)
                  }))
                })
              })))
              playbooks = optional(map(object({
                accounts  = set(string)
                automatic = optional(bool)
              })))
              repeat = optional(object({
                critical = optional(string)
                error    = optional(string)
                notice   = optional(string)
                warning  = optional(string)
              }))
            }))
            write_back = optional(object({
              guardduty    = optional(bool)
              security_hub = optional(bool)
            }))
          }))
        }))
      }))
    }))

    backup = optional(object({
      copy_regions = optional(set(string))
      framework = optional(object({
        controls = optional(map(object({
          parameters     = optional(map(string))
          resource_types = optional(set(string))
        })))
      }))
      lock = optional(object({
        consent            = optional(string)
        grace_days         = optional(number)
        max_retention_days = optional(number)
        min_retention_days = optional(number)
        mode               = optional(string)
        regions            = optional(set(string))
      }))
      plans = optional(map(object({
        windows_vss = optional(bool)
        rules = map(object({
          delete_after              = number
          schedule                  = string
          cold_after                = optional(number)
          completion_window_minutes = optional(number)
          continuous                = optional(bool)
          start_window_minutes      = optional(number)
          tags                      = optional(map(string))
          timezone                  = optional(string)
          copies = optional(map(object({
            cold_after   = optional(number)
            delete_after = optional(number)
          })))
        }))
      })))
      restore_tests = optional(map(object({
        schedule           = string
        algorithm          = optional(string)
        point_types        = optional(set(string))
        region             = optional(string)
        start_window_hours = optional(number)
        timezone           = optional(string)
        window_days        = optional(number)
        selections = map(object({
          type                    = string
          metadata                = optional(map(string))
          resource_arns           = optional(set(string))
          tags                    = optional(map(string))
          validation_window_hours = optional(number)
        }))
      })))
    }))

    anomalies = optional(object({
      minimum_percent = optional(number)
      minimum_usd     = optional(number)
    }))

    boundary = optional(object({
      others = optional(list(string))
      shared = optional(list(string))
    }))

    budget = optional(object({
      monthly_usd = number
      actual      = optional(set(number))
      forecast    = optional(set(number))
      tag         = optional(object({ key = string, value = string }))
      freeze = optional(object({
        approval = optional(string)
        groups   = optional(set(string))
        percent  = optional(number)
        roles    = optional(set(string))
      }))
    }))

    buckets = optional(map(object({
      disposable      = optional(bool)
      distributions   = optional(set(string))
      encryption      = optional(string)
      eventbridge     = optional(bool)
      expiration_days = optional(number)
      log_delivery    = optional(set(string))
      minimum_tls     = optional(string)
      multipart_days  = optional(number)
      replicate       = optional(bool)
      tags            = optional(map(string))
      transitions     = optional(map(number))
      archive = optional(object({
        archive_days      = optional(number)
        deep_archive_days = optional(number)
      }))
      cors = optional(list(object({
        headers         = optional(set(string))
        max_age_seconds = optional(number)
        methods         = optional(set(string))
        origins         = set(string)
      })))
      noncurrent = optional(object({
        days        = optional(number)
        keep        = optional(number)
        transitions = optional(map(number))
      }))
      object_lock = optional(object({
        consent = optional(string)
        days    = optional(number)
        mode    = optional(string)
      }))
      readers = optional(map(object({
        prefix     = optional(string)
        principals = set(string)
      })))
    })), {})

    caches = optional(map(object({
      node_type          = string
      disposable         = optional(bool)
      engine             = optional(string)
      engine_version     = optional(string)
      global_datastore   = optional(object({}))
      maintenance_window = optional(string)
      parameters         = optional(map(string))
      replicas_per_shard = optional(number)
      shards             = optional(number)
      snapshot_days      = optional(number)
      snapshot_window    = optional(string)
      tags               = optional(map(string))
      users              = optional(map(string))
      zone               = optional(string)
    })), {})

    certificates = optional(map(object({
      domain            = string
      zone_id           = string
      alternative_names = optional(list(string))
    })), {})

    ci = optional(object({
      subjects     = list(string)
      audience     = optional(string)
      policies     = optional(map(string))
      provider_url = optional(string)
      statements = optional(map(object({
        actions    = list(string)
        resources  = list(string)
        conditions = optional(map(map(list(string))))
      })))
    }))

    clusters = optional(map(object({
      version             = optional(string)
      controllers         = optional(set(string))
      creator_is_admin    = optional(bool)
      extended_support    = optional(bool)
      network_policy      = optional(bool)
      prefix_delegation   = optional(bool)
      public_access_cidrs = optional(list(string))
      service_cidr        = optional(string)
      tags                = optional(map(string))
      zonal_shift         = optional(bool)
      access = optional(map(object({
        principal_arn = string
        groups        = optional(set(string))
        namespaces    = optional(set(string))
        policy        = optional(string)
      })))
      addons = optional(map(object({
        version       = optional(string)
        configuration = optional(string)
        conflicts     = optional(string)
      })))
      auto_mode = optional(object({
        node_pools = optional(set(string))
      }))
      node_groups = optional(map(object({
        ami_type       = optional(string)
        desired        = optional(number)
        disk_gb        = optional(number)
        instance_types = optional(list(string))
        kind           = optional(string)
        labels         = optional(map(string))
        max            = number
        min            = optional(number)
        repair         = optional(bool)
        spot           = optional(bool)
        tags           = optional(map(string))
        zones          = optional(list(string))
        taints = optional(map(object({
          effect = string
          value  = optional(string)
        })))
      })))
      pod_identities = optional(map(object({
        namespace       = string
        service_account = string
        policies        = optional(map(string))
        statements = optional(list(object({
          actions    = list(string)
          resources  = list(string)
          conditions = optional(map(map(list(string))))
        })))
      })))
    })), {})

    databases = optional(map(object({
      class              = string
      backup_copy_days   = optional(number)
      backup_days        = optional(number)
      backup_window      = optional(string)
      blue_green         = optional(bool)
      database           = optional(string)
      disposable         = optional(bool)
      engine_version     = optional(string)
      insights           = optional(string)
      maintenance_window = optional(string)
      major_upgrade      = optional(bool)
      max_storage_gb     = optional(number)
      monitoring_seconds = optional(number)
      multi_az           = optional(bool)
      parameters         = optional(map(string))
      password_version   = optional(number)
      storage_gb         = optional(number)
      tags               = optional(map(string))
      zone               = optional(string)
      cross_region_replica = optional(object({
        class    = optional(string)
        multi_az = optional(bool)
        tags     = optional(map(string))
        zone     = optional(string)
      }))
      proxy = optional(object({
        idle_seconds            = optional(number)
        max_connections_percent = optional(number)
      }))
      replicas = optional(map(object({
        class              = optional(string)
        maintenance_window = optional(string)
        multi_az           = optional(bool)
        tags               = optional(map(string))
        zone               = optional(string)
      })))
    })), {})

    distribution = optional(object({
      certificate   = optional(string)
      logs          = optional(bool)
      aliases       = optional(set(string))
      metrics       = optional(bool)
      origin_shield = optional(bool)
      pages         = optional(string)
      price_class   = optional(string)
      tags          = optional(map(string))
      buckets = map(object({
        failover = optional(bool)
        paths    = optional(list(string))
      }))
      countries = optional(object({
        allow = optional(set(string))
        deny  = optional(set(string))
      }))
      headers = optional(object({
        content_security_policy = optional(string)
        frame_option            = optional(string)
        hsts_preload            = optional(bool)
        hsts_seconds            = optional(number)
        permissions_policy      = optional(string)
        referrer_policy         = optional(string)
      }))
      load_balancers = optional(map(object({
        paths        = list(string)
        private      = optional(bool)
        read_timeout = optional(number)
      })))
    }))

    file_systems = optional(map(object({
      anonymous         = optional(bool)
      automatic_backups = optional(bool)
      replicate         = optional(bool)
      tags              = optional(map(string))
      throughput        = optional(string)
      zones             = optional(set(string))
      access_points = optional(map(object({
        gid         = number
        path        = string
        permissions = optional(string)
        uid         = number
      })))
      lifecycle = optional(object({
        archive_days = optional(number)
        ia_days      = optional(number)
      }))
    })), {})

    firewalls = optional(map(object({
      allowed_cidrs = optional(set(string))
      blocked_cidrs = optional(set(string))
      count         = optional(set(string))
      count_rules   = optional(map(set(string)))
      groups        = optional(list(string))
      log_allowed   = optional(bool)
      rate_limit    = optional(number)
    })), {})

    groups = optional(map(object({
      instance_type = string
      min           = number
      max           = number
      desired       = optional(number)
      disk_gb       = optional(number)
      image         = optional(string)
      tags          = optional(map(string))
      zones         = optional(list(string))
    })), {})

    health_checks = optional(map(object({
      alarm            = optional(bool)
      children         = optional(set(string))
      failures         = optional(number)
      fqdn             = optional(string)
      healthy_children = optional(number)
      interval_seconds = optional(number)
      inverted         = optional(bool)
      path             = optional(string)
      regions          = optional(set(string))
      search           = optional(string)
      alarm_of = optional(object({
        name   = string
        region = string
      }))
    })), {})

    load_balancers = optional(map(object({
      certificate         = optional(string)
      cidrs               = optional(list(string))
      cloudfront_only     = optional(bool)
      deletion_protection = optional(bool)
      desync              = optional(string)
      https               = optional(bool)
      idle_seconds        = optional(number)
      internal            = optional(bool)
      keep_alive_seconds  = optional(number)
      logs                = optional(bool)
      sticky_seconds      = optional(number)
      tags                = optional(map(string))
      tls_policy          = optional(string)
      zonal_shift         = optional(bool)
      routes = optional(map(object({
        priority = number
        weights  = map(number)
        hosts    = optional(set(string))
        paths    = optional(set(string))
        header = optional(object({
          name   = string
          values = set(string)
        }))
      })))
      target_groups = map(object({
        cluster                = optional(string)
        deregistration_seconds = optional(number)
        port                   = optional(number)
        protocol_version       = optional(string)
        weight                 = optional(number)
        health_check = optional(object({
          codes            = optional(string)
          healthy          = optional(number)
          interval_seconds = optional(number)
          path             = optional(string)
          timeout_seconds  = optional(number)
          unhealthy        = optional(number)
        }))
      }))
    })), {})

    mfa = optional(object({
      group = optional(string)
    }))

    monitoring = optional(object({
      anomalies = optional(object({
        width = optional(number)
      }))
      applications = optional(map(object({
        environment   = string
        service       = string
        fault_percent = optional(number)
        latency_ms    = optional(number)
      })))
      canaries = optional(map(object({
        every_minutes = optional(number)
        checks = list(object({
          url      = string
          contains = optional(string)
          status   = optional(number)
        }))
      })))
      dashboards = optional(object({
        regions = optional(set(string))
      }))
      grafana = optional(object({
        administrators = optional(set(string))
        editors        = optional(set(string))
        viewers        = optional(set(string))
        version        = optional(string)
        reachable_from = optional(object({
          prefix_list_ids = optional(set(string))
          vpce_ids        = optional(set(string))
        }))
      }))
      log_groups = optional(map(object({
        retention_days = optional(number)
        class          = optional(string)
        anomalies      = optional(bool)
        masked         = optional(set(string))
        search         = optional(bool)
        filters = optional(map(object({
          pattern   = string
          severity  = optional(string)
          threshold = optional(number)
          todo      = optional(string)
        })))
      })))
      prometheus = optional(object({
        retention_days = optional(number)
      }))
      queries = optional(map(object({
        log_groups = list(string)
        query      = string
      })))
      real_users = optional(object({
        domain = string
        sample = optional(number)
      }))
      search = optional(object({
        administrators = set(string)
        engine_version = optional(string)
        instance_count = optional(number)
        instance_type  = optional(string)
        volume_gb      = optional(number)
      }))
      subscriptions = optional(map(object({
        endpoint = string
        protocol = optional(string)
        severity = string
      })))
      thresholds = optional(object({
        cache_cpu_percent              = optional(number)
        cache_evictions                = optional(number)
        cache_lag_seconds              = optional(number)
        cache_memory_percent           = optional(number)
        certificate_days               = optional(number)
        database_connections_percent   = optional(number)
        database_cpu_percent           = optional(number)
        database_memory_percent        = optional(number)
        database_storage_percent       = optional(number)
        distribution_error_percent     = optional(number)
        latency_seconds                = optional(number)
        load_balancer_error_percent    = optional(number)
        load_balancer_minimum_requests = optional(number)
        node_cpu_percent               = optional(number)
        node_disk_percent              = optional(number)
        node_memory_percent            = optional(number)
        replica_lag_seconds            = optional(number)
        replication_pending_mb         = optional(number)
        replication_seconds            = optional(number)
      }))
      tracing = optional(object({
        groups = optional(map(string))
        sampling = optional(map(object({
          priority    = number
          rate        = number
          http_method = optional(string)
          path        = optional(string)
          reservoir   = optional(number)
          service     = optional(string)
        })))
      }))
      without = optional(set(string))
    }))

    network = object({
      cidr      = string
      nat       = optional(string)
      pods_cidr = optional(string)
      zones     = optional(list(string))
      endpoints = optional(object({
        gateway   = optional(set(string))
        interface = optional(set(string))
        zones     = optional(list(string))
      }))
      flow_logs = optional(object({
        to_bucket = optional(bool)
        rejects = optional(object({
          log_retention_days = optional(number)
        }))
      }))
      instance_connect = optional(object({
        zone = optional(string)
      }))
      tiers = optional(object({
        database = optional(number)
        private  = optional(number)
        public   = optional(number)
      }))
    })

    parameters = optional(map(object({
      description = string
      key         = string
      generate = optional(object({
        exclude = optional(string)
        length  = optional(number)
        version = optional(number)
      }))
    })), {})

    people = optional(map(object({
      principals    = list(string)
      mfa_minutes   = optional(number)
      policies      = optional(map(string))
      session_hours = optional(number)
    })), {})

    records = optional(map(object({
      name          = string
      zone_id       = string
      health_check  = optional(string)
      load_balancer = optional(string)
      failover = optional(object({
        health_check  = optional(string)
        load_balancer = string
      }))
    })), {})

    # The second region has the zones, tiers and pods' range of the network, and
    # those of the clusters that are named, with all their node groups at zero.
    recovery = optional(object({
      cidr     = string
      region   = string
      clusters = optional(set(string), [])
      nat      = optional(string)
    }))

    repositories = optional(map(object({
      disposable    = optional(bool)
      immutable     = optional(bool)
      keep          = optional(number)
      replicate     = optional(bool)
      tags          = optional(map(string))
      untagged_days = optional(number)
    })), {})

    secrets = optional(map(object({
      description   = string
      key           = string
      exclude       = optional(string)
      length        = optional(number)
      recovery_days = optional(number)
      username      = optional(string)
      version       = optional(number)
    })), {})

    snapshots = optional(map(object({
      at          = optional(string)
      every_hours = optional(number)
      keep        = optional(number)
    })), {})
  })
  nullable = false
  validation {
    condition     = contains(["dev", "prod", "staging"], var.settings.environment)
    error_message = "environment is dev, staging or prod."
  }
  validation {
    condition = (
      var.settings.region == "us-east-1" ||
      (var.settings.distribution == null && length(var.settings.health_checks) == 0)
    )
    error_message = "CloudFront's certificate, firewall and metrics, and the metrics of health checks, live in us-east-1: there is no distribution and no health check from ${var.settings.region}."
  }
  validation {
    condition = alltrue([
      for name in concat(
        [for balancer in var.settings.load_balancers : balancer.certificate if balancer.certificate != null],
        [for distribution in [var.settings.distribution] : distribution.certificate if try(distribution.certificate, null) != null],
      ) : contains(keys(var.settings.certificates), name)
    ])
    error_message = "A certificate is named that is not among certificates."
  }
  validation {
    condition = alltrue(flatten([
      for record in var.settings.records : [
        for name in [record.load_balancer, try(record.failover.load_balancer, null)] :
        name == null ? true : contains(keys(var.settings.load_balancers), name)
      ]
    ]))
    error_message = "A record names a load balancer that is not among load_balancers."
  }
  validation {
    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_OriginSslProtocols.html
    condition = alltrue([
      for key in keys(try(coalesce(var.settings.distribution.load_balancers, {}), {})) : anytrue([
        for balancer in [lookup(var.settings.load_balancers, key, null)] : (
          balancer == null || try(balancer.cloudfront_only, null) == true ||
          startswith(coalesce(try(balancer.tls_policy, null), "-"), "ELBSecurityPolicy-TLS13-1-2-")
        )
      ])
    ])
    error_message = "CloudFront speaks at most TLS 1.2 to its origins: a load balancer behind the distribution is cloudfront_only, or names a tls_policy that takes 1.2."
  }
  validation {
    condition = var.settings.recovery == null ? true : (
      length(setsubtract(var.settings.recovery.clusters, keys(var.settings.clusters))) == 0
    )
    error_message = "recovery.clusters names keys of clusters: what waits in the second region is the same cluster, without nodes."
  }
  validation {
    condition = (
      (var.settings.budget == null && var.settings.anomalies == null) || var.settings.monitoring != null
    )
    error_message = "A budget and anomalies are heard of through the topics of monitoring: set monitoring, at least to {}."
  }
  validation {
    condition = try(
      var.settings.automation.configuration.functions.cost-anomaly.budgets[var.settings.environment] == var.settings.budget.monthly_usd,
      true,
    )
    error_message = "The budget that AWS watches (budget.monthly_usd) and the one that cost-anomaly reports against (functions.cost-anomaly.budgets) are the same."
  }
}

variable "today" {
  description = "RFC 3339 instant against which ends of support are judged; null is the time of the plan."
  type        = string
  default     = null
}
