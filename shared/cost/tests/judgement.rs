//! What is an anomaly, by example.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lines;

use jiff::civil::date;
use lines::{change, dollars, series, weekly};
use nightshift_cost::{Day, Kind, Settings, State, Verdict, judge};

fn told(days: &[Day]) -> Vec<(Kind, State, usize)> {
    let series = series(days);
    let track = judge(&series, &Settings::default());
    let place = |one: &nightshift_cost::Episode| series.place(one.since).unwrap();
    track
        .told(&Settings::default())
        .map(|one| (one.kind, one.state, place(one)))
        .collect()
}

#[test]
fn a_spike_ends_and_tells_what_it_cost() {
    let days = change(&weekly(100), 80..81, 1.6);
    let track = judge(&series(&days), &Settings::default());
    let [spike] = track.episodes.as_slice() else {
        panic!("{:?}", track.episodes)
    };

    assert_eq!(
        (spike.kind, spike.state, spike.days),
        (Kind::Spike, State::Ended, 1)
    );
    assert_eq!(spike.since, series(&days).date(80));
    assert_eq!(spike.expected, dollars(100.0));
    assert_eq!(spike.impact(), dollars(60.0));
    assert_eq!(spike.percent().map(f64::round), Some(60.0));
}

#[test]
fn a_step_is_one_episode_that_grows_and_is_accepted_after_two_weeks() {
    let days = change(&weekly(140), 80..140, 1.35);
    assert_eq!(told(&days[..81]), [(Kind::Spike, State::Open, 80)]);
    assert_eq!(told(&days[..86]), [(Kind::Step, State::Open, 80)]);
    assert_eq!(told(&days), [(Kind::Step, State::Accepted, 80)]);
    // The new level is what is ordinary: half as much again is a step of its own.
    let twice = change(&days, 120..140, 1.5);
    assert_eq!(
        told(&twice).last(),
        Some(&(Kind::Step, State::Accepted, 120))
    );
}

#[test]
fn growth_of_a_per_cent_a_day_is_told_as_growth() {
    let mut days = weekly(140);
    for at in 80..140 {
        days = change(&days, at..140, 1.01);
    }
    let [(kind, _, since)] = told(&days)[..] else {
        panic!("{:?}", told(&days))
    };
    assert!(
        matches!(kind, Kind::Growth | Kind::Step) && (90..115).contains(&since),
        "{kind:?} {since}"
    );
}

#[test]
fn what_never_cost_anything_is_new_however_small_it_begins() {
    let none = vec![Day::Settled(dollars(0.0)); 60];
    let at_once = [none.clone(), vec![Day::Settled(dollars(9.0)); 5]].concat();
    assert_eq!(told(&at_once), [(Kind::New, State::Open, 60)]);
    let slowly = [none.clone(), vec![Day::Settled(dollars(2.0)); 20]].concat();
    assert_eq!(told(&slowly[..70]), []);
    assert_eq!(told(&slowly)[0], (Kind::New, State::Accepted, 60));
    let pennies = [none, vec![Day::Settled(dollars(0.5)); 30]].concat();
    assert_eq!(told(&pennies), []);
    // Where the days before are not known, nobody can say that it is new.
    let unknown = [vec![Day::Missing; 60], vec![Day::Settled(dollars(9.0)); 5]].concat();
    assert_eq!(told(&unknown), []);
}

#[test]
fn taking_back_a_fall_is_no_rise() {
    for fall in [80..85, 80..101, 80..90] {
        let days = change(&weekly(160), fall.clone(), 0.4);
        assert_eq!(told(&days), [], "{fall:?}");
        let off = change(&weekly(160), fall.clone(), 0.0);
        assert_eq!(told(&off), [], "{fall:?}");
        let higher = change(&days, fall.end..160, 1.4);
        assert_eq!(
            told(&higher),
            [(Kind::Step, State::Accepted, fall.end)],
            "{fall:?}"
        );
    }
}

#[test]
fn a_fall_is_told_where_that_is_wanted() {
    let days = change(&weekly(100), 80..85, 0.4);
    let settings = Settings {
        dips: true,
        ..Settings::default()
    };
    let track = judge(&series(&days), &settings);
    let dips: Vec<Kind> = track.told(&settings).map(|one| one.kind).collect();

    assert_eq!(dips, [Kind::Dip]);
    assert!(track.episodes[0].impact() < dollars(0.0) && track.episodes[0].z < -4.0);
}

#[test]
fn a_charge_on_the_first_is_told_once_and_expected_from_then_on() {
    let mut days = weekly(180);
    let whole = series(&days);
    for (at, day) in days.iter_mut().enumerate() {
        if whole.date(at).day() == 1 && whole.date(at) >= date(2025, 3, 1) {
            *day = day.plus(Day::Settled(dollars(60.0)));
        }
    }
    let march = whole.place(date(2025, 3, 1)).unwrap();
    assert_eq!(told(&days), [(Kind::MonthStart, State::Ended, march)]);
}

#[test]
fn bursts_become_a_habit_and_lasting_bursts_do_not() {
    let mut days = weekly(150);
    for at in [60, 69, 78, 92, 103] {
        days = change(&days, at..at + 1, 2.0);
    }
    let spikes = told(&days);
    assert_eq!(
        spikes.iter().map(|one| one.2).collect::<Vec<_>>(),
        [60, 69, 78]
    );
    let track = judge(&series(&days), &Settings::default());
    assert_eq!(track.days[92].verdict, Verdict::Habit);
    let lasting = change(&days, 120..140, 2.0);
    assert_eq!(told(&lasting).last().map(|one| one.0), Some(Kind::Step));
}

#[test]
fn small_money_and_small_shares_are_no_anomalies() {
    let cents: Vec<Day> = weekly(100)
        .iter()
        .map(|day| match day {
            Day::Settled(amount) => Day::Settled(nightshift_core::Money::from_micro_usd(
                amount.micro_usd() / 100,
            )),
            other => *other,
        })
        .collect();
    assert_eq!(told(&change(&cents, 80..100, 4.0)), []);
    assert_eq!(told(&change(&weekly(100), 80..100, 1.15)), []);
}

#[test]
fn days_that_have_not_settled_are_not_judged() {
    let mut days = weekly(100);
    days.extend([Day::Estimated(dollars(900.0)), Day::Estimated(dollars(3.0))]);
    let track = judge(&series(&days), &Settings::default());

    assert_eq!(track.episodes, []);
    assert_eq!(track.days[100].verdict, Verdict::Unknown);
}

#[test]
fn settings_that_cannot_work_are_told() {
    assert_eq!(Settings::default().problems(), []);
    let wrong = Settings {
        z: 0.0,
        least_days: 60,
        window_days: 56,
        ..Settings::default()
    };
    let fields: Vec<&str> = wrong
        .problems()
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    assert_eq!(fields, ["least_days", "z"]);
    let read: Settings = serde_json::from_str(r#"{"daily": 2.5, "percent": 30}"#).unwrap();
    assert_eq!((read.daily, read.percent), (dollars(2.5), 30.0));
    assert!(serde_json::from_str::<Settings>(r#"{"daly": 1}"#).is_err());
}
