//! RDS's weekly maintenance windows.

use jiff::Timestamp;
use jiff::tz::TimeZone;

const MINUTES_OF_WEEK: i64 = 7 * 24 * 60;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// A database is not stopped so shortly before its window, or it would miss it.
const LEAD_MINUTES: i64 = 30;

/// When the maintenance that is going on or about to begin ends; none where
/// the window, `ddd:hh24:mi-ddd:hh24:mi` in UTC, is far or not understood.
pub(super) fn ends_at(window: &str, now: Timestamp) -> Option<Timestamp> {
    let (begin, end) = window.split_once('-')?;
    let (begin, end) = (minute_of_week(begin)?, minute_of_week(end)?);
    let wall = TimeZone::UTC.to_datetime(now);
    let minute = i64::from(wall.weekday().to_monday_zero_offset()) * 24 * 60
        + i64::from(wall.hour()) * 60
        + i64::from(wall.minute());
    let length = (end - begin).rem_euclid(MINUTES_OF_WEEK);
    let since_lead = (minute - (begin - LEAD_MINUTES)).rem_euclid(MINUTES_OF_WEEK);
    let left = length + LEAD_MINUTES - since_lead;
    if left <= 0 {
        return None;
    }
    let floor = now.as_second().div_euclid(60) * 60;
    Timestamp::from_second(floor + left * 60).ok()
}

fn minute_of_week(text: &str) -> Option<i64> {
    let mut parts = text.trim().split(':');
    let day = parts.next()?.to_ascii_lowercase();
    let day = DAYS.iter().position(|known| *known == day)?;
    let hour: i64 = parts.next()?.parse().ok().filter(|hour| *hour < 24)?;
    let minute: i64 = parts.next()?.parse().ok().filter(|minute| *minute < 60)?;
    Some(i64::try_from(day).ok()? * 24 * 60 + hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(window: &str, now: &str) -> Option<String> {
        ends_at(window, now.parse().unwrap()).map(|end| end.to_string())
    }

    #[test]
    fn a_window_counts_from_half_an_hour_before_it() {
        // 2026-11-23 is a Monday.
        let window = "mon:22:00-mon:22:30";
        assert_eq!(end(window, "2026-11-23T21:29:59Z"), None);
        let over = Some("2026-11-23T22:30:00Z".to_owned());
        assert_eq!(end(window, "2026-11-23T21:30:00Z"), over);
        assert_eq!(end(window, "2026-11-23T22:29:30Z"), over);
        assert_eq!(end(window, "2026-11-23T22:30:00Z"), None);
    }

    #[test]
    fn a_window_over_the_end_of_the_week() {
        let over = Some("2026-11-23T00:15:00Z".to_owned());
        assert_eq!(end("sun:23:45-mon:00:15", "2026-11-22T23:20:00Z"), over);
        assert_eq!(end("sun:23:45-mon:00:15", "2026-11-23T00:10:00Z"), over);
        assert_eq!(end("nonsense", "2026-11-23T00:10:00Z"), None);
        assert_eq!(end("mon:25:00-mon:26:00", "2026-11-23T00:10:00Z"), None);
    }
}
