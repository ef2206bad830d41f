# What may pass an endpoint. It gives nothing by itself: it takes away what a
# stolen or foreign key could do from inside, such as carry data into somebody
# else's bucket.

locals {
  _own_principals = { "aws:PrincipalAccount" = local._account }
  _own_resources  = { "aws:ResourceAccount" = local._account }

  # Interface services by name.
  #   actions       what the account's own principals may do through it
  #   own_resources whether only to the account's own resources; not where AWS
  #                 itself owns some that are needed: public parameters,
  #                 documents, images of add-ons, and calls without a resource
  #   everyone      what also comes without a signature, or signed by AWS
  # null: AWS does not say that the service takes a policy
  # (DescribeVpcEndpointServices tells, VpcEndpointPolicySupported), and refuses
  # the endpoint if it does not.
  endpoint_services = {
    "autoscaling"          = { actions = ["autoscaling:*"], own_resources = false, everyone = [] }
    "ec2"                  = { actions = ["ec2:*"], own_resources = false, everyone = [] }
    "ec2messages"          = null
    "ecr.api"              = { actions = ["ecr:*"], own_resources = false, everyone = [] }
    "ecr.dkr"              = { actions = ["ecr:*"], own_resources = false, everyone = [] }
    "eks"                  = { actions = ["eks:*"], own_resources = true, everyone = [] }
    "eks-auth"             = null
    "elasticloadbalancing" = { actions = ["elasticloadbalancing:*"], own_resources = false, everyone = [] }
    "events"               = { actions = ["events:*"], own_resources = true, everyone = [] }
    "kms"                  = { actions = ["kms:*"], own_resources = true, everyone = [] }
    "logs"                 = { actions = ["logs:*"], own_resources = true, everyone = [] }
    "monitoring"           = { actions = ["cloudwatch:*"], own_resources = false, everyone = [] }
    "secretsmanager"       = { actions = ["secretsmanager:*"], own_resources = true, everyone = [] }
    "sns"                  = { actions = ["sns:*"], own_resources = true, everyone = [] }
    "sqs"                  = { actions = ["sqs:*"], own_resources = true, everyone = [] }
    "ssm"                  = { actions = ["ssm:*"], own_resources = false, everyone = [] }
    "ssmmessages"          = null
    # Pods with an identity of their cluster's OIDC issuer sign with nothing
    # but their token.
    "sts" = { actions = ["sts:*"], own_resources = false, everyone = ["sts:AssumeRoleWithWebIdentity"] }
  }

  # Wildcards: the identity policies of the account's principals decide what
  # they may do; the condition decides whose principals they are.
  interface_policies = {
    for service in var.endpoints.interface : service => (
      try(local.endpoint_services[service], null) == null ? null : jsonencode({
        Version = "2012-10-17"
        Statement = concat(
          [{
            # See above for the wildcards.
            Sid       = "OwnPrincipals"
            Effect    = "Allow"
            Principal = "*"
            Action    = local.endpoint_services[service].actions
            Resource  = "*"
            Condition = {
              StringEquals = merge(
                local._own_principals,
                local.endpoint_services[service].own_resources ? local._own_resources : {},
              )
            }
          }],
          [
            for action in local.endpoint_services[service].everyone : {
              # A token names its role; the condition keeps it to our own.
              Sid       = "Unsigned"
              Effect    = "Allow"
              Principal = "*"
              Action    = action
              Resource  = "*"
              Condition = { StringEquals = local._own_resources }
            }
          ],
        )
      })
    )
  }

  gateway_policies = {
    dynamodb = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        # Whatever our own principals may do with our own tables.
        Sid       = "OwnTables"
        Effect    = "Allow"
        Principal = "*"
        Action    = "dynamodb:*"
        Resource  = "*"
        Condition = { StringEquals = merge(local._own_principals, local._own_resources) }
      }]
    })
    s3 = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          # Whatever our own principals may do with our own buckets.
          Sid       = "OwnBuckets"
          Effect    = "Allow"
          Principal = "*"
          Action    = "s3:*"
          Resource  = "*"
          Condition = { StringEquals = merge(local._own_principals, local._own_resources) }
        },
        {
          # Buckets of AWS from which images and packages come. They are read
          # unsigned or with a signature of AWS, so no principal can be named:
          # layers of container images (ECR User Guide, interface endpoints),
          # packages of Amazon Linux 2023, files of the Systems Manager agent
          # and of Patch Manager (Systems Manager User Guide).
          Sid       = "ReadFromAws"
          Effect    = "Allow"
          Principal = "*"
          Action    = "s3:GetObject"
          Resource = [
            for bucket in [
              "al2023-repos-${var.region}-de612dc2",
              "amazon-ssm-${var.region}",
              "aws-patch-manager-${var.region}-*",
              "aws-ssm-${var.region}",
              "patch-baseline-snapshot-${var.region}",
              "prod-${var.region}-starport-layer-bucket",
            ] : "arn:${local._partition}:s3:::${bucket}/*"
          ]
        },
      ]
    })
  }
}
