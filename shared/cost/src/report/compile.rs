use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use nightshift_core::Money;

use super::facts::{Baseline, Commitment, EnvironmentFacts, Facts, Spending};
use super::figure::{Figure, Known, Percent, Tally};
use super::model::{
    ClassLine, Compared, Daily, DayLine, EnvironmentLine, NotKnown, Reduction, Report, ServiceLine,
    SleptLine,
};
use crate::charge::Class;
use crate::chart::{Paint, dollars};
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
            not_known: not_known(facts, &spent, &days),
        };
        report.headline = report.sentence();
        report
    }

    fn sentence(&self) -> String {
        let month = if self.over {
            self.month.name()
        } else {
            format!("{} so far ({} days)", self.month.name(), self.days)
        };
        let Some(amount) = self.spent.now.amount else {
            return format!("What {} cost is not known.", self.month.name());
        };
        let least = if self.spent.now.is_whole() {
            ""
        } else {
            "at least "
        };
        let mut words = vec![match (self.spent.change, self.spent.change_percent) {
            (Some(change), percent) if change != Money::ZERO => {
                let percent = percent.map_or_else(String::new, |percent| {
                    format!(" ({})", percent.to_string().trim_start_matches('-'))
                });
                let (size, way) = if change > Money::ZERO {
                    (change, "more")
                } else {
                    (-change, "less")
                };
                format!(
                    "{month} cost {}, {}{percent} {way} than {}.",
                    dollars(amount),
                    dollars(size),
                    if self.over {
                        self.month.former().name()
                    } else {
                        format!("as many days of {}", self.month.former().name())
                    }
                )
            }
            _ => format!("{month} cost {least}{}.", dollars(amount)),
        }];
        let over: Vec<String> = self
            .environments
            .iter()
            .filter(|line| line.used.is_some_and(|used| used > Percent::whole(100)))
            .map(|line| line.environment.clone().unwrap_or_default())
            .collect();
        let budgets = self
            .environments
            .iter()
            .filter(|line| line.budget.is_some());
        let judged = budgets.clone().filter(|line| line.used.is_some()).count();
        match over.as_slice() {
            [] if judged > 0 && judged == budgets.count() => {
                words.push("Every environment is within its budget.".to_owned());
            }
            [] => {}
            [one] => words.push(format!("{one} is over its budget.")),
            more => words.push(format!("{} are over their budgets.", more.join(" and "))),
        }
        if let Some((seconds, money)) = self.slept_total()
            && seconds > 0
        {
            words.push(format!("Sleep saved {}.", dollars(money)));
        }
        words.join(" ")
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
        used: spent
            .now
            .whole()
            .zip(limit)
            .and_then(|(now, limit)| Percent::of(now, *limit)),
        forecast: known
            .and_then(|one| one.forecast.clone())
            .filter(|_| budget.is_some()),
        environment,
        spent,
        budget,
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

fn not_known(facts: &Facts, spent: &[&Series], days: &Days) -> Vec<NotKnown> {
    let mut list = Vec::new();
    let mut note = |what: String, why: Option<&str>| {
        list.extend(why.map(|why| NotKnown {
            what,
            why: why.to_owned(),
        }));
    };
    note("Spending".to_owned(), facts.spending.why());
    if facts.spending.get().is_some() {
        for (month, days) in [
            (facts.month, &days.now),
            (facts.month.former(), &days.before),
        ] {
            let tally = Tally::of(spent.iter().copied(), days);
            let missing: Vec<String> = days
                .iter()
                .filter(|day| tally.on(**day).missing)
                .map(|day| day.day().to_string())
                .collect();
            if !missing.is_empty() {
                let which = if missing.len() == days.len() {
                    "all days".to_owned()
                } else {
                    missing.join(", ")
                };
                note(
                    format!("Spending of {}: {which}", month.name()),
                    Some("it was not read, in part or whole; sums with a star are without it"),
                );
            }
        }
    }
    for one in &facts.environments {
        let name = &one.environment;
        note(format!("Budget of {name}"), one.budget.why());
        note(
            format!("Forecast of {name}"),
            one.forecast.as_ref().and_then(Known::why),
        );
        note(format!("What the sleep of {name} saved"), one.slept.why());
        if let Some(slept) = one.slept.get()
            && !slept.not_priced.is_empty()
        {
            note(
                format!(
                    "What the sleep of {} in {name} saved",
                    slept.not_priced.join(", ")
                ),
                Some("no list price is known for it; its hours count, its money does not"),
            );
        }
    }
    for (what, held) in [
        ("reservations", &facts.reservations),
        ("Savings Plans", &facts.savings_plans),
    ] {
        note(format!("Utilisation of {what}"), held.why());
        if let Some(Commitment::Held(held)) = held.get() {
            note(format!("Coverage of {what}"), held.coverage.why());
        }
    }
    note("The baseline".to_owned(), facts.baseline.why());
    note("Unusual spending".to_owned(), facts.anomalies.why());
    note("Recommendations".to_owned(), facts.recommendations.why());
    note("What reading cost costs".to_owned(), facts.own.why());
    list
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
}
