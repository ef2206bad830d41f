use jiff::civil::Date;
use nightshift_core::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::charge::Class;
use crate::detect::{Ahead, Track, judge, median};
use crate::history::History;
use crate::key::{Breakdown, Key};
use crate::series::{Day, Series};
use crate::settings::Settings;

/// Four of five values of a normal distribution are within so many deviations.
const FOUR_OF_FIVE: f64 = 1.281_551_565_544_600_4;
/// From how many weeks it is told how far whole weeks go astray.
const WEEKS: usize = 8;

/// Where a month will end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Forecast {
    /// The first of the month.
    #[schemars(with = "String")]
    pub month: Date,
    /// What the settled days of the month cost.
    pub settled: Money,
    /// What was read of days that have not settled.
    pub estimated: Money,
    /// The last settled day of the month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub settled_until: Option<Date>,
    /// Days before that of which nothing is known: they are taken for ordinary ones.
    pub missing_days: u32,
    /// The whole month, if all goes on as it is.
    pub expected: Money,
    /// In one of ten months it is less.
    pub low: Money,
    /// In one of ten months it is more.
    pub high: Money,
    /// What the month comes to by the end of each of its days.
    #[serde(skip)]
    pub course: Vec<(Date, Money)>,
}

/// When a month's budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "state", content = "on")]
pub enum Reach {
    /// It has been, on this day.
    Reached(#[schemars(with = "String")] Date),
    /// It will be on this day, if all goes on as it is.
    Expected(#[schemars(with = "String")] Date),
    /// Not within this month.
    NotThisMonth,
}

/// What is to be paid for, by day: everything but credits and refunds, of the
/// keys that `wanted` takes. `None` where nothing was read by this breakdown.
pub fn spending(
    history: &History,
    breakdown: Breakdown,
    settings: &Settings,
    wanted: impl Fn(&Key) -> bool,
) -> Option<Series> {
    let classes = [Class::Usage, Class::Fee, Class::Tax, Class::Other];
    let series = classes
        .into_iter()
        .flat_map(|class| history.series(breakdown, class, settings.lag_days));
    let parts: Vec<Series> = series.filter(|one| wanted(&one.key)).collect();
    (!parts.is_empty()).then(|| Series::sum(Key::default(), &parts))
}

/// Forecasts the month of `today` from the settled days of a series: what is
/// known, and for every other day what its weekday costs. `None` while too
/// little is known to expect anything.
///
/// The range has two parts: days go astray by their spread, which evens out
/// over the month, and weeks by what they did before, which does not.
pub fn forecast(series: &Series, settings: &Settings, today: Date) -> Option<Forecast> {
    let track = judge(series, settings);
    let ahead = track.ahead?;
    let month = today.first_of_month();
    let days = std::iter::successors(Some(month), |day| day.tomorrow().ok());
    let days = days.take_while(|day| day.month() == month.month());
    let mut forecast = Forecast {
        month,
        settled: Money::ZERO,
        estimated: Money::ZERO,
        settled_until: None,
        missing_days: 0,
        expected: Money::ZERO,
        low: Money::ZERO,
        high: Money::ZERO,
        course: Vec::new(),
    };
    let (mut ordinary, mut squares, mut unknown) = (0.0, 0.0, 0.0);
    let (mut sum, mut waiting) = (Money::ZERO, 0);
    for day in days {
        let usual = usual(&ahead, day)?;
        let likely = usual * ahead.going_on;
        let is = if day > today {
            Day::Missing
        } else {
            series.on(day)
        };
        sum += match is {
            Day::Settled(amount) => {
                forecast.settled += amount;
                forecast.settled_until = Some(day);
                forecast.missing_days += std::mem::take(&mut waiting);
                amount
            }
            Day::Estimated(_) | Day::Missing => {
                forecast.estimated += is.amount().unwrap_or_default();
                waiting += u32::from(is == Day::Missing && day <= today);
                squares += (ahead.spread * likely).powi(2);
                unknown += likely;
                ordinary += usual;
                // What was read already can only become more.
                money(likely).max(is.amount().unwrap_or_default())
            }
        };
        forecast.course.push((day, sum));
    }
    let astray = (squares + (weekly(series, &track) * unknown).powi(2)).sqrt() * FOUR_OF_FIVE;
    forecast.expected = sum;
    // An episode may end tomorrow, or go on.
    let back = (unknown - ordinary).abs();
    let (less, more) = if ahead.going_on >= 1.0 {
        (back, 0.0)
    } else {
        (0.0, back)
    };
    forecast.low = (sum - money(astray + less)).max(forecast.settled.min(sum));
    forecast.high = sum + money(astray + more);
    Some(forecast)
}

impl Forecast {
    /// When the month reaches a budget.
    pub fn reach(&self, budget: Money) -> Reach {
        let day = self.course.iter().find(|(_, sum)| *sum >= budget);
        match day {
            None => Reach::NotThisMonth,
            Some((day, _)) if Some(*day) <= self.settled_until => Reach::Reached(*day),
            Some((day, _)) => Reach::Expected(*day),
        }
    }
}

fn usual(ahead: &Ahead, day: Date) -> Option<f64> {
    let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).ok()?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "amounts are far from 2^53 millionths"
    )]
    ahead.by_weekday[weekday].map(|money| money.micro_usd() as f64)
}

/// How far whole weeks went astray from what was expected, as a share.
#[expect(
    clippy::cast_precision_loss,
    reason = "amounts are far from 2^53 millionths"
)]
fn weekly(series: &Series, track: &Track) -> f64 {
    let known = series.days().iter().zip(&track.days);
    let known: Vec<(f64, f64)> = known
        .filter_map(|(day, judged)| {
            let (actual, expected) = day.settled().zip(judged.expected)?;
            Some((actual.micro_usd() as f64, expected.micro_usd() as f64))
        })
        .collect();
    let weeks = known.rchunks_exact(7).take(WEEKS).filter_map(|week| {
        let (actual, expected) = week
            .iter()
            .fold((0.0, 0.0), |(one, other), (actual, expected)| {
                (one + actual, other + expected)
            });
        (expected > 0.0).then(|| (actual / expected - 1.0).abs())
    });
    // The median distance, as a standard deviation.
    median(&mut weeks.collect::<Vec<_>>()).unwrap_or(0.0) * 1.4826
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "what is beyond is held at the limit"
)]
fn money(micros: f64) -> Money {
    Money::from_micro_usd(micros.round() as i64)
}
