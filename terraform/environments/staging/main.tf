# Staging: what production is, smaller, and with two colours to try a release.

locals {
  mail_channels = length(var.alarm_addresses) > 0 ? ["mail"] : []

  # See variable watches_account.
  watches_account = coalesce(var.watches_account, false)

  # See variable node_sizes.
  node_types = { lean = "t3.medium", roomy = "t3.large" }

  settings = {
    environment        = "staging"
    project            = "personal-timeline"
    region             = "us-east-1"
    bucket_suffix      = var.bucket_suffix
    key_deletion_days  = 14
    log_retention_days = 30
    tags = {
      CostCenter = "engineering"
      ManagedBy  = "terraform"
      Owner      = "platform"
    }

    network = {
      cidr      = "10.1.0.0/16"
      nat       = "per_zone"
      pods_cidr = "100.64.0.0/16"
      endpoints = {
        interface = ["ecr.api", "ecr.dkr", "logs", "sts"]
        zones     = ["a", "b"]
      }
      flow_logs = { rejects = {} }
    }

    boundary = {}
    people   = { for role, principals in var.people : role => { principals = principals } }

    clusters = {
      apps = {
        public_access_cidrs = var.cluster_access_cidrs
        addons = {
          amazon-cloudwatch-observability = {}
          aws-ebs-csi-driver              = {}
          aws-efs-csi-driver              = {}
          cert-manager                    = {}
          metrics-server                  = {}
          snapshot-controller             = {}
        }
        node_groups = {
          general = {
            desired        = 3
            instance_types = [local.node_types[var.node_sizes]]
            max            = 6
            min            = 2
          }
          spot = {
            kind           = "compute"
            labels         = { workload = "interruptible" }
            max            = 4
            min            = 0
            spot           = true
            instance_types = ["c5.large", "c5a.large", "c6i.large"]
            taints         = { interruptible = { effect = "NO_SCHEDULE", value = "true" } }
          }
        }
      }
    }

    load_balancers = var.site == null ? {} : {
      web = {
        certificate         = "site"
        cloudfront_only     = true
        deletion_protection = false
        sticky_seconds      = 60
        target_groups = {
          blue  = { cluster = "apps", weight = 100 }
          green = { cluster = "apps", weight = 0 }
        }
      }
    }

    databases = {
      timeline = {
        backup_days = 7
        class       = "db.t3.small"
        disposable  = true
        multi_az    = true
        tags        = { Backup = "daily" }
      }
    }

    caches = {
      sessions = {
        disposable         = true
        node_type          = "cache.t3.small"
        replicas_per_shard = 1
      }
    }

    buckets = {
      backups = {
        disposable  = true
        noncurrent  = { days = 30 }
        transitions = { GLACIER_IR = 30 }
      }
      logs = {
        disposable      = true
        encryption      = "aes256"
        expiration_days = 90
        log_delivery    = ["cloudfront", "elb", "s3", "vpc-flow-logs"]
      }
      media = {
        disposable    = true
        distributions = var.site == null ? [] : ["web"]
        tags          = { Backup = "daily" }
      }
      static = {
        disposable    = true
        distributions = var.site == null ? [] : ["web"]
        noncurrent    = { days = 30 }
      }
    }

    file_systems = {
      shared = {
        automatic_backups = false
        tags              = { Backup = "daily" }
        access_points     = { app = { gid = 1000, path = "/app", uid = 1000 } }
      }
    }
    repositories = { api = { disposable = true } }

    certificates = var.site == null ? {} : {
      site = {
        alternative_names = ["*.${var.site.domain}"]
        domain            = var.site.domain
        zone_id           = var.site.zone_id
      }
    }
    distribution = var.site == null ? null : {
      aliases        = [var.site.domain]
      buckets        = { media = { paths = ["/media/*"] }, static = {} }
      certificate    = "site"
      load_balancers = { web = { paths = ["/api/*"] } }
      pages          = "single-page"
    }
    firewalls = var.site == null ? {} : { cloudfront = {} }
    records   = var.site == null ? {} : { site = { name = var.site.domain, zone_id = var.site.zone_id } }

    monitoring = {
      dashboards = {}
      log_groups = { application = { masked = ["EmailAddress"], filters = { panics = { pattern = "panicked", threshold = 0 } } } }
      prometheus = {}
      canaries   = var.site == null ? {} : { site = { checks = [{ url = "https://${var.site.domain}/" }], every_minutes = 15 } }
      tracing    = { sampling = { api = { path = "/api/*", priority = 100, rate = 0.1 } } }
      subscriptions = {
        for address in var.alarm_addresses : replace(address, "@", "-at-") => { endpoint = address, severity = "morning" }
      }
    }

    backup = {
      plans = {
        daily = {
          rules = {
            night = { delete_after = 7, schedule = "cron(0 5 * * ? *)" }
          }
        }
      }
    }
    budget    = { monthly_usd = 1500 }
    anomalies = {}

    automation = {
      architecture = var.architecture
      ledger       = { deletion_protection = false }
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
      # Nothing of staging sleeps. Findings belong to the account: who leaves it
      # to another environment hears them there.
      functions = concat(
        ["cost-anomaly", "notify"],
        local.watches_account ? ["security-triage"] : [],
      )
      configuration = {
        guards = {
          blast_radius        = { count = 50, percent = 50 }
          denied_environments = ["prod", "production"]
          dry_run             = true
          protected_tags      = { "nightshift:protected" = "true" }
        }
        functions = {
          cost-anomaly = {
            budgets = { dev = 500, prod = 5000, staging = 1500 }
            sources = { detector = local.watches_account }
          }
          # The rules that Nightshift ships, where it is deployed.
          security-triage = {}
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
