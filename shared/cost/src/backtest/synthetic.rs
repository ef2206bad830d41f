use jiff::civil::{Date, Weekday, date};
use nightshift_core::Money;

use super::random::Random;
use crate::key::{Dimension, Key};
use crate::series::{Day, Series};

/// A series of which it is known where an alarm is right.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// The series.
    pub series: Series,
    /// Days from which something lasting is truly different.
    pub changes: Vec<Date>,
}

/// A way in which cost behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Weekends at 55 %, noise of 5 %, nothing else.
    Weekly,
    /// Weekends at nothing: what is put to sleep.
    Office,
    /// Noise of 12 %, which carries over to the next day.
    Noisy,
    /// Growth or decline of up to 0.3 % a day and a season of 15 % over a year.
    Drift,
    /// Levels that fall, and now and then rise by 35 % or more, for good.
    Shifts,
    /// One day in twelve costs up to three times as much.
    Bursts,
    /// Ten holidays a year at a weekend's level, and two weeks at half of it.
    Holidays,
    /// Half a day's cost on top on the first of every month.
    MonthStart,
    /// A season, drift, a shift, holidays, a charge on the first, and noise of
    /// 6 % that carries over.
    Mixed,
}

impl Pattern {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Weekly,
        Self::Office,
        Self::Noisy,
        Self::Drift,
        Self::Shifts,
        Self::Bursts,
        Self::Holidays,
        Self::MonthStart,
        Self::Mixed,
    ];

    /// How tables call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Weekly => "weekly",
            Self::Office => "office",
            Self::Noisy => "noisy",
            Self::Drift => "drift",
            Self::Shifts => "shifts",
            Self::Bursts => "bursts",
            Self::Holidays => "holidays",
            Self::MonthStart => "month-start",
            Self::Mixed => "mixed",
        }
    }
}

/// Series of a pattern, of so many days each, the same for the same seed.
pub fn generate(pattern: Pattern, series: usize, days: usize, seed: u64) -> Vec<Labelled> {
    let mut random = Random::new(seed ^ (pattern as u64 + 1).wrapping_mul(0x1000_0000_01b3));
    (0..series)
        .map(|number| one(pattern, number, days, &mut random))
        .collect()
}

/// What shapes a series, besides chance from day to day.
struct Traits {
    weekend: f64,
    noise: f64,
    carried: f64,
    drift: f64,
    season: f64,
    phase: f64,
    burst: f64,
    holidays: bool,
    month_start: f64,
}

fn traits(pattern: Pattern, random: &mut Random) -> Traits {
    let plain = Traits {
        weekend: 0.55,
        noise: 0.05,
        carried: 0.0,
        drift: 0.0,
        season: 0.0,
        phase: random.between(0.0, std::f64::consts::TAU),
        burst: 0.0,
        holidays: false,
        month_start: 0.0,
    };
    match pattern {
        Pattern::Weekly | Pattern::Shifts => plain,
        Pattern::Office => Traits {
            weekend: 0.0,
            ..plain
        },
        Pattern::Noisy => Traits {
            noise: 0.12,
            carried: 0.5,
            ..plain
        },
        Pattern::Drift => Traits {
            drift: random.between(-0.003, 0.003),
            season: 0.15,
            ..plain
        },
        Pattern::Bursts => Traits {
            burst: 1.0 / 12.0,
            ..plain
        },
        Pattern::Holidays => Traits {
            holidays: true,
            ..plain
        },
        Pattern::MonthStart => Traits {
            month_start: 0.5,
            ..plain
        },
        Pattern::Mixed => Traits {
            weekend: random.between(0.4, 1.0),
            noise: 0.06,
            carried: 0.4,
            drift: random.between(-0.001, 0.002),
            season: 0.1,
            holidays: true,
            month_start: random.between(0.0, 0.6),
            ..plain
        },
    }
}

fn one(pattern: Pattern, number: usize, length: usize, random: &mut Random) -> Labelled {
    let start = date(2025, 1, 6);
    let base = random.between(40.0, 400.0);
    let traits = traits(pattern, random);
    let shifts = shifts(pattern, length, random);
    let mut days = Vec::with_capacity(length);
    let (mut carried, mut day) = (0.0, start);
    for at in 0..length {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let mut level = base;
        #[expect(clippy::cast_precision_loss, reason = "a place among some hundreds")]
        let passed = at as f64;
        level *= traits.drift.mul_add(passed, 0.0).exp();
        level *=
            1.0 + traits.season * (passed * std::f64::consts::TAU / 365.25 + traits.phase).sin();
        level *= shifts
            .iter()
            .filter(|(from, _)| *from <= at)
            .map(|(_, by)| by)
            .product::<f64>();
        let rest = traits.holidays && !weekend;
        let share = if rest && is_pause(day) {
            traits.weekend / 2.0
        } else if weekend || (rest && is_holiday(day)) {
            traits.weekend
        } else {
            1.0
        };
        carried = traits.carried * carried
            + traits.noise * (1.0 - traits.carried * traits.carried).sqrt() * random.normal();
        let mut cost = level * share * (1.0 + carried).max(0.0);
        if random.unit() < traits.burst {
            cost += level * random.between(0.5, 2.0);
        }
        if day.day() == 1 {
            cost += base * traits.month_start;
        }
        #[expect(clippy::cast_possible_truncation, reason = "some thousand dollars")]
        days.push(Day::Settled(Money::from_micro_usd((cost * 1e6) as i64)));
        day = day.tomorrow().unwrap_or(day);
    }
    let key = Key::default().with(Dimension::Service, format!("{}-{number}", pattern.name()));
    let series = Series::from_days(key, start, days);
    let rises = shifts.iter().filter(|(_, by)| *by > 1.0);
    let changes = rises.map(|(from, _)| series.date(*from)).collect();
    Labelled { series, changes }
}

/// Where the level changes for good, and by what factor.
fn shifts(pattern: Pattern, length: usize, random: &mut Random) -> Vec<(usize, f64)> {
    let rise = |random: &mut Random| random.between(1.35, 2.0);
    match pattern {
        Pattern::Shifts => {
            let third = length / 3;
            let fall = random.between(0.5, 0.75);
            vec![
                (third + random.place(third / 2), fall),
                (2 * third + random.place(third / 2), rise(random)),
            ]
        }
        Pattern::Mixed => vec![(length / 2 + random.place(length / 4), rise(random))],
        _ => Vec::new(),
    }
}

/// Days off on which people of an office do not work.
fn is_holiday(day: Date) -> bool {
    matches!(
        (day.month(), day.day()),
        (1 | 5 | 9, 1) | (1, 20) | (2, 17) | (4, 18 | 21) | (5, 26) | (7, 4) | (11, 27)
    )
}

/// The two weeks around Christmas.
fn is_pause(day: Date) -> bool {
    matches!((day.month(), day.day()), (12, 22..) | (1, 2..=4))
}
