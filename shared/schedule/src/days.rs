//! Sets of days: weekdays, weekdays counted in their month, and days of the month.

use std::fmt;

use jiff::civil::Date;

/// Three-letter names, Monday first, as the canonical form writes them.
pub(crate) const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
pub(crate) const ORDINALS: [&str; 5] = ["1st", "2nd", "3rd", "4th", "5th"];
const EVERY_WEEKDAY: u8 = 0b111_1111;

/// One way to name days, as it stands in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Day {
    /// A weekday, Monday is 0.
    Weekday(u8),
    /// The nth (0 is the first) such weekday of a month.
    Nth(u8, u8),
    /// The last such weekday of a month.
    LastWeekday(u8),
    /// A day of the month, from 1. Months without it are passed over.
    OfMonth(u8),
    /// The last day of the month.
    LastOfMonth,
}

/// A set of days on which a window opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Days {
    weekdays: u8,
    nth: [u8; 5],
    last: u8,
    of_month: u32,
    last_of_month: bool,
}

impl Days {
    /// Every day.
    pub const DAILY: Self = Self {
        weekdays: EVERY_WEEKDAY,
        nth: [0; 5],
        last: 0,
        of_month: 0,
        last_of_month: false,
    };

    /// Whether nothing is in the set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the set has every day.
    pub fn is_daily(&self) -> bool {
        self.weekdays == EVERY_WEEKDAY
    }

    /// Adds a day; false if the set has it already, also as part of a wider one
    /// (`1st-Mon` is among all Mondays).
    pub(crate) fn insert(&mut self, day: Day) -> bool {
        let before = *self;
        match day {
            Day::Weekday(weekday) => {
                let bit = 1 << weekday;
                let counted = self.last | self.nth.iter().fold(0, |all, mask| all | mask);
                if counted & bit != 0 {
                    return false;
                }
                self.weekdays |= bit;
            }
            Day::Nth(nth, weekday) => self.nth[usize::from(nth)] |= 1 << weekday & !self.weekdays,
            Day::LastWeekday(weekday) => self.last |= 1 << weekday & !self.weekdays,
            Day::OfMonth(day) => self.of_month |= 1 << day,
            Day::LastOfMonth => self.last_of_month = true,
        }
        *self != before
    }

    /// Whether windows open on this date.
    pub fn contains(&self, date: Date) -> bool {
        let weekday = date.weekday().to_monday_zero_offset();
        let bit = 1_u8 << weekday;
        if self.weekdays & bit != 0 {
            return true;
        }
        let day = date.day();
        if self.of_month & (1 << day) != 0
            || self.nth[usize::from(day.unsigned_abs() - 1) / 7] & bit != 0
        {
            return true;
        }
        let length = date.days_in_month();
        (self.last & bit != 0 && day + 7 > length) || (self.last_of_month && day == length)
    }

    /// The only weekday of the set, if that is all that is in it.
    pub(crate) fn single_weekday(&self) -> Option<u8> {
        let alone = Self {
            weekdays: self.weekdays,
            ..Self::default()
        };
        (self.weekdays.is_power_of_two() && alone == *self)
            .then(|| u8::try_from(self.weekdays.trailing_zeros()).unwrap_or(0))
    }
}

impl FromIterator<Day> for Days {
    fn from_iter<I: IntoIterator<Item = Day>>(days: I) -> Self {
        let mut set = Self::default();
        for day in days {
            set.insert(day);
        }
        set
    }
}

impl fmt::Display for Days {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut items = Vec::new();
        weekday_items(self.weekdays, &mut items);
        for (nth, ordinal) in ORDINALS.iter().enumerate() {
            for weekday in members(self.nth[nth]) {
                items.push(format!("{ordinal}-{}", WEEKDAYS[weekday]));
            }
        }
        for weekday in members(self.last) {
            items.push(format!("last-{}", WEEKDAYS[weekday]));
        }
        for day in 1..=31 {
            if self.of_month & (1 << day) != 0 {
                items.push(format!("day-{day}"));
            }
        }
        if self.last_of_month {
            items.push("last-day".to_owned());
        }
        out.write_str(&items.join("/"))
    }
}

fn members(mask: u8) -> impl Iterator<Item = usize> {
    (0..7).filter(move |weekday| mask & (1 << weekday) != 0)
}

/// Writes weekdays as ranges of three or more, over the weekend too, and single days.
fn weekday_items(mask: u8, items: &mut Vec<String>) {
    if mask == EVERY_WEEKDAY {
        items.push("daily".to_owned());
        return;
    }
    let has = |weekday: usize| mask & (1 << (weekday % 7)) != 0;
    for first in members(mask) {
        if has(first + 6) {
            continue;
        }
        let length = (0..7).take_while(|step| has(first + step)).count();
        let name = |step: usize| WEEKDAYS[(first + step) % 7];
        if length > 2 {
            items.push(format!("{}-{}", name(0), name(length - 1)));
        } else {
            items.extend((0..length).map(|step| name(step).to_owned()));
        }
    }
}
