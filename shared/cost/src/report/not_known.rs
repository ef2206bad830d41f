use jiff::civil::Date;

use super::facts::{Commitment, Facts};
use super::figure::{Known, Tally};
use super::model::NotKnown;
use crate::series::Series;

/// All that could not be read, and why.
pub(super) fn not_known(
    facts: &Facts,
    spent: &[&Series],
    now: &[Date],
    before: &[Date],
) -> Vec<NotKnown> {
    let mut list = Vec::new();
    let mut note = |what: String, why: Option<&str>| {
        list.extend(why.map(|why| NotKnown {
            what,
            why: why.to_owned(),
        }));
    };
    note("Spending".to_owned(), facts.spending.why());
    if facts.spending.get().is_some() {
        for (month, days) in [(facts.month, now), (facts.month.former(), before)] {
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
