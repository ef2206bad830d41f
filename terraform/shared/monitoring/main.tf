# All environments at one glance. What they have is not looked up: its names
# follow from theirs by the convention {project}-{environment}-{service}-{resource}.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  _account   = data.aws_caller_identity.current.account_id
  _partition = data.aws_partition.current.partition

  _hub      = "us-east-1"
  dashboard = "${local.prefix}-monitoring-estate"
  prefix    = "${var.project}-shared"
  watched = merge(
    { (local._hub) = "hub" },
    { for role, region in var.regions : region => role if region != null },
  )

  environments = {
    for code, environment in var.environments : code => merge(environment, {
      account = coalesce(environment.account_id, local._account)
      own     = environment.account_id == null || environment.account_id == local._account
      prefix  = "${var.project}-${code}"
      # As modules/compute shortens the names of load balancers.
      short = "${join("", [for word in split("-", var.project) : substr(word, 0, 1)])}-${code}"
      # As modules/monitoring names its composite alarms.
      lamp_names = { for severity in environment.lamps : severity => "${var.project}-${code}-environment-${severity}" }
    })
  }

  # A composite alarm cannot see an alarm of another region or account.
  _lamps = {
    for region in keys(local.watched) : region => {
      for code, environment in local.environments : code => environment.lamp_names["urgent"]
      if environment.own && environment.region == region && contains(environment.lamps, "urgent")
    }
  }

  _foreign = toset([for environment in local.environments : environment.account if !environment.own])
  _accounts = var.observability == null ? [] : setunion(
    setsubtract(var.observability.accounts, [local._account]), local._foreign
  )
  _sink = length(local._accounts) == 0 ? null : {
    accounts       = local._accounts
    resource_types = var.observability.resource_types
  }

  # us-east-1 takes all that AWS delivers there, but what the other regions'
  # own rules take: AWS sends public events of us-west-2 there as well. And it
  # sends those of all regions of the world to us-west-2, whose rule keeps
  # those of us-east-1, for the day on which that one cannot speak for itself
  # (AWS Health user guide, "Creating EventBridge rules for AWS Region
  # coverage"). Of two messages about the same one is too many, of none one
  # too few.
  _backup_region = "us-west-2"
  _health = {
    for region in keys(local.watched) : region => var.health == null ? null : {
      categories = var.health.categories
      except     = region == local._hub ? setsubtract(keys(local.watched), [local._hub]) : []
      regions = (
        region == local._hub ? null
        : region == local._backup_region ? toset([local._hub, region, "global"])
        : toset([region])
      )
    }
  }

  # Services look for services where environments are.
  _signals = {
    for region in keys(local.watched) : region => var.application_signals && anytrue([
      for environment in local.environments : environment.own && environment.region == region
    ])
  }
}

module "hub" {
  source = "../../modules/watch"

  application_signals = local._signals[local._hub]
  charges_usd         = var.charges_usd
  dashboard           = local.dashboard
  health              = local._health[local._hub]
  key_deletion_days   = var.key_deletion_days
  lamps               = local._lamps[local._hub]
  link                = lookup(var.links, local._hub, null)
  prefix              = local.prefix
  publishers          = ["budgets.amazonaws.com", "costalerts.amazonaws.com"]
  sink                = local._sink
  subscriptions       = var.subscriptions
  trace_encryption    = var.trace_encryption
}

module "secondary" {
  source    = "../../modules/watch"
  count     = var.regions.secondary == null ? 0 : 1
  providers = { aws = aws.secondary }

  application_signals = local._signals[var.regions.secondary]
  dashboard           = local.dashboard
  forward             = local._forward
  health              = local._health[var.regions.secondary]
  key_deletion_days   = var.key_deletion_days
  lamps               = local._lamps[var.regions.secondary]
  link                = lookup(var.links, var.regions.secondary, null)
  prefix              = local.prefix
  sink                = local._sink
  subscriptions       = var.subscriptions
  trace_encryption    = var.trace_encryption
}

module "dr" {
  source    = "../../modules/watch"
  count     = var.regions.dr == null ? 0 : 1
  providers = { aws = aws.dr }

  application_signals = local._signals[var.regions.dr]
  dashboard           = local.dashboard
  forward             = local._forward
  health              = local._health[var.regions.dr]
  key_deletion_days   = var.key_deletion_days
  lamps               = local._lamps[var.regions.dr]
  link                = lookup(var.links, var.regions.dr, null)
  prefix              = local.prefix
  sink                = local._sink
  subscriptions       = var.subscriptions
  trace_encryption    = var.trace_encryption
}
