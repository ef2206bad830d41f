# Development: small, in one zone where AWS allows it, asleep outside office
# hours.

locals {
  mail_channels = length(var.alarm_addresses) > 0 ? ["mail"] : []

  # See variable watches_account.
  watches_account = coalesce(var.watches_account, false)

  # See variable node_sizes.
  node_types = { lean = "t3.small", roomy = "t3.medium" }

  # When development runs. Off-hours reads it from the tag of each resource,
  # which names this schedule.
  office_hours = "Mon-Fri 07:00-19:00 @America/New_York"

  # Nobody works between Christmas Eve and New Year's Day.
  closed = [
    "2026-12-24", "2026-12-25", "2026-12-28", "2026-12-29", "2026-12-30",
    "2026-12-31", "2027-01-01",
  ]

  # What security-triage may contain, if somebody approves: nothing. Tests put
  # their own here.
  containment = null

  # What is different here from the functions' manifests: nothing. Tests again.
  overrides = {}

  # Wakes first to last: 1 databases, 2 nodes, 3 what runs beside them. The
  # evening goes the other way.
  sleep = {
    for wave in ["1", "2", "3"] : wave => {
      Schedule          = "office-hours"
      "nightshift:wave" = wave
    }
  }

  settings = {
    environment        = "dev"
    project            = "personal-timeline"
    region             = "us-east-1"
    bucket_suffix      = var.bucket_suffix
    key_deletion_days  = 7
    log_retention_days = 14
    tags = {
      CostCenter = "engineering"
      ManagedBy  = "terraform"
      Owner      = "platform"
    }

    network = {
      cidr      = "10.2.0.0/16"
      nat       = "one"
      flow_logs = { to_bucket = true }
    }

    boundary = {}
    people   = { for role, principals in var.people : role => { principals = principals } }

    clusters = {
      apps = {
        creator_is_admin    = true
        public_access_cidrs = var.cluster_access_cidrs
        addons = {
          aws-ebs-csi-driver = {}
          cert-manager       = {}
          metrics-server     = {}
        }
        node_groups = {
          general = {
            instance_types = [local.node_types[var.node_sizes]]
            min            = 1
            max            = 2
            tags           = local.sleep["2"]
            zones          = ["a"]
          }
          spot = {
            instance_types = [local.node_types[var.node_sizes], replace(local.node_types[var.node_sizes], "t3", "t3a")]
            labels         = { "workload" = "interruptible" }
            min            = 1
            max            = 3
            spot           = true
            tags           = local.sleep["2"]
            zones          = ["a"]
            taints = {
              interruptible = { effect = "NO_SCHEDULE", value = "true" }
            }
          }
        }
      }
    }

    groups = {
      workers = {
        desired       = 2
        instance_type = "t3.micro"
        min           = 1
        max           = 3
        tags          = local.sleep["3"]
        zones         = ["a"]
      }
    }

    load_balancers = var.site == null ? {} : {
      web = {
        certificate         = "site"
        deletion_protection = false
        target_groups = {
          blue  = { cluster = "apps", weight = 100 }
          green = { cluster = "apps", weight = 0 }
        }
      }
    }

    databases = {
      timeline = {
        backup_days = 3
        class       = "db.t3.micro"
        disposable  = true
        tags        = merge(local.sleep["1"], { Backup = "daily" })
        zone        = "a"
      }
    }

    caches = {
      sessions = {
        disposable    = true
        node_type     = "cache.t3.micro"
        snapshot_days = 0
        zone          = "a"
      }
    }

    buckets = {
      backups = {
        disposable      = true
        expiration_days = 30
        noncurrent      = { days = 7 }
      }
      logs = {
        disposable      = true
        encryption      = "aes256"
        expiration_days = 30
        log_delivery    = ["cloudfront", "elb", "s3", "vpc-flow-logs"]
      }
      media = {
        disposable = true
        noncurrent = { days = 7 }
      }
      static = {
        disposable = true
        noncurrent = { days = 7 }
      }
    }
    repositories = { api = { disposable = true, keep = 20 } }

    certificates = var.site == null ? {} : {
      site = {
        alternative_names = ["*.${var.site.domain}"]
        domain            = var.site.domain
        zone_id           = var.site.zone_id
      }
    }
    records = var.site == null ? {} : {
      site = { load_balancer = "web", name = var.site.domain, zone_id = var.site.zone_id }
    }

    # Little: what is asleep must not ring, and what is not watched costs nothing.
    monitoring = {
      log_groups = { application = { filters = { panics = { pattern = "panicked", threshold = 0 } } } }
      without    = ["cluster", "nat"]
      subscriptions = {
        for address in var.alarm_addresses : replace(address, "@", "-at-") => { endpoint = address, severity = "morning" }
      }
    }

    # In the middle of the working day: at night the database is stopped.
    backup = {
      plans = {
        daily = {
          rules = {
            day = { delete_after = 3, schedule = "cron(0 17 ? * MON-FRI *)" }
          }
        }
      }
    }
    budget    = { monthly_usd = 500 }
    anomalies = {}

    automation = {
      architecture = var.architecture
      ledger       = { deletion_protection = false }
      overrides    = local.overrides
      # Findings belong to the account: who leaves it to another environment
      # hears them there.
      functions = local.watches_account ? null : [
        for path in fileset(var.functions_dir, "*/function.json") :
        dirname(path) if dirname(path) != "security-triage"
      ]
      alarm_subscriptions = {
        for address in var.alarm_addresses : address => { endpoint = address }
      }
      # What Slack does not take, people get by mail, where there are addresses.
      notify = {
        channels = merge(
          { slack = { kind = "slack-webhook" } },
          {
            for name in local.mail_channels :
            name => { kind = "email", addresses = var.alarm_addresses }
          },
        )
        fallback = one(local.mail_channels)
      }
      configuration = {
        guards = {
          blast_radius        = { count = 100, percent = 100 }
          denied_environments = ["prod", "production"]
          dry_run             = false
          protected_tags      = { "nightshift:protected" = "true" }
        }
        functions = {
          cost-anomaly = {
            budgets = { dev = 500, prod = 5000, staging = 1500 }
            sources = { detector = local.watches_account }
          }
          off-hours = {
            closed       = local.closed
            default_zone = "America/New_York"
            schedules    = { office-hours = local.office_hours }
            lease        = "PT8H"
            warn_before  = "PT15M"
          }
          # The rules that Nightshift ships; findings are not changed.
          security-triage = { playbooks = local.containment }
        }
      }
    }
  }
}

module "environment" {
  source = "../../modules/environment"
  providers = {
    aws           = aws
    aws.dr        = aws.dr
    aws.secondary = aws.secondary
  }

  functions_dir = var.functions_dir
  packages_dir  = var.packages_dir
  settings      = local.settings
  today         = var.today
}
