//! What is read, in whatever order, is what is known.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use nightshift_core::Money;
use nightshift_cost::{
    Batch, Breakdown, Class, Day, Dimension, History, Key, Query, ReadError, RecordType, Series,
    read_cost_explorer, read_csv,
};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn usd(text: &str) -> Money {
    nightshift_cost::parse_amount(text).unwrap()
}

fn by_service() -> Breakdown {
    Breakdown::by([Dimension::Service])
}

fn service(name: &str) -> Key {
    Key::default().with(Dimension::Service, name)
}

fn usage(history: &History, breakdown: Breakdown) -> BTreeMap<String, Series> {
    let series = history.series(breakdown, Class::Usage, 2);
    series
        .into_iter()
        .map(|one| (one.key.to_string(), one))
        .collect()
}

#[test]
fn csv_tells_nothing_from_no_cost_and_settled_from_estimated() {
    let text = "date,service,amount\n\
                2026-11-01,EC2,10\n2026-11-01,RDS,5.5\n\
                2026-11-02,EC2,\n\
                2026-11-04,EC2,12\n2026-11-04,RDS,6\n";
    let mut history = History::default();
    history.add(read_csv(text, at("2026-11-05T06:00:00Z")).unwrap());
    let series = usage(&history, by_service());

    assert_eq!(
        series["EC2"].days(),
        [
            Day::Settled(usd("10")),
            Day::Missing,
            Day::Missing,
            Day::Estimated(usd("12"))
        ]
    );
    assert_eq!(
        series["RDS"].days(),
        [
            Day::Settled(usd("5.5")),
            Day::Settled(Money::ZERO),
            Day::Missing,
            Day::Estimated(usd("6"))
        ]
    );
}

#[test]
fn csv_errors_name_the_line_and_what_would_be_right() {
    let read = |text: &str| {
        read_csv(text, Timestamp::UNIX_EPOCH)
            .unwrap_err()
            .to_string()
    };

    assert_eq!(
        read("date,amount\n2026-11-01,1\n2026-13-01,2\n"),
        "line 3: `2026-13-01` is no date such as 2026-11-23"
    );
    assert_eq!(
        read("date,amount\n2026-11-01,$1\n"),
        "line 2: `$1` is no amount such as 12.34"
    );
    assert_eq!(
        read("date,amount\n2026-11-01\n"),
        "line 2: 1 fields where the header has 2"
    );
    assert!(read("day,amount\n").starts_with("line 1: `day` is no column; there are date,"));
    assert!(read("date,service\n").starts_with("line 1: the column `amount` is missing"));
    assert_eq!(read("date,amount,date\n"), "line 1: `date` stands twice");
}

const TWO_PAGES: &str = r#"
{"GroupDefinitions":[{"Type":"DIMENSION","Key":"SERVICE"},{"Type":"TAG","Key":"Environment"}],
 "ResultsByTime":[
  {"TimePeriod":{"Start":"2026-11-01","End":"2026-11-02"},"Total":{},"Estimated":true,
   "Groups":[{"Keys":["Amazon RDS","Environment$production"],
              "Metrics":{"UnblendedCost":{"Amount":"48.0000001","Unit":"USD"}}}]}],
 "NextPageToken":"more"}
{"GroupDefinitions":[{"Type":"DIMENSION","Key":"SERVICE"},{"Type":"TAG","Key":"Environment"}],
 "ResultsByTime":[
  {"TimePeriod":{"Start":"2026-11-01","End":"2026-11-02"},"Total":{},"Estimated":true,
   "Groups":[{"Keys":["Amazon EC2","Environment$"],
              "Metrics":{"UnblendedCost":{"Amount":"3","Unit":"USD"}}}]},
  {"TimePeriod":{"Start":"2026-11-02","End":"2026-11-03"},"Total":{},"Groups":[],"Estimated":true}]}
"#;

fn read(text: &str) -> Result<Batch, ReadError> {
    read_cost_explorer(
        text,
        &Query {
            read_at: at("2026-11-09T00:00:00Z"),
            metric: None,
            record_type: &RecordType::Usage,
        },
    )
}

#[test]
fn pages_of_cost_explorer_are_one_reading() {
    let mut history = History::default();
    history.add(read(TWO_PAGES).unwrap());
    let series = usage(
        &history,
        Breakdown::by([Dimension::Service, Dimension::Environment]),
    );

    assert_eq!(
        series.keys().collect::<Vec<_>>(),
        [
            "Amazon EC2, without environment tag",
            "Amazon RDS, environment production"
        ]
    );
    assert_eq!(
        series["Amazon RDS, environment production"].days(),
        [Day::Settled(usd("48")), Day::Settled(Money::ZERO)]
    );
    let list = format!("[{}]", TWO_PAGES.replace("}\n{", "},{"));
    assert_eq!(read(&list), read(TWO_PAGES));
}

#[test]
fn an_answer_with_pages_to_come_says_nothing_of_what_it_has_not() {
    let first = TWO_PAGES.split("\n{\"Group").nth(1).unwrap();
    let batch = read(&format!("{{\"Group{first}")).unwrap();

    assert!(batch.complete.is_empty());
    assert_eq!(batch.rows.len(), 1);
}

#[test]
fn an_ungrouped_answer_is_the_total() {
    let text = r#"{"ResultsByTime":[{"TimePeriod":{"Start":"2026-11-01","End":"2026-11-02"},
        "Total":{"NetAmortizedCost":{"Amount":"7","Unit":"USD"},"UnblendedCost":{"Amount":"8","Unit":"USD"}},
        "Groups":[],"Estimated":false}]}"#;
    let query = |metric| Query {
        read_at: at("2026-11-09T00:00:00Z"),
        metric,
        record_type: &RecordType::Usage,
    };
    let batch = read_cost_explorer(text, &query(Some("UnblendedCost"))).unwrap();
    let mut history = History::default();
    history.add(batch);

    let total = &usage(&history, Breakdown::default())["all services"];
    assert_eq!(total.days(), [Day::Settled(usd("8"))]);
    let error = read_cost_explorer(text, &query(None))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "2026-11-01: there are several metrics; name the one to take"
    );
}

#[test]
fn what_is_no_daily_answer_in_dollars_is_refused() {
    for (text, words) in [
        ("", "page 1: there is no answer"),
        (
            r#"{"message":"Rate exceeded"}"#,
            "page 1: no answer of GetCostAndUsage",
        ),
        (
            &TWO_PAGES.replace("2026-11-03", "2026-12-01"),
            "not one day; ask with",
        ),
        (&TWO_PAGES.replace("USD", "CNY"), "the unit is `CNY`"),
        (
            &TWO_PAGES.replace("SERVICE", "AZ"),
            "`AZ` is no group that is known",
        ),
        (
            &TWO_PAGES.replace("\"3\"", "\"three\""),
            "`three` is no amount",
        ),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn a_row_that_a_later_whole_reading_no_longer_has_is_gone() {
    let day = date(2026, 11, 1);
    let mut history = History::default();
    let mut first = Batch::new(at("2026-11-03T00:00:00Z"), by_service());
    first.add(service("RDS"), RecordType::Usage, day, Some(usd("40")));
    first.complete.insert(day);
    let mut second = Batch::new(at("2026-11-04T00:00:00Z"), by_service());
    second.add(service("EC2"), RecordType::Usage, day, Some(usd("40")));
    second.complete.insert(day);
    history.add(second);
    history.add(first);

    let series = usage(&history, by_service());
    assert_eq!(series["RDS"].on(day), Day::Settled(Money::ZERO));
    assert_eq!(series["EC2"].on(day), Day::Settled(usd("40")));
}

#[test]
fn negations_belong_to_usage_and_credits_do_not() {
    let text = "date,record_type,amount\n\
        2026-11-01,Usage,10\n2026-11-01,SavingsPlanCoveredUsage,30\n\
        2026-11-01,SavingsPlanNegation,-30\n2026-11-01,SavingsPlanRecurringFee,20\n\
        2026-11-01,Credit,-25\n2026-11-01,Tax,3\n2026-11-01,Enterprise Discount,-1\n";
    let mut history = History::default();
    history.add(read_csv(text, at("2026-11-09T00:00:00Z")).unwrap());
    let of = |class| history.series(Breakdown::default(), class, 2)[0].days()[0];

    assert_eq!(of(Class::Usage), Day::Settled(usd("10")));
    assert_eq!(of(Class::Fee), Day::Settled(usd("20")));
    assert_eq!(of(Class::Credit), Day::Settled(usd("-25")));
    assert_eq!(of(Class::Other), Day::Settled(usd("-1")));
}

#[test]
fn a_sum_of_less_than_all_is_missing() {
    let from = |day, amounts: &[Option<&str>]| {
        let days = amounts.iter().copied();
        let days = days.map(|amount| amount.map_or(Day::Missing, |one| Day::Settled(usd(one))));
        Series::from_days(Key::default(), day, days.collect())
    };
    let one = from(date(2026, 11, 1), &[Some("1"), Some("2"), None]);
    let two = from(date(2026, 11, 2), &[Some("10"), Some("20")]);
    let sum = Series::sum(Key::default(), [&one, &two]);

    assert_eq!(
        sum.days(),
        [Day::Missing, Day::Settled(usd("12")), Day::Missing]
    );
}

fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let row = (
        0..3_u8,
        0..6_i8,
        prop::option::of(-5_000_000..50_000_000_i64),
    );
    let batch = (0..20_i64, prop::collection::vec(row, 0..12), any::<bool>());
    let batch = batch.prop_map(|(hours, rows, whole)| {
        let first = at("2026-11-02T00:00:00Z").as_second();
        let read_at = Timestamp::from_second(first + hours * 21_600).unwrap();
        let mut batch = Batch::new(read_at, by_service());
        for (name, day, micros) in rows {
            let day = date(2026, 11, 1 + day);
            let amount = micros.map(Money::from_micro_usd);
            batch.add(service(&format!("s{name}")), RecordType::Usage, day, amount);
            if whole {
                batch.complete.insert(day);
            }
        }
        batch
    });
    prop::collection::vec(batch, 1..6)
}

fn read_all<'a>(batches: impl IntoIterator<Item = &'a Batch>) -> Vec<Series> {
    let mut history = History::default();
    for batch in batches {
        history.add(batch.clone());
    }
    history.series(by_service(), Class::Usage, 2)
}

proptest! {
    #[test]
    fn order_and_repetition_of_readings_mean_nothing(batches in batches()) {
        let once = read_all(&batches);
        prop_assert_eq!(&read_all(batches.iter().rev()), &once);
        prop_assert_eq!(&read_all(batches.iter().chain(&batches)), &once);
    }

    #[test]
    fn a_revision_is_as_if_only_it_had_been_read(batches in batches()) {
        let mut last: BTreeMap<Date, Batch> = BTreeMap::new();
        let all: Vec<Batch> = batches.into_iter().enumerate().map(|(at, mut batch)| {
            // No two at the same instant, each of them whole.
            batch.read_at = Timestamp::from_second(1_800_000_000 + i64::try_from(at).unwrap()).unwrap();
            batch.complete = batch.rows.values().flat_map(BTreeMap::keys).copied().collect();
            batch
        }).collect();
        for batch in &all {
            for &day in &batch.complete {
                let mut only = Batch::new(batch.read_at, batch.breakdown);
                only.complete.insert(day);
                for ((key, record_type), days) in &batch.rows {
                    if let Some(amount) = days.get(&day) {
                        only.add(key.clone(), record_type.clone(), day, *amount);
                    }
                }
                last.insert(day, only);
            }
        }
        let known = |series: Vec<Series>| -> BTreeMap<(String, Date), Day> {
            let cells = series.into_iter().flat_map(|one| {
                let name = one.key.to_string();
                one.dated().map(|(day, is)| ((name.clone(), day), is)).collect::<Vec<_>>()
            });
            // A key that the last readings no longer name has no cost, and need not be known.
            cells.filter(|(_, is)| *is != Day::Settled(Money::ZERO) && *is != Day::Missing).collect()
        };
        prop_assert_eq!(known(read_all(&all)), known(read_all(last.values())));
    }

    #[test]
    fn no_text_makes_the_readers_panic(text in any::<String>(), cut in any::<prop::sample::Index>()) {
        let _ = read_csv(&text, Timestamp::UNIX_EPOCH);
        let _ = read_csv(&format!("date,amount\n{text}"), Timestamp::UNIX_EPOCH);
        let _ = read(&text);
        let mut letters: Vec<char> = TWO_PAGES.chars().collect();
        letters.truncate(cut.index(letters.len()));
        letters.extend(text.chars());
        let _ = read(&letters.into_iter().collect::<String>());
    }
}
