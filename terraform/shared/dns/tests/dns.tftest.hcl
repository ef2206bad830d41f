mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

run "everything_optional_off" {
  command = plan

  assert {
    condition     = output.zones == {} && output.signers == {} && output.log_groups == {} && length(aws_kms_key.signing) == 0 && length(aws_cloudwatch_log_resource_policy.queries) == 0
    error_message = "Empty means off."
  }
}

run "public_private_and_delegated" {
  command = plan

  variables {
    zones = {
      apex    = { domain = "personal-timeline.app", caa = { mail = "security@personal-timeline.app" } }
      dev     = { domain = "dev.personal-timeline.app", parent = "apex" }
      inside  = { domain = "timeline.internal", vpcs = [{ id = "vpc-0123456789abcdef0" }] }
      anybody = { domain = "personal-timeline.net", caa = { issuers = [] } }
    }
  }

  assert {
    condition     = toset(keys(output.zones)) == toset(["anybody", "apex", "dev", "inside"]) && output.zones["dev"].domain == "dev.personal-timeline.app" && length(output.zones["dev"].name_servers) == 4
    error_message = "Zones come with what the registrar and the environments take."
  }
  assert {
    condition     = one(aws_route53_zone.zone["inside"].vpc).vpc_id == "vpc-0123456789abcdef0" && one(aws_route53_zone.zone["inside"].vpc).vpc_region == "us-east-1"
    error_message = "A private zone is seen from its network."
  }
  assert {
    condition     = keys(aws_route53_record.delegation) == ["dev"] && aws_route53_record.delegation["dev"].type == "NS" && length(aws_route53_record.delegation["dev"].records) == 4
    error_message = "The parent delegates the zone to its name servers."
  }
  assert {
    condition = (
      { for key, record in aws_route53_record.authorities : key => join(", ", sort(record.records)) } == {
        apex = "0 iodef \"mailto:security@personal-timeline.app\", 0 issue \"amazon.com\", 0 issuewild \"amazon.com\""
        dev  = "0 issue \"amazon.com\", 0 issuewild \"amazon.com\""
      }
    )
    error_message = "Amazon alone issues certificates for public zones, unless anybody may."
  }
}

run "signed_and_logged" {
  command = plan

  variables {
    zones = {
      apex = { domain = "personal-timeline.app", dnssec = true, query_logs = true }
      dev  = { domain = "dev.personal-timeline.app", dnssec = true, parent = "apex" }
    }
  }

  assert {
    condition     = aws_kms_key.signing[0].customer_master_key_spec == "ECC_NIST_P256" && aws_kms_key.signing[0].key_usage == "SIGN_VERIFY" && aws_kms_key.signing[0].deletion_window_in_days == 30
    error_message = "Route 53 signs with this kind of key alone."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key.signing[0].policy).Statement : can(statement.Principal.Service) ? (
        statement.Principal.Service == "dnssec-route53.amazonaws.com" && can(statement.Condition)
      ) : statement.Sid == "Account"
    ]) && { for statement in jsondecode(aws_kms_key.signing[0].policy).Statement : statement.Sid => statement }["Sign"].Condition.StringEquals["aws:SourceAccount"] == data.aws_caller_identity.current.account_id
    error_message = "Route 53 signs for zones of this account."
  }
  assert {
    condition     = { for statement in jsondecode(aws_kms_key.signing[0].policy).Statement : statement.Sid => statement }["Grant"].Condition.Bool["kms:GrantIsForAWSResource"] == "true"
    error_message = "Grants are for AWS's own resources."
  }
  assert {
    condition     = keys(aws_route53_hosted_zone_dnssec.zone) == ["apex", "dev"] && keys(aws_route53_record.signer) == ["dev"] && aws_route53_record.signer["dev"].type == "DS"
    error_message = "The parent vouches for its signed child."
  }
  assert {
    condition     = output.log_groups == { apex = "/aws/route53/personal-timeline.app" } && keys(aws_route53_query_log.zone) == ["apex"] && aws_cloudwatch_log_group.queries["apex"].retention_in_days == 365
    error_message = "Queries are kept for a year, of the zones that say so."
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_log_resource_policy.queries[0].policy_document).Statement[0].Condition.ArnEquals["aws:SourceArn"] == [aws_route53_zone.zone["apex"].arn]
    error_message = "Only Route 53 on behalf of the logged zones writes."
  }
}

run "records" {
  command = plan

  variables {
    zones = { apex = { domain = "personal-timeline.app" } }
    records = {
      mail = { zone = "apex", type = "MX", values = ["10 inbound-smtp.us-east-1.amazonaws.com"] }
      dkim = { zone = "apex", type = "TXT", name = "a._domainkey", values = [join("", [for i in range(300) : "k"])] }
    }
  }

  assert {
    condition     = aws_route53_record.record["mail"].name == "personal-timeline.app" && aws_route53_record.record["dkim"].name == "a._domainkey.personal-timeline.app"
    error_message = "Names stand before the domain."
  }
  assert {
    condition     = join(" ", [for part in split("\"\"", one(aws_route53_record.record["dkim"].records)) : length(part)]) == "255 45"
    error_message = "Long texts are several strings."
  }
}
