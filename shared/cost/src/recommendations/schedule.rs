use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The hours of a week.
pub(super) const WEEK: u16 = 168;

/// What off-hours puts to sleep, as its ledger and the schedules say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Schedules {
    /// Everything under a schedule.
    pub sleepers: Vec<Sleeper>,
}

/// What kind of thing sleeps; the names are those of off-hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SleeperKind {
    /// An Auto Scaling group.
    AutoScalingGroup,
    /// An EC2 instance.
    Ec2Instance,
    /// An EKS node group.
    NodeGroup,
    /// An RDS instance.
    DbInstance,
    /// An RDS or Aurora cluster.
    DbCluster,
    /// An ECS service.
    EcsService,
}

/// One resource under a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sleeper {
    /// The resource.
    pub arn: String,
    /// The name that people use.
    pub name: String,
    /// What it is.
    pub kind: SleeperKind,
    /// Since when it has been put to sleep.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// How many hours of a week it sleeps, at most 168.
    pub hours_asleep_a_week: u16,
    /// The longest time that its schedule leaves it awake, in hours; none where
    /// that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_awake_hours: Option<u16>,
    /// Whether it sleeps now.
    pub asleep: bool,
    /// Ids or ARNs of the EBS volumes that are attached to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<String>,
}

impl Sleeper {
    /// How many hours of a week it is awake.
    pub fn hours_awake_a_week(&self) -> u16 {
        WEEK.saturating_sub(self.hours_asleep_a_week)
    }

    /// Whether it is known to be awake for less than that many hours on end.
    pub fn is_never_awake_for(&self, hours: u16) -> bool {
        let longest = self.longest_awake_hours.unwrap_or(WEEK);
        longest.min(self.hours_awake_a_week()) < hours
    }

    /// Whether a commitment of this type pays for it.
    pub(super) fn is_paid_by(&self, commitment: &str) -> bool {
        let database = matches!(self.kind, SleeperKind::DbInstance | SleeperKind::DbCluster);
        match commitment {
            // Compute Savings Plans pay for Fargate too.
            "ComputeSavingsPlans" => !database,
            "Ec2InstanceSavingsPlans" | "Ec2ReservedInstances" => {
                !database && self.kind != SleeperKind::EcsService
            }
            "RdsReservedInstances" => database,
            _ => false,
        }
    }
}

impl Schedules {
    /// The sleeper that a resource is, by ARN or by the id at its end.
    pub fn of(&self, arn: Option<&str>, name: &str) -> Option<&Sleeper> {
        self.sleepers.iter().find(|one| match arn {
            Some(arn) => one.arn == arn,
            None => tail(&one.arn) == name,
        })
    }

    /// The sleeper that a volume is attached to.
    pub fn of_volume(&self, arn: Option<&str>, name: &str) -> Option<&Sleeper> {
        let id = arn.map_or(name, tail);
        self.sleepers
            .iter()
            .find(|one| one.volumes.iter().any(|volume| tail(volume) == id))
    }
}

fn tail(arn: &str) -> &str {
    arn.rsplit([':', '/']).next().unwrap_or(arn)
}
