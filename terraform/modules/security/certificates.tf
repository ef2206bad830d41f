# Certificates that renew themselves: validated by a record in our own zone.
# One for CloudFront is made by this module with a provider of us-east-1.

locals {
  # A name and its wildcard are validated by one record. Keys are the names,
  # which are known before ACM has answered: "key/name" => where.
  validations = merge([
    for key, certificate in var.certificates : {
      for name in distinct([
        for domain in concat([certificate.domain], certificate.alternative_names) :
        trimprefix(domain, "*.")
      ]) : "${key}/${name}" => { certificate = key, name = name, zone_id = certificate.zone_id }
    }
  ]...)
  _validation_options = {
    for key, validation in local.validations : key => [
      for option in aws_acm_certificate.certificate[validation.certificate].domain_validation_options :
      option if trimprefix(option.domain_name, "*.") == validation.name
    ]
  }
}

resource "aws_acm_certificate" "certificate" {
  for_each = var.certificates

  domain_name               = each.value.domain
  key_algorithm             = "RSA_2048"
  subject_alternative_names = each.value.alternative_names
  tags                      = merge(var.tags, { Name = "${var.prefix}-${each.key}-certificate" })
  validation_method         = "DNS"

  options {
    certificate_transparency_logging_preference = "ENABLED"
  }

  # What listens with the old one takes the new one first.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  for_each = local.validations

  # The same name has the same record in every region.
  allow_overwrite = true
  name            = local._validation_options[each.key][0].resource_record_name
  records         = [local._validation_options[each.key][0].resource_record_value]
  ttl             = 300
  type            = local._validation_options[each.key][0].resource_record_type
  zone_id         = each.value.zone_id
}

resource "aws_acm_certificate_validation" "certificate" {
  for_each = var.certificates

  certificate_arn = aws_acm_certificate.certificate[each.key].arn
  validation_record_fqdns = [
    for key, validation in local.validations : aws_route53_record.validation[key].fqdn
    if validation.certificate == each.key
  ]
}
