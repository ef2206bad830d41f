# The rules of security-triage, as the function reads them: it tells what is left
# out from what is null, on every level.

locals {
  _security_triage = var.configuration.functions.security-triage
  _security_triage_rules = one([
    for rules in [try(local._security_triage.rules, null)] : {
      for key, value in merge(rules, {
        order = rules.order == null ? null : [
          for rule in rules.order : {
            for key, value in merge(rule, {
              match = { for key, value in rule.match : key => value if value != null }
              outcome = {
                for kind, outcome in rule.outcome : kind => {
                  for key, value in outcome : key => value if value != null
                } if outcome != null
              }
            }) : key => value if value != null
          }
        ]
        playbooks = rules.playbooks == null ? null : {
          for name, terms in rules.playbooks : name => {
            for key, value in terms : key => value if value != null
          }
        }
        repeat = rules.repeat == null ? null : {
          for key, value in rules.repeat : key => value if value != null
        }
      }) : key => value if value != null
    } if rules != null
  ])
  _security_triage_enrichment = one([
    for enrichment in [try(local._security_triage.enrichment, null)] : {
      for key, value in enrichment : key => value if value != null
    } if enrichment != null
  ])
  _security_triage_write_back = one([
    for write_back in [try(local._security_triage.write_back, null)] : {
      for key, value in write_back : key => value if value != null
    } if write_back != null
  ])
  # The playbooks that may be used, and what they need to be known under.
  playbooks = toset(try(coalesce(local._security_triage.playbooks.enabled), []))
  approval_key_parameter = try(
    coalesce(local._security_triage.playbooks.approval.key_parameter),
    "${local.parameter_path}/security-triage-approval-key",
  )
  _opt_in_tag  = try(coalesce(local._security_triage.playbooks.opt_in_tag), "nightshift:contain")
  _without_tag = toset(try(coalesce(local._security_triage.playbooks.without_tag), []))
  _security_triage_playbooks = one([
    for playbooks in [try(local._security_triage.playbooks, null)] : {
      for key, value in merge(playbooks, {
        # Without its key nothing can be approved, so it always has a name.
        approval = {
          for key, value in merge(
            playbooks.approval,
            { key_parameter = length(local.playbooks) > 0 ? local.approval_key_parameter : null },
          ) : key => value if value != null
        }
        isolate_instance = playbooks.isolate_instance == null ? null : {
          for key, value in playbooks.isolate_instance : key => value if value != null
        }
        quarantine_principal = playbooks.quarantine_principal == null ? null : {
          for key, value in playbooks.quarantine_principal : key => value if value != null
        }
        revoke_ingress = playbooks.revoke_ingress == null ? null : {
          for key, value in playbooks.revoke_ingress : key => value if value != null
        }
      }) : key => value if value != null
    } if playbooks != null
  ])
  # What a function's settings have below their first level, and what Terraform
  # alone knows.
  _function_details = {
    cost-anomaly = merge(local._cost_anomaly_sections, {
      alerts_topic = one([for key in keys(local.costs_topics) : local.topic_arns[key]])
    })
    security-triage = {
      enrichment = local._security_triage_enrichment
      playbooks  = local._security_triage_playbooks
      rules      = local._security_triage_rules
      write_back = local._security_triage_write_back
    }
  }
}
