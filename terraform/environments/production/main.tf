# Production: three zones, a second region to go to, and copies in a third.

locals {
  mail_channels = length(var.alarm_addresses) > 0 ? ["mail"] : []

  # See variable watches_account.
  watches_account = coalesce(var.watches_account, true)

  # See variable node_sizes.
  node_types = { lean = "t3.large", roomy = "t3.xlarge" }

  settings = {
    environment        = "prod"
    project            = "personal-timeline"
    region             = "us-east-1"
    bucket_suffix      = var.bucket_suffix
    key_deletion_days  = 30
    log_retention_days = 90
    tags = {
      CostCenter = "product"
      ManagedBy  = "terraform"
      Owner      = "platform"
    }

    network = {
      cidr      = "10.0.0.0/16"
      nat       = "per_zone"
      pods_cidr = "100.64.0.0/16"
      endpoints = {
        interface = ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "sts"]
        zones     = ["a", "b"]
      }
      flow_logs = { rejects = {} }
    }

    boundary = {}
    mfa      = {}
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
          compute = {
            instance_types = ["c5.large", "c5a.large", "c6i.large"]
            kind           = "compute"
            max            = 6
            spot           = true
          }
          general = {
            desired        = 6
            instance_types = [local.node_types[var.node_sizes]]
            max            = 12
            min            = 3
          }
          memory = { kind = "memory", max = 4 }
        }
      }
    }

    load_balancers = var.site == null ? {} : {
      web = {
        certificate     = "site"
        cloudfront_only = true
        target_groups = {
          blue  = { cluster = "apps", weight = 100 }
          green = { cluster = "apps", weight = 0 }
        }
      }
    }

    databases = {
      timeline = {
        backup_days          = 7
        class                = "db.r5.large"
        cross_region_replica = {}
        max_storage_gb       = 500
        multi_az             = true
        replicas             = { reader = {} }
        storage_gb           = 100
        tags                 = { Backup = "daily" }
      }
    }

    caches = {
      sessions = {
        node_type          = "cache.r5.large"
        replicas_per_shard = 1
        shards             = 2
      }
    }

    buckets = {
      backups = {
        object_lock = { days = 30 }
        replicate   = true
        transitions = { DEEP_ARCHIVE = 180, GLACIER_IR = 30 }
      }
      logs = {
        encryption      = "aes256"
        expiration_days = 400
        log_delivery    = ["cloudfront", "elb", "s3", "vpc-flow-logs"]
        replicate       = true
        transitions     = { GLACIER_IR = 90 }
      }
      media = {
        distributions = var.site == null ? [] : ["web"]
        noncurrent    = { days = 180, transitions = { GLACIER_IR = 30 } }
        replicate     = true
        tags          = { Backup = "daily" }
        transitions   = { INTELLIGENT_TIERING = 30 }
      }
      static = {
        distributions = var.site == null ? [] : ["web"]
        replicate     = true
      }
    }

    file_systems = {
      shared = {
        automatic_backups = false
        replicate         = true
        tags              = { Backup = "daily" }
        access_points     = { app = { gid = 1000, path = "/app", uid = 1000 } }
      }
    }
    repositories = { api = { replicate = true } }

    certificates = var.site == null ? {} : {
      site = {
        alternative_names = ["*.${var.site.domain}"]
        domain            = var.site.domain
        zone_id           = var.site.zone_id
      }
    }
    distribution = var.site == null ? null : {
      aliases        = [var.site.domain, "www.${var.site.domain}"]
      buckets        = { media = { failover = true, paths = ["/media/*"] }, static = { failover = true } }
      certificate    = "site"
      load_balancers = { web = { paths = ["/api/*"] } }
      origin_shield  = true
      pages          = "single-page"
    }
    firewalls = var.site == null ? {} : { cloudfront = {}, regional = {} }
    health_checks = var.site == null ? {} : {
      site = { fqdn = var.site.domain, path = "/" }
    }
    records = var.site == null ? {} : {
      site = { name = var.site.domain, zone_id = var.site.zone_id }
      www  = { name = "www.${var.site.domain}", zone_id = var.site.zone_id }
    }

    # A pilot light: network and control plane wait, nodes do not run.
    recovery = {
      cidr     = "10.10.0.0/16"
      clusters = ["apps"]
      region   = "us-west-2"
    }

    monitoring = {
      anomalies  = {}
      dashboards = { regions = ["us-west-2"] }
      log_groups = { application = { masked = ["EmailAddress"], filters = { panics = { pattern = "panicked", threshold = 0 } } } }
      prometheus = {}
      canaries   = var.site == null ? {} : { site = { checks = [{ url = "https://${var.site.domain}/" }] } }
      tracing    = { sampling = { api = { path = "/api/*", priority = 100, rate = 0.05 } } }
      subscriptions = {
        for address in var.alarm_addresses : replace(address, "@", "-at-") => { endpoint = address, severity = "morning" }
      }
    }

    backup = {
      copy_regions = ["dr", "secondary"]
      lock         = { min_retention_days = 7, regions = ["dr"] }
      plans = {
        daily = {
          rules = {
            night = {
              copies       = { dr = { delete_after = 35 }, secondary = { delete_after = 7 } }
              delete_after = 7
              schedule     = "cron(0 5 * * ? *)"
            }
            month = {
              cold_after   = 30
              copies       = { dr = {} }
              delete_after = 365
              schedule     = "cron(0 7 1 * ? *)"
            }
          }
        }
      }
      restore_tests = {
        weekly = {
          schedule = "cron(0 9 ? * SUN *)"
          selections = {
            databases    = { type = "RDS" }
            file-systems = { type = "EFS" }
          }
        }
      }
    }
    budget    = { monthly_usd = 5000 }
    anomalies = {}

    automation = {
      architecture = var.architecture
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
        # A flood of findings is few messages, and people may silence some.
        matters = { slack = {} }
      }
      # Nothing of production sleeps: off-hours is not deployed here.
      functions = concat(
        ["cost-anomaly", "notify"],
        local.watches_account ? ["security-triage"] : [],
      )
      configuration = {
        guards = {
          blast_radius = { count = 10, percent = 10 }
          # The functions' own default denies prod, and this is prod.
          denied_environments = ["dev", "staging"]
          dry_run             = true
          protected_tags      = { "nightshift:protected" = "true" }
        }
        functions = {
          cost-anomaly = {
            budgets = { dev = 500, prod = 5000, staging = 1500 }
            sources = { detector = local.watches_account }
          }
          # The rules that Nightshift ships; findings are not changed.
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
