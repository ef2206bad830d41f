use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::TimeZone;
use serde_json::Value;

/// Numbers from here on are milliseconds: as seconds they would be past 5138.
const MILLISECONDS: f64 = 1e11;

/// Reads an instant in any of the many ways in which AWS writes one; None where it is written in no known way.
pub fn read(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(number) => since_epoch(number.as_f64()?),
        Value::String(text) => written(text.trim()),
        _ => None,
    }
}

/// Epoch seconds with or without a fraction, or milliseconds.
fn since_epoch(number: f64) -> Option<Timestamp> {
    let milliseconds = if number.abs() >= MILLISECONDS {
        number
    } else {
        number * 1000.0
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float casts to the nearest integer there is, and Timestamp checks its range"
    )]
    let milliseconds = milliseconds.round() as i64;
    Timestamp::from_millisecond(milliseconds).ok()
}

fn written(text: &str) -> Option<Timestamp> {
    if let Ok(instant) = text.parse() {
        return Some(instant);
    }
    // AWS Health: "Sat, 05 Jun 2016 15:10:09 GMT", weekdays not always right.
    if let Ok(zoned) = DateTimeParser::new()
        .relaxed_weekday(true)
        .parse_zoned(text)
    {
        return Some(zoned.timestamp());
    }
    // Inspector: "Wed Sep 04 16:59:44.356 UTC 2024", before that "Dec 3, 2021,
    // 6:02:30 PM". A weekday adds nothing and may be wrong.
    let after_weekday = text.split_once(' ').map_or(text, |(_, rest)| rest);
    utc("%b %d %H:%M:%S%.f UTC %Y", after_weekday)
        .or_else(|| utc("%b %d, %Y, %I:%M:%S %p", text))
        .or_else(|| utc("%Y-%m-%d %H:%M:%S%.f", text))
}

fn utc(format: &str, text: &str) -> Option<Timestamp> {
    let civil = DateTime::strptime(format, text).ok()?;
    let zoned = civil.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_way_that_was_seen() {
        for (value, expected) in [
            (
                json!("2026-11-23T19:00:00.123456789Z"),
                "2026-11-23T19:00:00.123456789Z",
            ),
            (json!("2026-11-23T20:00:00+01:00"), "2026-11-23T19:00:00Z"),
            (json!(1_764_000_000), "2025-11-24T16:00:00Z"),
            (json!(1_764_000_000.25), "2025-11-24T16:00:00.25Z"),
            (json!(1_764_000_000_000_u64), "2025-11-24T16:00:00Z"),
            (
                json!("Mon, 05 Jun 2016 15:10:09 GMT"),
                "2016-06-05T15:10:09Z",
            ),
            (
                json!("Wed Sep 04 16:59:44.356 UTC 2024"),
                "2024-09-04T16:59:44.356Z",
            ),
            (json!("Dec 3, 2021, 6:02:30 PM"), "2021-12-03T18:02:30Z"),
            (json!("2026-11-23 19:00:00"), "2026-11-23T19:00:00Z"),
        ] {
            let expected: Timestamp = expected.parse().unwrap();
            assert_eq!(read(&value), Some(expected), "{value}");
        }
        for value in [
            json!(null),
            json!(""),
            json!("yesterday"),
            json!(1e300),
            json!(-1e300),
            json!("2026-13-45T99:99:99Z"),
            json!([]),
        ] {
            assert_eq!(read(&value), None, "{value}");
        }
    }
}
