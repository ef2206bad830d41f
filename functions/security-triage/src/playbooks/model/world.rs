//! As much of AWS as playbooks touch, with its ways: detached instances leave
//! their target groups, new groups let everything out, names of groups are
//! taken once, groups in use stay, and every set of snapshots is a new one.

use std::collections::{BTreeMap, BTreeSet};

use nightshift_core::{Region, Tags};
use nightshift_runtime::{CallClass, CallError};

use crate::playbooks::call::{Call, Denial, KeyStatus, PrincipalId, TargetId};
use crate::playbooks::groups::{Block, GroupId, Peer, Rule};
use crate::playbooks::look::{Look, Seen};
use crate::playbooks::observed::{
    AccessKey, Bucket, Instance, Interface, Observed, Principal, SecurityGroup, Vpc,
};
use crate::playbooks::plan::Target;

pub const INSTANCE: &str = "i-1";
pub const GROUP: &str = "sg-1";
pub const KEY: &str = "AKIAEXAMPLE";
pub const USER: &str = "alice";
pub const BUCKET: &str = "photos";
pub const QUARANTINE: &str = "personal-timeline-dev-security-triage-quarantine";

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    pub tags: Tags,
    pub protected: bool,
    pub auto_scaling: Option<String>,
    pub desired: i32,
    pub profile: Option<String>,
    pub volumes: BTreeSet<String>,
    pub interfaces: BTreeMap<String, BTreeSet<String>>,
    pub has_ipv6: bool,
    pub groups: BTreeMap<String, Group>,
    pub snapshots: Vec<BTreeSet<String>>,
    pub targets: BTreeSet<TargetId>,
    /// What the Auto Scaling group registers its instances with.
    group_targets: BTreeSet<TargetId>,
    pub keys: BTreeMap<String, KeyStatus>,
    pub policies: BTreeMap<PrincipalId, Denial>,
    pub block: Option<Block>,
    made: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Group {
    pub name: String,
    pub ingress: BTreeMap<String, Rule>,
    pub egress: BTreeSet<Rule>,
}

impl World {
    pub fn new() -> Self {
        let tags = [("nightshift:contain", "all"), ("Environment", "dev")];
        let target = |id: &str, port| TargetId {
            target_group: "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/1"
                .to_owned(),
            id: id.to_owned(),
            port: Some(port),
        };
        let web = Group {
            name: "web".to_owned(),
            ingress: [
                ("sgr-1".to_owned(), tcp(0, 65535, Peer::everybody_v4())),
                ("sgr-2".to_owned(), tcp(22, 22, Peer::everybody_v6())),
                ("sgr-3".to_owned(), tcp(443, 443, Peer::everybody_v4())),
                (
                    "sgr-4".to_owned(),
                    tcp(5432, 5432, Peer::Ipv4("10.0.0.0/8".to_owned())),
                ),
            ]
            .into(),
            egress: [Rule::all(Peer::everybody_v4())].into(),
        };
        Self {
            tags: tags
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            protected: false,
            auto_scaling: Some("web".to_owned()),
            desired: 2,
            profile: Some("arn:aws:iam::123456789012:instance-profile/web".to_owned()),
            volumes: ["vol-1".to_owned(), "vol-2".to_owned()].into(),
            interfaces: [("eni-1".to_owned(), [GROUP.to_owned()].into())].into(),
            has_ipv6: false,
            groups: [(GROUP.to_owned(), web)].into(),
            snapshots: Vec::new(),
            targets: [target(INSTANCE, 80), target(INSTANCE, 8080)].into(),
            group_targets: [target(INSTANCE, 80)].into(),
            keys: [(KEY.to_owned(), KeyStatus::Active)].into(),
            policies: BTreeMap::new(),
            block: None,
            made: 0,
        }
    }

    /// What an undo has to bring back: all but evidence, the empty group, a
    /// group's wish for one more, and ids that AWS makes up.
    pub fn restorable(&self) -> Self {
        let mut world = self.clone();
        world.snapshots.clear();
        world.groups.retain(|_, group| group.name != QUARANTINE);
        for group in world.groups.values_mut() {
            let rules: Vec<Rule> = group
                .ingress
                .values()
                .cloned()
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            group.ingress = rules
                .into_iter()
                .enumerate()
                .map(|(index, rule)| (format!("{index}"), rule))
                .collect();
        }
        world.desired = 0;
        world.made = 0;
        world
    }

    /// Whether some interface has a group that lets everybody do everything.
    pub fn is_wide_open(&self) -> bool {
        self.interfaces.values().flatten().any(|id| {
            let rules = self.groups.get(id).map(|group| &group.ingress);
            rules.is_some_and(|rules| rules.values().any(|rule| rule.protocol == "-1"))
        })
    }

    /// Whether nothing goes in or out of the instance, and all of it is kept.
    pub fn is_isolated(&self) -> bool {
        let is_empty = |id: &String| {
            self.groups
                .get(id)
                .is_some_and(|group| group.ingress.is_empty() && group.egress.is_empty())
        };
        self.interfaces
            .values()
            .all(|groups| groups.iter().all(is_empty))
            && self.snapshots.contains(&self.volumes)
            && self.auto_scaling.is_none()
            && self.targets.is_empty()
    }

    fn group(&mut self, group: &GroupId) -> Result<&mut Group, CallError> {
        let id = group
            .known()
            .ok_or_else(|| no(CallClass::Invalid, "unbound"))?;
        self.groups
            .get_mut(id)
            .ok_or_else(|| no(CallClass::NotFound, "InvalidGroup.NotFound"))
    }

    /// Makes a call; answers whether anything has changed.
    pub fn call(&mut self, call: &Call) -> Result<bool, CallError> {
        let before = self.clone();
        self.make(call)?;
        Ok(*self != before)
    }

    #[allow(clippy::too_many_lines, reason = "one arm for each call there is")]
    fn make(&mut self, call: &Call) -> Result<(), CallError> {
        match call {
            Call::CreateSnapshots { .. } => self.snapshots.push(self.volumes.clone()),
            Call::CreateTags { key, value, .. } => {
                self.tags.insert(key.clone(), value.clone());
            }
            Call::DeleteTags { key, value, .. } => {
                if self.tags.get(key) == Some(value) {
                    self.tags.remove(key);
                }
            }
            Call::ModifyTerminationProtection { protected, .. } => self.protected = *protected,
            Call::DetachInstances { group, instance } => {
                if self.auto_scaling.as_ref() != Some(group) {
                    return Err(no(
                        CallClass::Invalid,
                        "ValidationError: not part of the group",
                    ));
                }
                self.auto_scaling = None;
                assert_eq!(instance, INSTANCE);
                let own = self.group_targets.clone();
                self.targets.retain(|target| !own.contains(target));
            }
            Call::AttachInstances { group, .. } => {
                if self.auto_scaling.is_some() {
                    return Err(no(
                        CallClass::Invalid,
                        "ValidationError: already part of it",
                    ));
                }
                self.auto_scaling = Some(group.clone());
                self.desired += 1;
                // Into the group's own target groups as well.
                self.targets.extend(self.group_targets.clone());
            }
            Call::DeregisterTargets(target) => {
                self.targets.remove(target);
            }
            Call::RegisterTargets(target) => {
                self.targets.insert(target.clone());
            }
            Call::CreateSecurityGroup { name, .. } => {
                if self.groups.values().any(|group| group.name == *name) {
                    return Err(no(CallClass::Invalid, "InvalidGroup.Duplicate"));
                }
                self.made += 1;
                let group = Group {
                    name: name.clone(),
                    egress: self.outward(),
                    ..Group::default()
                };
                self.groups.insert(format!("sg-made-{}", self.made), group);
            }
            Call::DeleteSecurityGroup { group } => {
                self.group(group)?;
                let id = group.known().unwrap();
                if self.interfaces.values().flatten().any(|used| used == id) {
                    return Err(no(CallClass::Conflict, "DependencyViolation"));
                }
                self.groups.remove(id);
            }
            Call::AuthorizeSecurityGroupIngress { group, rule } => {
                let made = self.made + 1;
                let group = self.group(group)?;
                if group.ingress.values().any(|one| one.is_same_as(rule)) {
                    return Err(no(CallClass::Invalid, "InvalidPermission.Duplicate"));
                }
                group
                    .ingress
                    .insert(format!("sgr-made-{made}"), rule.clone());
                self.made = made;
            }
            Call::RevokeSecurityGroupIngress { group, rule, id } => {
                let group = self.group(group)?;
                let found = group.ingress.iter().find(|(one, other)| match id {
                    Some(id) => *one == id,
                    None => other.is_same_as(rule),
                });
                let Some(found) = found.map(|(id, _)| id.clone()) else {
                    return Err(no(CallClass::NotFound, "InvalidPermission.NotFound"));
                };
                group.ingress.remove(&found);
            }
            Call::RevokeSecurityGroupEgress { group, rule } => {
                let group = self.group(group)?;
                if !group.egress.remove(rule) {
                    return Err(no(CallClass::NotFound, "InvalidPermission.NotFound"));
                }
            }
            Call::ModifyNetworkInterfaceGroups { interface, groups } => {
                let ids: Option<BTreeSet<String>> = groups
                    .iter()
                    .map(|group| group.known().map(str::to_owned))
                    .collect();
                let ids = ids.ok_or_else(|| no(CallClass::Invalid, "unbound"))?;
                if !ids.iter().all(|id| self.groups.contains_key(id)) {
                    return Err(no(CallClass::NotFound, "InvalidGroup.NotFound"));
                }
                self.interfaces.insert(interface.clone(), ids);
            }
            Call::DisassociateIamInstanceProfile { .. } => self.profile = None,
            Call::AssociateIamInstanceProfile { profile, .. } => {
                self.profile = Some(profile.clone());
            }
            Call::UpdateAccessKey { key, status, .. } => {
                let known = self.keys.get_mut(key);
                *known.ok_or_else(|| no(CallClass::NotFound, "NoSuchEntity"))? = *status;
            }
            Call::PutPolicy {
                principal, denial, ..
            } => {
                self.policies.insert(principal.clone(), *denial);
            }
            Call::DeletePolicy { principal, .. } => {
                let removed = self.policies.remove(principal);
                removed.ok_or_else(|| no(CallClass::NotFound, "NoSuchEntity"))?;
            }
            Call::PutPublicAccessBlock { block, .. } => self.block = Some(*block),
            Call::DeletePublicAccessBlock { .. } => self.block = None,
        }
        Ok(())
    }

    fn outward(&self) -> BTreeSet<Rule> {
        let mut rules = BTreeSet::from([Rule::all(Peer::everybody_v4())]);
        if self.has_ipv6 {
            rules.insert(Rule::all(Peer::everybody_v6()));
        }
        rules
    }

    pub fn look(&self, look: &Look) -> Result<Seen, CallError> {
        let known = |groups: &BTreeSet<String>| -> BTreeSet<GroupId> {
            groups.iter().cloned().map(GroupId::Known).collect()
        };
        let group = |id: &GroupId| {
            let group = id.known().and_then(|id| self.groups.get(id));
            group.ok_or_else(|| no(CallClass::NotFound, "InvalidGroup.NotFound"))
        };
        Ok(match look {
            Look::Snapshots { .. } => {
                Seen::Names(self.snapshots.first().cloned().unwrap_or_default())
            }
            Look::Tag { key, .. } => Seen::Text(self.tags.get(key).cloned()),
            Look::TerminationProtection { .. } => Seen::Flag(self.protected),
            Look::AutoScalingGroup { .. } => Seen::Text(self.auto_scaling.clone()),
            Look::Target(target) => Seen::Flag(self.targets.contains(target)),
            Look::SecurityGroup { name, .. } => {
                let mut groups = self.groups.iter();
                let found = groups.find(|(_, group)| group.name == *name);
                Seen::Group(found.map(|(id, _)| GroupId::Known(id.clone())))
            }
            Look::Rules { group: id } => {
                let group = group(id)?;
                Seen::Rules {
                    ingress: group.ingress.values().cloned().collect(),
                    egress: group.egress.clone(),
                }
            }
            Look::Ingress { group: id, rule } => {
                let mut rules = group(id)?.ingress.values();
                Seen::Flag(rules.any(|one| one.is_same_as(rule)))
            }
            Look::Egress { group: id, rule } => {
                Seen::Flag(group(id)?.egress.iter().any(|one| one.is_same_as(rule)))
            }
            Look::InterfaceGroups { interface } => match self.interfaces.get(interface) {
                Some(groups) => Seen::Groups(known(groups)),
                None => Seen::Gone,
            },
            Look::Interfaces { .. } => Seen::Interfaces(
                self.interfaces
                    .iter()
                    .map(|(id, groups)| (id.clone(), known(groups)))
                    .collect(),
            ),
            Look::InstanceProfile { .. } => Seen::Text(self.profile.clone()),
            Look::AccessKey { key, .. } => match self.keys.get(key) {
                Some(status) => Seen::Key(*status),
                None => Seen::Gone,
            },
            Look::Policy { principal, .. } => match self.policies.get(principal) {
                Some(denial) => Seen::Denial(*denial),
                None => Seen::Text(None),
            },
            Look::PublicAccessBlock { .. } => Seen::Block(self.block),
            Look::AccessKeyUse { .. } | Look::Policies { .. } | Look::BucketExposure { .. } => {
                Seen::Facts(BTreeMap::new())
            }
        })
    }

    pub fn observe(&self, target: &Target) -> Observed {
        let tags = || Ok(self.tags.clone());
        match target {
            Target::Instance { .. } => Observed::Instance(Box::new(self.instance())),
            Target::AccessKey { id } => match self.keys.get(id) {
                Some(status) => Observed::AccessKey(AccessKey {
                    user: USER.to_owned(),
                    status: *status,
                    path: "/".to_owned(),
                    tags: tags(),
                }),
                None => Observed::Gone,
            },
            Target::Principal { id } => Observed::Principal(Principal {
                path: "/".to_owned(),
                tags: tags(),
                policy: Ok(self
                    .policies
                    .get(id)
                    .map(|denial| denial.document().to_string())),
                inline_size: Ok(300),
            }),
            Target::Bucket { .. } => Observed::Bucket(Bucket {
                tags: tags(),
                block: Ok(self.block),
                is_website: Ok(false),
                is_public: Ok(false),
            }),
            Target::SecurityGroup { id, .. } => match self.groups.get(id) {
                Some(group) => Observed::SecurityGroup(SecurityGroup {
                    tags: tags(),
                    ingress: Ok(group.ingress.clone()),
                }),
                None => Observed::Gone,
            },
        }
    }

    pub fn instance(&self) -> Instance {
        let mut groups = self.groups.iter();
        let quarantine = groups.find(|(_, group)| group.name == QUARANTINE);
        let vpc = Vpc {
            has_ipv6: self.has_ipv6,
            quarantine: quarantine.map(|(id, group)| {
                let rules = group.ingress.values().chain(&group.egress).cloned();
                (id.clone(), rules.collect())
            }),
        };
        let interfaces = self.interfaces.iter().map(|(id, groups)| {
            let interface = Interface {
                vpc: "vpc-1".to_owned(),
                groups: groups.clone(),
                manager: None,
            };
            (id.clone(), interface)
        });
        Instance {
            state: "running".to_owned(),
            tags: Ok(self.tags.clone()),
            operator: None,
            is_spot: false,
            volumes: self.volumes.clone(),
            interfaces: interfaces.collect(),
            protected: Ok(self.protected),
            auto_scaling: Ok(self
                .auto_scaling
                .clone()
                .map(|group| (group, "InService".to_owned()))),
            targets: Ok(self.targets.clone()),
            profile: Ok(self
                .profile
                .clone()
                .map(|profile| ("iip-assoc-1".to_owned(), profile))),
            vpcs: [("vpc-1".to_owned(), Ok(vpc))].into(),
        }
    }
}

pub fn tcp(from: i32, to: i32, peer: Peer) -> Rule {
    Rule {
        protocol: "tcp".to_owned(),
        from: Some(from),
        to: Some(to),
        peer,
        description: Some("as it was".to_owned()),
    }
}

pub fn no(class: CallClass, message: &str) -> CallError {
    CallError {
        operation: "simulated",
        resource: "simulated".to_owned(),
        region: Region::new("us-east-1"),
        code: None,
        class,
        message: message.to_owned(),
    }
}
