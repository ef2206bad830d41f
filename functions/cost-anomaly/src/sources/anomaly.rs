//! AWS Cost Anomaly Detection. `EventBridge` and SNS carry the same document
//! with other names: the first says `dimensionValue` and what each root cause
//! adds, the second `dimensionalValue` and nothing of the kind. Everything in a
//! root cause is optional (AWS Cost Management User Guide, "Getting started with
//! AWS Cost Anomaly Detection").

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use nightshift_core::Money;
use nightshift_events::Detail;

use super::money;
use crate::model::{Cause, Class, Course, Root, Sighting, Source, ranked};

/// The sighting that an event of `EventBridge`, or a message of SNS, tells of;
/// None for anything else.
pub fn sighting(event: Detail<'_>, sent: Option<Timestamp>) -> Option<Sighting> {
    let is_event = event.text("detail-type") == Some("Anomaly Detected")
        || event.text("source") == Some("aws.ce");
    let (detail, source) = if is_event {
        (event.field("detail"), Source::AnomalyEvent)
    } else {
        (event, Source::AnomalyTopic)
    };
    let id = detail.text("anomalyId")?;
    let said_at = event.time("time").or(sent).unwrap_or(Timestamp::UNIX_EPOCH);
    let days = days(detail, said_at);
    let roots = roots(detail);
    let dimension = detail.first(&["dimensionValue", "dimensionalValue"]);
    let is_account = |text: &&str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    let first = roots.first();
    let service = first
        .and_then(|root| root.service.as_deref())
        .or(dimension.filter(|text| !is_account(text)));
    // `accountId` is who pays; where it is spent, the root cause says.
    let account = first
        .and_then(|root| root.account.as_deref())
        .or(dimension.filter(is_account))
        .or(detail.text("accountId"))
        .or(event.text("account"));
    let (expected, actual) = (
        money(detail, "impact/totalExpectedSpend"),
        money(detail, "impact/totalActualSpend"),
    );
    let difference = || Some(actual? - expected?);
    Some(Sighting {
        until: days.1,
        said_at,
        source,
        id: id.to_owned(),
        cause: Cause::new(service, account),
        class: Class::Rise,
        course: Course::GoesOn,
        since: days.0,
        expected,
        actual,
        impact: money(detail, "impact/totalImpact")
            .or_else(difference)
            .or(money(detail, "impact/maxImpact"))
            .unwrap_or(Money::ZERO),
        account_name: account_name(detail, account),
        roots,
        monitor: detail.text("monitorName").map(str::to_owned),
        link: detail.text("anomalyDetailsLink").map(str::to_owned),
        reason: None,
        feedback: detail
            .text("feedback")
            .filter(|word| matches!(*word, "YES" | "NO" | "PLANNED_ACTIVITY"))
            .map(str::to_owned),
        days: Vec::new(),
    })
}

/// Its first and last day; where it says neither, the day it was told on.
fn days(detail: Detail<'_>, said_at: Timestamp) -> (Date, Date) {
    let day = |path: &str| {
        let civil = || detail.text(path)?.get(..10)?.parse().ok();
        detail.time(path).map(date).or_else(civil)
    };
    let start = day("anomalyStartDate");
    let end = day("anomalyEndDate");
    let since = start.or(end).unwrap_or_else(|| date(said_at));
    (since, end.unwrap_or(since).max(since))
}

fn date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

fn roots(detail: Detail<'_>) -> Vec<Root> {
    let text = |cause: Detail<'_>, path: &str| cause.text(path).map(str::to_owned);
    let roots = detail.items("rootCauses").map(|cause| Root {
        service: text(cause, "service"),
        account: cause.words("linkedAccount"),
        region: text(cause, "region"),
        usage_type: text(cause, "usageType"),
        environment: None,
        contribution: money(cause, "impact/contribution"),
    });
    ranked(roots.filter(|root| *root != Root::default()).collect())
}

fn account_name(detail: Detail<'_>, account: Option<&str>) -> Option<String> {
    let name = |path: &str, of: Detail<'_>| of.text(path).map(str::to_owned);
    let root = detail
        .items("rootCauses")
        .find(|cause| cause.words("linkedAccount").as_deref() == account)
        .and_then(|cause| name("linkedAccountName", cause));
    root.or_else(|| {
        (detail.text("accountId") == account)
            .then(|| name("accountName", detail))
            .flatten()
    })
}
