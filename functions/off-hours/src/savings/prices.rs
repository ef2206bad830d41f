use std::collections::{BTreeMap, BTreeSet};

use nightshift_core::{ConfigError, Money, Region};

use crate::model::{Capacity, Resource};

/// The built-in list prices: class, engine, Regions, US dollars per hour, the
/// month they are of, and where they come from.
const TABLE: &str = include_str!("../../prices/list-prices.csv");

/// List prices by the hour, on demand and without discounts.
#[derive(Clone, Debug)]
pub struct Prices {
    configured: BTreeMap<String, Money>,
    table: BTreeMap<(&'static str, &'static str), Vec<Price>>,
}

/// One line of the built-in table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// The price of an hour.
    pub hourly: Money,
    /// The Regions it holds for.
    pub regions: Vec<&'static str>,
    /// The month it is of, such as `2026-11`.
    pub as_of: &'static str,
    /// Where it comes from.
    pub source: &'static str,
}

impl Prices {
    /// The built-in table, with the configuration's own prices before it: US
    /// dollars by `class`, or `class/engine` where the class has one, in every
    /// Region.
    ///
    /// # Errors
    /// When a configured price is not a decimal number.
    pub fn new(configured: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let read = |(class, price): (&String, &String)| match Money::parse_usd(price) {
            Some(price) => Ok((class.clone(), price)),
            None => Err(ConfigError::at(
                format!("functions.off-hours.prices.{class}"),
                format!("`{price}` is no price; expected US dollars per hour such as 0.0416"),
            )),
        };
        let mut table: BTreeMap<_, Vec<Price>> = BTreeMap::new();
        for (class, engine, price) in TABLE.lines().skip(1).filter_map(row) {
            table.entry((class, engine)).or_default().push(price);
        }
        Ok(Self {
            configured: configured.iter().map(read).collect::<Result<_, _>>()?,
            table,
        })
    }

    /// What an hour of everything that runs for a resource costs; none where a
    /// part of it has no known price.
    pub fn hourly(&self, resource: &Resource) -> Option<Money> {
        let parts = resource.capacity.iter();
        parts.map(|part| self.of(part, &resource.region)).sum()
    }

    /// What has no known price of a resource, as a configuration would name it.
    pub fn unknown(&self, resource: &Resource) -> BTreeSet<String> {
        let parts = resource.capacity.iter();
        let unknown = parts.filter(|part| self.of(part, &resource.region).is_none());
        unknown
            .map(|part| key(unit(&part.class).0, &part.engine))
            .collect()
    }

    /// What an hour of one part costs.
    fn of(&self, part: &Capacity, region: &Region) -> Option<Money> {
        let (class, units) = unit(&part.class);
        let hourly = self.listed(class, &part.engine, region)?;
        let micros = i128::from(hourly.micro_usd()) * i128::from(part.count) / units;
        i64::try_from(micros).ok().map(Money::from_micro_usd)
    }

    fn listed(&self, class: &str, engine: &str, region: &Region) -> Option<Money> {
        if let Some(price) = self.configured.get(&key(class, engine)) {
            return Some(*price);
        }
        let prices = self.table.get(&(class, engine))?;
        let here = prices
            .iter()
            .find(|price| price.regions.contains(&region.as_str()));
        here.map(|price| price.hourly)
    }
}

fn key(class: &str, engine: &str) -> String {
    if engine.is_empty() {
        class.to_owned()
    } else {
        format!("{class}/{engine}")
    }
}

/// How the price list counts a class: Fargate by the vCPU and the gigabyte,
/// tasks in shares of 1024.
fn unit(class: &str) -> (&str, i128) {
    match class {
        "fargate-cpu-units" => ("fargate-vcpu", 1024),
        "fargate-mebibytes" => ("fargate-gb", 1024),
        class => (class, 1),
    }
}

fn row(line: &'static str) -> Option<(&'static str, &'static str, Price)> {
    let mut fields = line.split(',');
    let (class, engine) = (fields.next()?, fields.next()?);
    let price = Price {
        regions: fields.next()?.split(' ').collect(),
        hourly: Money::parse_usd(fields.next()?)?,
        as_of: fields.next()?,
        source: fields.next()?,
    };
    fields.next().is_none().then_some((class, engine, price))
}

#[cfg(test)]
mod tests {
    use nightshift_core::{AccountId, Tags};

    use super::*;
    use crate::model::{Health, Kind, Sizes, State};

    fn resource(capacity: &[(&str, &str, u32)]) -> Resource {
        let arn = "arn:aws:rds:us-east-1:123456789012:db:orders"
            .parse()
            .unwrap();
        Resource {
            arn,
            kind: Kind::DbInstance,
            name: "orders".into(),
            region: "us-east-1".into(),
            account: AccountId::new("123456789012"),
            tags: Tags::new(),
            state: State::On,
            health: Health::Healthy,
            sizes: Sizes::DbInstance,
            cannot_sleep: None,
            alarms: vec![],
            capacity: capacity
                .iter()
                .map(|(class, engine, count)| Capacity {
                    class: (*class).to_owned(),
                    engine: (*engine).to_owned(),
                    count: *count,
                })
                .collect(),
            maintenance_window: None,
        }
    }

    fn prices(configured: &[(&str, &str)]) -> Result<Prices, ConfigError> {
        let pairs = configured.iter();
        Prices::new(
            &pairs
                .map(|(c, p)| ((*c).to_owned(), (*p).to_owned()))
                .collect(),
        )
    }

    /// Whether a price has a month, and a source that the README beside the
    /// table describes.
    fn can_be_looked_up(price: &Price) -> bool {
        let sources = include_str!("../../prices/README.md");
        let month = format!("{}-01", price.as_of);
        price.as_of.len() == 7
            && month.parse::<jiff::civil::Date>().is_ok()
            && !price.source.contains("recalled")
            && sources.contains(&format!("\n| `{}` | ", price.source))
    }

    #[test]
    fn every_line_of_the_table_can_be_read_and_stands_once() {
        let mut seen = BTreeSet::new();
        for line in TABLE.lines().skip(1) {
            let (class, engine, price) = row(line).unwrap_or_else(|| panic!("{line}"));
            assert!(price.hourly > Money::ZERO, "{line}");
            assert!(can_be_looked_up(&price), "{line}");
            for region in price.regions {
                assert!(seen.insert((class, engine, region)), "twice: {line}");
            }
        }
        assert!(seen.len() > 1000);
    }

    #[test]
    fn a_price_without_month_or_known_source_is_refused() {
        for (fields, expected) in [
            ("2026-07,karpenter", true),
            ("2026-07,", false),
            (",karpenter", false),
            ("2026,karpenter", false),
            ("2026-13,karpenter", false),
            ("2026-07,source", false),
            ("2025-01,as recalled; to be checked", false),
        ] {
            let line = format!("t3.small,,us-east-1,0.0208,{fields}").leak();
            let (.., price) = row(line).unwrap();
            assert_eq!(can_be_looked_up(&price), expected, "{line}");
        }
        assert_eq!(row("t3.small,,us-east-1,0.0208,2026-07"), None);
    }

    #[test]
    fn standbys_members_and_tasks_are_counted() {
        let prices = prices(&[]).unwrap();
        for (capacity, expected) in [
            (&[("db.t3.micro", "postgres", 2)][..], "0.036"),
            (
                &[
                    ("db.r5.large", "aurora-postgresql", 1),
                    ("db.t3.medium", "aurora-postgresql", 2),
                ],
                "0.454",
            ),
            (
                &[
                    ("fargate-cpu-units", "", 512),
                    ("fargate-mebibytes", "", 3072),
                ],
                "0.033575",
            ),
            (&[], "0"),
        ] {
            let hourly = prices.hourly(&resource(capacity));
            assert_eq!(hourly, Money::parse_usd(expected), "{capacity:?}");
        }
    }

    #[test]
    fn the_unknown_is_named_and_can_be_configured() {
        let resource = resource(&[("t3.small", "", 1), ("t3.small", "spot", 2)]);
        let built_in = prices(&[]).unwrap();
        assert_eq!(built_in.hourly(&resource), None);
        assert_eq!(
            built_in.unknown(&resource),
            BTreeSet::from(["t3.small/spot".to_owned()])
        );
        let configured = prices(&[("t3.small/spot", "0.0062"), ("t3.small", "0.01")]).unwrap();
        assert_eq!(configured.hourly(&resource), Money::parse_usd("0.0224"));
        assert!(configured.unknown(&resource).is_empty());
    }

    #[test]
    fn a_price_that_is_none_is_refused_by_its_path() {
        let error = prices(&[("t3.small", "2 cents")]).unwrap_err().to_string();
        assert!(
            error.contains("functions.off-hours.prices.t3.small"),
            "{error}"
        );
    }
}
