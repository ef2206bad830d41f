//! What the tests put into the local cloud, with the same SDKs.

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};
use aws_sdk_autoscaling::types::Tag as GroupTag;
use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension, Statistic, Tag as AlarmTag};
use aws_sdk_ec2::types::{InstanceType, ResourceType, Tag as Ec2Tag, TagSpecification};
use aws_sdk_ecs::types::{
    Compatibility, ContainerDefinition, LaunchType, NetworkMode, Tag as EcsTag,
};
use aws_sdk_eks::types::{NodegroupScalingConfig, VpcConfigRequest};
use aws_sdk_rds::types::Tag as RdsTag;

use crate::stage::{Stage, TAG};

const IMAGE: &str = "ami-12c6146b";
const ROLE: &str = "arn:aws:iam::123456789012:role/cluster";

/// A group of two t3.micro that may grow to four.
pub async fn auto_scaling_group(
    stage: &Stage,
    name: &str,
    environment: &str,
    more: &[(&str, &str)],
) {
    let client = aws_sdk_autoscaling::Client::new(&stage.config);
    client
        .create_launch_configuration()
        .launch_configuration_name(name)
        .image_id(IMAGE)
        .instance_type("t3.micro")
        .send()
        .await
        .unwrap();
    let tag = |key: &str, value: &str| {
        GroupTag::builder()
            .key(key)
            .value(value)
            .propagate_at_launch(true)
            .resource_id(name)
            .resource_type("auto-scaling-group")
            .build()
    };
    let mut create = client
        .create_auto_scaling_group()
        .auto_scaling_group_name(name)
        .launch_configuration_name(name)
        .min_size(1)
        .max_size(4)
        .desired_capacity(2)
        .availability_zones("us-east-1a")
        .tags(tag(TAG, environment));
    for (key, value) in more {
        create = create.tags(tag(key, value));
    }
    create.send().await.unwrap();
}

pub async fn instance(stage: &Stage, name: &str, environment: &str) -> String {
    let tag = |key: &str, value: &str| Ec2Tag::builder().key(key).value(value).build();
    let tags = TagSpecification::builder()
        .resource_type(ResourceType::Instance)
        .tags(tag("Name", name))
        .tags(tag(TAG, environment))
        .build();
    let answer = aws_sdk_ec2::Client::new(&stage.config)
        .run_instances()
        .image_id(IMAGE)
        .instance_type(InstanceType::T3Small)
        .min_count(1)
        .max_count(1)
        .tag_specifications(tags)
        .send()
        .await
        .unwrap();
    answer.instances()[0].instance_id().unwrap().to_owned()
}

pub async fn node_group(stage: &Stage, cluster: &str, tag_on_cluster_only: bool) {
    let client = aws_sdk_eks::Client::new(&stage.config);
    let mut create = client
        .create_cluster()
        .name(cluster)
        .role_arn(ROLE)
        .resources_vpc_config(
            VpcConfigRequest::builder()
                .subnet_ids("subnet-1")
                .subnet_ids("subnet-2")
                .build(),
        );
    if tag_on_cluster_only {
        create = create.tags(TAG, &stage.name);
    }
    create.send().await.unwrap();
    let mut group = client
        .create_nodegroup()
        .cluster_name(cluster)
        .nodegroup_name(format!("{cluster}-workers"))
        .node_role(ROLE)
        .subnets("subnet-1")
        .instance_types("t3.medium")
        .scaling_config(
            NodegroupScalingConfig::builder()
                .min_size(1)
                .max_size(3)
                .desired_size(2)
                .build(),
        );
    if !tag_on_cluster_only {
        group = group.tags(TAG, &stage.name);
    }
    group.send().await.unwrap();
}

pub fn rds_tag(value: &str) -> RdsTag {
    RdsTag::builder().key(TAG).value(value).build()
}

pub async fn database(stage: &Stage, id: &str, environment: &str) {
    aws_sdk_rds::Client::new(&stage.config)
        .create_db_instance()
        .db_instance_identifier(id)
        .db_instance_class("db.t3.micro")
        .engine("postgres")
        .allocated_storage(20)
        .master_username("timeline")
        .master_user_password("correct-horse-battery")
        .multi_az(true)
        .preferred_maintenance_window("sun:04:00-sun:05:00")
        .tags(rds_tag(environment))
        .send()
        .await
        .unwrap();
}

/// An Aurora cluster with two members.
pub async fn cluster(stage: &Stage, id: &str) {
    let client = aws_sdk_rds::Client::new(&stage.config);
    client
        .create_db_cluster()
        .db_cluster_identifier(id)
        .engine("aurora-postgresql")
        .master_username("timeline")
        .master_user_password("correct-horse-battery")
        .tags(rds_tag(&stage.name))
        .send()
        .await
        .unwrap();
    for member in ["a", "b"] {
        client
            .create_db_instance()
            .db_instance_identifier(format!("{id}-{member}"))
            .db_cluster_identifier(id)
            .db_instance_class("db.r5.large")
            .engine("aurora-postgresql")
            .tags(rds_tag(&stage.name))
            .send()
            .await
            .unwrap();
    }
}

/// A service of two Fargate tasks with a scalable target.
pub async fn service(stage: &Stage, cluster: &str, name: &str) {
    let ecs = aws_sdk_ecs::Client::new(&stage.config);
    ecs.create_cluster()
        .cluster_name(cluster)
        .send()
        .await
        .unwrap();
    ecs.register_task_definition()
        .family(name)
        .requires_compatibilities(Compatibility::Fargate)
        .network_mode(NetworkMode::Awsvpc)
        .cpu("256")
        .memory("512")
        .container_definitions(
            ContainerDefinition::builder()
                .name("web")
                .image("web")
                .build(),
        )
        .send()
        .await
        .unwrap();
    ecs.create_service()
        .cluster(cluster)
        .service_name(name)
        .task_definition(name)
        .launch_type(LaunchType::Fargate)
        .desired_count(2)
        .tags(EcsTag::builder().key(TAG).value(&stage.name).build())
        .send()
        .await
        .unwrap();
    aws_sdk_applicationautoscaling::Client::new(&stage.config)
        .register_scalable_target()
        .service_namespace(ServiceNamespace::Ecs)
        .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
        .resource_id(format!("service/{cluster}/{name}"))
        .min_capacity(1)
        .max_capacity(5)
        .send()
        .await
        .unwrap();
}

/// An alarm on one metric, of this environment or of none.
pub async fn alarm(stage: &Stage, name: &str, dimensions: &[(&str, &str)], is_ours: bool) {
    let mut put = aws_sdk_cloudwatch::Client::new(&stage.config)
        .put_metric_alarm()
        .alarm_name(name)
        .namespace("AWS/Test")
        .metric_name("CPUUtilization")
        .statistic(Statistic::Average)
        .period(60)
        .evaluation_periods(1)
        .threshold(80.0)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold);
    for (key, value) in dimensions {
        put = put.dimensions(Dimension::builder().name(*key).value(*value).build());
    }
    if is_ours {
        let tag = AlarmTag::builder().key(TAG).value(&stage.name).build();
        put = put.tags(tag);
    }
    put.send().await.unwrap();
}
