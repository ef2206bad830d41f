# What the functions read at start, and the switch that people turn.
# The channels' secrets are not here: see the README.

locals {
  # Absent means: the function's own default. So what is null is left out,
  # and defaults live in one place, the functions.
  _guards = {
    for key, value in merge(var.configuration.guards, {
      blast_radius = {
        for k, v in coalesce(var.configuration.guards.blast_radius, {
          count = null, percent = null
        }) : k => v if v != null
      }
      stop_parameter = local.names.stop_parameter
    }) : key => value if value != null && try(length(value), 1) > 0
  }
  _functions_configuration = {
    for name, settings in var.configuration.functions : name => {
      for key, value in merge(
        settings, try(local._function_details[name], {})
      ) : key => value if value != null
    } if settings != null
  }
  # What the functions deny where nothing is said (shared/core/src/config.rs).
  _denied_environments = try(
    coalescelist(var.configuration.guards.denied_environments),
    ["prod", "production"]
  )
  _unconfigured = [
    for name, settings in var.configuration.functions : name
    if settings == null && contains(keys(local.functions), name)
  ]
  _configuration = {
    version     = 1
    project     = var.project
    environment = var.environment
    accounts = sort(
      var.configuration.accounts == null
      ? [local.account]
      : var.configuration.accounts
    )
    regions = sort(
      var.configuration.regions == null
      ? [local.region]
      : var.configuration.regions
    )
    environment_tag     = var.environment_tag
    ledger_table        = local.names.ledger
    notifications_topic = local.arns.notifications_topic
    guards              = local._guards
    functions = merge(
      local._functions_configuration,
      {
        for name in ["notify"] : name => local.notify_configuration
        if contains(keys(local.functions), name)
      },
    )
  }
  configuration = jsonencode(local._configuration)
  # Parameter Store counts bytes, length() counts characters.
  configuration_bytes = floor(length(base64encode(local.configuration)) * 3 / 4)
}

resource "aws_ssm_parameter" "configuration" {
  #checkov:skip=CKV2_AWS_34:By contract nothing in the configuration is secret: it names parameters and secrets.
  description = "What the operations functions of ${local.prefix} may do, and how"
  # Configuration is no secret: a plan shows what changes in it.
  insecure_value = local.configuration
  name           = local.names.config_parameter
  tags           = var.tags
  tier           = local.configuration_bytes > 4096 ? "Advanced" : "Standard"
  type           = "String"

  lifecycle {
    precondition {
      condition     = length(local._unconfigured) == 0
      error_message = "Deployed, but without settings, so every run of it would fail: ${join(", ", local._unconfigured)}. Give it some in configuration.functions, if only {}, or leave it out of functions."
    }
    precondition {
      condition     = !contains(local._denied_environments, var.environment)
      error_message = "${var.environment} is among the denied environments, so every run of every function would fail: say in configuration.guards.denied_environments which others they are; left out it is prod and production."
    }
    precondition {
      condition     = local.configuration_bytes <= 8192
      error_message = <<-EOT
        The configuration has ${local.configuration_bytes} bytes; Parameter
        Store takes 8,192. Long lists (closed, frozen, calendars) belong into
        a calendar that the configuration names.
      EOT
    }
  }
}

resource "aws_ssm_parameter" "stop" {
  #checkov:skip=CKV2_AWS_34:It holds the word run, or why everything was stopped.
  description     = "run, or: stop <why>. People turn it; every function obeys it."
  allowed_pattern = "^(run|stop.*)$"
  insecure_value  = "run"
  name            = local.names.stop_parameter
  tags            = var.tags
  type            = "String"

  lifecycle {
    # A person who stops the automation must not be overruled by an apply.
    ignore_changes = [insecure_value, value]
  }
}
