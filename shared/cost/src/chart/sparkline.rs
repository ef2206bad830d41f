use nightshift_core::Money;

/// Rows of amounts as text on one scale, for channels that show no picture.
/// What is not known is a middle dot.
///
/// The scale is from the least to the greatest amount, but never narrower than
/// a fifth of the greatest: a ripple must not look like a wave.
///
/// ```
/// use nightshift_core::Money;
/// use nightshift_cost::chart::sparklines;
///
/// let usd = |dollars: i64| Some(Money::from_micro_usd(dollars * 1_000_000));
/// let [expected, actual] = sparklines([
///     &[usd(40), usd(41), usd(40)],
///     &[usd(40), None, usd(96)],
/// ]);
/// assert_eq!(expected, "▁▁▁");
/// assert_eq!(actual, "▁·█");
/// ```
pub fn sparklines<const ROWS: usize>(rows: [&[Option<Money>]; ROWS]) -> [String; ROWS] {
    const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let known = || {
        let all = rows.iter().flat_map(|row| row.iter().flatten());
        all.map(|amount| i128::from(amount.micro_usd()))
    };
    let low = known().min().unwrap_or(0);
    let high = known().max().unwrap_or(0);
    let span = (high - low).max(high.abs() / 5).max(1);
    let step = |amount: Money| {
        let part = i128::from(amount.micro_usd()) - low;
        let at = usize::try_from((part * 14 + span) / (span * 2)).unwrap_or(0);
        STEPS[at.min(STEPS.len() - 1)]
    };
    rows.map(|row| row.iter().map(|day| day.map_or('·', step)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_ripple_stays_flat() {
        let row: Vec<Option<Money>> = [1_000, 1_010, 1_005]
            .map(|cents| Some(Money::from_micro_usd(cents * 10_000)))
            .to_vec();
        assert_eq!(sparklines([&row]), ["▁▁▁".to_owned()]);
        assert_eq!(sparklines([&[None, None]]), ["··".to_owned()]);
        assert_eq!(sparklines([&[]]), [String::new()]);
    }

    proptest! {
        #[test]
        fn there_is_one_sign_for_each_day_and_more_is_never_lower(
            row in proptest::collection::vec(proptest::option::of(any::<i64>()), 0..90),
        ) {
            let money: Vec<Option<Money>> =
                row.iter().map(|one| one.map(Money::from_micro_usd)).collect();
            let [line] = sparklines([&money]);
            let signs: Vec<char> = line.chars().collect();
            prop_assert_eq!(signs.len(), row.len());
            let mut known: Vec<(i64, char)> = Vec::new();
            for (amount, sign) in row.iter().zip(&signs) {
                prop_assert_eq!(amount.is_none(), *sign == '·');
                known.extend(amount.map(|amount| (amount, *sign)));
            }
            known.sort_unstable();
            prop_assert!(known.is_sorted_by_key(|(_, sign)| *sign));
        }
    }
}
