locals {
  _authorities = { for key, zone in local.public : key => zone.caa if length(zone.caa.issuers) > 0 }
  delegated    = { for key, zone in local.public : key => zone if zone.parent != null }
}

resource "aws_route53_record" "delegation" {
  for_each = local.delegated

  name    = each.value.domain
  records = aws_route53_zone.zone[each.key].name_servers
  # How long a mistake in it lasts.
  ttl     = 3600
  type    = "NS"
  zone_id = aws_route53_zone.zone[each.value.parent].zone_id
}

# Who may sign certificates for the zone's names.
resource "aws_route53_record" "authorities" {
  for_each = local._authorities

  name = var.zones[each.key].domain
  records = concat(
    flatten([for issuer in each.value.issuers : ["0 issue \"${issuer}\"", "0 issuewild \"${issuer}\""]]),
    each.value.mail == null ? [] : ["0 iodef \"mailto:${each.value.mail}\""],
  )
  ttl     = 3600
  type    = "CAA"
  zone_id = aws_route53_zone.zone[each.key].zone_id
}

resource "aws_route53_record" "record" {
  for_each = var.records

  name = each.value.name == "" ? var.zones[each.value.zone].domain : "${each.value.name}.${var.zones[each.value.zone].domain}"
  records = [
    # A string of a TXT record has 255 characters; longer values are several.
    for value in each.value.values : each.value.type == "TXT" ? join("\"\"", regexall(".{1,255}", value)) : value
  ]
  ttl     = each.value.ttl
  type    = each.value.type
  zone_id = aws_route53_zone.zone[each.value.zone].zone_id
}
