mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

mock_provider "aws" {
  alias           = "west"
  source          = "../../tests/mocks"
  override_during = plan
}

run "everything_optional_off" {
  command = plan

  assert {
    condition     = output.certificates == { us-east-1 = {}, us-west-2 = {} }
    error_message = "Empty means off."
  }
}

run "in_both_regions" {
  command = plan

  variables {
    certificates = { site = { domain = "personal-timeline.app", zone_id = "Z0123456789ABCDEFGHIJ" } }
  }

  override_resource {
    target          = module.east.aws_acm_certificate.certificate["site"]
    override_during = plan
    values = {
      arn = "arn:aws:acm:us-east-1:123456789012:certificate/east"
      domain_validation_options = [
        { domain_name = "personal-timeline.app", resource_record_name = "_a.personal-timeline.app.", resource_record_type = "CNAME", resource_record_value = "_1.acm-validations.aws." },
      ]
    }
  }
  override_resource {
    target          = module.west.aws_acm_certificate.certificate["site"]
    override_during = plan
    values = {
      arn = "arn:aws:acm:us-west-2:123456789012:certificate/west"
      domain_validation_options = [
        { domain_name = "personal-timeline.app", resource_record_name = "_a.personal-timeline.app.", resource_record_type = "CNAME", resource_record_value = "_1.acm-validations.aws." },
      ]
    }
  }

  assert {
    condition = (
      output.certificates["us-east-1"] == { site = "arn:aws:acm:us-east-1:123456789012:certificate/east" } &&
      output.certificates["us-west-2"] == { site = "arn:aws:acm:us-west-2:123456789012:certificate/west" }
    )
    error_message = "Each region has its certificate."
  }
  assert {
    condition     = local._certificates.site.alternative_names[0] == "*.personal-timeline.app" && length(local._certificates.site.alternative_names) == 1
    error_message = "It holds for all names below the domain."
  }
}

run "a_wildcard_in_front" {
  command = plan

  variables {
    certificates = { site = { domain = "*.personal-timeline.app", zone_id = "Z0123456789ABCDEFGHIJ" } }
  }

  expect_failures = [var.certificates]
}
