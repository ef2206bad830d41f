# Who may what here. Denials first; then CloudFront, then the services that
# deliver logs, each bound to this account and to its own folder.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  _account   = data.aws_caller_identity.current.account_id
  _arn       = "arn:${local._partition}:s3:::${var.name}"
  _partition = data.aws_partition.current.partition
  _region    = data.aws_region.current.name

  # A wildcard principal and s3:* in a denial: nobody, whatever they do.
  _denials = [
    {
      Sid       = "DenyPlainText"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local._arn, "${local._arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    },
    {
      # AWS's own services, and S3 when it replicates, choose their version
      # themselves: a log that is turned away here is lost without a word. S3
      # takes nothing below 1.2 from anyone.
      Sid       = "DenyOldTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local._arn, "${local._arn}/*"]
      Condition = merge(
        {
          BoolIfExists    = { "aws:PrincipalIsAWSService" = "false" }
          NumericLessThan = { "s3:TlsVersion" = var.settings.minimum_tls }
        },
        var.replication_role_arn == null ? {} : {
          ArnNotEqualsIfExists = { "aws:PrincipalArn" = var.replication_role_arn }
        },
      )
    },
    {
      # A key that the caller brings along is a key that we do not have: this
      # is how data is taken hostage.
      Sid       = "DenyCallersKeys"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = "${local._arn}/*"
      Condition = {
        Null = { "s3:x-amz-server-side-encryption-customer-algorithm" = "false" }
      }
    },
  ]

  # S3 encrypts what comes without a word about it with the bucket's key. What
  # is left to deny is the request that asks for something else.
  _encryption = [
    for statement in [
      {
        Sid       = "DenyOtherEncryption"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${local._arn}/*"
        Condition = {
          Null            = { "s3:x-amz-server-side-encryption" = "false" }
          StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" }
        }
      },
      {
        Sid       = "DenyOtherKeys"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${local._arn}/*"
        Condition = {
          Null         = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
          ArnNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = var.key_arn }
        }
      },
    ] : statement if var.settings.encryption == "kms"
  ]

  _distributions = [
    for statement in [{
      Sid       = "CloudFrontReads"
      Effect    = "Allow"
      Principal = { Service = "cloudfront.amazonaws.com" }
      Action    = "s3:GetObject"
      Resource  = "${local._arn}/*"
      Condition = {
        StringEquals = { "aws:SourceArn" = values(var.distribution_arns) }
      }
    }] : statement if length(var.distribution_arns) > 0
  ]

  _readers = flatten([
    for name, reader in var.settings.readers : [
      {
        Sid       = "Read${replace(title(name), "-", "")}"
        Effect    = "Allow"
        Principal = { AWS = reader.principals }
        Action    = "s3:GetObject"
        Resource  = "${local._arn}/${reader.prefix}*"
      },
      {
        Sid       = "List${replace(title(name), "-", "")}"
        Effect    = "Allow"
        Principal = { AWS = reader.principals }
        Action    = "s3:ListBucket"
        Resource  = local._arn
        Condition = { StringLike = { "s3:prefix" = "${reader.prefix}*" } }
      },
    ]
  ])

  statements = concat(
    local._denials, local._encryption, local._distributions, local._readers,
    local._deliveries,
  )
}
