//! What a person says of an anomaly: written down, so that nobody is told of it
//! again, and told to Cost Anomaly Detection, which learns from it.

use jiff::Timestamp;
use nightshift_core::{Guard, printable};
use nightshift_runtime::{Failure, Invocation, Response, SnsPublisher};
use schemars::JsonSchema;
use serde::Serialize;

use super::{CostAnomaly, PAUSE, Setup};
use crate::act::{Desk, Word, remembered};
use crate::config::NAME;
use crate::event::Feedback;
use crate::matter::{Given, Matter, Place, State, Telling};
use crate::observe::Bills;

const FEEDBACK: &str = "ce:ProvideAnomalyFeedback";

/// What a person says of an anomaly.
pub(super) struct Said {
    pub(super) anomaly: String,
    pub(super) feedback: Feedback,
    pub(super) dry_run: bool,
}

/// The answer to `feedback`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FeedbackReport {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `cost-anomaly`.
    pub function: &'static str,
    /// Always `feedback`.
    pub command: &'static str,
    /// The environment's code.
    pub environment: String,
    /// What counted as now.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// What was said.
    pub feedback: Feedback,
    /// Whether it was only said what would be done.
    pub dry_run: bool,
    /// The matter that is meant; None where none is known by this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matter: Option<String>,
    /// What people were told of it, or would have been.
    pub told: Telling,
    /// The calls that were made, or would have been.
    pub calls: Vec<String>,
    /// Why a call was not made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<String>,
}

impl CostAnomaly {
    pub(super) async fn feedback(
        &self,
        said: Said,
        now: Timestamp,
        invocation: &Invocation,
    ) -> Result<Response, Failure> {
        let setup = self.setup().await?;
        let (matters, _) = remembered(&setup.ledger)
            .await
            .map_err(|error| Failure::new("Ledger", &error))?;
        let matter = matters.iter().find(|matter| names(matter, &said.anomaly));
        let mut report = FeedbackReport {
            version: 1,
            function: NAME,
            command: "feedback",
            environment: setup.document.environment.clone(),
            at: now,
            feedback: said.feedback,
            dry_run: said.dry_run,
            matter: matter.map(|matter| printable(&matter.place.to_string(), 300)),
            told: Telling::None,
            calls: Vec::new(),
            refused: Vec::new(),
        };
        if let Some(matter) = matter {
            report.told = self.given(&setup, matter, &said, now, invocation).await?;
        }
        for anomaly in anomalies(matter, &said.anomaly) {
            let call = format!(
                "{FEEDBACK} on {} with {}",
                printable(&anomaly, 100),
                match said.feedback {
                    Feedback::Yes => "YES",
                    Feedback::No => "NO",
                    Feedback::PlannedActivity => "PLANNED_ACTIVITY",
                }
            );
            match self.refusal(&setup, said.dry_run).await {
                Some(why) => {
                    report.calls.push(call);
                    report.refused.push(why);
                }
                None => match setup
                    .meter(now)
                    .ask(FEEDBACK, || self.aws.feedback(&anomaly, said.feedback))
                    .await
                {
                    Ok(()) => report.calls.push(call),
                    Err(error) => report.refused.push(error.to_string()),
                },
            }
        }
        if report.matter.is_none() && report.calls.is_empty() && report.refused.is_empty() {
            report.refused.push(format!(
                "nothing is known by the name `{}`; `status` lists what is open",
                printable(&said.anomaly, 100)
            ));
        }
        Response::new(&report)
    }

    /// Writes down what was said, and tells people what that makes of the matter.
    async fn given(
        &self,
        setup: &Setup,
        matter: &Matter,
        said: &Said,
        now: Timestamp,
        invocation: &Invocation,
    ) -> Result<Telling, Failure> {
        let estate = Ok(crate::observe::Estate::default());
        let desk = Desk {
            ledger: &setup.ledger,
            publisher: &SnsPublisher::new(&self.sdk, &setup.document.notifications_topic),
            around: &setup.surveyor(&self.aws, &estate, &invocation.deadline),
            document: &setup.document,
            config: &setup.config,
            now,
            deadline: &invocation.deadline,
            pause: PAUSE,
            dry_run: said.dry_run,
        };
        let given = Given {
            feedback: said.feedback,
            at: now,
        };
        let finished = desk
            .settle(vec![(matter.place.clone(), Word::Given(given))])
            .await;
        let Some(line) = finished.lines.first() else {
            return Ok(Telling::None);
        };
        match &line.trouble {
            Some(trouble) => Err(Failure::new("NotSettled", trouble)),
            None => Ok(line.told),
        }
    }

    /// Why Cost Anomaly Detection is not told; None where it may be.
    async fn refusal(&self, setup: &Setup, dry_run: bool) -> Option<String> {
        if dry_run {
            return Some("it is a dry run; say \"dry_run\": false to do it".to_owned());
        }
        if !setup.config.feedback {
            return Some(format!(
                "functions.{NAME}.feedback is off in the configuration; set it to true to tell Cost Anomaly Detection"
            ));
        }
        if setup.document.guards.dry_run {
            return Some(
                "the configuration has guards.dry_run on; set it to false to tell Cost Anomaly Detection"
                    .to_owned(),
            );
        }
        let switch = self.settings.stop_switch(&setup.document).await;
        let guard = Guard::new(&setup.document, switch);
        guard.permit_changes().err().map(|why| why.to_string())
    }
}

/// Whether a person means this matter.
fn names(matter: &Matter, name: &str) -> bool {
    let State::Spend(spend) = &matter.state else {
        return false;
    };
    let place = matter.place.to_string();
    place == name
        || matches!(&matter.place, Place::Spend(cause) if cause.to_string() == name)
        || spend.anomalies().contains(&name)
}

/// The anomalies that Cost Anomaly Detection is told of: those of the matter, or
/// the one that was named.
fn anomalies(matter: Option<&Matter>, name: &str) -> Vec<String> {
    match matter.map(|matter| &matter.state) {
        Some(State::Spend(spend)) => spend.anomalies().into_iter().map(str::to_owned).collect(),
        // An id is no name with a service and an account in it.
        _ if !name.contains(['@', '/', ' ']) && !name.is_empty() => vec![name.to_owned()],
        _ => Vec::new(),
    }
}
