use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Answer, Refusal};
use crate::estate::{Estate, Service};

pub(super) fn answer(estate: &mut Estate, operation: &str, input: &Value) -> Answer {
    match operation {
        "ListClusters" => {
            let names: BTreeSet<String> = estate
                .services
                .keys()
                .map(|(cluster, _)| cluster_arn(cluster))
                .collect();
            Ok(list("clusterArns", names.into_iter(), input))
        }
        "ListServices" => {
            let cluster = short(&input["cluster"]);
            let names = estate.services.keys().filter(|key| key.0 == cluster);
            let names = names.map(|(cluster, name)| service_arn(cluster, name));
            Ok(list("serviceArns", names, input))
        }
        "DescribeServices" => Ok(describe(estate, input)),
        "DescribeTaskDefinition" => {
            let definition = json!({"taskDefinition": {
                "taskDefinitionArn": input["taskDefinition"], "family": "app", "revision": 1,
                "cpu": "256", "memory": "512", "networkMode": "awsvpc", "status": "ACTIVE",
                "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
            }});
            Ok(definition.to_string().into_bytes())
        }
        "UpdateService" => {
            let key = (short(&input["cluster"]), short(&input["service"]));
            let service = estate
                .services
                .get_mut(&key)
                .ok_or_else(|| Refusal::new("ServiceNotFoundException", key.1.as_str()))?;
            if let Some(desired) = input["desiredCount"].as_i64() {
                service.desired = desired;
            }
            let answer = json!({"service": show(&key.0, &key.1, service)});
            Ok(answer.to_string().into_bytes())
        }
        other => Err(Refusal::unknown(other)),
    }
}

/// Application Auto Scaling, as far as ECS services go.
pub(super) fn answer_targets(estate: &mut Estate, operation: &str, input: &Value) -> Answer {
    match operation {
        "DescribeScalableTargets" => {
            let ids: Option<Vec<&str>> = input["ResourceIds"]
                .as_array()
                .map(|ids| ids.iter().filter_map(Value::as_str).collect());
            let after = input["NextToken"].as_str().unwrap_or_default();
            let size = input["MaxResults"].as_u64().unwrap_or(50).min(50);
            let size = usize::try_from(size).unwrap_or(50);
            let mut chosen = estate
                .targets
                .iter()
                .filter(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(&id.as_str())))
                .filter(|(id, _)| id.as_str() > after)
                .peekable();
            let page: Vec<_> = chosen.by_ref().take(size).collect();
            let targets: Vec<&Value> = page.iter().map(|(_, target)| *target).collect();
            let mut answer = json!({"ScalableTargets": targets});
            if let (Some(_), Some((last, _))) = (chosen.peek(), page.last()) {
                answer["NextToken"] = json!(last);
            }
            Ok(answer.to_string().into_bytes())
        }
        "RegisterScalableTarget" => {
            let id = input["ResourceId"].as_str().unwrap_or_default();
            let target = estate
                .targets
                .get_mut(id)
                .ok_or_else(|| Refusal::new("ObjectNotFoundException", id))?;
            for (name, value) in input["SuspendedState"].as_object().into_iter().flatten() {
                target["SuspendedState"][name] = value.clone();
            }
            let arn = "arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target/0ec50123456789abcdef";
            Ok(json!({"ScalableTargetARN": arn}).to_string().into_bytes())
        }
        other => Err(Refusal::unknown(other)),
    }
}

fn cluster_arn(cluster: &str) -> String {
    format!("arn:aws:ecs:us-east-1:123456789012:cluster/{cluster}")
}

fn service_arn(cluster: &str, name: &str) -> String {
    format!("arn:aws:ecs:us-east-1:123456789012:service/{cluster}/{name}")
}

/// The name at the end of an ARN, or the name itself.
fn short(name: &Value) -> String {
    let name = name.as_str().unwrap_or_default();
    name.rsplit('/').next().unwrap_or(name).to_owned()
}

fn list(field: &str, names: impl Iterator<Item = String>, input: &Value) -> Vec<u8> {
    let after = input["nextToken"].as_str().unwrap_or_default();
    let size = input["maxResults"].as_u64().unwrap_or(10).min(100);
    let mut names = names.filter(|name| name.as_str() > after).peekable();
    let page: Vec<String> = names
        .by_ref()
        .take(usize::try_from(size).unwrap_or(10))
        .collect();
    let mut answer = json!({ field: page });
    if let (Some(_), Some(last)) = (names.peek(), page.last()) {
        answer["nextToken"] = json!(last);
    }
    answer.to_string().into_bytes()
}

fn describe(estate: &Estate, input: &Value) -> Vec<u8> {
    let cluster = short(&input["cluster"]);
    let mut services = Vec::new();
    let mut failures = Vec::new();
    for name in input["services"].as_array().into_iter().flatten() {
        let key = (cluster.clone(), short(name));
        match estate.services.get(&key) {
            Some(service) => services.push(show(&key.0, &key.1, service)),
            None => failures.push(json!({"arn": name, "reason": "MISSING"})),
        }
    }
    json!({"services": services, "failures": failures})
        .to_string()
        .into_bytes()
}

fn show(cluster: &str, name: &str, service: &Service) -> Value {
    let tags: Vec<Value> = service
        .tags
        .iter()
        .map(|(key, value)| json!({"key": key, "value": value}))
        .collect();
    json!({
        "serviceArn": service_arn(cluster, name),
        "serviceName": name,
        "clusterArn": cluster_arn(cluster),
        "status": "ACTIVE",
        "desiredCount": service.desired, "runningCount": service.running, "pendingCount": 0,
        "launchType": "FARGATE", "platformVersion": "LATEST", "platformFamily": "Linux",
        "taskDefinition": "arn:aws:ecs:us-east-1:123456789012:task-definition/app:1",
        "deploymentConfiguration": {"maximumPercent": 200, "minimumHealthyPercent": 100},
        "deployments": [{
            "id": "ecs-svc/1", "status": "PRIMARY", "rolloutState": "COMPLETED",
            "desiredCount": service.desired, "runningCount": service.running,
            "pendingCount": 0, "failedTasks": 0,
            "createdAt": 1_735_689_600.0, "updatedAt": 1_735_689_600.0,
        }],
        "roleArn": "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
        "events": [{
            "id": "1", "createdAt": 1_735_689_600.0,
            "message": format!("(service {name}) has reached a steady state."),
        }],
        "createdAt": 1_735_689_600.0,
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "networkConfiguration": {"awsvpcConfiguration": {
            "subnets": ["subnet-0123456789abcdef0"], "securityGroups": ["sg-0123456789abcdef0"],
            "assignPublicIp": "DISABLED",
        }},
        "enableECSManagedTags": true, "propagateTags": "SERVICE", "enableExecuteCommand": false,
        "tags": tags,
    })
}
