# One key signs the keys of all signed zones. It does not rotate: a new one
# would have to be known to the registrar first.

resource "aws_kms_key" "signing" {
  count = length(local.signed) == 0 ? 0 : 1

  customer_master_key_spec = "ECC_NIST_P256"
  deletion_window_in_days  = var.key_deletion_days
  description              = "Signs the zones of ${local.prefix}"
  key_usage                = "SIGN_VERIFY"
  tags                     = merge(local.tags, { Name = "${local.prefix}-dnssec-key" })

  # "Working with customer managed keys for DNSSEC" in Route 53's guide. The
  # resource * in a key's policy is the key itself.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Account"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local._partition}:iam::${local._account}:root" }
        # What the account may do with its key is for its own policies to say.
        Action   = "kms:*"
        Resource = "*"
      },
      {
        Sid       = "Sign"
        Effect    = "Allow"
        Principal = { Service = "dnssec-route53.amazonaws.com" }
        Action    = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
        Resource  = "*"
        Condition = {
          ArnEquals    = { "aws:SourceArn" = [for key in keys(local.signed) : aws_route53_zone.zone[key].arn] }
          StringEquals = { "aws:SourceAccount" = local._account }
        }
      },
      {
        Sid       = "Grant"
        Effect    = "Allow"
        Principal = { Service = "dnssec-route53.amazonaws.com" }
        Action    = "kms:CreateGrant"
        Resource  = "*"
        Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
      },
    ]
  })
}

resource "aws_kms_alias" "signing" {
  count = length(local.signed) == 0 ? 0 : 1

  name          = "alias/${local.prefix}-dnssec"
  target_key_id = aws_kms_key.signing[0].key_id
}

resource "aws_route53_key_signing_key" "zone" {
  for_each = local.signed

  hosted_zone_id             = aws_route53_zone.zone[each.key].zone_id
  key_management_service_arn = aws_kms_key.signing[0].arn
  name                       = replace(each.key, "-", "_")
}

resource "aws_route53_hosted_zone_dnssec" "zone" {
  for_each = local.signed

  hosted_zone_id = aws_route53_key_signing_key.zone[each.key].hosted_zone_id
}

# The parent vouches for the zone only while it is signed: made after, and
# gone before.
resource "aws_route53_record" "signer" {
  for_each = { for key, zone in local.delegated : key => zone if zone.dnssec }

  name    = each.value.domain
  records = [aws_route53_key_signing_key.zone[each.key].ds_record]
  ttl     = 3600
  type    = "DS"
  zone_id = aws_route53_zone.zone[each.value.parent].zone_id

  depends_on = [aws_route53_hosted_zone_dnssec.zone]
}
