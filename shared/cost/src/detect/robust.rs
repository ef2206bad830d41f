/// What turns a median absolute deviation into a standard deviation where the
/// values are normal: 1 / Φ⁻¹(0.75).
const NORMAL: f64 = 1.482_602_218_505_602;
/// The same for the distance between the tenth and the ninetieth percentile:
/// 1 / (2 Φ⁻¹(0.9)).
const NORMAL_TENTHS: f64 = 0.390_152_001_219_327;
/// Below this sorting is quicker than selecting.
const SHORT: usize = 16;

/// The middle of the values, which are put into another order; of an even
/// number the mean of the two middle ones. `None` where there are none.
pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let even = values.len().is_multiple_of(2);
    if values.len() <= SHORT {
        insertion_sort(values);
        let upper = values[middle];
        return Some(if even {
            f64::midpoint(values[middle - 1], upper)
        } else {
            upper
        });
    }
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if !even {
        return Some(upper);
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(f64::midpoint(lower, upper))
}

fn insertion_sort(values: &mut [f64]) {
    for end in 1..values.len() {
        let value = values[end];
        let mut place = end;
        while place > 0 && values[place - 1] > value {
            values[place] = values[place - 1];
            place -= 1;
        }
        values[place] = value;
    }
}

/// The standard deviation of the values as their middle tells it, so that what
/// is far out does not count: by the median distance from the median, or by
/// the tenth and ninetieth percentile where those are further apart. Of some
/// dozen values either alone is too small too often. The values are replaced.
pub(crate) fn deviation(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let tenth = values.len() / 10;
    let (low, high) = (values.get(tenth)?, values.get(values.len() - 1 - tenth)?);
    let tenths = (high - low) * NORMAL_TENTHS;
    let centre = median(values)?;
    for value in &mut *values {
        *value = (*value - centre).abs();
    }
    median(values).map(|distance| (distance * NORMAL).max(tenths))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outlier_moves_neither() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 1e9]), Some(3.0));
        assert_eq!(median(&mut []), None);
        let mut values: Vec<f64> = (0..19).map(f64::from).collect();
        let without = deviation(&mut values.clone());
        values.push(1e9);
        let with = deviation(&mut values);
        assert!(
            without
                .zip(with)
                .is_some_and(|(one, other)| (one - other).abs() < 1.0)
        );
        assert_eq!(deviation(&mut [2.0; 9]), Some(0.0));
        assert_eq!(deviation(&mut []), None);
    }
}
