# What notify is told of channels and routes, and the topics among them.

mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  environment   = "dev"
  functions_dir = "./tests/functions"
  packages_dir  = "./tests/packages"
  project       = "personal-timeline"
}

run "one_webhook_where_nothing_is_said" {
  command = plan

  assert {
    condition = local.notify_configuration == {
      channels = {
        slack = {
          kind              = "slack-webhook"
          webhook_parameter = "/personal-timeline/dev/nightshift/slack-webhook"
        }
      }
      routes = [{ channels = toset(["slack"]), name = "everything" }]
    }
    error_message = "One Slack webhook hears everything."
  }
  assert {
    condition     = output.channel_parameters == { slack = "/personal-timeline/dev/nightshift/slack-webhook" }
    error_message = "People are told where the webhook goes."
  }
  assert {
    condition     = output.channel_topics == {}
    error_message = "No channel is a topic."
  }
}

run "a_channel_of_every_kind" {
  command = plan

  variables {
    notify = {
      channels = {
        chat  = { kind = "amazon-q", canary = false }
        mail  = { kind = "email", addresses = ["night@example.com", "day@example.com"] }
        pager = { kind = "pagerduty", canary = true, endpoint = "https://events.eu.pagerduty.com" }
        team  = { kind = "slack-bot", channel = "C0123456789" }
      }
      fallback = "mail"
      matters = {
        chat = {}
        team = {
          budget      = { per_hour = 60 }
          groups      = [{ match = { kind = "security-triage.*" }, by = ["account"], wait = "PT1M" }]
          quiet_hours = { hours = "daily 22:00-07:00 @Europe/Berlin" }
        }
      }
      silent_after = "PT30H"
      routes = [
        { name = "urgent", match = { severity = "error", kinds = ["security-triage.*"] }, channels = ["pager"], continue = true },
        { name = "everything", channels = ["team", "chat"] },
      ]
    }
  }

  assert {
    condition = local.notify_configuration.channels == {
      chat = {
        kind      = "amazon-q"
        topic_arn = "arn:aws:sns:us-east-1:123456789012:personal-timeline-dev-operations-channel-chat"
      }
      mail = {
        kind      = "email"
        topic_arn = "arn:aws:sns:us-east-1:123456789012:personal-timeline-dev-operations-channel-mail"
      }
      pager = {
        canary_routing_key_parameter = "/personal-timeline/dev/nightshift/pager-canary-routing-key"
        endpoint                     = "https://events.eu.pagerduty.com"
        kind                         = "pagerduty"
        routing_key_parameter        = "/personal-timeline/dev/nightshift/pager-routing-key"
      }
      team = {
        channel         = "C0123456789"
        kind            = "slack-bot"
        token_parameter = "/personal-timeline/dev/nightshift/team-token"
      }
    }
    error_message = "Every channel is told as notify reads it, without what is null."
  }
  assert {
    condition = (
      local.notify_configuration.canary == { silent_after = "PT30H", skip = ["chat"] } &&
      local.notify_configuration.fallback == "mail" &&
      local.notify_configuration.routes[0] == {
        channels = toset(["pager"])
        continue = true
        match    = { kinds = toset(["security-triage.*"]), severity = "error" }
        name     = "urgent"
      }
    )
    error_message = "Routes, fallback and canary are told as notify reads them."
  }
  assert {
    condition = local.notify_configuration.matters == {
      chat = {}
      team = {
        budget      = { per_hour = 60 }
        groups      = [{ by = toset(["account"]), match = tomap({ kind = "security-triage.*" }), wait = "PT1M" }]
        quiet_hours = { hours = "daily 22:00-07:00 @Europe/Berlin" }
      }
    }
    error_message = "How channels gather is told as notify reads it."
  }
  assert {
    condition = (
      aws_sns_topic.topic["channel-mail"].kms_master_key_id == aws_kms_key.operations.arn &&
      aws_sns_topic.topic["channel-chat"].name == "personal-timeline-dev-operations-channel-chat"
    )
    error_message = "Channels that are topics are made, and encrypted."
  }
  assert {
    condition = (
      aws_sns_topic_subscription.mail["mail/night@example.com"].protocol == "email" &&
      length(aws_sns_topic_subscription.mail) == 2
    )
    error_message = "Every address gets the mail."
  }
  assert {
    condition = output.channel_parameters == {
      pager        = "/personal-timeline/dev/nightshift/pager-routing-key"
      pager-canary = "/personal-timeline/dev/nightshift/pager-canary-routing-key"
      team         = "/personal-timeline/dev/nightshift/team-token"
    }
    error_message = "People are told where each secret goes."
  }
}
