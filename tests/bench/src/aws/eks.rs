use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Answer, Refusal};
use crate::estate::Estate;
use crate::http::Request;

/// The operation that method and path mean, and its answer.
pub(super) fn answer(estate: &mut Estate, request: &Request) -> (&'static str, Answer) {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("GET", ["clusters"]) => {
            let names: BTreeSet<&String> = estate
                .node_groups
                .keys()
                .map(|(cluster, _)| cluster)
                .collect();
            (
                "ListClusters",
                Ok(list("clusters", names.into_iter(), query)),
            )
        }
        ("GET", ["clusters", name]) => {
            let cluster = json!({"cluster": {
                "name": name, "status": "ACTIVE", "version": "1.35", "tags": {"Environment": "dev"},
                "arn": format!("arn:aws:eks:us-east-1:123456789012:cluster/{name}"),
            }});
            ("DescribeCluster", Ok(cluster.to_string().into_bytes()))
        }
        ("GET", ["clusters", cluster, "node-groups"]) => {
            let names = estate.node_groups.keys().filter(|key| key.0 == *cluster);
            let names = names.map(|(_, name)| name);
            ("ListNodegroups", Ok(list("nodegroups", names, query)))
        }
        ("GET", ["clusters", cluster, "node-groups", name]) => {
            ("DescribeNodegroup", describe(estate, cluster, name))
        }
        ("POST", ["clusters", cluster, "node-groups", name, "update-config"]) => (
            "UpdateNodegroupConfig",
            update(estate, cluster, name, &request.body),
        ),
        _ => ("unknown", Err(Refusal::unknown(&request.path))),
    }
}

fn list<'a>(field: &str, names: impl Iterator<Item = &'a String>, query: &str) -> Vec<u8> {
    let parameter = |name: &str| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    };
    let size = parameter("maxResults")
        .and_then(|text| text.parse().ok())
        .unwrap_or(100);
    let after = parameter("nextToken").unwrap_or_default();
    let mut names = names.filter(|name| name.as_str() > after).peekable();
    let page: Vec<&String> = names.by_ref().take(size).collect();
    let mut answer = json!({ field: page });
    if let (Some(_), Some(last)) = (names.peek(), page.last()) {
        answer["nextToken"] = json!(last);
    }
    answer.to_string().into_bytes()
}

fn missing(name: &str) -> Refusal {
    Refusal::new("ResourceNotFoundException", format!("no node group {name}"))
}

fn describe(estate: &Estate, cluster: &str, name: &str) -> Answer {
    let key = (cluster.to_owned(), name.to_owned());
    let group = estate.node_groups.get(&key).ok_or_else(|| missing(name))?;
    let answer = json!({"nodegroup": {
        "nodegroupName": name,
        "nodegroupArn": format!("arn:aws:eks:us-east-1:123456789012:nodegroup/{cluster}/{name}/00000000-0000-4000-8000-000000000000"),
        "clusterName": cluster,
        "version": "1.35", "releaseVersion": "1.35.0-20260101",
        "createdAt": 1_735_689_600.0, "modifiedAt": 1_735_689_600.0,
        "status": "ACTIVE", "capacityType": "ON_DEMAND",
        "scalingConfig": {"minSize": group.min, "maxSize": group.max, "desiredSize": group.desired},
        "instanceTypes": ["t3.medium"],
        "subnets": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        "amiType": "AL2023_x86_64_STANDARD",
        "nodeRole": "arn:aws:iam::123456789012:role/nodes",
        "labels": {"pool": "general"},
        "taints": group.taints,
        "resources": {"autoScalingGroups": [{"name": group.behind}]},
        "diskSize": 20, "health": {"issues": []},
        "updateConfig": {"maxUnavailable": 1},
        "tags": group.tags,
    }});
    Ok(answer.to_string().into_bytes())
}

fn update(estate: &mut Estate, cluster: &str, name: &str, body: &[u8]) -> Answer {
    let input: Value = serde_json::from_slice(body).unwrap_or_default();
    let key = (cluster.to_owned(), name.to_owned());
    let group = estate
        .node_groups
        .get_mut(&key)
        .ok_or_else(|| missing(name))?;
    let scaling = &input["scalingConfig"];
    for (field, name) in [
        (&mut group.min, "minSize"),
        (&mut group.max, "maxSize"),
        (&mut group.desired, "desiredSize"),
    ] {
        if let Some(number) = scaling[name].as_i64() {
            *field = number;
        }
    }
    let listed = |name: &str| {
        input["taints"][name]
            .as_array()
            .cloned()
            .unwrap_or_default()
    };
    let removed = listed("removeTaints");
    group.taints.retain(|taint| !removed.contains(taint));
    group.taints.extend(listed("addOrUpdateTaints"));
    let answer = json!({"update": {
        "id": "00000000-0000-4000-8000-000000000000", "status": "InProgress",
        "type": "ConfigUpdate", "params": [], "createdAt": 1_735_689_600.0, "errors": [],
    }});
    Ok(answer.to_string().into_bytes())
}
