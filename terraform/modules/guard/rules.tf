# AWS's managed rules that hold what the estate promises: closed, encrypted,
# logged, backed up, current. The identifiers are those of the "List of AWS
# Config Managed Rules". Rules on roles, users and the root user look at what
# only the region with global = true records.

locals {
  _rule_identifiers = {
    alb-http-to-https-redirect       = "ALB_HTTP_TO_HTTPS_REDIRECTION_CHECK"
    alb-waf-enabled                  = "ALB_WAF_ENABLED"
    cloudtrail-enabled               = "CLOUD_TRAIL_ENABLED"
    cloudtrail-encrypted             = "CLOUD_TRAIL_ENCRYPTION_ENABLED"
    cloudtrail-validated             = "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED"
    cloudwatch-log-groups-encrypted  = "CLOUDWATCH_LOG_GROUP_ENCRYPTED"
    default-security-group-closed    = "VPC_DEFAULT_SECURITY_GROUP_CLOSED"
    dynamodb-point-in-time-recovery  = "DYNAMODB_PITR_ENABLED"
    ebs-encrypted-by-default         = "EC2_EBS_ENCRYPTION_BY_DEFAULT"
    ebs-snapshots-not-public         = "EBS_SNAPSHOT_PUBLIC_RESTORABLE_CHECK"
    ec2-imdsv2                       = "EC2_IMDSV2_CHECK"
    efs-encrypted                    = "EFS_ENCRYPTED_CHECK"
    eks-secrets-encrypted            = "EKS_SECRETS_ENCRYPTED"
    elasticache-encrypted-at-rest    = "ELASTICACHE_REPL_GRP_ENCRYPTED_AT_REST"
    elasticache-encrypted-in-transit = "ELASTICACHE_REPL_GRP_ENCRYPTED_IN_TRANSIT"
    elb-tls-listeners-only           = "ELB_TLS_HTTPS_LISTENERS_ONLY"
    guardduty-enabled                = "GUARDDUTY_ENABLED_CENTRALIZED"
    kms-keys-not-for-deletion        = "KMS_CMK_NOT_SCHEDULED_FOR_DELETION"
    kms-keys-rotated                 = "CMK_BACKING_KEY_ROTATION_ENABLED"
    lambda-not-public                = "LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED"
    rds-deletion-protection          = "RDS_INSTANCE_DELETION_PROTECTION_ENABLED"
    rds-encrypted                    = "RDS_STORAGE_ENCRYPTED"
    rds-multi-az                     = "RDS_MULTI_AZ_SUPPORT"
    rds-not-public                   = "RDS_INSTANCE_PUBLIC_ACCESS_CHECK"
    rds-snapshots-not-public         = "RDS_SNAPSHOTS_PUBLIC_PROHIBITED"
    restricted-ssh                   = "INCOMING_SSH_DISABLED"
    s3-encrypted                     = "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"
    s3-no-public-read                = "S3_BUCKET_PUBLIC_READ_PROHIBITED"
    s3-no-public-write               = "S3_BUCKET_PUBLIC_WRITE_PROHIBITED"
    s3-tls-only                      = "S3_BUCKET_SSL_REQUESTS_ONLY"
    s3-versioned                     = "S3_BUCKET_VERSIONING_ENABLED"
    secrets-used                     = "SECRETSMANAGER_SECRET_UNUSED"
    securityhub-enabled              = "SECURITYHUB_ENABLED"
    subnets-no-public-addresses      = "SUBNET_AUTO_ASSIGN_PUBLIC_IP_DISABLED"
    vpc-flow-logs                    = "VPC_FLOW_LOGS_ENABLED"
  }
  _global_rule_identifiers = {
    iam-no-admin-statements  = "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS"
    iam-users-in-groups      = "IAM_USER_GROUP_MEMBERSHIP_CHECK"
    iam-users-mfa            = "IAM_USER_MFA_ENABLED"
    iam-users-no-policies    = "IAM_USER_NO_POLICIES_CHECK"
    mfa-for-console          = "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS"
    root-mfa                 = "ROOT_ACCOUNT_MFA_ENABLED"
    root-without-access-key  = "IAM_ROOT_ACCESS_KEY_CHECK"
    s3-account-public-access = "S3_ACCOUNT_LEVEL_PUBLIC_ACCESS_BLOCKS_PERIODIC"
  }
  _parameterised_rules = {
    access-keys-rotated = {
      frequency  = "TwentyFour_Hours", identifier = "ACCESS_KEYS_ROTATED", resource_types = []
      parameters = { maxAccessKeyAge = "90" }, global = true
    }
    # Older ones are out of standard support, or soon: modules/compute knows the days.
    eks-version-supported = {
      frequency  = null, identifier = "EKS_CLUSTER_SUPPORTED_VERSION", resource_types = []
      parameters = { oldestVersionSupported = "1.34" }, global = false
    }
    iam-credentials-used = {
      frequency  = "TwentyFour_Hours", identifier = "IAM_USER_UNUSED_CREDENTIALS_CHECK", resource_types = []
      parameters = { maxCredentialUsageAge = "45" }, global = true
    }
    iam-password-policy = {
      frequency  = null, identifier = "IAM_PASSWORD_POLICY", resource_types = []
      parameters = { MinimumPasswordLength = "14", PasswordReusePrevention = "24" }, global = true
    }
    required-tags = {
      frequency = null, identifier = "REQUIRED_TAGS"
      resource_types = [
        "AWS::DynamoDB::Table", "AWS::EC2::Instance", "AWS::EC2::Volume", "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::RDS::DBInstance", "AWS::S3::Bucket",
      ]
      parameters = { tag1Key = "Environment", tag2Key = "Owner", tag3Key = "CostCenter" }, global = false
    }
    restricted-common-ports = {
      frequency  = null, identifier = "RESTRICTED_INCOMING_TRAFFIC", resource_types = []
      parameters = { blockedPort1 = "3389", blockedPort2 = "5432", blockedPort3 = "6379" }, global = false
    }
  }
  _default_rules = merge(
    {
      for name, identifier in merge(local._rule_identifiers, try(var.config.global, false) ? local._global_rule_identifiers : {}) :
      name => { frequency = tostring(null), identifier = identifier, parameters = tomap({}), resource_types = toset([]) }
    },
    {
      for name, rule in local._parameterised_rules : name => {
        frequency      = tostring(rule.frequency)
        identifier     = rule.identifier
        parameters     = tomap(rule.parameters)
        resource_types = toset(rule.resource_types)
      } if !rule.global || try(var.config.global, false)
    },
  )
}
