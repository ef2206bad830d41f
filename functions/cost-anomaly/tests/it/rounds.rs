//! The daily round over a bill: what is unusual is told, what is not known is
//! never taken for nothing, and asking costs what it may.

use cost_anomaly::matter::{Place, State, Telling};
use cost_anomaly::observe::Cut;
use jiff::Timestamp;
use nightshift_core::{Money, Status};
use serde_json::json;

use crate::world::{FakeBill, World, at, day, run};

/// The 120 days before this one are read.
const NOW: &str = "2026-11-24T06:30:00Z";
/// How often a page is asked for.
const TRIES: usize = 4;

fn world() -> World {
    World {
        bill: FakeBill::estate(day("2026-07-01"), day("2026-12-20")),
        ..World::default()
    }
}

fn told(world: &World) -> Vec<String> {
    let published = world.publisher.take().into_iter();
    published.map(|message| message.title).collect()
}

#[test]
fn an_ordinary_estate_is_silent_and_costs_a_few_cents() {
    let world = world();
    let round = run(world.round(at(NOW), false));
    assert_eq!(told(&world), Vec::<String>::new());
    assert_eq!(round.gaps, Vec::<String>::new());
    assert_eq!(round.judged, 2);
    // Three pages of forty days for each of five questions, once.
    assert_eq!(round.pages, 15);
    assert_eq!(
        round.spent.as_ref().unwrap().money(),
        Money::from_micro_usd(150_000)
    );
    // Coming twice costs nothing, and the next day five cents.
    assert_eq!(run(world.round(at("2026-11-24T07:00:00Z"), false)).pages, 0);
    let next = run(world.round(at("2026-11-25T06:30:00Z"), false));
    assert_eq!(next.pages, 5);
    let asked = world.bill.asked.lock().unwrap();
    assert_eq!(
        asked.last().unwrap().from,
        day("2026-11-18"),
        "a week is read again"
    );
}

#[test]
fn a_spike_is_told_once_with_its_parts_and_closed() {
    let world = world();
    world.bill.more(
        day("2026-11-20"),
        day("2026-11-26"),
        "EC2 - Other",
        "EUC1-NatGateway-Bytes",
        4_000,
    );
    // The 20th has settled on the 22nd.
    run(world.round(at("2026-11-22T06:30:00Z"), false));
    let message = world.publisher.published().remove(0);
    assert!(
        message.title.starts_with("EC2 - Other costs $4"),
        "{}",
        message.title
    );
    let parts = message
        .sections
        .iter()
        .find(|one| one.title == "Where it comes from")
        .unwrap();
    assert!(
        parts
            .items
            .iter()
            .any(|line| line.contains("EUC1-NatGateway-Bytes: $4")),
        "{parts:?}"
    );
    assert!(
        parts
            .items
            .iter()
            .any(|line| line.contains("in eu-central-1")),
        "{parts:?}"
    );
    assert!(
        parts
            .items
            .iter()
            .any(|line| line.contains("environment dev")),
        "{parts:?}"
    );
    let daily = message
        .facts
        .iter()
        .find(|fact| fact.label == "Daily cost")
        .unwrap();
    assert!(daily.value.contains('█'), "{daily:?}");
    let chart = message.attachment.as_ref().unwrap();
    assert_eq!(
        (chart.name(), chart.media_type()),
        ("cost.png", "image/png")
    );
    assert!(chart.bytes().starts_with(b"\x89PNG"));
    let since = chart.alt_text().contains("Since 20 Nov 2026 $");
    assert!(since, "{}", chart.alt_text());
    let mut days: Timestamp = at("2026-11-23T06:30:00Z");
    for _ in 0..8 {
        run(world.round(days, false));
        days += jiff::SignedDuration::from_hours(24);
    }
    let messages = world.publisher.published();
    let last = messages
        .iter()
        .rfind(|one| one.dedup_key == message.dedup_key)
        .unwrap();
    assert_eq!(last.status, Status::Resolved);
    assert!(
        last.summary.contains("spending is as it was before"),
        "{}",
        last.summary
    );
    let whole = last.attachment.as_ref().unwrap().alt_text();
    assert!(whole.contains("From 20 Nov 2026 to 25 Nov 2026"), "{whole}");
    // Six days at forty dollars: it is told when it has grown, not every day.
    let updates = messages
        .iter()
        .filter(|one| one.dedup_key == message.dedup_key)
        .count();
    assert!((3..=5).contains(&updates), "{updates}");
}

#[test]
fn a_new_service_is_a_class_of_its_own() {
    let world = world();
    world.bill.more(
        day("2026-11-18"),
        day("2026-12-20"),
        "Amazon SageMaker",
        "EUC1-Notebk:ml.m5",
        900,
    );
    run(world.round(at(NOW), false));
    let message = world.publisher.published().remove(0);
    assert_eq!(message.kind, "cost-anomaly.new-service");
    assert!(
        message
            .title
            .starts_with("New on the bill: Amazon SageMaker, $"),
        "{}",
        message.title
    );
}

#[test]
fn a_bill_that_cannot_be_read_raises_no_alarm_and_forgets_nothing() {
    let world = world();
    run(world.round(at(NOW), false));
    // Every answer of the next two days is a refusal.
    for day in ["25", "26"] {
        world
            .bill
            .script
            .lock()
            .unwrap()
            .extend([Some("LimitExceededException"); 5 * TRIES]);
        let now = at(&format!("2026-11-{day}T06:30:00Z"));
        let round = run(world.round(now, false));
        let refused = round.gaps.iter();
        let refused = refused.filter(|gap| gap.contains("LimitExceededException"));
        assert_eq!(refused.count(), 5, "{:?}", round.gaps);
        assert_eq!(
            round
                .finished
                .lines
                .iter()
                .filter(|line| line.told != Telling::None)
                .count(),
            0
        );
    }
    assert_eq!(told(&world), Vec::<String>::new());
    // Refusals are free, and counted so.
    let spent = run(world.round(at("2026-11-27T06:30:00Z"), false))
        .spent
        .unwrap();
    assert_eq!(spent.total(), 20);
    assert_eq!(told(&world), Vec::<String>::new());
}

#[test]
fn a_watch_that_sees_nothing_for_days_is_told_and_closed() {
    let world = world();
    run(world.round(at(NOW), false));
    for day in ["25", "26", "27", "28"] {
        let refused = [Some("LimitExceededException"); 5 * TRIES];
        world.bill.script.lock().unwrap().extend(refused);
        run(world.round(at(&format!("2026-11-{day}T06:30:00Z")), false));
    }
    let messages = world.publisher.published();
    assert_eq!(messages.len(), 1, "it is told once");
    let message = &messages[0];
    assert_eq!(message.kind, "cost-anomaly.watch");
    assert!(
        message.summary.contains("after 2026-11-23"),
        "{}",
        message.summary
    );
    let why = &message.sections[0].items;
    assert!(why[0].contains("LimitExceededException"), "{why:?}");
    run(world.round(at("2026-11-29T06:30:00Z"), false));
    let last = world.publisher.published().pop().unwrap();
    assert_eq!(last.status, Status::Resolved);
    assert!(last.summary.contains("seen again"), "{}", last.summary);
}

#[test]
fn an_answer_that_comes_late_is_an_answer_and_every_attempt_is_counted() {
    let world = world();
    let refused = [Some("LimitExceededException"); TRIES - 1];
    world.bill.script.lock().unwrap().extend(refused);
    let round = run(world.round(at(NOW), false));
    assert_eq!(round.gaps, Vec::<String>::new());
    assert_eq!(round.pages, 15);
    assert_eq!(round.spent.unwrap().total(), 15, "refusals are free");
    assert_eq!(world.bill.asked.lock().unwrap().len(), 15 + TRIES - 1);
}

#[test]
fn a_half_answer_is_none() {
    let world = world();
    // The second page of the first question fails.
    world
        .bill
        .script
        .lock()
        .unwrap()
        .extend([&[None][..], &[Some("LimitExceededException"); TRIES]].concat());
    let round = run(world.round(at(NOW), false));
    assert_eq!(round.judged, 0, "what is judged was not read whole");
    assert_eq!(told(&world), Vec::<String>::new());
    assert_eq!(round.gaps.len(), 1);
    assert_eq!(
        run(world.round(at("2026-11-24T07:30:00Z"), false)).judged,
        2
    );
}

#[test]
fn the_cap_refuses_and_says_how_to_allow() {
    let mut world = world();
    world.config.requests_per_month.0 = 4;
    let round = run(world.round(at(NOW), false));
    assert_eq!(world.bill.asked.lock().unwrap().len(), 4);
    assert_eq!(round.spent.unwrap().total(), 4);
    let gap = &round.gaps[1];
    assert!(
        gap.contains("cap of 4 requests ($0.04) in 2026-11"),
        "{gap}"
    );
    assert!(gap.contains("requests_per_month"), "{gap}");
    assert_eq!(told(&world), Vec::<String>::new());
    // Another month begins at nothing.
    world.config.requests_per_month.0 = 100;
    let december = run(world.round(at("2026-12-02T06:30:00Z"), false));
    assert_eq!(december.spent.unwrap().total(), december.pages);
}

#[test]
fn a_revised_bill_takes_back_what_it_said() {
    let world = world();
    world.bill.more(
        day("2026-11-20"),
        day("2026-11-21"),
        "AWS Lambda",
        "EUC1-Lambda-GB-Second",
        3_000,
    );
    run(world.round(at("2026-11-22T06:30:00Z"), false));
    assert_eq!(world.publisher.take().len(), 1);
    world
        .bill
        .charges
        .lock()
        .unwrap()
        .retain(|one| one.cents != 3_000);
    run(world.round(at("2026-11-23T06:30:00Z"), false));
    let last = world.publisher.take().remove(0);
    assert_eq!(last.status, Status::Resolved);
    let State::Spend(spend) = &world.matters()[0].state else {
        panic!("spending");
    };
    assert!(
        spend
            .detected()
            .unwrap()
            .reason
            .as_ref()
            .unwrap()
            .contains("revised")
    );
}

#[test]
fn a_dry_run_tells_nobody_and_keeps_what_was_paid_for() {
    let world = world();
    world.bill.more(
        day("2026-11-20"),
        day("2026-11-22"),
        "EC2 - Other",
        "EUC1-NatGateway-Bytes",
        4_000,
    );
    let round = run(world.round(at(NOW), true));
    assert_eq!(round.finished.messages.len(), 1);
    assert_eq!(world.publisher.published().len(), 0);
    assert_eq!(world.matters().len(), 0);
    let real = run(world.round(at("2026-11-24T06:40:00Z"), false));
    assert_eq!(real.pages, 0);
    assert_eq!(world.publisher.published().len(), 1);
}

#[test]
fn an_environment_that_will_break_its_budget_is_told_before_it_does() {
    let mut world = world();
    // Some thirty dollars a day.
    world.config.budgets.get_mut("dev").unwrap().0 = Money::from_micro_usd(700_000_000);
    run(world.round(at("2026-11-16T06:30:00Z"), false));
    let message = world.publisher.published().remove(0);
    assert_eq!(message.kind, "cost-anomaly.budget");
    assert!(
        message
            .title
            .starts_with("Budget of dev: $700.00 will be spent on "),
        "{}",
        message.title
    );
    // A budget that is not in danger is no matter.
    assert!(
        !world
            .matters()
            .iter()
            .any(|matter| matches!(&matter.place, Place::Budget { name, .. } if name == "prod"))
    );
}

#[test]
fn credits_that_end_are_seen_although_the_bill_is_zero() {
    let mut world = world();
    world.config.credits =
        serde_json::from_value(json!({"balance_usd": 600, "as_of": "2026-11-01"})).unwrap();
    world
        .bill
        .credit(day("2026-10-01"), day("2026-12-20"), 2_000);
    run(world.round(at(NOW), false));
    let message = world.publisher.published().remove(0);
    assert_eq!(message.kind, "cost-anomaly.credits");
    // 22 settled days of twenty dollars are used, 160 dollars are left.
    assert_eq!(message.title, "The credits last until 30 November");
    let left = message
        .facts
        .iter()
        .find(|fact| fact.label == "Left")
        .unwrap();
    assert_eq!(left.value, "$160.00");
}

#[test]
fn credits_that_stopped_are_told_without_being_configured() {
    let world = world();
    world
        .bill
        .credit(day("2026-09-01"), day("2026-11-18"), 2_000);
    run(world.round(at(NOW), false));
    let message = world.publisher.published().remove(0);
    assert_eq!(message.title, "The credits are used up since 18 November");
}

#[test]
fn credits_and_fees_are_no_usage() {
    let world = world();
    world
        .bill
        .credit(day("2026-11-20"), day("2026-11-21"), 500_000);
    let round = run(world.round(at(NOW), false));
    let lines = &round.finished.lines;
    assert!(
        lines.iter().all(|line| line.told == Telling::None),
        "{lines:?}"
    );
    assert!(Cut::ALL.iter().filter(|cut| !cut.is_usage()).count() == 1);
}

#[test]
fn what_the_service_is_asked_is_the_same_matter() {
    let mut world = world();
    world.config.sources.ask_anomaly_detection = true;
    run(world.hear("anomaly-event", at("2026-11-22T10:00:00Z")));
    let mut words = world.words("anomaly-event");
    let cost_anomaly::act::Word::Sighting(mut asked) = words.remove(0).1 else {
        panic!("a sighting");
    };
    asked.source = cost_anomaly::model::Source::AnomalyAsked;
    asked.said_at = at("2026-11-23T06:30:00Z");
    world.bill.anomalies.lock().unwrap().push(*asked);
    run(world.round(at("2026-11-23T06:30:00Z"), false));
    assert_eq!(world.matters().len(), 1);
    assert_eq!(world.publisher.published().len(), 1);
}

#[test]
fn a_topic_that_shuts_aws_out_is_told() {
    let mut world = world();
    world.config.alerts_topic = Some("arn:aws:sns:us-east-1:123456789012:costs".to_owned());
    let round = run(world.round(at(NOW), false));
    assert_eq!(round.gaps.len(), 1);
    assert!(
        round.gaps[0].contains("does not let AWS Budgets and Cost Anomaly Detection publish"),
        "{:?}",
        round.gaps
    );
    let titles = told(&world);
    assert_eq!(titles, ["Unusual spending would not be noticed"]);
}
