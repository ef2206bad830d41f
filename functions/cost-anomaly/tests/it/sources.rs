//! Every source is read as it means it.

use cost_anomaly::budget::{AlertKind, BudgetAlert};
use cost_anomaly::event::{Trigger, news};
use cost_anomaly::model::{Cause, Sighting, Source};
use cost_anomaly::sources::{News, Note};
use jiff::Timestamp;
use nightshift_core::Money;
use nightshift_testkit::fixture;

use crate::world::day;

fn one(name: &str) -> News {
    let mut found = news(&fixture("cost-anomaly", name).event);
    assert_eq!(found.len(), 1, "{name}");
    found.remove(0)
}

fn sighting(name: &str) -> Sighting {
    match one(name) {
        News::Sighting(sighting) => *sighting,
        other => panic!("{name}: {other:?}"),
    }
}

fn alert(name: &str) -> BudgetAlert {
    match one(name) {
        News::Alert(alert) => alert,
        other => panic!("{name}: {other:?}"),
    }
}

fn note(name: &str) -> Note {
    match one(name) {
        News::Note(note) => note,
        other => panic!("{name}: {other:?}"),
    }
}

fn usd(text: &str) -> Option<Money> {
    nightshift_cost::parse_amount(text)
}

#[test]
fn an_event_says_what_each_root_cause_adds() {
    let read = sighting("anomaly-event");
    assert_eq!(read.source, Source::AnomalyEvent);
    assert_eq!(
        read.cause,
        Cause::new(Some("EC2 - Other"), Some("123456789012"))
    );
    assert_eq!(
        (read.since, read.until),
        (day("2026-11-20"), day("2026-11-21"))
    );
    assert_eq!(read.expected, usd("61.4"));
    assert_eq!(read.actual, usd("143.9"));
    assert_eq!(Some(read.impact), usd("82.5"));
    assert_eq!(read.roots.len(), 2);
    assert_eq!(read.roots[0].contribution, usd("79.3"));
    assert_eq!(
        read.roots[0].usage_type.as_deref(),
        Some("EUC1-NatGateway-Bytes")
    );
    assert_eq!(read.account_name.as_deref(), Some("personal-timeline"));
    assert!(read.link.is_some());
}

#[test]
fn a_message_of_sns_is_the_same_with_other_names() {
    let (event, topic) = (sighting("anomaly-event"), sighting("anomaly-topic"));
    assert_eq!(topic.source, Source::AnomalyTopic);
    assert_eq!(topic.id, event.id);
    assert_eq!(topic.cause, event.cause);
    assert_eq!(topic.impact, event.impact);
    assert!(topic.roots.iter().all(|root| root.contribution.is_none()));
    assert_eq!(
        topic.said_at,
        "2026-11-22T09:14:02.118Z".parse::<Timestamp>().unwrap()
    );
}

#[test]
fn the_account_is_where_it_is_spent_and_not_who_pays() {
    let member = sighting("anomaly-event-member-account");
    assert_eq!(member.cause.account, "210987654321");
    assert_eq!(member.account_name.as_deref(), Some("timeline-data"));
    let linked = sighting("anomaly-event-linked-account");
    assert_eq!(linked.cause.account, "210987654321");
    assert_eq!(linked.cause.service, Cause::UNKNOWN);
}

#[test]
fn an_anomaly_that_says_almost_nothing_is_still_one() {
    let bare = sighting("anomaly-event-without-causes");
    assert_eq!(bare.cause, Cause::new(None, Some("123456789012")));
    assert_eq!(
        (bare.since, bare.until),
        (day("2026-11-18"), day("2026-11-18"))
    );
    assert_eq!(bare.impact, Money::ZERO);
    assert_eq!(bare.link, None, "http is no address for people");
}

#[test]
fn of_a_budgets_message_only_the_lines_count() {
    let actual = alert("budget-actual");
    assert_eq!(actual.kind, AlertKind::Actual);
    assert_eq!(actual.budget, "personal-timeline-prod-monthly-budget");
    assert_eq!(actual.account.as_deref(), Some("123456789012"));
    assert_eq!(actual.limit, usd("5000"));
    assert_eq!(actual.threshold, usd("4000"));
    assert_eq!(actual.amount, usd("4212.35"));
    assert_eq!(actual.percent(), Some(84));
    let forecast = alert("budget-forecasted");
    assert_eq!(forecast.kind, AlertKind::Forecasted);
    assert_eq!(forecast.amount, usd("1042.18"));
    let daily = alert("budget-daily");
    assert!(daily.daily);
    assert_eq!(daily.amount, usd("10.40"), "the prose says 14 dollars");
}

#[test]
fn what_is_no_money_is_told_as_it_stands() {
    let usage = alert("budget-usage");
    assert_eq!(
        (usage.limit, usage.amount, usage.threshold),
        (None, None, None)
    );
    assert!(
        usage
            .details
            .contains(&("Budgeted Amount".to_owned(), "120 Hrs".to_owned()))
    );
    assert_eq!(usage.percent(), None);
}

#[test]
fn a_budget_that_adjusts_itself_sends_json() {
    let adjusted = alert("budget-adjusted");
    assert_eq!(adjusted.kind, AlertKind::Adjusted);
    assert_eq!(adjusted.budget, "personal-timeline-shared-monthly-budget");
    assert_eq!(adjusted.limit, usd("912.5"));
    assert_eq!(adjusted.limit_before, usd("800"));
}

#[test]
fn what_nothing_knows_is_a_readable_note() {
    let text = note("unknown-text");
    assert!(text.title.starts_with("You have successfully subscribed"));
    let json = note("unknown-json");
    assert_eq!(json.title, "Savings Plans expire soon");
    assert_eq!(json.account.as_deref(), Some("123456789012"));
    assert!(
        json.details
            .contains(&("daysLeft".to_owned(), "7".to_owned()))
    );
}

#[test]
fn nothing_of_a_batch_is_lost() {
    let event = fixture("cost-anomaly", "batch").event;
    let Ok(Trigger::Batch(records)) = Trigger::parse(&event) else {
        panic!("a batch");
    };
    let kinds: Vec<&str> = records
        .iter()
        .flat_map(|record| &record.news)
        .map(|news| match news {
            News::Sighting(_) => "sighting",
            News::Alert(_) => "alert",
            News::Note(_) => "note",
        })
        .collect();
    assert_eq!(kinds, ["sighting", "sighting", "sighting", "alert", "note"]);
    let strange = fixture("cost-anomaly", "batch-strange").event;
    let Ok(Trigger::Batch(records)) = Trigger::parse(&strange) else {
        panic!("a batch");
    };
    assert_eq!(records.len(), 3);
    assert!(records.iter().all(|record| !record.news.is_empty()));
}
