//! What has to hold of any recommendations under any schedules.

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{AccountId, Money};
use nightshift_cost::recommendations::{
    Action, Advice, Context, Judged, Recommendation, Schedules, Sleeper, SleeperKind, Source,
    Verdict, digest, judge,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::example::instant;

fn now() -> Timestamp {
    instant("2026-11-02T06:00:00Z")
}

fn arn(number: u8) -> String {
    format!("arn:aws:ec2:us-east-1:111122223333:instance/i-{number}")
}

prop_compose! {
    fn recommendation()(
        number in 0..6_u8,
        id in 0..12_u8,
        action in prop_oneof![
            Just("Rightsize"), Just("Stop"), Just("Delete"), Just("PurchaseSavingsPlans"),
            Just("PurchaseReservedInstances"), Just("Upgrade"), Just("New"),
        ],
        resource_type in prop_oneof![
            Just("Ec2Instance"), Just("EbsVolume"), Just("ComputeSavingsPlans"), Just("RdsReservedInstances"),
        ],
        saving in of(0..1_000_000_000_i64),
        look_back_days in of(0..70_u16),
    ) -> Recommendation {
        Recommendation {
            id: id.to_string(),
            source: Source::CostOptimizationHub,
            action: Action::from(action.to_owned()),
            resource_type: resource_type.to_owned(),
            arn: Some(arn(number)),
            name: format!("i-{number}"),
            account: AccountId::new("111122223333"),
            region: None,
            current: None,
            recommended: None,
            monthly_saving: saving.map(Money::from_micro_usd),
            effort: None,
            restart_needed: None,
            rollback_possible: None,
            look_back_days,
            refreshed_at: None,
        }
    }
}

prop_compose! {
    fn sleeper()(
        number in 0..6_u8,
        days in 0..200_i64,
        hours_asleep_a_week in 0..=168_u16,
        longest_awake_hours in of(0..=168_u16),
        asleep: bool,
        database: bool,
    ) -> Sleeper {
        Sleeper {
            arn: arn(number),
            name: format!("i-{number}"),
            kind: if database { SleeperKind::DbInstance } else { SleeperKind::Ec2Instance },
            since: now() - SignedDuration::from_hours(24 * days),
            hours_asleep_a_week,
            longest_awake_hours,
            asleep,
            volumes: vec![format!("i-{number}")],
        }
    }
}

fn told(judged: &Judged) -> nightshift_core::Notification {
    let context = Context {
        environment: "dev".to_owned(),
        account: "111122223333".into(),
        month: "2026-11".to_owned(),
        commitments: vec![],
        not_known: vec![],
        now: now(),
    };
    digest(judged, &context)
}

proptest! {
    #[test]
    fn without_schedules_aws_is_right(recommendations in vec(recommendation(), 0..20)) {
        let judged = judge(recommendations, &Schedules::default(), now());
        prop_assert!(judged.advice.iter().all(|one| one.verdict == Verdict::Sound && one.reason.is_none()));
        prop_assert_eq!(judged.counted(), judged.claimed());
    }

    #[test]
    fn sleep_never_makes_a_saving_larger_and_always_says_why(
        recommendations in vec(recommendation(), 0..30),
        sleepers in vec(sleeper(), 0..6),
    ) {
        let judged = judge(recommendations, &Schedules { sleepers }, now());
        prop_assert!(judged.counted() <= judged.claimed());
        for one in &judged.advice {
            prop_assert!(one.counted() <= one.recommendation.monthly_saving);
            prop_assert_eq!(one.reason.is_none(), one.verdict == Verdict::Sound);
        }
        let counted: Vec<_> = judged.advice.iter().map(Advice::counted).collect();
        prop_assert!(counted.is_sorted_by(|one, other| one >= other));
    }

    #[test]
    fn a_message_is_short_and_counts_what_it_folds(
        recommendations in vec(recommendation(), 0..30),
        sleepers in vec(sleeper(), 0..6),
    ) {
        let judged = judge(recommendations, &Schedules { sleepers }, now());
        let told = told(&judged);
        prop_assert!(told.sections.iter().all(|section| (1..=9).contains(&section.items.len())));
        let lists = told.sections.iter().filter(|section| !section.title.starts_with("AWS cannot"));
        let lines: usize = lists
            .flat_map(|section| &section.items)
            .map(|item| match item.strip_prefix("and ") {
                Some(rest) => rest.split(' ').next().unwrap().parse().unwrap(),
                None => 1,
            })
            .sum();
        prop_assert_eq!(lines, judged.advice.len());
    }
}
