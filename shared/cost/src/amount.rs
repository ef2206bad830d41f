use nightshift_core::Money;

/// Reads an amount as Cost Explorer and its exports write it: a sign, any
/// number of decimals, an exponent. It is rounded to millionths of a dollar,
/// halves away from zero, by digits and not through binary fractions.
///
/// ```
/// use nightshift_cost::parse_amount;
///
/// assert_eq!(parse_amount("-12.3456785").unwrap().micro_usd(), -12_345_679);
/// assert_eq!(parse_amount("1.5E-6").unwrap().micro_usd(), 2);
/// assert_eq!(parse_amount("12,50"), None);
/// ```
pub fn parse_amount(text: &str) -> Option<Money> {
    let (negative, text) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if whole.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // How many of the digits stand before the point once dollars are millionths.
    let point = i64::try_from(whole.len()).ok()? + i64::from(exponent) + 6;
    let mut micros: i64 = 0;
    for place in 0..point.max(0) {
        let digit = usize::try_from(place)
            .ok()
            .and_then(|at| all.as_bytes().get(at));
        if digit.is_none() && micros == 0 {
            break;
        }
        let digit = digit.map_or(0, |byte| i64::from(byte - b'0'));
        micros = micros.checked_mul(10)?.checked_add(digit)?;
    }
    let next = usize::try_from(point)
        .ok()
        .and_then(|at| all.as_bytes().get(at));
    if next.is_some_and(|byte| *byte >= b'5') {
        micros = micros.checked_add(1)?;
    }
    Some(Money::from_micro_usd(if negative {
        -micros
    } else {
        micros
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_to_the_millionth() {
        for (text, micros) in [
            ("0", 0),
            ("12.5", 12_500_000),
            ("+3", 3_000_000),
            ("0.0000004", 0),
            ("0.0000005", 1),
            ("-0.0000005", -1),
            ("1234567.8901234567", 1_234_567_890_123),
            ("1E3", 1_000_000_000),
            ("2.5e-05", 25),
            ("7E-9", 0),
            ("0e2000000000", 0),
        ] {
            assert_eq!(
                parse_amount(text).map(Money::micro_usd),
                Some(micros),
                "{text}"
            );
        }
    }

    #[test]
    fn other_texts_are_no_amounts() {
        for text in [
            "", "-", ".5", "1,000", "1.2.3", "NaN", "1e", "9e99", "$1", "1 ", "--1", "é",
        ] {
            assert_eq!(parse_amount(text), None, "{text}");
        }
    }
}
