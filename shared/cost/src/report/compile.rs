use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use nightshift_core::Money;

use super::facts::{Baseline, EnvironmentFacts, Facts, Spending};
use super::figure::{Figure, Known, Percent, Tally};
use super::model::{
    ClassLine, Compared, Daily, DayLine, EnvironmentLine, Reduction, Report, ServiceLine, SleptLine,
};
use super::not_known::not_known;
use crate::charge::Class;
use crate::chart::Paint;
use crate::series::Series;

/// How much of what is committed has to be used (success metrics of the estate).
const UTILISATION_GOAL: Percent = Percent::whole(70);
/// How much less than the baseline is to be spent (success metrics of the estate).
const REDUCTION_GOAL: Percent = Percent::whole(20);
/// How many services are told apart day by day; the others are one.
const SERVICES_BY_DAY: usize = Paint::PARTS_OF_A_WHOLE - 1;
/// The classes that are spent: before credits, refunds and tax.
const SPENT: [Class; 3] = [Class::Usage, Class::Fee, Class::Other];
const CLASSES: [Class; 6] = [
    Class::Usage,
    Class::Fee,
    Class::Other,
    Class::Credit,
    Class::Refund,
    Class::Tax,
];

/// The days that are compared.
struct Days {
    now: Vec<Date>,
    before: Vec<Date>,
}

impl Days {
    fn compared<'a>(&self, series: impl Iterator<Item = &'a Series> + Clone) -> Compared {
        let now = Tally::of(series.clone(), &self.now).figure();
        let before = Tally::of(series, &self.before).figure();
        let both = now.whole().zip(before.whole());
        Compared {
            now,
            before,
            change: both.map(|(now, before)| now - before),
            change_percent: both.and_then(|(now, before)| Percent::of(now - before, before)),
        }
    }
}

impl Report {
    /// Adds up what was read.
    pub fn of(facts: &Facts) -> Self {
        let all: &[Spending] = facts.spending.get().map_or(&[], Vec::as_slice);
        let spent: Vec<&Series> = all
            .iter()
            .filter(|one| SPENT.contains(&one.class))
            .map(|one| &one.series)
            .collect();
        let over = facts.generated_at.to_zoned(TimeZone::UTC).date() > facts.month.last();
        let days = days(facts, &spent, over);
        let services = services(&spent, &days, &environments(facts, &spent));
        let compared = days.compared(spent.iter().copied());
        let bill = bill(all, &days);
        let mut report = Self {
            version: Self::VERSION,
            project: facts.project.clone(),
            account: facts.account.clone(),
            month: facts.month,
            days: u16::try_from(days.now.len()).unwrap_or(u16::MAX),
            over,
            generated_at: facts.generated_at,
            headline: String::new(),
            spent: compared,
            bill,
            daily: daily(&spent, &services, &days),
            environments: environments(facts, &spent)
                .into_iter()
                .map(|environment| line(environment, facts, &spent, &days))
                .collect(),
            services,
            untagged: untagged(all, &days),
            slept: facts
                .environments
                .iter()
                .map(|one| SleptLine {
                    environment: one.environment.clone(),
                    slept: one.slept.clone(),
                })
                .collect(),
            utilisation_goal: UTILISATION_GOAL,
            reservations: facts.reservations.clone(),
            savings_plans: facts.savings_plans.clone(),
            reduction: reduction(&facts.baseline, over, &compared.now),
            anomalies: facts.anomalies.clone(),
            recommendations: facts.recommendations.clone(),
            own: facts.own.clone(),
            not_known: not_known(facts, &spent, &days.now, &days.before),
        };
        report.headline = report.sentence();
        report
    }
}

fn days(facts: &Facts, spent: &[&Series], over: bool) -> Days {
    let mut now = facts.month.days(usize::MAX);
    if !over {
        // A month that goes on ends with the last day of which anything is known.
        let known = |day: &Date| spent.iter().any(|one| one.on(*day).amount().is_some());
        let last = now.iter().rposition(known).map_or(0, |at| at + 1);
        now.truncate(last);
    }
    let as_far = if over { usize::MAX } else { now.len() };
    Days {
        before: facts.month.former().days(as_far),
        now,
    }
}

/// What an environment is called in a key: nothing where there is no tag.
fn tag(series: &Series) -> Option<&str> {
    series
        .key
        .environment
        .as_deref()
        .filter(|tag| !tag.is_empty())
}

fn service(series: &Series) -> &str {
    series.key.service.as_deref().unwrap_or("No service")
}

/// Those that are expected, then others that have cost, then what has no tag.
fn environments(facts: &Facts, spent: &[&Series]) -> Vec<Option<String>> {
    let expected: Vec<&str> = facts
        .environments
        .iter()
        .map(|one| one.environment.as_str())
        .collect();
    let found: BTreeSet<Option<&str>> = spent.iter().map(|one| tag(one)).collect();
    let others = found.iter().flatten().filter(|one| !expected.contains(one));
    let named = expected
        .iter()
        .chain(others)
        .map(|one| Some((*one).to_owned()));
    let untagged = found.contains(&None).then_some(None);
    named.chain(untagged).collect()
}

fn line(
    environment: Option<String>,
    facts: &Facts,
    spent: &[&Series],
    days: &Days,
) -> EnvironmentLine {
    let own = spent.iter().copied();
    let own = own.filter(|one| tag(one) == environment.as_deref());
    let spent = days.compared(own);
    let known: Option<&EnvironmentFacts> = facts
        .environments
        .iter()
        .find(|one| Some(&one.environment) == environment.as_ref());
    let budget = known.map(|one| one.budget.clone());
    let limit = budget.as_ref().and_then(Known::get);
    EnvironmentLine {
        used: limit.and_then(|limit| used(&spent.now, *limit)),
        forecast: known
            .and_then(|one| one.forecast.clone())
            .filter(|_| budget.is_some()),
        environment,
        spent,
        budget,
    }
}

/// How much of a budget is used. With days missing it is not known, unless the
/// others alone are already over it.
fn used(spent: &Figure, limit: Money) -> Option<Percent> {
    let amount = spent.amount?;
    if spent.is_whole() || amount > limit {
        Percent::of(amount, limit)
    } else {
        None
    }
}

fn services(spent: &[&Series], days: &Days, environments: &[Option<String>]) -> Vec<ServiceLine> {
    let mut by: BTreeMap<&str, Vec<&Series>> = BTreeMap::new();
    for one in spent {
        by.entry(service(one)).or_default().push(one);
    }
    let mut lines: Vec<ServiceLine> = by
        .into_iter()
        .map(|(service, series)| ServiceLine {
            service: service.to_owned(),
            spent: days.compared(series.iter().copied()),
            environments: environments
                .iter()
                .map(|environment| {
                    let own = series.iter().copied();
                    let own: Vec<&Series> = own
                        .filter(|one| tag(one) == environment.as_deref())
                        .collect();
                    (!own.is_empty()).then(|| Tally::of(own, &days.now).figure())
                })
                .collect(),
        })
        .collect();
    lines.sort_by(|one, other| {
        (other.spent.now.amount, &one.service).cmp(&(one.spent.now.amount, &other.service))
    });
    lines
}

fn daily(spent: &[&Series], services: &[ServiceLine], days: &Days) -> Daily {
    let own = if services.len() > SERVICES_BY_DAY + 1 {
        SERVICES_BY_DAY
    } else {
        services.len()
    };
    let (named, rest) = services.split_at(own);
    let mut parts: Vec<(String, Vec<&Series>)> = named
        .iter()
        .map(|line| {
            let own = spent.iter().copied();
            let own = own.filter(|one| service(one) == line.service).collect();
            (line.service.clone(), own)
        })
        .collect();
    if !rest.is_empty() {
        let others: BTreeSet<&str> = rest.iter().map(|line| line.service.as_str()).collect();
        let own = spent.iter().copied();
        let own = own.filter(|one| others.contains(service(one))).collect();
        parts.push((format!("{} other services", rest.len()), own));
    }
    let tallies: Vec<Tally> = parts
        .iter()
        .map(|(_, series)| Tally::of(series.iter().copied(), &days.now))
        .collect();
    Daily {
        services: parts.iter().map(|(name, _)| name.clone()).collect(),
        totals: tallies.iter().map(Tally::figure).collect(),
        days: days
            .now
            .iter()
            .map(|date| {
                let cells: Vec<_> = tallies.iter().map(|tally| tally.on(*date)).collect();
                DayLine {
                    date: *date,
                    parts: cells.iter().map(|cell| cell.amount).collect(),
                    missing: cells.is_empty() || cells.iter().any(|cell| cell.missing),
                    estimated: cells.iter().any(|cell| cell.estimated),
                }
            })
            .collect(),
    }
}

fn bill(all: &[Spending], days: &Days) -> Vec<ClassLine> {
    let figure = |class: Class| {
        let own: Vec<&Series> = all
            .iter()
            .filter(|one| one.class == class)
            .map(|one| &one.series)
            .collect();
        (!own.is_empty()).then(|| ClassLine {
            class,
            figure: Tally::of(own, &days.now).figure(),
        })
    };
    CLASSES.into_iter().filter_map(figure).collect()
}

fn untagged(all: &[Spending], days: &Days) -> Known<Percent> {
    let usage = |only_untagged: bool| {
        let own = all
            .iter()
            .filter(|one| one.class == Class::Usage)
            .map(|one| &one.series)
            .filter(|one| !only_untagged || tag(one).is_none());
        let own: Vec<&Series> = own.collect();
        if only_untagged && own.is_empty() {
            return Some(Money::ZERO);
        }
        Tally::of(own, &days.now).figure().amount
    };
    let share = usage(false)
        .zip(usage(true))
        .and_then(|(all, untagged)| Percent::of(untagged, all));
    Known::known_or(share, "there is no usage to take a share of")
}

fn reduction(baseline: &Known<Baseline>, over: bool, spent: &Figure) -> Known<Reduction> {
    let baseline = match baseline {
        Known::Known(baseline) => baseline,
        Known::Missing(why) => return Known::Missing(why.clone()),
    };
    if !over {
        return Known::Missing("the month is not over".to_owned());
    }
    let Some(spent) = spent.whole() else {
        return Known::Missing("days of the month are missing".to_owned());
    };
    let reduction = Percent::of(baseline.monthly - spent, baseline.monthly);
    let reduction = reduction.map(|reduction| Reduction {
        baseline: baseline.clone(),
        spent,
        reduction,
        goal: REDUCTION_GOAL,
    });
    Known::known_or(reduction, "the baseline is nothing or less")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reduction_needs_a_whole_month_and_a_baseline() {
        let usd = |dollars: i64| Money::from_micro_usd(dollars * 1_000_000);
        let baseline = Known::Known(Baseline {
            name: "plan".to_owned(),
            monthly: usd(1_000),
        });
        let spent = |amount: Option<i64>, missing_days| Figure {
            amount: amount.map(usd),
            missing_days,
            estimated_days: 0,
        };
        let reached = |over, figure| {
            reduction(&baseline, over, &figure)
                .get()
                .map(|one| one.reduction)
        };
        assert_eq!(reached(true, spent(Some(790), 0)), Some(Percent::whole(21)));
        assert_eq!(
            reached(true, spent(Some(1_100), 0)),
            Some(Percent::whole(-10))
        );
        assert_eq!(reached(false, spent(Some(790), 0)), None);
        assert_eq!(reached(true, spent(Some(790), 1)), None);
        assert_eq!(reached(true, spent(None, 0)), None);
    }

    #[test]
    fn a_budget_that_is_passed_is_told_even_with_days_missing() {
        let usd = |dollars: i64| Money::from_micro_usd(dollars * 1_000_000);
        let spent = |amount: i64, missing_days| Figure {
            amount: Some(usd(amount)),
            missing_days,
            estimated_days: 0,
        };
        assert_eq!(used(&spent(250, 0), usd(500)), Some(Percent::whole(50)));
        assert_eq!(used(&spent(250, 1), usd(500)), None);
        assert_eq!(used(&spent(600, 1), usd(500)), Some(Percent::whole(120)));
        assert_eq!(used(&spent(600, 0), usd(0)), None);
    }
}
