# Who may use a key. RDS, EBS, EFS, S3, Secrets Manager and the like act with
# the rights of whoever calls them and need no word here; named are the
# services that come by themselves.

locals {
  _for_messages = ["kms:Decrypt", "kms:GenerateDataKey*"]

  # Service => what it does with a key. All come with the account for which
  # they act; CloudFront comes with its distribution alone.
  key_services = {
    # alerts of Managed Prometheus to a topic
    "aps" = local._for_messages
    # Backup's, Budgets', alarms', anomalies' and RDS's notifications to a topic
    "backup"     = local._for_messages
    "budgets"    = local._for_messages
    "cloudwatch" = local._for_messages
    "costalerts" = local._for_messages
    "events.rds" = local._for_messages
    # rules to topics and queues
    "events" = local._for_messages
    # origin access control reads from an encrypted bucket
    "cloudfront" = ["kms:Decrypt"]
    # logs that AWS delivers into an encrypted bucket
    "delivery.logs" = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    # events of buckets to topics and queues
    "s3" = local._for_messages
    # topics to queues
    "sns" = local._for_messages
  }

  # "class/place" => policy
  key_policies = merge([
    for class, key in var.keys : {
      for place in concat(["primary"], sort(tolist(key.replicas))) : "${class}/${place}" => jsonencode({
        Version = "2012-10-17"
        Statement = concat(
          [{
            # kms:* on * in a key policy means this key only. Without it nobody,
            # Terraform included, could ever change the key again.
            Sid       = "AccountAdministers"
            Effect    = "Allow"
            Principal = { AWS = "${local._iam}:root" }
            Action    = "kms:*"
            Resource  = "*"
          }],
          [
            for prefixes in [key.log_group_prefixes] : {
              # In a key's policy * is the key itself.
              Sid       = "LogGroups"
              Effect    = "Allow"
              Principal = { Service = "logs.${local._regions[place]}.amazonaws.com" }
              Action = [
                "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt",
                "kms:GenerateDataKey*", "kms:ReEncrypt*",
              ]
              Resource = "*"
              Condition = {
                ArnLike = {
                  "kms:EncryptionContext:aws:logs:arn" = [
                    for prefix in prefixes :
                    "arn:${local._partition}:logs:${local._regions[place]}:${local._account}:log-group:${prefix}*"
                  ]
                }
              }
            } if length(prefixes) > 0
          ],
          [
            for service in key.services : {
              # In a key's policy * is the key itself.
              Sid       = join("", [for word in split(".", service) : title(word)])
              Effect    = "Allow"
              Principal = { Service = "${service}.amazonaws.com" }
              Action    = local.key_services[service]
              Resource  = "*"
              Condition = {
                for operator, keys in {
                  ArnLike = service != "cloudfront" ? null : {
                    "aws:SourceArn" = "arn:${local._partition}:cloudfront::${local._account}:distribution/*"
                  }
                  StringEquals = service == "cloudfront" ? null : {
                    "aws:SourceAccount" = local._account
                  }
                } : operator => keys if keys != null
              }
            }
          ],
        )
      })
    }
  ]...)
}
