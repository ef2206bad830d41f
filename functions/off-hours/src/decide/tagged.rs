//! The tags by which a person keeps a resource awake, or asleep, for a while:
//! `until 2026-11-24T22:00 @Europe/Berlin by anna for load test`.

use jiff::Timestamp;
use jiff::civil::DateTime;
use nightshift_core::printable;
use nightshift_schedule::Zone;

/// The key of the tag that keeps a resource awake.
pub const KEEP_AWAKE_TAG: &str = "nightshift:keep-awake";
/// The key of the tag that keeps a resource asleep.
pub const SLEEP_NOW_TAG: &str = "nightshift:sleep-now";

/// What such a tag says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tagged {
    /// When it ends.
    pub until: Timestamp,
    /// Who asked.
    pub owner: String,
    /// Why.
    pub reason: String,
}

impl Tagged {
    /// Reads a tag's value. Owner and end are required, so that nothing is kept so
    /// for ever and somebody can be asked.
    ///
    /// # Errors
    /// What is missing or wrong, and an example.
    pub fn parse(value: &str, default_zone: &Zone) -> Result<Self, String> {
        let wrong = |what: &str| {
            format!(
                "{what}; write for example `until 2026-11-24T22:00 @{default_zone} by anna for load test`"
            )
        };
        let words: Vec<&str> = value.split_whitespace().collect();
        let (first, rest) = words
            .split_first()
            .ok_or_else(|| wrong("the value is empty"))?;
        if !first.eq_ignore_ascii_case("until") {
            return Err(wrong("it does not begin with `until`"));
        }
        let by = rest
            .iter()
            .position(|word| word.eq_ignore_ascii_case("by"))
            .ok_or_else(|| wrong("it has no owner (`by ...`)"))?;
        let until = instant(&rest[..by], default_zone).map_err(|what| wrong(&what))?;
        let said = &rest[by + 1..];
        let reason_at = said
            .iter()
            .position(|word| word.eq_ignore_ascii_case("for"));
        let (owner, reason) = said.split_at(reason_at.unwrap_or(said.len()));
        if owner.is_empty() {
            return Err(wrong("it has no owner after `by`"));
        }
        Ok(Self {
            until,
            owner: printable(&owner.join(" "), 80),
            reason: printable(&reason.get(1..).unwrap_or_default().join(" "), 160),
        })
    }
}

fn instant(words: &[&str], default_zone: &Zone) -> Result<Timestamp, String> {
    let (time, zone) = match words {
        [time] => (*time, default_zone.clone()),
        [time, zone] if zone.starts_with('@') => {
            let zone = Zone::named(&zone[1..]).map_err(|error| error.to_string())?;
            (*time, zone)
        }
        [] => return Err("it has no end after `until`".to_owned()),
        _ => return Err("its end is not one date and time with one zone".to_owned()),
    };
    if let Ok(instant) = time.parse::<Timestamp>() {
        return Ok(instant);
    }
    let wall: DateTime = time
        .parse()
        .map_err(|_| format!("`{}` is not a date and time", printable(time, 40)))?;
    zone.rules()
        .to_ambiguous_timestamp(wall)
        .compatible()
        .map_err(|_| format!("`{}` is out of range", printable(time, 40)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_an_owner_and_a_reason() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let wish = Tagged::parse(
            " until 2026-11-24T22:00 @America/New_York by anna b for load test",
            &zone,
        )
        .unwrap();
        assert_eq!(wish.until.to_string(), "2026-11-25T03:00:00Z");
        assert_eq!(
            (wish.owner.as_str(), wish.reason.as_str()),
            ("anna b", "load test")
        );
        let wish = Tagged::parse("until 2026-11-24T22:00 by anna", &zone).unwrap();
        assert_eq!(wish.until.to_string(), "2026-11-24T21:00:00Z");
        assert_eq!(wish.reason, "");
    }

    #[test]
    fn what_is_missing_is_said() {
        for (value, why) in [
            ("", "empty"),
            ("forever", "begin with `until`"),
            ("until 2026-11-24T22:00", "no owner"),
            ("until by anna", "no end"),
            ("until tomorrow by anna", "not a date and time"),
            ("until 2026-11-24T22:00 by", "no owner after"),
            ("until 2026-11-24T22:00 @Mars/Base by anna", "zone"),
        ] {
            let error = Tagged::parse(value, &Zone::utc()).unwrap_err();
            assert!(error.contains(why), "{value}: {error}");
        }
    }
}
