//! What services call a resource, in the words of AWS `CloudFormation`.

/// ASFF's name (Security Hub User Guide, "Resources"), OCSF's own, Inspector's
/// and those of GuardDuty's attack sequences, each with `CloudFormation`'s.
const NAMES: [(&str, &str); 46] = [
    ("AwsAccount", "AWS::::Account"),
    (
        "AwsAutoScalingAutoScalingGroup",
        "AWS::AutoScaling::AutoScalingGroup",
    ),
    ("AwsCloudFrontDistribution", "AWS::CloudFront::Distribution"),
    ("AwsCloudTrailTrail", "AWS::CloudTrail::Trail"),
    ("AwsDynamoDbTable", "AWS::DynamoDB::Table"),
    ("AwsEc2Instance", "AWS::EC2::Instance"),
    ("AwsEc2NetworkInterface", "AWS::EC2::NetworkInterface"),
    ("AwsEc2SecurityGroup", "AWS::EC2::SecurityGroup"),
    ("AwsEc2Subnet", "AWS::EC2::Subnet"),
    ("AwsEc2Volume", "AWS::EC2::Volume"),
    ("AwsEc2Vpc", "AWS::EC2::VPC"),
    ("AwsEcrContainerImage", "AWS::ECR::Image"),
    ("AwsEcrRepository", "AWS::ECR::Repository"),
    ("AwsEcsCluster", "AWS::ECS::Cluster"),
    ("AwsEcsService", "AWS::ECS::Service"),
    ("AwsEcsTaskDefinition", "AWS::ECS::TaskDefinition"),
    ("AwsEksCluster", "AWS::EKS::Cluster"),
    (
        "AwsElbv2LoadBalancer",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
    ),
    ("AwsIamAccessKey", "AWS::IAM::AccessKey"),
    ("AwsIamGroup", "AWS::IAM::Group"),
    ("AwsIamPolicy", "AWS::IAM::ManagedPolicy"),
    ("AwsIamRole", "AWS::IAM::Role"),
    ("AwsIamUser", "AWS::IAM::User"),
    ("AwsKmsKey", "AWS::KMS::Key"),
    ("AwsLambdaFunction", "AWS::Lambda::Function"),
    ("AwsRdsDbCluster", "AWS::RDS::DBCluster"),
    ("AwsRdsDbInstance", "AWS::RDS::DBInstance"),
    ("AwsRdsDbSnapshot", "AWS::RDS::DBSnapshot"),
    ("AwsS3Bucket", "AWS::S3::Bucket"),
    ("AwsS3Object", "AWS::S3::Object"),
    ("AwsSecretsManagerSecret", "AWS::SecretsManager::Secret"),
    ("AwsSnsTopic", "AWS::SNS::Topic"),
    ("AwsSqsQueue", "AWS::SQS::Queue"),
    ("AWS_EC2_INSTANCE", "AWS::EC2::Instance"),
    ("AWS_ECR_CONTAINER_IMAGE", "AWS::ECR::Image"),
    ("AWS_LAMBDA_FUNCTION", "AWS::Lambda::Function"),
    ("ACCESS_KEY", "AWS::IAM::AccessKey"),
    (
        "AUTOSCALING_AUTO_SCALING_GROUP",
        "AWS::AutoScaling::AutoScalingGroup",
    ),
    ("CLOUDFORMATION_STACK", "AWS::CloudFormation::Stack"),
    ("EC2_IMAGE", "AWS::EC2::Image"),
    ("EC2_INSTANCE", "AWS::EC2::Instance"),
    ("EC2_LAUNCH_TEMPLATE", "AWS::EC2::LaunchTemplate"),
    ("EC2_NETWORK_INTERFACE", "AWS::EC2::NetworkInterface"),
    ("EKS_CLUSTER", "AWS::EKS::Cluster"),
    ("S3_BUCKET", "AWS::S3::Bucket"),
    ("S3_OBJECT", "AWS::S3::Object"),
];

/// `CloudFormation`'s word for a resource; the source's own where none is known.
pub fn resource(kind: &str) -> &str {
    NAMES
        .iter()
        .find(|(name, _)| *name == kind)
        .map_or(kind, |(_, known)| known)
}
