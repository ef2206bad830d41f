# Everything that is derived from the inputs: names, ARNs, and the manifests
# in the form in which the other files read them.
#
# ARNs of what this module creates are composed from names instead of being
# read from the resources. Manifests can then be rendered before anything
# exists, which is what lets them drive for_each.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  prefix    = "${var.project}-${var.environment}"
  region    = data.aws_region.current.name

  parameter_path = "/${var.project}/${var.environment}/nightshift"
  names = {
    alarms_topic        = "${local.prefix}-operations-alarms"
    config_parameter    = "${local.parameter_path}/config"
    costs_topic         = "${local.prefix}-operations-costs"
    key_alias           = "alias/${local.prefix}-operations"
    ledger              = "${local.prefix}-operations-ledger"
    notifications_topic = "${local.prefix}-operations-notifications"
    schedule_group      = "${local.prefix}-operations"
    stop_parameter      = "${local.parameter_path}/stop"
  }

  _arn = {
    dynamodb = "arn:${local.partition}:dynamodb:${local.region}:${local.account}"
    events   = "arn:${local.partition}:events:${local.region}:${local.account}"
    kms      = "arn:${local.partition}:kms:${local.region}:${local.account}"
    lambda   = "arn:${local.partition}:lambda:${local.region}:${local.account}"
    logs     = "arn:${local.partition}:logs:${local.region}:${local.account}"
    sns      = "arn:${local.partition}:sns:${local.region}:${local.account}"
    sqs      = "arn:${local.partition}:sqs:${local.region}:${local.account}"
    ssm      = "arn:${local.partition}:ssm:${local.region}:${local.account}"
  }
  arns = {
    alarms_topic        = "${local._arn.sns}:${local.names.alarms_topic}"
    config_parameter    = "${local._arn.ssm}:parameter${local.names.config_parameter}"
    costs_topic         = "${local._arn.sns}:${local.names.costs_topic}"
    ledger              = "${local._arn.dynamodb}:table/${local.names.ledger}"
    notifications_topic = "${local._arn.sns}:${local.names.notifications_topic}"
    stop_parameter      = "${local._arn.ssm}:parameter${local.names.stop_parameter}"
  }
  topic_arns = merge(
    {
      alarms        = local.arns.alarms_topic
      costs         = local.arns.costs_topic
      notifications = local.arns.notifications_topic
    },
    { for key, name in local.channel_topics : key => "${local._arn.sns}:${name}" },
  )

  # The key's ARN is the one thing that cannot be known before apply. It is
  # rendered as this marker and replaced in the finished policy (roles.tf).
  _key_marker = "${local._arn.kms}:key/operations"

  # Where a statement means the roles that the function may take, it means those
  # that exist: this marker becomes a list.
  _roles_marker = "arn:${local.partition}:iam::${local.account}:role/${local.prefix}-those-that-exist"

  _placeholders = {
    account                    = local.account
    approval_key_parameter_arn = "${local._arn.ssm}:parameter/${trimprefix(local.approval_key_parameter, "/")}"
    channel_topics_arn         = "${local._arn.sns}:${local.channel_topic_prefix}*"
    config_parameter           = local.names.config_parameter
    config_parameter_arn       = local.arns.config_parameter
    costs_topic_arn            = local.arns.costs_topic
    environment                = var.environment
    environment_tag            = var.environment_tag
    kms_key_arn                = local._key_marker
    ledger_table_arn           = local.arns.ledger
    opt_in_tag                 = local._opt_in_tag
    parameter_prefix_arn       = "${local._arn.ssm}:parameter${local.parameter_path}/*"
    partition                  = local.partition
    project                    = var.project
    region                     = local.region
    role_arns                  = local._roles_marker
    stop_parameter_arn         = local.arns.stop_parameter
    topic_arn                  = local.arns.notifications_topic
  }

  _folders = toset([
    for path in fileset(var.functions_dir, "*/function.json") : dirname(path)
    if var.functions == null ? true : contains(var.functions, dirname(path))
  ])
  _manifests = {
    for name in local._folders : name => jsondecode(templatefile(
      "${var.functions_dir}/${name}/function.json", local._placeholders
    ))
  }

  # One entry per function, with every default applied.
  functions = {
    for name, manifest in local._manifests : name => {
      alarms = {
        dead_letters      = try(manifest.alarms.dead_letters, null)
        duration_percent  = try(manifest.alarms.duration_percent, null)
        errors            = try(manifest.alarms.errors, null)
        queue_age_seconds = try(manifest.alarms.queue_age_seconds, 900)
        throttles         = try(manifest.alarms.throttles, null)
      }
      description = manifest.description
      environment = merge(
        { AWS_SDK_UA_APP_ID = "nightshift-${name}" },
        { for key, value in try(manifest.environment, {}) : key => value },
        try(var.overrides[name].environment, {}),
      )
      memory_mb = try(coalesce(
        try(var.overrides[name].memory_mb, null),
        try(manifest.memory_mb, null),
      ), 128)
      package = "${var.packages_dir}/${name}/bootstrap.zip"
      reserved_concurrency = try(coalesce(
        try(var.overrides[name].reserved_concurrency, null),
        try(manifest.reserved_concurrency, null),
      ), -1)
      retry = {
        attempts        = try(manifest.retry.attempts, 2)
        max_age_seconds = try(manifest.retry.max_age_seconds, 3600)
      }
      statements = {
        for key, statement in try(manifest.statements, {}) : key => merge(statement, {
          resources = flatten([
            for resource in statement.resources : resource == local._roles_marker
            ? [for role in local.assumed_roles : role.arn if role.function == name]
            : [resource]
          ])
        }) if !contains(local._settings_off, "${name}/${try(statement.only_where, "")}")
      }
      timeout_seconds = try(coalesce(
        try(var.overrides[name].timeout_seconds, null),
        try(manifest.timeout_seconds, null),
      ), 60)

      function_name     = "${local.prefix}-${name}-function"
      role_name         = "${local.prefix}-${name}-role"
      scheduler_name    = "${local.prefix}-${name}-scheduler-role"
      dead_letters_name = "${local.prefix}-${name}-dead-letters"
      dead_letters_arn  = "${local._arn.sqs}:${local.prefix}-${name}-dead-letters"
      function_arn      = "${local._arn.lambda}:function:${local.prefix}-${name}-function"
    }
  }

  # Where no channel gathers messages there is nothing to flush, and where no
  # playbook may be used nothing to go on with. What the whole bill says is said
  # once, by the environment that watches it.
  _schedules_needed = {
    "cost-anomaly/recommendations" = local._watches_bill
    "cost-anomaly/report"          = local._watches_bill
    "notify/flush"                 = length(var.notify.matters) > 0
    "security-triage/continue"     = length(local.playbooks) > 0
  }
  # What a statement's only_where or an event's pattern_without names, and this
  # environment does not have.
  _settings_off = [
    for setting, on in {
      "cost-anomaly/feedback"         = try(coalesce(local._cost_anomaly.feedback), false)
      "cost-anomaly/sources.detector" = local._watches_bill
      "security-triage/playbooks"     = length(local.playbooks) > 0
      "security-triage/playbooks.isolate_instance.remove_profile" = try(
        coalesce(local._security_triage.playbooks.isolate_instance.remove_profile), false
      )
    } : setting if !on
  ]

  # "function/schedule" => schedule
  schedules = merge([
    for name, manifest in local._manifests : {
      for key, schedule in try({ for k, v in manifest.schedules : k => v }, {}) :
      "${name}/${key}" => {
        enabled = try(coalesce(
          try(var.overrides[name].schedules[key].enabled, null),
          lookup(local._schedules_needed, "${name}/${key}", null),
          try(schedule.enabled, null),
        ), true)
        expression = try(coalesce(
          try(var.overrides[name].schedules[key].expression, null)
        ), schedule.expression)
        function = name
        input    = jsonencode(try(schedule.input, {}))
        name     = "${local.prefix}-${name}-${key}"
        timezone = try(coalesce(
          try(var.overrides[name].schedules[key].timezone, null),
          try(schedule.timezone, null),
        ), "UTC")
      }
    }
  ]...)

  # "function/event" => rule
  rules = merge([
    for name, manifest in local._manifests : {
      for key, event in try({ for k, v in manifest.events : k => v }, {}) :
      "${name}/${key}" => {
        description = try(event.description, "Wakes ${name}: ${key}")
        event       = key
        function    = name
        name        = "${local.prefix}-${name}-${key}"
        pattern = jsonencode(try(
          [
            for setting, narrower in event.pattern_without : narrower
            if contains(local._settings_off, "${name}/${setting}")
          ][0],
          event.pattern,
        ))
        queued = try(manifest.queue.events, false)
      }
    }
  ]...)

  # function => queue, only where the manifest asks for one
  queues = merge([
    for name, manifest in local._manifests : {
      for _ in [try(manifest.queue, null)] : name => {
        arn                 = "${local._arn.sqs}:${local.prefix}-${name}-queue"
        batch_size          = try(manifest.queue.batch_size, 10)
        batch_window        = try(manifest.queue.batch_window_seconds, 0)
        events              = try(manifest.queue.events, false)
        filter              = try(jsonencode(manifest.queue.filter), null)
        max_receive_count   = try(manifest.queue.max_receive_count, 5)
        maximum_concurrency = try(manifest.queue.maximum_concurrency, null)
        name                = "${local.prefix}-${name}-queue"
        topic               = try(manifest.queue.topic, null)
        visibility = try(
          manifest.queue.visibility_seconds,
          6 * local.functions[name].timeout_seconds,
        )
      } if _ != null
    }
  ]...)
}
