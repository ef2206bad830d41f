use jiff::civil::date;
use jiff::{Timestamp, ToSpan};
use nightshift_core::Money;
use nightshift_cost::chart::{Mark, Paint};
use nightshift_cost::report::{
    EnvironmentFacts, Facts, Known, Percent, Report, Slept, SleptKind, Spending, daily,
};
use nightshift_cost::{Class, Day, Dimension, Key, Series};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::example;

fn money() -> impl Strategy<Value = Money> {
    prop_oneof![
        4 => 0..1_000_000_000_i64,
        1 => -1_000_000_000..1_000_000_000_000_i64,
    ]
    .prop_map(Money::from_micro_usd)
}

fn day() -> impl Strategy<Value = Day> {
    prop_oneof![
        1 => Just(Day::Missing),
        1 => money().prop_map(Day::Estimated),
        4 => money().prop_map(Day::Settled),
    ]
}

/// Text that wants to be more than text.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => "[a-z]{1,8}",
        1 => ".{0,20}",
        1 => Just("<script>alert(1)</script>".to_owned()),
        1 => Just("a\" onload='x' b|c\n# d `e` [f](https://g)".to_owned()),
    ]
}

prop_compose! {
    fn spending()(
        class in prop_oneof![3 => Just(Class::Usage), 1 => Just(Class::Fee), 1 => Just(Class::Credit)],
        service in text(),
        environment in of(prop_oneof![Just("dev".to_owned()), Just(String::new()), text()]),
        start in 0..70_i64,
        days in vec(day(), 0..70),
    ) -> Spending {
        let mut key = Key::default().with(Dimension::Service, service);
        if let Some(environment) = environment {
            key = key.with(Dimension::Environment, environment);
        }
        Spending { class, series: Series::from_days(key, date(2026, 8, 25) + start.days(), days) }
    }
}

fn known<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Known<T>> {
    (of(value), text()).prop_map(|(value, why)| Known::known_or(value, why))
}

prop_compose! {
    fn facts()(
        spending in vec(spending(), 0..14),
        budget in known(money()),
        slept in known((0..10_000_000_i64, money(), text())),
        at in 1_790_000_000..1_797_000_000_i64,
        project in text(),
    ) -> Facts {
        let mut facts = example::october();
        facts.project = project;
        facts.generated_at = Timestamp::from_second(at).unwrap();
        facts.spending = Known::Known(spending);
        let slept = match slept {
            Known::Missing(why) => Known::Missing(why),
            Known::Known((seconds, money, name)) => Known::Known(Slept {
                seconds,
                money,
                kinds: vec![SleptKind { name, seconds, money }],
                not_priced: vec![],
            }),
        };
        facts.environments = vec![EnvironmentFacts {
            environment: "dev".to_owned(), budget, forecast: None, slept,
        }];
        facts
    }
}

/// The sum of what is known.
fn sum(amounts: impl Iterator<Item = Option<Money>>) -> Option<Money> {
    amounts.flatten().reduce(|one, other| one + other)
}

/// Takes a page apart as a browser would: what is between `<` and `>` is a tag.
fn tags(page: &str) -> Vec<&str> {
    let (_, body) = page.split_once("<body>").unwrap();
    body.split('<')
        .skip(1)
        .map(|part| part.split('>').next().unwrap())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn all_tables_have_the_same_sum(facts in facts()) {
        let report = Report::of(&facts);
        let total = report.spent.now.amount;
        prop_assert_eq!(sum(report.services.iter().map(|line| line.spent.now.amount)), total);
        prop_assert_eq!(sum(report.environments.iter().map(|line| line.spent.now.amount)), total);
        prop_assert_eq!(sum(report.daily.totals.iter().map(|figure| figure.amount)), total);
        let days = report.daily.days.iter().flat_map(|day| day.parts.clone());
        prop_assert_eq!(sum(days), total);
        for line in &report.services {
            let parts = line.environments.iter().map(|part| part.and_then(|part| part.amount));
            prop_assert_eq!(sum(parts), line.spent.now.amount, "{}", line.service);
        }
        let spent = report.bill.iter().filter(|line| line.class != Class::Credit);
        prop_assert_eq!(sum(spent.map(|line| line.figure.amount)), total);
    }

    #[test]
    fn columns_are_as_high_as_their_sums(facts in facts()) {
        let report = Report::of(&facts);
        let picture = daily(&report);
        let bars = || picture.marks.iter().filter_map(|mark| match mark {
            Mark::Bar { at, size, paint: Paint::Part(_), .. } => Some((*at, *size)),
            _ => None,
        });
        let mut by_column: std::collections::BTreeMap<i32, i64> = std::collections::BTreeMap::new();
        for (at, size) in bars() {
            *by_column.entry(at.0).or_default() += i64::from(size.1);
            prop_assert!(at.1 >= 0 && at.1 + size.1 <= picture.height);
            prop_assert!(at.0 >= 0 && at.0 + size.0 <= picture.width);
        }
        let spent: Vec<i128> = report.daily.days.iter().map(|day| {
            day.parts.iter().flatten().map(|part| i128::from(part.micro_usd()).abs()).sum()
        }).collect();
        // Twice the money is twice the height, to within a tenth of a pixel for each end.
        let heights: Vec<i64> = by_column.values().copied().collect();
        let drawn: Vec<i128> = spent.iter().copied().filter(|sum| *sum > 0).collect();
        if let (Some(most), Some(highest)) = (drawn.iter().max(), heights.iter().max())
            && drawn.len() == heights.len()
        {
            for (sum, height) in drawn.iter().zip(&heights) {
                let expected = i128::from(*highest) * sum / most;
                prop_assert!((expected - i128::from(*height)).abs() <= 4, "{expected} {height}");
            }
        }
    }

    #[test]
    fn what_is_missing_is_never_nothing(facts in facts()) {
        let report = Report::of(&facts);
        for day in &report.daily.days {
            if day.parts.iter().any(Option::is_none) {
                prop_assert!(day.missing);
            }
        }
        if report.spent.now.missing_days > 0 {
            prop_assert_eq!(report.spent.change, None);
            prop_assert!(report.not_known.iter().any(|one| one.what.starts_with("Spending of October")));
        }
        for line in &report.environments {
            if line.spent.now.missing_days > 0 {
                prop_assert!(line.used.is_none_or(|used| used > Percent::whole(100)));
            }
        }
        for why in facts.environments.iter().filter_map(|one| one.budget.why()) {
            prop_assert!(report.not_known.iter().any(|one| one.why == why));
        }
        let gaps = daily(&report).marks.iter().filter(|mark| matches!(mark, Mark::Gap { .. })).count();
        prop_assert_eq!(gaps, report.daily.days.iter().filter(|day| day.missing).count());
    }

    #[test]
    fn a_page_has_only_our_tags_and_no_number_that_is_none(facts in facts()) {
        const OURS: [&str; 34] = [
            "main", "header", "p", "h1", "h2", "dl", "div", "dt", "dd", "strong", "span", "section",
            "figure", "figcaption", "svg", "title", "desc", "rect", "polyline", "polygon", "circle",
            "text", "ul", "li", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
            "footer", "body",
        ];
        let report = Report::of(&facts);
        let page = report.html();
        for tag in tags(&page) {
            let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
            prop_assert!(OURS.contains(&name) || name == "html", "<{tag}>");
            prop_assert!(!tag.contains("onload"), "<{tag}>");
            for number in tag.split(' ').filter(|word| word.starts_with("width=") || word.starts_with("x=")) {
                let value = number.split('"').nth(1).unwrap();
                prop_assert!(value.parse::<f64>().is_ok_and(f64::is_finite), "{number}");
            }
        }
        prop_assert_eq!(page.matches("<table>").count(), page.matches("</table>").count());
        let text = report.markdown();
        prop_assert!(!text.contains("<script") && !text.contains("[f](https://"));
        // A row of a table is one line, with as many cells as its heading.
        for table in text.split("\n\n").filter(|block| block.starts_with("| ")) {
            let cells = |line: &str| line.replace("\\|", "").matches('|').count();
            let first = cells(table.lines().next().unwrap());
            prop_assert!(table.lines().all(|line| cells(line) == first), "{table}");
        }
    }

    #[test]
    fn the_order_of_what_was_read_changes_nothing(facts in facts(), turn in 0..14_usize) {
        let mut turned = facts.clone();
        if let Known::Known(spending) = &mut turned.spending
            && !spending.is_empty()
        {
            let by = turn % spending.len();
            spending.rotate_left(by);
        }
        prop_assert_eq!(Report::of(&turned), Report::of(&facts));
    }
}
