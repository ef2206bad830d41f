//! Sign-ins to the console and calls of the root user, by way of CloudTrail.
//! Sign-ins of IAM's own kind land in us-east-1; `MFAUsed` is `Yes` or `YES`.
//! One matter is what one identity does of one kind in one day.

use super::envelope::{Envelope, last_part};
use crate::finding::{Band, Finding, FindingKey, Principal, Route, Subject};
use nightshift_events::Detail;

/// The finding for a sign-in or a call; None where it says neither who nor what.
pub fn finding(envelope: &Envelope<'_>, detail: Detail<'_>) -> Option<Finding> {
    let operation = detail.text("eventName")?;
    let identity = detail.at("userIdentity");
    let who = identity.text("type")?;
    let root = who == "Root";
    let name = name(identity, who);
    let account = identity
        .text("accountId")
        .or_else(|| detail.text("recipientAccountId"))
        .unwrap_or(envelope.account);
    let region = detail.text("awsRegion").unwrap_or(envelope.region);
    let at = detail.time("eventTime").unwrap_or(envelope.time);
    let outcome = Outcome::of(detail);
    let day = at.strftime("%Y-%m-%d");
    let actor = if root {
        who.to_owned()
    } else {
        format!("{who}/{name}")
    };
    let key = FindingKey::new(
        account,
        region,
        &format!("cloudtrail/{actor}/{operation}/{}/{day}", outcome.words()),
    );
    let mut finding = envelope.draft(Route::CloudTrail, "CloudTrail", key);
    let sign_in = operation == "ConsoleLogin";
    finding.kind = match (root, sign_in) {
        (true, _) => format!("Root:{operation}"),
        (false, true) => "ConsoleLogin".to_owned(),
        (false, false) => operation.to_owned(),
    };
    finding.band = band(root, sign_in, who, outcome, detail);
    finding.title = title(root, sign_in, &name, operation, outcome, detail);
    finding.description = if root {
        "The root user can do everything, and no policy holds it back. Nobody needs it for daily work.".to_owned()
    } else {
        String::new()
    };
    finding.seen(Some(at), Some(at), Some(at));
    finding.subjects = vec![if root {
        Subject::named("AWS::::Account", account)
    } else {
        let kind = match who {
            "IAMUser" => "AWS::IAM::User",
            "AssumedRole" => "AWS::IAM::Role",
            other => other,
        };
        Subject {
            id: name.clone(),
            ..Subject::named(kind, identity.text("arn").unwrap_or(&name))
        }
    }];
    finding.principals.insert(Principal {
        kind: who.to_owned(),
        name,
        access_key: identity.text("accessKeyId").map(str::to_owned),
    });
    finding.note("From", detail.text("sourceIPAddress"));
    finding.note("With", detail.text("userAgent"));
    finding.note("MFA", detail.text("additionalEventData/MFAUsed"));
    finding.note("Service", detail.text("eventSource"));
    finding.note("Error", detail.first(&["errorMessage", "errorCode"]));
    Some(finding)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    Failed,
}

impl Outcome {
    fn of(detail: Detail<'_>) -> Self {
        let answer = detail.at("responseElements").fields().next();
        let said_no = answer.is_some_and(|(_, answer)| answer.text("") == Some("Failure"));
        if said_no || detail.text("errorCode").is_some() || detail.text("errorMessage").is_some() {
            Self::Failed
        } else {
            Self::Done
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

fn name(identity: Detail<'_>, who: &str) -> String {
    if who == "Root" {
        return "root".to_owned();
    }
    identity
        .first(&["userName", "sessionContext/sessionIssuer/userName"])
        .or_else(|| identity.text("arn").map(last_part))
        .or_else(|| identity.text("principalId"))
        .unwrap_or("somebody")
        .to_owned()
}

/// Whoever comes by a role has shown the second factor elsewhere, if at all:
/// CloudTrail says `No` for all of them, and that means nothing.
fn without_mfa(who: &str, detail: Detail<'_>) -> bool {
    matches!(who, "IAMUser" | "Root")
        && detail
            .text("additionalEventData/MFAUsed")
            .is_none_or(|used| used.eq_ignore_ascii_case("no"))
}

fn band(root: bool, sign_in: bool, who: &str, outcome: Outcome, detail: Detail<'_>) -> Band {
    match (root, outcome) {
        (true, Outcome::Done) => Band::Critical,
        (true, Outcome::Failed) => Band::High,
        (false, Outcome::Failed) => Band::Low,
        (false, Outcome::Done) if sign_in && without_mfa(who, detail) => Band::Medium,
        (false, Outcome::Done) => Band::Informational,
    }
}

fn title(
    root: bool,
    sign_in: bool,
    name: &str,
    operation: &str,
    outcome: Outcome,
    detail: Detail<'_>,
) -> String {
    let who = if root { "The root user" } else { name };
    let who_is = detail.text("userIdentity/type").unwrap_or_default();
    match (sign_in, outcome) {
        (true, Outcome::Done) if without_mfa(who_is, detail) => {
            format!("{who} signed in to the console without MFA")
        }
        (true, Outcome::Done) => format!("{who} signed in to the console"),
        (true, Outcome::Failed) => format!("{who} could not sign in to the console"),
        (false, Outcome::Done) => format!("{who} called {operation}"),
        (false, Outcome::Failed) => format!("{who} tried {operation}, and it failed"),
    }
}
