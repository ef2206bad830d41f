variable "configuration" {
  description = <<-EOT
    The document that every function of the environment reads at its start.
    What is left out (null) is left out of the document, and the function's
    own default holds. Names and ARNs of what the module makes are added.
    Without guards.dry_run = false nothing is changed, only told.
  EOT
  type = object({
    accounts = optional(list(string))
    regions  = optional(list(string))
    guards = optional(object({
      blast_radius = optional(object({
        count   = optional(number)
        percent = optional(number)
      }))
      denied_accounts     = optional(list(string))
      denied_environments = optional(list(string))
      dry_run             = optional(bool)
      protected_tags      = optional(map(string))
    }), {})
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
    }), {})
  })
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for account in coalesce(var.configuration.accounts, []) :
      can(regex("^[0-9]{12}$", account))
    ])
    error_message = "configuration.accounts: an account is 12 digits."
  }
  validation {
    condition = alltrue([
      for region in coalesce(var.configuration.regions, []) :
      can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))
    ])
    error_message = "configuration.regions: a region is written like us-east-1."
  }
  validation {
    condition = try(
      var.configuration.guards.blast_radius.percent >= 1 &&
      var.configuration.guards.blast_radius.percent <= 100, true
    )
    error_message = "configuration.guards.blast_radius.percent is 1 to 100."
  }
  validation {
    condition = alltrue([
      for dollars in values(try(coalesce(
        var.configuration.functions.cost-anomaly.budgets
      ), {})) : dollars > 0
    ])
    error_message = "configuration.functions.cost-anomaly.budgets: by environment's code, more than 0 US dollars a month."
  }
  # The same twice: which one it is, only the message can say.
  validation {
    condition = alltrue([
      for path, limits in local.cost_anomaly_limits : alltrue([
        for value in [try(
          var.configuration.functions.cost-anomaly[path],
          var.configuration.functions.cost-anomaly[split(".", path)[0]][split(".", path)[1]],
          null,
        )] :
        value == null ? true : (
          value >= limits.from && value <= limits.to && (!limits.whole || floor(value) == value)
        )
      ])
    ])
    error_message = "configuration.functions.cost-anomaly: ${join(", ", [
      for path, limits in local.cost_anomaly_limits :
      "${path} is ${limits.whole ? "a whole number " : ""}from ${limits.from} to ${limits.to}"
      if !alltrue([
        for value in [try(
          var.configuration.functions.cost-anomaly[path],
          var.configuration.functions.cost-anomaly[split(".", path)[0]][split(".", path)[1]],
          null,
        )] :
        value == null ? true : (
          value >= limits.from && value <= limits.to && (!limits.whole || floor(value) == value)
        )
      ])
    ])}."
  }
  validation {
    condition = can(regex("^[A-Za-z0-9 _.:/=+@-]{1,128}$", try(coalesce(
      var.configuration.functions.cost-anomaly.tag
    ), "Environment")))
    error_message = "configuration.functions.cost-anomaly.tag is the key of a cost-allocation tag."
  }
  validation {
    condition = alltrue([
      for field in ["daily", "floor_percent", "new_daily", "new_total"] :
      try(coalesce(var.configuration.functions.cost-anomaly.detection[field]), 1) > 0
    ])
    error_message = "configuration.functions.cost-anomaly.detection: daily, floor_percent, new_daily and new_total are more than 0."
  }
  validation {
    condition = (
      try(coalesce(var.configuration.functions.cost-anomaly.detection.least_days), 14) <=
      try(coalesce(var.configuration.functions.cost-anomaly.detection.window_days), 56)
    )
    error_message = "configuration.functions.cost-anomaly.detection: least_days is no more than window_days, which is 56 where it is left out."
  }
  validation {
    condition = alltrue([
      for environment, name in try(coalesce(var.configuration.functions.cost-anomaly.budget_names), {}) :
      contains(keys(try(coalesce(var.configuration.functions.cost-anomaly.budgets), {})), environment) &&
      can(regex("^[^:\\\\]{1,100}$", name))
    ])
    error_message = "configuration.functions.cost-anomaly.budget_names: by the code of an environment in budgets, the name that AWS Budgets knows, at most 100 characters without : and \\."
  }
  validation {
    condition = try(coalesce(
      var.configuration.functions.cost-anomaly.baseline.monthly_usd
    ), 1) > 0 && trimspace(try(coalesce(var.configuration.functions.cost-anomaly.baseline.name), "plan")) != ""
    error_message = "configuration.functions.cost-anomaly.baseline: a month of it costs more than 0 US dollars, and it has a name."
  }
  validation {
    condition = alltrue([
      for length in [
        try(coalesce(var.configuration.functions.cost-anomaly.changes.before), "PT48H"),
        try(coalesce(var.configuration.functions.cost-anomaly.changes.patience), "PT15S"),
      ] :
      can(regex("^PT([0-9]+H)?([0-9]+M)?([0-9]+S)?$", length)) && !endswith(length, "T")
    ])
    error_message = "configuration.functions.cost-anomaly.changes: before and patience are hours, minutes and seconds as ISO 8601 writes them, like PT48H."
  }
  validation {
    condition = contains(["net-amortized", "unblended"], try(coalesce(
      var.configuration.functions.cost-anomaly.cost_explorer.metric
    ), "unblended"))
    error_message = "configuration.functions.cost-anomaly.cost_explorer.metric is unblended or net-amortized."
  }
  validation {
    condition = alltrue([
      for day in [
        try(coalesce(var.configuration.functions.cost-anomaly.credits.as_of), "2026-11-01"),
        try(coalesce(var.configuration.functions.cost-anomaly.credits.expires), "2026-11-01"),
      ] :
      can(regex("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", day)) && can(timeadd("${day}T00:00:00Z", "0s"))
    ]) && try(coalesce(var.configuration.functions.cost-anomaly.credits.balance_usd), 0) >= 0
    error_message = "configuration.functions.cost-anomaly.credits: as_of and expires are days like 2026-11-01, and balance_usd is not below 0."
  }
  # What is left out has the function's default, and that counts here too.
  validation {
    condition = alltrue([
      for usd in [[
        0,
        try(coalesce(var.configuration.functions.cost-anomaly.telling.warning_usd), 100),
        try(coalesce(var.configuration.functions.cost-anomaly.telling.error_usd), 1000),
      ]] : usd[0] <= usd[1] && usd[1] <= usd[2]
    ])
    error_message = "configuration.functions.cost-anomaly.telling: from 0 on, warning_usd is no more than error_usd; left out they are 100 and 1000."
  }
  validation {
    condition = contains(["zero", "suspend-and-stop"], try(coalesce(
      var.configuration.functions.off-hours.auto_scaling
    ), "zero"))
    error_message = "configuration.functions.off-hours.auto_scaling is zero or suspend-and-stop."
  }
  validation {
    condition = alltrue([
      for duration in [
        try(var.configuration.functions.off-hours.health_timeout, null),
        try(var.configuration.functions.off-hours.lease, null),
        try(var.configuration.functions.off-hours.warn_before, null),
      ] :
      duration == null ? true : can(regex(
        "^PT([0-9]+H)?([0-9]+M)?([0-9]+S)?$", duration
      )) && !endswith(duration, "T")
    ])
    error_message = "configuration.functions.off-hours: lengths of time are hours, minutes and seconds as ISO 8601 writes them, like PT8H."
  }
  validation {
    condition = alltrue([
      for calendar in try(coalesce(
        var.configuration.functions.off-hours.calendars
      ), []) :
      contains(["closed", "frozen"], calendar.means) &&
      contains(["ssm-parameter", "ssm-change-calendar"], calendar.source)
    ])
    error_message = "configuration.functions.off-hours.calendars: source is ssm-parameter or ssm-change-calendar, means is closed or frozen."
  }
  # A tag value's letters, so that a named schedule and a written one look
  # alike; the grammar itself is checked by off-hours.
  validation {
    condition = alltrue([
      for schedule in values(try(coalesce(
        var.configuration.functions.off-hours.schedules
      ), {})) : can(regex("^[A-Za-z0-9 _.:/=+@-]{1,255}$", schedule))
    ])
    error_message = "configuration.functions.off-hours.schedules: letters, digits, space and _.:/=+-@ only."
  }
  validation {
    condition = alltrue([
      for rule in try(coalesce(
        var.configuration.functions.security-triage.rules.order
      ), []) :
      length([for outcome in values(rule.outcome) : 1 if outcome != null]) == 1
    ])
    error_message = "configuration.functions.security-triage.rules.order: a rule has one outcome: tell, suppress, escalate or playbook."
  }
  validation {
    condition = alltrue([
      for rule in try(coalesce(
        var.configuration.functions.security-triage.rules.order
      ), []) :
      can(regex("^[a-z0-9-]{1,64}$", rule.name))
    ])
    error_message = "configuration.functions.security-triage.rules.order: names have small letters, digits and hyphens, at most 64."
  }
  # Whether it has ended is the function's to say: a plan must not fail because
  # time has passed.
  validation {
    condition = alltrue([
      for rule in try(coalesce(
        var.configuration.functions.security-triage.rules.order
      ), []) :
      rule.outcome.suppress == null ? true : can(timeadd(
        rule.outcome.suppress.until, "0s"
      ))
    ])
    error_message = "configuration.functions.security-triage.rules.order: until is an instant like 2027-05-31T00:00:00Z."
  }
  validation {
    condition = length(setsubtract(
      concat(
        tolist(try(coalesce(var.configuration.functions.security-triage.playbooks.enabled), [])),
        tolist(try(coalesce(var.configuration.functions.security-triage.playbooks.without_tag), [])),
      ),
      ["block-public-access", "disable-access-key", "isolate-instance", "quarantine-principal", "revoke-ingress"],
    )) == 0
    error_message = "configuration.functions.security-triage.playbooks: enabled and without_tag name isolate-instance, disable-access-key, quarantine-principal, block-public-access or revoke-ingress."
  }
  validation {
    condition = (
      length(try(coalesce(var.configuration.functions.security-triage.playbooks.enabled), [])) == 0 ||
      length(try(coalesce(var.configuration.functions.security-triage.playbooks.accounts), [])) > 0
    )
    error_message = "configuration.functions.security-triage.playbooks.accounts names the accounts in which something may be contained; without one, what is enabled does nothing."
  }
  validation {
    condition = alltrue([
      for account in try(coalesce(var.configuration.functions.security-triage.playbooks.accounts), []) :
      can(regex("^[0-9]{12}$", account))
    ])
    error_message = "configuration.functions.security-triage.playbooks.accounts: an account is 12 digits."
  }
  validation {
    condition = alltrue([
      for name in try(coalesce(var.configuration.functions.security-triage.playbooks.never), []) :
      can(regex("^[A-Za-z0-9+=,.@_-]{1,128}$", name))
    ])
    error_message = "configuration.functions.security-triage.playbooks.never: names of users and roles, without path, ARN or wildcard."
  }
  validation {
    condition = can(regex(
      "^[A-Za-z0-9_.:/=+@-]{1,128}$",
      try(coalesce(var.configuration.functions.security-triage.playbooks.opt_in_tag), "nightshift:contain"),
      )) && !startswith(
      try(coalesce(var.configuration.functions.security-triage.playbooks.opt_in_tag), "nightshift:contain"), "aws:"
    )
    error_message = "configuration.functions.security-triage.playbooks.opt_in_tag is a legal tag key without spaces."
  }
  validation {
    condition = alltrue([
      for length in [
        try(coalesce(var.configuration.functions.security-triage.playbooks.max_age), "PT24H"),
        try(coalesce(var.configuration.functions.security-triage.playbooks.approval.valid_for), "PT1H"),
      ] :
      can(regex("^PT([0-9]+H)?([0-9]+M)?([0-9]+S)?$", length)) && !endswith(length, "T")
    ])
    error_message = "configuration.functions.security-triage.playbooks: max_age and approval.valid_for are hours, minutes and seconds as ISO 8601 writes them, like PT24H."
  }
  validation {
    condition = alltrue([
      for per_hour in [try(coalesce(var.configuration.functions.security-triage.playbooks.per_hour), 3)] :
      per_hour >= 1 && floor(per_hour) == per_hour
    ])
    error_message = "configuration.functions.security-triage.playbooks.per_hour is a whole number of plans, at least 1."
  }
  validation {
    condition = can(regex("^/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", try(
      coalesce(var.configuration.functions.security-triage.playbooks.approval.key_parameter), "/key"
    )))
    error_message = "configuration.functions.security-triage.playbooks.approval.key_parameter is the full name of a parameter, like /personal-timeline/dev/nightshift/approvals."
  }
  validation {
    condition = contains(["earlier-sessions", "everything"], try(
      coalesce(var.configuration.functions.security-triage.playbooks.quarantine_principal.roles), "everything"
    ))
    error_message = "configuration.functions.security-triage.playbooks.quarantine_principal.roles is everything or earlier-sessions."
  }
  validation {
    condition = alltrue([
      for port in try(coalesce(var.configuration.functions.security-triage.playbooks.revoke_ingress.public_ports), []) :
      port >= 0 && port <= 65535 && floor(port) == port
    ])
    error_message = "configuration.functions.security-triage.playbooks.revoke_ingress.public_ports: a TCP port is 0 to 65535."
  }
}
