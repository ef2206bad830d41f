# One dashboard for the person who answers for all of it: first whether
# anything is wrong anywhere, then a row for each environment, then the money,
# then whether the messenger itself is well.

locals {
  _graph = { region = local._hub, view = "timeSeries", stacked = false, period = 300 }
  _night = { view = "singleValue", start = "-PT24H", setPeriodToTimeRange = true }

  _order = [for code in ["prod", "staging", "dev"] : code if contains(keys(local.environments), code)]
  _codes = concat(local._order, sort(setsubtract(keys(local.environments), local._order)))

  _lamp_arns = {
    for code, environment in local.environments : code => [
      # Urgent first.
      for severity in reverse(sort(environment.lamps)) :
      "arn:${local._partition}:cloudwatch:${environment.region}:${environment.account}:alarm:${environment.lamp_names[severity]}"
    ]
  }
  _alarm_arns = concat([
    for region, watch in local._regions : [
      for alarm in values(watch.alarms) : "arn:${local._partition}:cloudwatch:${region}:${local._account}:alarm:${alarm.name}"
    ]
  ]...)

  _summary = {
    text = join("\n", [
      "## Is anything wrong, anywhere?",
      "**environments-urgent** red: people who use one of the environments are affected now; its row below says which and by what. **account-charges** red: the month costs more than it may. AWS Health: open its dashboard where the number is not 0.",
    ])
    widgets = concat(
      [
        for arns in [local._alarm_arns] : jsonencode({
          type       = "alarm"
          properties = { title = "The estate", alarms = arns }
        }) if length(arns) > 0
      ],
      [
        for rules in [{ for region, watch in local._regions : region => watch.health_rule if var.health != null }] : jsonencode({
          type = "metric"
          properties = merge(local._night, {
            title   = "AWS Health, last 24 hours"
            region  = local._hub
            stat    = "Sum"
            metrics = [for region, rule in rules : ["AWS/Events", "MatchedEvents", "RuleName", rule, { label = region, region = region }]]
          })
        }) if length(rules) > 0
      ],
    )
  }

  _environment_rows = [
    for code in local._codes : {
      text = join("\n", [
        "## ${code}",
        join(" ", [
          "Failures that people saw and failed runs of the operations Lambdas are 0; so are messages in dead-letter queues.",
          local.environments[code].dashboard ? "[Its own dashboard](${local._console}/cloudwatch/home?region=${local.environments[code].region}#dashboards/dashboard/${local.environments[code].prefix}-morning) says more." : "Its alarms say what to do.",
        ]),
      ])
      widgets = concat(
        [
          for arns in [local._lamp_arns[code]] : jsonencode({
            type       = "alarm"
            properties = { title = "${code}: lamps", alarms = arns }
          }) if length(arns) > 0
        ],
        [
          jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title  = "${code}: requests that failed, and canaries that succeeded, in percent (right)"
              region = local.environments[code].region
              metrics = [
                [{ expression = local._search[code].unanswered, id = "unanswered", label = "nobody answered" }],
                [{ expression = local._search[code].errors, id = "errors", label = "the application failed" }],
                [{ expression = local._search[code].canaries, id = "canaries", yAxis = "right" }],
              ]
              yAxis = { left = { min = 0 }, right = { min = 0, max = 100 } }
            })
          }),
          jsonencode({
            type = "metric"
            properties = merge(local._graph, {
              title  = "${code}: Lambdas' errors, and messages in dead-letter queues (right)"
              region = local.environments[code].region
              metrics = [
                [{ expression = local._search[code].lambdas, id = "lambdas" }],
                [{ expression = local._search[code].letters, id = "letters", yAxis = "right" }],
              ]
              yAxis = { left = { min = 0 }, right = { min = 0 } }
            })
          }),
        ],
        # An account of its own says what the environment costs; in a shared
        # one its budget does, which CloudWatch cannot show.
        [
          for environment in [local.environments[code]] : environment.own ? jsonencode({
            type = "text"
            properties = {
              background = "transparent"
              markdown = join("\n", [
                "### ${code}: cost",
                environment.budget_usd == null ? "No budget is named here." : "It may cost **${environment.budget_usd} USD** a month.",
                "",
                "[Its budget](${local._console}/costmanagement/home#/budgets/details?name=${environment.prefix}-monthly-budget): this month so far, and to its end.",
              ])
            }
            }) : jsonencode({
            type = "metric"
            properties = merge(local._charges, {
              title       = "${code}: charges of its account this month, in USD"
              metrics     = [["AWS/Billing", "EstimatedCharges", "Currency", "USD", { accountId = environment.account, label = code }]]
              annotations = { horizontal = environment.budget_usd == null ? [] : [{ label = "budget", value = environment.budget_usd }] }
            })
          })
        ],
      )
    }
  ]

  _console = "https://console.aws.amazon.com"
  _charges = { region = local._hub, view = "timeSeries", stacked = false, start = "-P31D", period = 21600, stat = "Maximum" }

  # A search finds what carries the environment's name, and what is new finds
  # its place by itself.
  _search = {
    for code, environment in local.environments : code => {
      canaries   = "SEARCH('{CloudWatchSynthetics,CanaryName} MetricName=\"SuccessPercent\" \"${environment.prefix}\"', 'Average', 300)"
      errors     = "SEARCH('{AWS/ApplicationELB,LoadBalancer} MetricName=\"HTTPCode_Target_5XX_Count\" (\"${environment.prefix}\" OR \"${environment.short}\")', 'Sum', 300)"
      lambdas    = "SEARCH('{AWS/Lambda,FunctionName} MetricName=\"Errors\" \"${environment.prefix}\"', 'Sum', 300)"
      letters    = "SEARCH('{AWS/SQS,QueueName} MetricName=\"ApproximateNumberOfMessagesVisible\" \"${environment.prefix}\" \"dead-letters\"', 'Maximum', 300)"
      unanswered = "SEARCH('{AWS/ApplicationELB,LoadBalancer} MetricName=\"HTTPCode_ELB_5XX_Count\" (\"${environment.prefix}\" OR \"${environment.short}\")', 'Sum', 300)"
    }
  }

  _budgets = [for environment in local.environments : environment.budget_usd if environment.own && environment.budget_usd != null]

  _money = {
    text = join("\n", [
      "## Cost",
      "Charges of this account this month so far, in USD, a few times a day. The line is what its environments may cost together.",
    ])
    widgets = [
      jsonencode({
        type = "metric"
        properties = merge(local._charges, {
          title   = "Charges of the account, this month"
          metrics = [["AWS/Billing", "EstimatedCharges", "Currency", "USD", { label = "charges" }]]
          annotations = {
            horizontal = concat(
              length(local._budgets) == 0 ? [] : [{ label = "budgets", value = sum(concat([0], local._budgets)) }],
              var.charges_usd == null ? [] : [{ label = "alarm", value = var.charges_usd }],
            )
          }
        })
      }),
    ]
  }

  _messenger = {
    text = join("\n", [
      "## Do messages arrive?",
      "All of it is 0: what a topic could not deliver, what a rule could not publish, what lies in the dead-letter queues. Read what lies there, mend the cause, send it again.",
    ])
    widgets = concat(
      [
        jsonencode({
          type = "metric"
          properties = merge(local._graph, {
            title = "Messages that topics could not deliver"
            stat  = "Sum"
            metrics = concat([
              for region, watch in local._regions : [
                for severity in ["urgent", "morning"] :
                ["AWS/SNS", "NumberOfNotificationsFailed", "TopicName", "${local.prefix}-monitoring-${severity}", { label = "${severity}, ${region}", region = region }]
              ]
            ]...)
          })
        }),
      ],
      [
        for rules in [{ for region, watch in local._regions : region => watch.health_rule if var.health != null }] : jsonencode({
          type = "metric"
          properties = merge(local._graph, {
            title = "Events that rules could not publish, and what is left of them (right)"
            metrics = concat(
              [for region, rule in rules : ["AWS/Events", "FailedInvocations", "RuleName", rule, { label = region, region = region, stat = "Sum" }]],
              [for region in keys(rules) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", local._regions[region].dead_letters.name, { label = region, region = region, stat = "Maximum", yAxis = "right" }]],
            )
          })
        }) if length(rules) > 0
      ],
    )
  }
}

module "dashboard" {
  source = "../../modules/monitoring/dashboard"

  name = local.dashboard
  rows = concat([local._summary], local._environment_rows, [local._money, local._messenger])
}
