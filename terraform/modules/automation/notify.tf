# Where people read. The document says it to notify; what is made here are the
# topics of the channels that are topics, and who gets their mail.

locals {
  channel_topic_prefix = "${local.prefix}-operations-channel-"
  channel_topics = {
    for name, channel in var.notify.channels :
    "channel-${name}" => "${local.channel_topic_prefix}${name}"
    if contains(["amazon-q", "email"], channel.kind)
  }

  # What a kind of channel calls its secret, and how its parameter's name ends.
  _secrets = {
    pagerduty     = { field = "routing_key_parameter", suffix = "routing-key" }
    slack-bot     = { field = "token_parameter", suffix = "token" }
    slack-webhook = { field = "webhook_parameter", suffix = "webhook" }
  }
  channel_parameters = merge(
    {
      for name, channel in var.notify.channels :
      name => "${local.parameter_path}/${name}-${local._secrets[channel.kind].suffix}"
      if contains(keys(local._secrets), channel.kind)
    },
    {
      for name in local._paged_canaries :
      "${name}-canary" => "${local.parameter_path}/${name}-canary-routing-key"
    },
  )

  # A canary wakes nobody: a pager gets one only where it is asked for, with
  # the key of a service of its own.
  _paged_canaries = [
    for name, channel in var.notify.channels : name
    if channel.kind == "pagerduty" && coalesce(channel.canary, false)
  ]
  _skipped_canaries = [
    for name, channel in var.notify.channels : name
    if channel.kind != "pagerduty" && !coalesce(channel.canary, true)
  ]

  # Absent means: notify's own default. So what is null is left out.
  _channels = {
    for name, channel in var.notify.channels : name => {
      for field, value in merge(
        {
          channel  = channel.channel
          endpoint = channel.endpoint
          kind     = channel.kind
        },
        {
          for secret in [lookup(local._secrets, channel.kind, null)] :
          secret.field => local.channel_parameters[name] if secret != null
        },
        {
          for paged in local._paged_canaries :
          "canary_routing_key_parameter" => local.channel_parameters["${name}-canary"]
          if paged == name
        },
        {
          for key in ["channel-${name}"] :
          "topic_arn" => local.topic_arns[key]
          if contains(keys(local.channel_topics), key)
        },
      ) : field => value if value != null
    }
  }
  _routes = [
    for route in var.notify.routes : {
      for field, value in {
        channels = route.channels
        continue = route.continue
        match = (
          route.match == null
          ? null
          : { for key, wanted in route.match : key => wanted if wanted != null }
        )
        name = route.name
      } : field => value if value != null
    }
  ]
  _matters = {
    for name, matters in var.notify.matters : name => {
      for field, value in {
        budget = (
          matters.budget == null
          ? null
          : { for key, wanted in matters.budget : key => wanted if wanted != null }
        )
        groups = matters.groups == null ? null : [
          for group in matters.groups :
          { for key, wanted in group : key => wanted if wanted != null }
        ]
        inhibitions = matters.inhibitions == null ? null : [
          for inhibition in matters.inhibitions :
          { for key, wanted in inhibition : key => wanted if wanted != null }
        ]
        quiet_hours = (
          matters.quiet_hours == null
          ? null
          : { for key, wanted in matters.quiet_hours : key => wanted if wanted != null }
        )
      } : field => value if value != null
    }
  }
  _canary = {
    for field, value in {
      silent_after = var.notify.silent_after
      skip         = length(local._skipped_canaries) > 0 ? local._skipped_canaries : null
    } : field => value if value != null
  }
  notify_configuration = {
    for field, value in {
      canary   = length(local._canary) > 0 ? local._canary : null
      channels = local._channels
      fallback = var.notify.fallback
      matters  = length(local._matters) > 0 ? local._matters : null
      routes   = local._routes
    } : field => value if value != null
  }

  _mail = merge([
    for name, channel in var.notify.channels : {
      for address in channel.addresses :
      "${name}/${address}" => { address = address, topic = "channel-${name}" }
    }
  ]...)
}

resource "aws_sns_topic_subscription" "mail" {
  for_each = local._mail

  endpoint  = each.value.address
  protocol  = "email"
  topic_arn = aws_sns_topic.topic[each.value.topic].arn
}
