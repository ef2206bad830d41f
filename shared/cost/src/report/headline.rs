use nightshift_core::Money;

use super::figure::Percent;
use super::model::Report;
use crate::chart::dollars;

impl Report {
    /// The month in a sentence or three.
    pub(super) fn sentence(&self) -> String {
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
            let all = self.slept.iter().all(|line| line.slept.get().is_some());
            let least = if all { "" } else { "at least " };
            words.push(format!("Sleep saved {least}{}.", dollars(money)));
        }
        words.join(" ")
    }
}
