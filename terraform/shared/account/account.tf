# Settings of the account that belong to no region.

resource "aws_iam_account_password_policy" "account" {
  allow_users_to_change_password = true
  # Passwords do not expire: a forced change makes weaker ones. Who signs in
  # needs a second factor anyway.
  #checkov:skip=CKV_AWS_9:Expiry makes passwords weaker; MFA is enforced
  max_password_age             = 0
  minimum_password_length      = 16
  password_reuse_prevention    = 24
  require_lowercase_characters = true
  require_numbers              = true
  require_symbols              = true
  require_uppercase_characters = true
}

resource "aws_s3_account_public_access_block" "account" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_account_alternate_contact" "contact" {
  for_each = var.contacts

  alternate_contact_type = each.key
  email_address          = each.value.email
  name                   = each.value.name
  phone_number           = each.value.phone
  title                  = each.value.title
}

resource "aws_backup_global_settings" "account" {
  count = var.backup_cross_account == null ? 0 : 1

  global_settings = { isCrossAccountBackupEnabled = tostring(var.backup_cross_account) }
}

module "cost" {
  source = "../../modules/cost"
  count  = var.costs == null ? 0 : 1

  allocation_tags = var.costs.allocation_tags
  optimization    = {}
  prefix          = local.prefix
  subscribers     = { addresses = var.costs.addresses, topic = { arn = try(coalesce(var.costs.topic_arn), module.audit.alarms_topic_arn) } }
  anomalies       = { monitors = { services = { dimension = "SERVICE" } } }
  budget          = var.costs.budget_usd == null ? null : { monthly_usd = var.costs.budget_usd }
  export          = var.costs.export ? { disposable = var.disposable, suffix = var.bucket_suffix } : null
  categories = {
    Environment = { inherit = "Environment", default = "untagged" }
    # A team is who owns the resource, or one that several owners belong to.
    Team = {
      inherit = "Owner"
      default = "nobody"
      values  = { for team, owners in var.costs.teams : team => { key = "Owner", values = owners } }
    }
  }
}
