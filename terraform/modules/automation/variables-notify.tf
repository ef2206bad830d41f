variable "notify" {
  description = <<-EOT
    Where people read what the functions say: channels by name, the routes that
    lead to them, tried in their order, and the channel for what another does
    not take. docs/notify.md says what each field means; what is left out is
    notify's own default. The secrets are no part of it: people put them into
    the parameters that the output channel_parameters names.
  EOT
  type = object({
    channels = optional(map(object({
      kind      = string
      addresses = optional(set(string), [])
      canary    = optional(bool)
      channel   = optional(string)
      endpoint  = optional(string)
    })), { slack = { kind = "slack-webhook" } })
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
    })), {})
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
    })), [{ name = "everything", channels = ["slack"] }])
    silent_after = optional(string)
  })
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for name, channel in var.notify.channels :
      can(regex("^[a-z][a-z0-9-]{0,39}$", name)) && contains(
        ["amazon-q", "email", "pagerduty", "slack-bot", "slack-webhook"], channel.kind
      )
    ])
    error_message = "notify.channels: a name is 1 to 40 lower-case letters, digits and hyphens; a kind is amazon-q, email, pagerduty, slack-bot or slack-webhook."
  }
  validation {
    condition = alltrue([
      for channel in values(var.notify.channels) :
      (channel.channel != null) == (channel.kind == "slack-bot") &&
      (channel.endpoint == null || contains(["pagerduty", "slack-bot"], channel.kind)) &&
      (length(channel.addresses) > 0) == (channel.kind == "email")
    ])
    error_message = "notify.channels: slack-bot has a channel, email has addresses (without one, mail would reach nobody), and only slack-bot and pagerduty have an endpoint."
  }
  validation {
    condition = alltrue([
      for name in concat(
        flatten([for route in var.notify.routes : tolist(route.channels)]),
        [for name in [var.notify.fallback] : name if name != null],
      ) : contains(keys(var.notify.channels), name)
    ])
    error_message = "notify.routes and notify.fallback name channels of notify.channels."
  }
  validation {
    condition = alltrue([
      for name in keys(var.notify.channels) : name == var.notify.fallback || anytrue([
        for route in var.notify.routes : contains(route.channels, name)
      ])
    ])
    error_message = "notify.channels: a route leads to each of them, or it is the fallback."
  }
  validation {
    condition = length(distinct(var.notify.routes[*].name)) == length(var.notify.routes) && alltrue([
      for route in var.notify.routes :
      can(regex("^[a-z][a-z0-9-]{0,39}$", route.name)) && route.name != "fallback"
    ])
    error_message = "notify.routes: names are 1 to 40 lower-case letters, digits and hyphens, each once; `fallback` is taken."
  }
  validation {
    condition = alltrue([
      for route in var.notify.routes : contains(
        ["info", "notice", "warning", "error", "critical"],
        coalesce(try(route.match.severity, null), "info")
      )
    ])
    error_message = "notify.routes: a severity is info, notice, warning, error or critical."
  }
  validation {
    condition = alltrue([
      for name in keys(var.notify.matters) : contains(keys(var.notify.channels), name)
    ])
    error_message = "notify.matters names channels of notify.channels."
  }
  validation {
    condition = alltrue([
      for matters in values(var.notify.matters) : alltrue([
        try(coalesce(matters.budget.per_hour), 100) >= 2,
        try(coalesce(matters.budget.urgent), 0) <= try(coalesce(matters.budget.per_hour), 100) - 2,
      ])
    ])
    error_message = "notify.matters: a budget has at least two messages an hour, and two of them are not for what is urgent."
  }
  # The finer judgement (routes that nothing reaches) is notify's own; that
  # every message has a route is asked here too, before anything is deployed.
  validation {
    condition = anytrue([
      for route in var.notify.routes : route.match == null ? true : alltrue([
        for field, wanted in route.match : field == "severity"
        ? coalesce(wanted, "info") == "info"
        : length(coalesce(wanted, [])) == 0
      ])
    ])
    error_message = "notify.routes: the last one has no match, so that every message has a route; its channels may be empty to tell nobody."
  }
  validation {
    condition = var.notify.silent_after == null ? true : can(regex(
      "^PT([0-9]+H)?([0-9]+M)?([0-9]+S)?$", var.notify.silent_after
    )) && !endswith(var.notify.silent_after, "T")
    error_message = "notify.silent_after is hours, minutes and seconds as ISO 8601 writes them, like PT26H."
  }
}
