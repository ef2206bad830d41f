# Two scopes are two calls: CloudFront's list lives in us-east-1, wherever the
# rest is.

module "edge_firewall" {
  source    = "./firewall"
  for_each  = { for scope, settings in var.firewalls : scope => settings if scope == "cloudfront" }
  providers = { aws = aws.global }

  key_arn            = var.global_key_arn
  log_retention_days = var.log_retention_days
  name               = "${var.prefix}-edge-firewall"
  scope              = "CLOUDFRONT"
  settings           = each.value
  tags               = var.tags
}

module "firewall" {
  source   = "./firewall"
  for_each = { for scope, settings in var.firewalls : scope => settings if scope == "regional" }

  key_arn            = var.key_arn
  log_retention_days = var.log_retention_days
  name               = "${var.prefix}-regional-firewall"
  scope              = "REGIONAL"
  settings           = each.value
  tags               = var.tags
}

resource "aws_wafv2_web_acl_association" "load_balancer" {
  for_each = var.protected_load_balancers

  resource_arn = each.value
  web_acl_arn  = module.firewall["regional"].arn
}
