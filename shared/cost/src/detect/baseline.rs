use super::few::{Few, MOST_DAYS};
use super::line::Line;
use super::robust::{deviation, median};
use crate::settings::Settings;

/// How far back a charge of the same day of the month is looked for.
const MONTHS_BACK: usize = 100;
/// From so many days of its own a level is measured, and not taken over.
const OWN_DAYS: usize = 7;
/// And from so many it is seen where it goes.
const TREND_DAYS: usize = 42;
const FORTNIGHT: usize = 14;
/// A monthly charge may differ by this much from that of other months.
const MONTHLY_SPREAD: f64 = 0.05;

/// What may go into a baseline, and on which level it was.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    /// Whether a day is ordinary.
    pub ordinary: Vec<bool>,
    /// The level that a day is on, as a multiple of the first one.
    pub scale: Vec<f64>,
    /// The first day of the level that holds now.
    pub since: usize,
    /// No day before this goes into a baseline.
    pub floor: usize,
}

impl Ground {
    /// For so many days and the one after them.
    pub fn new(days: usize) -> Self {
        Self {
            ordinary: vec![true; days + 1],
            scale: vec![1.0; days + 1],
            since: 0,
            floor: 0,
        }
    }
}

/// What a day should cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Baseline {
    /// By weekday; not a number where too few of it were seen.
    pub by_weekday: [f64; 7],
    /// One spread, as a share of what is expected.
    pub spread: f64,
    /// The mean over the weekdays.
    pub typical: f64,
}

impl Baseline {
    /// The baseline of a day, from ordinary days before it. `None` while there
    /// are too few.
    ///
    /// Every day is divided by its level; the median of a weekday is its shape;
    /// the median of the days over their shapes is where the level is now.
    pub fn before(at: usize, line: &Line, ground: &Ground, settings: &Settings) -> Option<Self> {
        let most = usize::from(settings.window_days).min(MOST_DAYS);
        let first = at.saturating_sub(2 * most).max(ground.floor);
        let mut places = Few::new();
        for place in (first..at).rev() {
            if ground.ordinary[place] && !line.values[place].is_nan() {
                places.push(place);
                if places.len() == most {
                    break;
                }
            }
        }
        if places.len() < usize::from(settings.least_days) {
            return None;
        }
        let mut weekdays = [(0, [0.0; MOST_DAYS / 7]); 7];
        for &place in places.iter() {
            let (count, days) = &mut weekdays[line.weekday(place)];
            if let Some(day) = days.get_mut(*count) {
                *day = line.values[place] / ground.scale[place];
                *count += 1;
            }
        }
        let mut shape = [f64::NAN; 7];
        for (shape, (count, days)) in shape.iter_mut().zip(&mut weekdays) {
            if *count >= 2 {
                *shape = median(&mut days[..*count])?;
            }
        }
        // Newest first, and whether a day is on the level that holds now.
        let mut rest = Few::new();
        let mut own = 0;
        for &place in places.iter() {
            let shape = shape[line.weekday(place)];
            if shape > 0.0 {
                rest.push(line.values[place] / ground.scale[place] / shape);
                own += usize::from(place >= ground.since);
            }
        }
        let level = if own >= OWN_DAYS {
            level(&rest[..own], settings)
        } else {
            1.0
        };
        let now = ground.scale[at] * level;
        let (mut typical, mut weekdays) = (0.0, 0.0);
        for shape in shape.iter_mut().filter(|shape| !shape.is_nan()) {
            *shape = shape.max(0.0) * now;
            typical += *shape;
            weekdays += 1.0_f64;
        }
        Some(Self {
            by_weekday: shape,
            spread: spread(&mut rest).max(settings.floor_percent / 100.0),
            typical: typical / weekdays.max(1.0),
        })
    }

    /// What other months had more than expected on this day of the month, at most.
    pub fn monthly(&self, at: usize, line: &Line, ground: &Ground, settings: &Settings) -> f64 {
        let month_day = line.month_day(at);
        if month_day > i8::try_from(settings.month_start_days).unwrap_or(0) {
            return 0.0;
        }
        let first = at.saturating_sub(MONTHS_BACK);
        let others = (first..at.saturating_sub(27))
            .filter(|&place| line.month_day(place) == month_day && !line.values[place].is_nan());
        let level = ground.scale[at];
        let mut extras = Few::new();
        for place in others {
            let expected = self.by_weekday[line.weekday(place)] / level * ground.scale[place];
            if !expected.is_nan() {
                extras.push(line.values[place] - expected);
            }
        }
        let most = extras.iter().copied().fold(0.0, f64::max);
        // Less is noise.
        if most >= self.spread * self.typical {
            most
        } else {
            0.0
        }
    }

    /// One spread on a day in millionths of a dollar. It has floors, so that a
    /// series that never varied does not make every cent extraordinary.
    pub fn sigma(&self, expected: f64, monthly: f64, settings: &Settings) -> f64 {
        (self.spread * expected)
            .max(settings.floor_percent / 100.0 * self.typical)
            .max(settings.daily_micros() / settings.z)
            .max(MONTHLY_SPREAD * monthly)
    }
}

/// Where the level is now, from days over their shapes, newest first: their
/// median, carried forward by as much as the newer half is above the older.
fn level(days: &[f64], settings: &Settings) -> f64 {
    let middle = |days: &[f64]| median(&mut Few::from(days)).unwrap_or(1.0);
    let all = middle(days);
    if days.len() < TREND_DAYS {
        return all;
    }
    let (newer, older) = days.split_at(days.len() / 2);
    #[expect(clippy::cast_precision_loss, reason = "some dozens")]
    let half = (days.len() / 2) as f64;
    let most = settings.trend_percent / 100.0;
    let daily = ((middle(newer) - middle(older)) / half / all).clamp(-most, most);
    if daily.is_nan() {
        all
    } else {
        all * daily.mul_add(half, 1.0)
    }
}

/// The standard deviation of days over their shapes, newest first. Each
/// fortnight is measured from its own middle, so that growth is not taken for noise.
fn spread(days: &mut [f64]) -> f64 {
    let count = days.len();
    let mut taken = 7;
    for fortnight in days.chunks_mut(FORTNIGHT) {
        let Some(middle) = median(&mut Few::from(&*fortnight)) else {
            continue;
        };
        taken += 1;
        for day in fortnight {
            *day -= middle;
        }
    }
    // A median was taken for every weekday and every fortnight: so many degrees of freedom.
    #[expect(clippy::cast_precision_loss, reason = "some dozens")]
    let freedom = (count as f64 / count.saturating_sub(taken).max(1) as f64).sqrt();
    deviation(days).unwrap_or(0.0) * freedom
}

impl Settings {
    #[expect(
        clippy::cast_precision_loss,
        reason = "thresholds are far from 2^53 millionths"
    )]
    pub(crate) fn daily_micros(&self) -> f64 {
        self.daily.micro_usd() as f64
    }
}
