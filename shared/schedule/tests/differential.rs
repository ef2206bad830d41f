//! The translations against small models of what the other tools do, in UTC, where no clock changes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::Timestamp;
use nightshift_schedule::{Context, Desired, Parsed, Syntax, Zone, read};
use proptest::prelude::*;
use proptest::test_runner::Config;

/// Monday 2026-11-23 00:00 UTC, in seconds since 1970.
const MONDAY: i64 = 1_795_392_000;
const WEEK: usize = 7 * 1440;
const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn clock(minute: usize) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Whether the translation is on at each of some minutes of the week; none if it was refused.
fn translation(value: &str, syntax: Syntax, step: usize) -> Option<Vec<bool>> {
    let context = Context::new(Zone::utc());
    let reading = read(value, syntax, &context);
    if let Parsed::Invalid { .. } = reading.parsed {
        return None;
    }
    let minutes = (0..WEEK).step_by(step);
    Some(
        minutes
            .map(|minute| {
                let second = MONDAY + i64::try_from(minute).unwrap() * 60;
                let instant = Timestamp::from_second(second).unwrap();
                reading.at(instant, &context).desired == Desired::On
            })
            .collect(),
    )
}

/// A range of weekdays, over the weekend too.
fn days() -> impl Strategy<Value = (usize, usize)> {
    (0..7_usize, 0..7_usize)
}

fn within((first, last): (usize, usize), day: usize) -> bool {
    (0..=(last + 7 - first) % 7).any(|step| (first + step) % 7 == day)
}

proptest! {
    #![proptest_config(Config { cases: 40, failure_persistence: None, ..Config::default() })]

    /// Cloud Custodian runs each hour, stops what one list names for it and starts what the other does.
    #[test]
    fn cloud_custodian_would_leave_the_same_running(
        on in proptest::collection::vec((days(), 0..24_usize), 1..3),
        off in proptest::collection::vec((days(), 0..24_usize), 1..3),
    ) {
        let list = |events: &[((usize, usize), usize)]| {
            let letters = ["M", "T", "W", "H", "F", "S", "U"];
            let items: Vec<String> = events
                .iter()
                .map(|((first, last), hour)| format!("({}-{},{hour})", letters[*first], letters[*last]))
                .collect();
            format!("[{}]", items.join(","))
        };
        let value = format!("off={};on={};tz=utc", list(&off), list(&on));
        let acts = |events: &[((usize, usize), usize)], hour: usize| {
            events.iter().any(|(range, at)| *at == hour % 24 && within(*range, hour / 24))
        };
        if (0..168).any(|hour| acts(&on, hour) && acts(&off, hour)) {
            prop_assert!(translation(&value, Syntax::CloudCustodian, 60).is_none(), "{}", value);
            return Ok(());
        }
        let mut expected = vec![false; 168];
        let mut running = false;
        for hour in (0..168).chain(0..168) {
            running = (running || acts(&on, hour)) && !acts(&off, hour);
            expected[hour] = running;
        }
        prop_assert_eq!(translation(&value, Syntax::CloudCustodian, 60), Some(expected), "{}", value);
    }

    /// kube-downscaler keeps up what is in the uptime and not in the downtime.
    #[test]
    fn kube_downscaler_would_leave_the_same_running(
        up in proptest::collection::vec((days(), 0..1380_usize, 1..1440_usize), 1..3),
        down in proptest::collection::vec((days(), 0..1380_usize, 1..1440_usize), 0..3),
    ) {
        let valid = |list: &[((usize, usize), usize, usize)]| list.iter().all(|(_, begin, end)| begin < end);
        prop_assume!(valid(&up) && valid(&down));
        let written = |list: &[((usize, usize), usize, usize)]| {
            let items: Vec<String> = list
                .iter()
                .map(|((first, last), begin, end)| {
                    format!("{}-{} {}-{} UTC", NAMES[*first], NAMES[*last], clock(*begin), clock(*end))
                })
                .collect();
            items.join(", ")
        };
        let value = if down.is_empty() {
            written(&up)
        } else {
            format!("uptime={}; downtime={}", written(&up), written(&down))
        };
        let matches = |list: &[((usize, usize), usize, usize)], minute: usize| {
            list.iter().any(|(range, begin, end)| {
                within(*range, minute / 1440) && (*begin..*end).contains(&(minute % 1440))
            })
        };
        let expected: Vec<bool> = (0..WEEK).step_by(31).map(|m| matches(&up, m) && !matches(&down, m)).collect();
        match translation(&value, Syntax::KubeDownscaler, 31) {
            Some(found) => prop_assert_eq!(found, expected, "{}", value),
            None => prop_assert!((0..WEEK).all(|m| !matches(&up, m) || matches(&down, m)), "{}", value),
        }
    }

    /// Instance Scheduler: running beats any beats stopped, any changes nothing, and periods a
    /// minute apart are joined.
    #[test]
    fn instance_scheduler_would_leave_the_same_running(
        periods in proptest::collection::vec(
            (days(), proptest::option::of(0..1438_usize), proptest::option::of(1..1439_usize)),
            1..4,
        ),
    ) {
        prop_assume!(periods.iter().all(|(_, begin, end)| match (begin, end) {
            (Some(begin), Some(end)) => begin < end,
            _ => true,
        }));
        let objects: Vec<serde_json::Value> = periods
            .iter()
            .map(|((first, last), begin, end)| {
                serde_json::json!({
                    "begintime": begin.map(clock),
                    "endtime": end.map(clock),
                    "weekdays": [format!("{}-{}", NAMES[*first], NAMES[*last])],
                })
            })
            .collect();
        let value = serde_json::json!({"timezone": "UTC", "periods": objects}).to_string();
        let state = |minute: usize| {
            let (day, time) = (minute / 1440, minute % 1440);
            let one = |begin: Option<usize>, end: Option<usize>| match (begin, end) {
                (None, None) => Some(true),
                (Some(begin), None) => (time >= begin).then_some(true),
                (None, Some(end)) => (time >= end).then_some(false),
                (Some(begin), Some(end)) => Some((begin..end).contains(&time)),
            };
            let states: Vec<Option<bool>> = periods
                .iter()
                .map(|(range, begin, end)| if within(*range, day) { one(*begin, *end) } else { Some(false) })
                .collect();
            if states.contains(&Some(true)) {
                Some(true)
            } else if states.contains(&None) {
                None
            } else {
                Some(false)
            }
        };
        let mut expected = vec![false; WEEK];
        let mut running = false;
        for minute in (0..WEEK).chain(0..WEEK) {
            running = state(minute).unwrap_or(running);
            expected[minute] = running;
        }
        let joined: Vec<bool> = (0..WEEK)
            .map(|m| {
                let between = expected[(m + WEEK - 1) % WEEK] && expected[(m + 1) % WEEK];
                expected[m] || (periods.len() > 1 && between)
            })
            .collect();
        let sampled: Vec<bool> = joined.iter().copied().step_by(31).collect();
        match translation(&value, Syntax::InstanceScheduler, 31) {
            Some(found) => prop_assert_eq!(found, sampled, "{}", value),
            None => prop_assert!(joined.iter().all(|on| !on), "{}", value),
        }
    }
}
