use nightshift_core::Money;

/// How money becomes length: from a lowest to a highest amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    low: i64,
    high: i64,
    step: i64,
    length: i32,
}

impl Scale {
    /// A scale over `length` tenths of a pixel that has zero, `low` and `high`
    /// on it, and some four round amounts to write beside it.
    pub fn over(low: Money, high: Money, length: i32) -> Self {
        let low = low.micro_usd().min(0);
        let high = high.micro_usd().max(0);
        let span = high.saturating_sub(low).max(1);
        let step = round_step(span / 4);
        let down = |value: i64| value.div_euclid(step).saturating_mul(step);
        let top = down(high.saturating_add(step - 1));
        Self {
            low: down(low),
            high: if top > low { top } else { step },
            step,
            length,
        }
    }

    /// How far above the lowest amount it lies, in tenths of a pixel. What lies
    /// outside of the scale is put at its end.
    pub fn place(&self, amount: Money) -> i32 {
        let inside = amount.micro_usd().clamp(self.low, self.high);
        let part = i128::from(inside) - i128::from(self.low);
        let whole = i128::from(self.high) - i128::from(self.low);
        let length = i128::from(self.length);
        // Half a tenth is added: rounded, not cut.
        i32::try_from((part * length * 2 + whole) / (whole * 2)).unwrap_or(self.length)
    }

    /// The round amounts, lowest first.
    pub fn ticks(&self) -> Vec<Money> {
        let mut ticks = Vec::new();
        let mut value = self.low;
        while value <= self.high && ticks.len() < 16 {
            ticks.push(Money::from_micro_usd(value));
            value = value.saturating_add(self.step);
        }
        ticks
    }
}

/// The next of 1, 2, 2.5 and 5 times a power of ten that is not below.
fn round_step(least: i64) -> i64 {
    let least = least.max(1);
    let mut power: i64 = 1;
    loop {
        for (times, over) in [(1, 1), (2, 1), (5, 2), (5, 1)] {
            if let Some(step) = power.checked_mul(times)
                && step % over == 0
                && step / over >= least
            {
                return step / over;
            }
        }
        match power.checked_mul(10) {
            Some(next) => power = next,
            None => return i64::MAX / 8,
        }
    }
}

/// Dollars and cents with the thousands apart: `$1,234.50`.
///
/// ```
/// use nightshift_core::Money;
/// use nightshift_cost::chart::dollars;
///
/// assert_eq!(dollars(Money::from_micro_usd(-1_234_567_890_000)), "-$1,234,567.89");
/// ```
pub fn dollars(amount: Money) -> String {
    let text = amount.to_string();
    let (whole, cents) = text.split_once('.').unwrap_or((&text, ""));
    let at = whole.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    let (sign, digits) = whole.split_at(at);
    let mut apart = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    format!("{sign}{apart}.{cents}")
}

/// A round amount as it stands at an axis: `$1,500`, `$2.50`, `$0.0005`.
pub fn axis_label(amount: Money) -> String {
    let micros = amount.micro_usd();
    if micros % 10_000 != 0 {
        let fraction = format!("{:06}", micros.unsigned_abs() % 1_000_000);
        let whole = micros.unsigned_abs() / 1_000_000;
        let sign = if micros < 0 { "-" } else { "" };
        return format!("{sign}${whole}.{}", fraction.trim_end_matches('0'));
    }
    let text = dollars(amount);
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn usd(text: &str) -> Money {
        Money::parse_usd(text).unwrap()
    }

    #[test]
    fn ticks_are_round() {
        for (high, expected) in [
            ("137", "$0 $50 $100 $150"),
            ("4312.08", "$0 $2,000 $4,000 $6,000"),
            ("0.031", "$0 $0.01 $0.02 $0.03 $0.04"),
            ("1000", "$0 $250 $500 $750 $1,000"),
            ("0", "$0 $0.000001"),
        ] {
            let ticks = Scale::over(Money::ZERO, usd(high), 1000).ticks();
            let labels: Vec<String> = ticks.into_iter().map(axis_label).collect();
            assert_eq!(labels.join(" "), expected, "{high}");
        }
    }

    proptest! {
        #[test]
        fn more_money_is_never_shorter_and_everything_stays_on_the_scale(
            mut amounts in proptest::collection::vec(any::<i64>(), 2..8),
            length in 1..5_000_i32,
        ) {
            amounts.sort_unstable();
            let money: Vec<Money> = amounts.into_iter().map(Money::from_micro_usd).collect();
            let scale = Scale::over(money[0], money[money.len() - 1], length);
            let places: Vec<i32> = money.iter().map(|one| scale.place(*one)).collect();
            prop_assert!(places.is_sorted());
            prop_assert!(places.iter().all(|place| (0..=length).contains(place)));
            prop_assert!((2..=16).contains(&scale.ticks().len()));
        }

        #[test]
        fn lengths_are_in_proportion(part in 0..1_000_000_i64, rest in 1..1_000_000_i64) {
            let whole = Money::from_micro_usd((part + rest) * 1_000);
            let scale = Scale::over(Money::ZERO, whole, 10_000);
            let top = *scale.ticks().last().unwrap();
            let exact = i128::from(part) * 1_000 * 10_000 / i128::from(top.micro_usd());
            let place = i128::from(scale.place(Money::from_micro_usd(part * 1_000)));
            prop_assert!((place - exact).abs() <= 1);
        }
    }
}
