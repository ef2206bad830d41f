# What the trail is searched for: the monitoring chapter of the CIS AWS
# Foundations Benchmark. Missing data is no breach: nothing happened.

locals {
  _cis = {
    bucket-policy-changes = {
      description = "The policy, access list, lifecycle or replication of a bucket was changed"
      pattern     = "{ ($.eventSource = s3.amazonaws.com) && (($.eventName = PutBucketAcl) || ($.eventName = PutBucketPolicy) || ($.eventName = PutBucketCors) || ($.eventName = PutBucketLifecycle) || ($.eventName = PutBucketReplication) || ($.eventName = DeleteBucketPolicy) || ($.eventName = DeleteBucketCors) || ($.eventName = DeleteBucketLifecycle) || ($.eventName = DeleteBucketReplication)) }"
    }
    config-changes = {
      description = "The recording of the configuration was stopped or changed"
      pattern     = "{ ($.eventSource = config.amazonaws.com) && (($.eventName = StopConfigurationRecorder) || ($.eventName = DeleteDeliveryChannel) || ($.eventName = PutDeliveryChannel) || ($.eventName = PutConfigurationRecorder)) }"
    }
    console-sign-in-failures = {
      description = "Several sign-ins to the console failed"
      pattern     = "{ ($.eventName = ConsoleLogin) && ($.errorMessage = \"Failed authentication\") }"
      threshold   = 3
    }
    console-sign-in-without-mfa = {
      description = "Somebody signed in to the console without a second factor"
      pattern     = "{ ($.eventName = ConsoleLogin) && ($.additionalEventData.MFAUsed != Yes) && ($.userIdentity.type = IAMUser) && ($.responseElements.ConsoleLogin = Success) }"
    }
    gateway-changes = {
      description = "An internet or customer gateway was changed"
      pattern     = "{ ($.eventName = CreateCustomerGateway) || ($.eventName = DeleteCustomerGateway) || ($.eventName = AttachInternetGateway) || ($.eventName = CreateInternetGateway) || ($.eventName = DeleteInternetGateway) || ($.eventName = DetachInternetGateway) }"
    }
    iam-changes = {
      description = "A policy of IAM was changed or attached"
      pattern     = "{ ($.eventSource = iam.amazonaws.com) && (($.eventName = DeleteGroupPolicy) || ($.eventName = DeleteRolePolicy) || ($.eventName = DeleteUserPolicy) || ($.eventName = PutGroupPolicy) || ($.eventName = PutRolePolicy) || ($.eventName = PutUserPolicy) || ($.eventName = CreatePolicy) || ($.eventName = DeletePolicy) || ($.eventName = CreatePolicyVersion) || ($.eventName = DeletePolicyVersion) || ($.eventName = AttachRolePolicy) || ($.eventName = DetachRolePolicy) || ($.eventName = AttachUserPolicy) || ($.eventName = DetachUserPolicy) || ($.eventName = AttachGroupPolicy) || ($.eventName = DetachGroupPolicy)) }"
    }
    key-changes = {
      description = "A key was disabled or scheduled for deletion"
      pattern     = "{ ($.eventSource = kms.amazonaws.com) && (($.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion)) }"
    }
    nacl-changes = {
      description = "A network access list was changed"
      pattern     = "{ ($.eventName = CreateNetworkAcl) || ($.eventName = CreateNetworkAclEntry) || ($.eventName = DeleteNetworkAcl) || ($.eventName = DeleteNetworkAclEntry) || ($.eventName = ReplaceNetworkAclEntry) || ($.eventName = ReplaceNetworkAclAssociation) }"
    }
    organization-changes = {
      description = "The organization was changed"
      pattern     = "{ ($.eventSource = organizations.amazonaws.com) && (($.eventName = AcceptHandshake) || ($.eventName = AttachPolicy) || ($.eventName = CreateAccount) || ($.eventName = CreateOrganizationalUnit) || ($.eventName = CreatePolicy) || ($.eventName = DeclineHandshake) || ($.eventName = DeleteOrganization) || ($.eventName = DeleteOrganizationalUnit) || ($.eventName = DeletePolicy) || ($.eventName = DetachPolicy) || ($.eventName = DisablePolicyType) || ($.eventName = EnablePolicyType) || ($.eventName = InviteAccountToOrganization) || ($.eventName = LeaveOrganization) || ($.eventName = MoveAccount) || ($.eventName = RemoveAccountFromOrganization) || ($.eventName = UpdatePolicy) || ($.eventName = UpdateOrganizationalUnit)) }"
    }
    root-use = {
      description = "The account's root user did something"
      pattern     = "{ ($.userIdentity.type = Root) && ($.userIdentity.invokedBy NOT EXISTS) && ($.eventType != AwsServiceEvent) }"
    }
    route-changes = {
      description = "A route or a route table was changed"
      pattern     = "{ ($.eventSource = ec2.amazonaws.com) && (($.eventName = CreateRoute) || ($.eventName = CreateRouteTable) || ($.eventName = ReplaceRoute) || ($.eventName = ReplaceRouteTableAssociation) || ($.eventName = DeleteRouteTable) || ($.eventName = DeleteRoute) || ($.eventName = DisassociateRouteTable)) }"
    }
    security-group-changes = {
      description = "A security group was changed"
      pattern     = "{ ($.eventName = AuthorizeSecurityGroupIngress) || ($.eventName = AuthorizeSecurityGroupEgress) || ($.eventName = RevokeSecurityGroupIngress) || ($.eventName = RevokeSecurityGroupEgress) || ($.eventName = CreateSecurityGroup) || ($.eventName = DeleteSecurityGroup) }"
    }
    trail-changes = {
      description = "A trail was stopped, changed or deleted"
      pattern     = "{ ($.eventName = CreateTrail) || ($.eventName = UpdateTrail) || ($.eventName = DeleteTrail) || ($.eventName = StartLogging) || ($.eventName = StopLogging) }"
    }
    unauthorized-calls = {
      description = "Many calls were refused for lack of rights"
      pattern     = "{ (($.errorCode = \"*UnauthorizedOperation\") || ($.errorCode = \"AccessDenied*\")) && ($.sourceIPAddress != \"delivery.logs.amazonaws.com\") && ($.eventName != \"HeadBucket\") }"
      threshold   = 20
    }
    vpc-changes = {
      description = "A network or a peering was changed"
      pattern     = "{ ($.eventName = CreateVpc) || ($.eventName = DeleteVpc) || ($.eventName = ModifyVpcAttribute) || ($.eventName = AcceptVpcPeeringConnection) || ($.eventName = CreateVpcPeeringConnection) || ($.eventName = DeleteVpcPeeringConnection) || ($.eventName = RejectVpcPeeringConnection) || ($.eventName = AttachClassicLinkVpc) || ($.eventName = DetachClassicLinkVpc) || ($.eventName = DisableVpcClassicLink) || ($.eventName = EnableVpcClassicLink) }"
    }
  }
  _alarms = var.alarms != null ? var.alarms : {
    for name, alarm in local._cis : name => {
      description = alarm.description
      pattern     = alarm.pattern
      threshold   = try(alarm.threshold, 1)
    }
  }
  _namespace = "${var.prefix}/audit"
}

resource "aws_cloudwatch_log_metric_filter" "trail" {
  for_each = local._alarms

  log_group_name = aws_cloudwatch_log_group.trail.name
  name           = each.key
  pattern        = each.value.pattern

  metric_transformation {
    name      = each.key
    namespace = local._namespace
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "trail" {
  for_each = local._alarms

  alarm_actions       = [aws_sns_topic.alarms.arn]
  alarm_description   = "${each.value.description}. Search the log group ${local._log_group_name} for the filter ${each.key}."
  alarm_name          = "${var.prefix}-audit-${each.key}"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = 1
  metric_name         = aws_cloudwatch_log_metric_filter.trail[each.key].metric_transformation[0].name
  namespace           = local._namespace
  period              = 300
  statistic           = "Sum"
  tags                = var.tags
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"
}

resource "aws_sns_topic" "alarms" {
  kms_master_key_id = aws_kms_key.audit.arn
  name              = "${var.prefix}-audit-alarms"
  tags              = var.tags
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid       = "TransportSecurityOnly"
          Effect    = "Deny"
          Principal = "*"
          Action    = "sns:Publish"
          Resource  = local._topic_arn
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
        {
          # Who of the account may publish or subscribe is decided by their
          # own policies.
          Sid       = "AccountDelegates"
          Effect    = "Allow"
          Principal = { AWS = "arn:${local._partition}:iam::${local._account}:root" }
          Action    = ["sns:Publish", "sns:Subscribe"]
          Resource  = local._topic_arn
        },
        {
          Sid       = "OwnAlarms"
          Effect    = "Allow"
          Principal = { Service = "cloudwatch.amazonaws.com" }
          Action    = "sns:Publish"
          Resource  = local._topic_arn
          Condition = {
            ArnLike = {
              "aws:SourceArn" = "arn:${local._partition}:cloudwatch:${local._region}:${local._account}:alarm:${var.prefix}-*"
            }
          }
        },
      ],
      [
        for services in [sort(var.topic_publishers)] : {
          Sid       = "OtherPublishers"
          Effect    = "Allow"
          Principal = { Service = services }
          Action    = "sns:Publish"
          Resource  = local._topic_arn
          Condition = { StringEquals = { "aws:SourceAccount" = local._account } }
        } if length(services) > 0
      ],
    )
  })
}

locals {
  _topic_arn = "arn:${local._partition}:sns:${local._region}:${local._account}:${var.prefix}-audit-alarms"
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each = var.alarm_addresses

  endpoint  = each.value
  protocol  = "email"
  topic_arn = aws_sns_topic.alarms.arn
}
