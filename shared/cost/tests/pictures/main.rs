//! Pictures as files: what was looked at once stays what it is.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use jiff::ToSpan;
use jiff::civil::{Date, date};
use nightshift_core::Money;
use nightshift_cost::Day;
use nightshift_cost::chart::{AnomalyChart, ChartDay};

const UPDATE: &str = "UPDATE_GOLDEN";

/// Holds a file beside this test to what the code makes.
fn hold(name: &str, made: &[u8]) {
    let path = format!("{}/tests/pictures/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let kept = std::fs::read(&path).unwrap_or_default();
    assert!(
        kept == made,
        "{path} is not what the code makes any more; run the test with {UPDATE}=1 and look at it"
    );
}

fn dollars(cents: i64) -> Money {
    Money::from_micro_usd(cents * 10_000)
}

/// A NAT gateway that carries some ten dollars a working day, until somebody
/// sends a backup through it; one day could not be read, the last is not final.
fn nat_gateway() -> AnomalyChart {
    let first = date(2026, 10, 30);
    let day = |at: i64| -> ChartDay {
        let date: Date = first + at.days();
        let weekend = date.weekday().to_monday_zero_offset() >= 5;
        let expected = if weekend { 412 } else { 1_038 };
        let ripple = [3, -41, 22, 9, -17, 30, -8][usize::try_from(at % 7).unwrap()];
        let over = match at {
            24 => 1_890,
            25 => 3_704,
            26 => 3_521,
            27 => 3_610,
            _ => 0,
        };
        let amount = dollars(expected + ripple + over);
        ChartDay {
            date,
            expected: Some(dollars(expected)),
            usual: Some((dollars(expected * 4 / 5), dollars(expected * 6 / 5))),
            actual: match at {
                11 => Day::Missing,
                27 => Day::Estimated(amount),
                _ => Day::Settled(amount),
            },
        }
    };
    AnomalyChart {
        what: "EC2 - Other (EUC1-NatGateway-Bytes) in eu-central-1".to_owned(),
        days: (0..28).map(day).collect(),
        since: first + 24.days(),
        until: None,
    }
}

#[test]
fn an_anomaly_is_drawn_as_it_was_looked_at() {
    let chart = nat_gateway();
    hold("anomaly.svg", chart.picture().svg_file().as_bytes());
    hold("anomaly.png", &chart.picture().png(2));
    let [expected, actual] = chart.sparklines();
    let text = format!(
        "expected {expected}\nactual   {actual}\n{}\n",
        chart.words()
    );
    hold("anomaly.txt", text.as_bytes());
}

#[test]
fn the_png_is_small_enough_to_send_and_large_enough_to_read() {
    let png = nat_gateway().picture().png(2);
    assert_eq!(&png[16..24], &[0, 0, 3, 0xc0, 0, 0, 1, 0xb8], "960 by 440");
    assert!(png.len() < 40_000, "{}", png.len());
}
