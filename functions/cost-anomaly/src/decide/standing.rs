//! Where each environment stands in its month, against its budget.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use nightshift_core::Money;
use nightshift_cost::{Class, Day, Dimension, History, Key, Reach, Series, Settings, forecast};

use crate::config::Config;
use crate::decide::day_of;
use crate::matter::{BudgetStanding, Range};
use crate::observe::Cut;

/// What an environment spends, day by day, all services together.
pub fn spending(history: &History, environment: &str, lag: u8) -> Series {
    let all = history.series(Cut::ServiceEnvironment.breakdown(), Class::Usage, lag);
    let own: Vec<&Series> = all
        .iter()
        .filter(|series| series.key.environment.as_deref() == Some(environment))
        .collect();
    let key = Key::default().with(Dimension::Environment, environment);
    Series::sum(key, own)
}

/// Where every environment with a budget stands; what is not known is told
/// instead of being taken for nothing.
pub fn standings(
    history: &History,
    config: &Config,
    now: Timestamp,
) -> (Vec<BudgetStanding>, Vec<String>) {
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    for (environment, budget) in &config.budgets {
        let series = spending(history, environment, config.detection.lag_days);
        match standing(&series, environment, budget.0, &config.detection, now) {
            Ok(Some(standing)) => found.push(standing),
            Ok(None) => {}
            Err(gap) => gaps.push(gap),
        }
    }
    (found, gaps)
}

/// None on the first of a month, and for an environment that has no line on the
/// bill.
fn standing(
    series: &Series,
    environment: &str,
    limit: Money,
    settings: &Settings,
    now: Timestamp,
) -> Result<Option<BudgetStanding>, String> {
    let today = day_of(now);
    let first = today.first_of_month();
    let Ok(yesterday) = today.yesterday() else {
        return Ok(None);
    };
    if yesterday < first || series.days().is_empty() {
        return Ok(None);
    }
    let mut days: BTreeMap<Date, Day> = BTreeMap::new();
    for day in span(first, yesterday) {
        let known = series.on(day);
        if known == Day::Missing {
            return Err(format!(
                "what {environment} cost on {day} is not known, so nothing is said of its budget"
            ));
        }
        days.insert(day, known);
    }
    let spent: Money = days.values().filter_map(|known| known.amount()).sum();
    let ends = forecast(series, settings, today);
    let reached = ends.as_ref().map(|ends| ends.reach(limit));
    Ok(Some(BudgetStanding {
        at: now,
        environment: environment.to_owned(),
        limit,
        month_to_date: spent,
        through: yesterday,
        forecast: ends.map(|ends| Range {
            low: ends.low,
            likely: ends.expected,
            high: ends.high,
        }),
        reached: match reached {
            Some(Reach::Reached(day) | Reach::Expected(day)) => Some(day),
            Some(Reach::NotThisMonth) | None => None,
        },
    }))
}

fn span(first: Date, last: Date) -> impl Iterator<Item = Date> {
    let days = std::iter::successors(Some(first), |day| day.tomorrow().ok());
    days.take_while(move |day| *day <= last)
}
