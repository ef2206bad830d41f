locals {
  # "key/side/type" => record. Without failover there is one side, and its
  # record has no routing policy.
  records = merge([
    for key, record in var.records : merge([
      for side, target in merge(
        { primary = record.target },
        record.failover == null ? {} : { secondary = record.failover.target },
        ) : {
        for type in(
          target == null ? ["A", "AAAA", "HTTPS"] : target.dual_stack ? ["A", "AAAA"] : ["A"]
          ) : "${key}/${side}/${type}" => {
          failover     = record.failover == null ? null : upper(side)
          health_check = side == "primary" ? record.health_check : record.failover.health_check
          name         = record.name
          target       = target
          type         = type
          zone_id      = record.zone_id
        }
      }
    ]...)
  ]...)
}

resource "aws_route53_record" "alias" {
  for_each = local.records

  health_check_id = each.value.health_check == null ? null : local.health_check_ids[each.value.health_check]
  name            = each.value.name
  set_identifier  = each.value.failover == null ? null : lower(each.value.failover)
  type            = each.value.type
  zone_id         = each.value.zone_id

  alias {
    # Route 53 does not look whether a distribution is well.
    evaluate_target_health = each.value.target != null
    name                   = each.value.target == null ? one(aws_cloudfront_distribution.web[*].domain_name) : each.value.target.dns_name
    zone_id                = each.value.target == null ? one(aws_cloudfront_distribution.web[*].hosted_zone_id) : each.value.target.zone_id
  }

  dynamic "failover_routing_policy" {
    for_each = each.value.failover == null ? [] : [each.value.failover]
    content {
      type = failover_routing_policy.value
    }
  }
}
