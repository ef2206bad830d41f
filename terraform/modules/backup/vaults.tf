# One vault per region, each with a key of its region. Same name everywhere:
# what is in the ARN besides is the region.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_region" "secondary" {
  provider = aws.secondary
}

data "aws_region" "dr" {
  provider = aws.dr
}

locals {
  compliance_consent = "I understand that this vault and its backups can never be deleted early, by anybody"

  _account   = data.aws_caller_identity.current.account_id
  _partition = data.aws_partition.current.partition
  _any       = length(var.plans) > 0

  # What every region's vault is told.
  _vault = {
    bus_arn       = "arn:${local._partition}:events:${data.aws_region.current.name}:${local._account}:event-bus/default"
    disposable    = var.disposable
    name          = "${var.prefix}-backup-vault"
    deleters      = setunion(var.deleters, local._lifecycle_roles)
    test_name     = replace("${var.prefix}_restore_test", "-", "_")
    test_role_arn = try(aws_iam_role.backup["restore"].arn, "")
    test_tags     = var.scope_tags
    lock = {
      for region in ["dr", "primary", "secondary"] : region => (
        var.lock == null ? null :
        length(var.lock.regions) > 0 && !contains(var.lock.regions, region) ? null :
        {
          changeable_for_days = var.lock.mode == "compliance" ? var.lock.grace_days : null
          max_retention_days  = var.lock.max_retention_days
          min_retention_days  = var.lock.min_retention_days
        }
      )
    }
    tests = {
      for region in ["dr", "primary", "secondary"] : region => {
        for key, test in var.restore_tests : key => test if test.region == region
      }
    }
  }

  vault_arns = {
    for key, region in {
      dr        = data.aws_region.dr.name
      primary   = data.aws_region.current.name
      secondary = data.aws_region.secondary.name
    } : key => "arn:${local._partition}:backup:${region}:${local._account}:backup-vault:${local._vault.name}"
  }
}

module "primary" {
  source = "./region"
  count  = local._any ? 1 : 0

  deleters      = local._vault.deleters
  disposable    = local._vault.disposable
  key_arn       = var.key_arn
  lock          = local._vault.lock["primary"]
  name          = local._vault.name
  restore_tests = local._vault.tests["primary"]
  tags          = var.tags
  test_name     = local._vault.test_name
  test_role_arn = local._vault.test_role_arn
  test_tags     = local._vault.test_tags
}

module "secondary" {
  source    = "./region"
  count     = local._any && contains(var.copy_regions, "secondary") ? 1 : 0
  providers = { aws = aws.secondary }

  deleters      = local._vault.deleters
  disposable    = local._vault.disposable
  forward       = local._forward
  key_arn       = var.secondary_key_arn
  lock          = local._vault.lock["secondary"]
  name          = local._vault.name
  restore_tests = local._vault.tests["secondary"]
  tags          = var.tags
  test_name     = local._vault.test_name
  test_role_arn = local._vault.test_role_arn
  test_tags     = local._vault.test_tags
}

module "dr" {
  source    = "./region"
  count     = local._any && contains(var.copy_regions, "dr") ? 1 : 0
  providers = { aws = aws.dr }

  deleters      = local._vault.deleters
  disposable    = local._vault.disposable
  forward       = local._forward
  key_arn       = var.dr_key_arn
  lock          = local._vault.lock["dr"]
  name          = local._vault.name
  restore_tests = local._vault.tests["dr"]
  tags          = var.tags
  test_name     = local._vault.test_name
  test_role_arn = local._vault.test_role_arn
  test_tags     = local._vault.test_tags
}
