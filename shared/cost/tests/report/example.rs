//! A month of an estate as it might be: two environments that sleep, one that
//! does not.

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use nightshift_core::{AccountId, Money};
use nightshift_cost::recommendations::{Judged, Schedules, Sleeper, SleeperKind, judge, read_hub};
use nightshift_cost::report::{
    AnomalyLine, Baseline, Commitment, EnvironmentFacts, Facts, Forecast, Held, Known, OwnCost,
    Percent, Slept, SleptKind, Spending,
};
use nightshift_cost::{Class, Day, Dimension, Key, Series};

pub fn usd(text: &str) -> Money {
    Money::parse_usd(text).unwrap()
}

/// Environment, service, class, dollars of a working day and of another day.
const SPENDING: &[(&str, &str, Class, &str, &str)] = &[
    (
        "prod",
        "Amazon Relational Database Service",
        Class::Usage,
        "31.18",
        "30.64",
    ),
    (
        "prod",
        "Amazon Elastic Compute Cloud - Compute",
        Class::Usage,
        "17.42",
        "12.90",
    ),
    ("prod", "Amazon ElastiCache", Class::Usage, "15.77", "15.77"),
    ("prod", "EC2 - Other", Class::Usage, "10.83", "9.02"),
    ("prod", "AmazonCloudWatch", Class::Usage, "12.31", "10.08"),
    (
        "prod",
        "Amazon Elastic Load Balancing",
        Class::Usage,
        "3.36",
        "2.71",
    ),
    (
        "prod",
        "Amazon Simple Storage Service",
        Class::Usage,
        "4.61",
        "4.48",
    ),
    ("prod", "AWS Backup", Class::Usage, "2.94", "2.94"),
    ("prod", "Amazon CloudFront", Class::Usage, "3.12", "2.20"),
    (
        "prod",
        "Savings Plans for AWS Compute usage",
        Class::Fee,
        "4.80",
        "4.80",
    ),
    (
        "staging",
        "Amazon Relational Database Service",
        Class::Usage,
        "3.02",
        "1.66",
    ),
    (
        "staging",
        "Amazon Elastic Compute Cloud - Compute",
        Class::Usage,
        "6.14",
        "1.02",
    ),
    ("staging", "EC2 - Other", Class::Usage, "5.20", "4.88"),
    ("staging", "AmazonCloudWatch", Class::Usage, "4.81", "3.90"),
    (
        "staging",
        "Amazon Elastic Load Balancing",
        Class::Usage,
        "1.71",
        "1.71",
    ),
    (
        "dev",
        "Amazon Relational Database Service",
        Class::Usage,
        "0.58",
        "0.21",
    ),
    (
        "dev",
        "Amazon Elastic Compute Cloud - Compute",
        Class::Usage,
        "2.12",
        "0.24",
    ),
    (
        "dev",
        "Amazon Elastic Container Service for Kubernetes",
        Class::Usage,
        "2.40",
        "2.40",
    ),
    ("dev", "EC2 - Other", Class::Usage, "1.94", "1.61"),
    ("dev", "AmazonCloudWatch", Class::Usage, "0.66", "0.51"),
    (
        "",
        "AWS Key Management Service",
        Class::Usage,
        "0.41",
        "0.41",
    ),
    ("", "AWS Cost Explorer", Class::Usage, "0.04", "0.04"),
    ("", "Credits", Class::Credit, "-1.61", "-1.61"),
    ("", "Tax", Class::Tax, "0.22", "0.22"),
];

fn cents(text: &str) -> i64 {
    match text.strip_prefix('-') {
        Some(text) => -usd(text).micro_usd(),
        None => usd(text).micro_usd(),
    }
}

/// What is spent on a day: a ripple of some per cent, a NAT gateway that runs
/// hot for three days, and a month before that was a little dearer.
fn amount(row: usize, day: Date, dollars: (&str, &str)) -> Money {
    let weekend = day.weekday().to_monday_zero_offset() >= 5;
    let micros = cents(if weekend { dollars.1 } else { dollars.0 });
    let ripple = i64::try_from(row).unwrap() * 37 + i64::from(day.day()) * 101;
    let mut micros = micros * (980 + ripple % 41) / 1_000;
    if day.month() == 9 {
        micros = micros * 104 / 100;
    }
    if row == 3 && (date(2026, 10, 20)..=date(2026, 10, 22)).contains(&day) {
        micros += 38_400_000;
    }
    Money::from_micro_usd(micros / 10_000 * 10_000)
}

/// The days of September and of October up to the last one, the last two of
/// which will still change; what `missing` says was not read.
pub fn spending(last: Date, missing: impl Fn(&str, Date) -> bool) -> Vec<Spending> {
    let first = date(2026, 9, 1);
    let rows = SPENDING.iter().enumerate();
    rows.map(|(row, (environment, service, class, working, other))| {
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok());
        let days = days.take_while(|day| *day <= last).map(|day| {
            let amount = amount(row, day, (working, other));
            if missing(service, day) {
                Day::Missing
            } else if day > last - 2.days() {
                Day::Estimated(amount)
            } else {
                Day::Settled(amount)
            }
        });
        let key = Key::default()
            .with(Dimension::Service, *service)
            .with(Dimension::Environment, *environment);
        Spending {
            class: *class,
            series: Series::from_days(key, first, days.collect()),
        }
    })
    .collect()
}

fn slept(hours: &[(&str, i64, &str)], not_priced: &[&str]) -> Known<Slept> {
    let kinds: Vec<SleptKind> = hours
        .iter()
        .map(|(name, hours, money)| SleptKind {
            name: (*name).to_owned(),
            seconds: hours * 3_600,
            money: usd(money),
        })
        .collect();
    Known::Known(Slept {
        seconds: kinds.iter().map(|kind| kind.seconds).sum(),
        money: kinds.iter().map(|kind| kind.money).sum(),
        kinds,
        not_priced: not_priced.iter().map(|name| (*name).to_owned()).collect(),
    })
}

fn environment(code: &str, budget: &str, slept: Known<Slept>) -> EnvironmentFacts {
    EnvironmentFacts {
        environment: code.to_owned(),
        budget: Known::Known(usd(budget)),
        forecast: None,
        slept,
    }
}

pub fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn schedules() -> Schedules {
    let sleeper = |arn: &str, name: &str, kind, since: &str, volumes: &[&str]| Sleeper {
        arn: arn.to_owned(),
        name: name.to_owned(),
        kind,
        since: instant(since),
        hours_asleep_a_week: 108,
        longest_awake_hours: Some(12),
        asleep: true,
        volumes: volumes.iter().map(|volume| (*volume).to_owned()).collect(),
    };
    Schedules {
        sleepers: vec![
            sleeper(
                "arn:aws:ec2:us-east-1:111122223333:instance/i-0a1b2c3d4e5f60718",
                "dev-bastion",
                SleeperKind::Ec2Instance,
                "2026-06-01T18:00:00Z",
                &["vol-0a1b2c3d4e5f60718"],
            ),
            sleeper(
                "arn:aws:rds:us-east-1:111122223333:db:staging-orders",
                "staging-orders",
                SleeperKind::DbInstance,
                "2026-06-01T18:00:00Z",
                &[],
            ),
            sleeper(
                "arn:aws:autoscaling:us-east-1:111122223333:autoScalingGroup:b7:autoScalingGroupName/staging-workers",
                "staging-workers",
                SleeperKind::AutoScalingGroup,
                "2026-10-05T18:00:00Z",
                &[],
            ),
        ],
    }
}

/// What Cost Optimization Hub might say of it.
pub const HUB: &str = include_str!("hub.json");

pub fn judged() -> Judged {
    judge(
        read_hub(HUB).unwrap(),
        &schedules(),
        instant("2026-11-02T06:00:00Z"),
    )
}

/// October, once it is over.
pub fn october() -> Facts {
    Facts {
        project: "personal-timeline".to_owned(),
        account: AccountId::new("111122223333"),
        month: "2026-10".parse().unwrap(),
        generated_at: instant("2026-11-02T06:00:00Z"),
        spending: Known::Known(spending(date(2026, 11, 1), |_, _| false)),
        environments: vec![
            environment(
                "dev",
                "500",
                slept(
                    &[("EKS node group", 1_512, "94.35"), ("EC2 instance", 486, "15.16"), ("RDS instance", 486, "17.50")],
                    &[],
                ),
            ),
            environment(
                "staging",
                "1500",
                slept(
                    &[("Auto Scaling group", 972, "80.87"), ("RDS instance", 486, "64.15")],
                    &["staging-reports"],
                ),
            ),
            environment("prod", "5000", Known::Known(Slept::default())),
        ],
        reservations: Known::Missing(
            "Cost Explorer answered LimitExceededException; the next report asks again".to_owned(),
        ),
        savings_plans: Known::Known(Commitment::Held(Held {
            utilisation: Percent::read("93.417").unwrap(),
            coverage: Known::Known(Percent::read("41.2").unwrap()),
            unused: Some(usd("9.79")),
            net_savings: Some(usd("55.06")),
        })),
        baseline: Known::Known(Baseline {
            name: "plan of 2026-06, on demand and never asleep".to_owned(),
            monthly: usd("4868.40"),
        }),
        anomalies: Known::Known(vec![AnomalyLine {
            what: "EC2 - Other (NatGateway-Bytes) in us-east-1, environment prod".to_owned(),
            since: date(2026, 10, 20),
            until: Some(date(2026, 10, 22)),
            impact: usd("115.20"),
            cause: Some("the media export of release 41 went through the NAT gateway instead of the gateway endpoint".to_owned()),
        }]),
        own: Known::Known(OwnCost {
            requests: 124,
            cap: 400,
            cost: usd("1.24"),
        }),
        recommendations: Known::Known(judged()),
    }
}

/// October while it goes on: forecasts, a day that could not be read, and
/// services that did not answer.
pub fn so_far() -> Facts {
    let mut facts = october();
    let missing =
        |service: &str, day: Date| service == "AmazonCloudWatch" && day == date(2026, 10, 9);
    facts.generated_at = instant("2026-10-24T06:00:00Z");
    facts.spending = Known::Known(spending(date(2026, 10, 22), missing));
    let forecasts = [
        ("245.10", "231.40", "262.90", None),
        ("744.00", "702.50", "801.00", None),
        ("5080.00", "4760.00", "5410.00", Some(date(2026, 10, 31))),
    ];
    for (environment, (expected, low, high, reached_on)) in
        facts.environments.iter_mut().zip(forecasts)
    {
        environment.forecast = Some(Known::Known(Forecast {
            expected: usd(expected),
            low: usd(low),
            high: usd(high),
            reached_on,
        }));
    }
    facts.environments[1].slept =
        Known::Missing("off-hours of staging did not answer; its own digest has it".to_owned());
    facts.environments[1].budget =
        Known::Missing("AWS Budgets denied budgets:ViewBudget".to_owned());
    facts.anomalies = Known::Missing("GetAnomalies was throttled".to_owned());
    facts.recommendations =
        Known::Missing("the account is not enrolled in Cost Optimization Hub".to_owned());
    facts.savings_plans = Known::Known(Commitment::NoneHeld);
    facts
}
