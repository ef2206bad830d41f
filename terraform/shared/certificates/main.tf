# One certificate for a domain and all names below it, where CloudFront reads
# it and where the load balancers of both regions do.

locals {
  _certificates = {
    for key, certificate in var.certificates : key => merge(certificate, {
      alternative_names = concat(["*.${certificate.domain}"], certificate.alternative_names)
    })
  }
}

# The module's other places are for replicas of keys, and there are no keys.
module "east" {
  source    = "../../modules/security"
  providers = { aws = aws, aws.dr = aws, aws.secondary = aws }

  certificates = local._certificates
  prefix       = "${var.project}-shared"
  tags         = local.tags
}

module "west" {
  source    = "../../modules/security"
  providers = { aws = aws.west, aws.dr = aws.west, aws.secondary = aws.west }

  certificates = local._certificates
  prefix       = "${var.project}-shared"
  tags         = local.tags

  # Both write the same record, one after the other.
  depends_on = [module.east]
}
