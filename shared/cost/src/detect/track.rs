mod summary;

use nightshift_core::Money;

use super::baseline::{Baseline, Ground};
use super::episode::{Episode, Kind, State};
use super::line::Line;
use super::robust::median;
use crate::series::Series;
use crate::settings::Settings;

/// For how many days after its first charge something is new.
const NEW_FOR: usize = 30;
/// What is so much smaller than a burst of habit is one as well.
const HABIT_MARGIN: f64 = 1.2;
/// A level this much lower is none to scale by: it begins anew.
const NOTHING: f64 = 0.02;

/// What was made of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is missing or has not settled.
    Unknown,
    /// There are too few ordinary days before it.
    Learning,
    /// As expected.
    Ordinary,
    /// More than expected.
    Above,
    /// Less than expected.
    Below,
    /// A burst like others before.
    Habit,
    /// As much as before a fall.
    Recovery,
}

/// A judged day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// What was made of it.
    pub verdict: Verdict,
    /// What it should have cost, where that could be said.
    pub expected: Option<Money>,
}

/// What is expected of the days to come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ahead {
    /// By weekday, Monday first; unknown where too few of it were seen.
    pub by_weekday: [Option<Money>; 7],
    /// One spread of a day, as a share of what is expected.
    pub spread: f64,
    /// What an episode that goes on makes of it: 1 where there is none.
    pub going_on: f64,
}

/// A series, judged day by day.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// Every day of the series.
    pub days: Vec<Judged>,
    /// The episodes by their first day, dips among them.
    pub episodes: Vec<Episode>,
    /// What is expected from here on; `None` while nothing can be.
    pub ahead: Option<Ahead>,
}

impl Track {
    /// The episodes that are told: dips only where they are wanted.
    pub fn told(&self, settings: &Settings) -> impl Iterator<Item = &Episode> {
        let dips = settings.dips;
        self.episodes
            .iter()
            .filter(move |one| dips || one.kind != Kind::Dip)
    }
}

/// Judges every settled day of a series by the days before it.
pub fn judge(series: &Series, settings: &Settings) -> Track {
    let line = Line::settled(series);
    let mut walk = Walk::new(&line, settings);
    for at in 0..line.len() {
        walk.step(at);
    }
    walk.finish(series)
}

/// Days above, or below, what is expected, as places in a series.
#[derive(Clone, Debug)]
struct Run {
    above: bool,
    new: bool,
    since: usize,
    opened: usize,
    /// The unusual days.
    days: Vec<usize>,
    quiet: u16,
    z: f64,
    state: State,
    closed: Option<usize>,
}

/// What was expected before a fall that lasted.
struct Before {
    by_weekday: [f64; 7],
    fell: usize,
    scale: f64,
    floor: usize,
    until: usize,
}

struct Walk<'a> {
    line: &'a Line,
    settings: &'a Settings,
    ground: Ground,
    verdicts: Vec<Verdict>,
    /// Not a number where nothing could be expected.
    expected: Vec<f64>,
    open: Option<Run>,
    closed: Vec<Run>,
    /// Short bursts and by how much they were above.
    bursts: Vec<(usize, f64)>,
    /// How many days of habit there were one after another.
    habit_run: u16,
    before: Option<Before>,
    /// The first day that cost anything, once it is known.
    born: Option<usize>,
    /// Known days without cost before it.
    known: u32,
    since_born: f64,
}

impl<'a> Walk<'a> {
    fn new(line: &'a Line, settings: &'a Settings) -> Self {
        Self {
            line,
            settings,
            ground: Ground::new(line.len()),
            verdicts: Vec::with_capacity(line.len()),
            expected: vec![f64::NAN; line.len()],
            open: None,
            closed: Vec::new(),
            bursts: Vec::new(),
            habit_run: 0,
            before: None,
            born: None,
            known: 0,
            since_born: 0.0,
        }
    }

    fn step(&mut self, at: usize) {
        let verdict = self.verdict(at);
        self.verdicts.push(verdict);
        if matches!(verdict, Verdict::Unknown | Verdict::Learning) {
            return;
        }
        if verdict != Verdict::Habit {
            self.habit_run = 0;
        }
        if !matches!(verdict, Verdict::Above | Verdict::Below) {
            self.quiet(at);
        }
    }

    fn verdict(&mut self, at: usize) -> Verdict {
        let value = self.line.values[at];
        if value.is_nan() {
            return Verdict::Unknown;
        }
        self.note_birth(at, value);
        let Some(baseline) = Baseline::before(at, self.line, &self.ground, self.settings) else {
            return Verdict::Learning;
        };
        let base = baseline.by_weekday[self.line.weekday(at)];
        if base.is_nan() {
            return Verdict::Learning;
        }
        let monthly = baseline.monthly(at, self.line, &self.ground, self.settings);
        let expected = base + monthly;
        self.expected[at] = expected;
        if monthly > 0.0 {
            // It is explained by other months, and no measure for other days.
            self.ground.ordinary[at] = false;
        }
        let sigma = baseline.sigma(expected, monthly, self.settings);
        if self.is_new(at, value, expected) {
            self.unusual(at, true, (value - expected) / sigma, &baseline);
            return Verdict::Above;
        }
        if self.passes(value - expected, expected, sigma) {
            if self.recovers(at, value - monthly, sigma) {
                return Verdict::Recovery;
            }
            if self.is_habit(at, value - expected) {
                self.ground.ordinary[at] = false;
                return Verdict::Habit;
            }
            self.unusual(at, true, (value - expected) / sigma, &baseline);
            return Verdict::Above;
        }
        let low = baseline.sigma(base, 0.0, self.settings);
        if self.passes(base - value, base, low) {
            self.unusual(at, false, (value - base) / low, &baseline);
            return Verdict::Below;
        }
        Verdict::Ordinary
    }

    /// Whether a distance passes the gates: in spreads, per cent and money.
    fn passes(&self, distance: f64, expected: f64, sigma: f64) -> bool {
        distance >= self.settings.z * sigma
            && distance >= self.settings.percent / 100.0 * expected
            && distance >= self.settings.daily_micros()
    }

    fn note_birth(&mut self, at: usize, value: f64) {
        if self.born.is_none() {
            if value > 0.0 {
                self.born = Some(at);
            } else {
                self.known += 1;
            }
        }
        if self.born.is_some() {
            self.since_born += value;
        }
    }

    /// Whether there was never any cost before, for long enough to say so, and
    /// enough of it now.
    #[expect(
        clippy::cast_precision_loss,
        reason = "thresholds are far from 2^53 millionths"
    )]
    fn is_new(&self, at: usize, value: f64, expected: f64) -> bool {
        let enough = value >= self.settings.new_daily.micro_usd() as f64
            || self.since_born >= self.settings.new_total.micro_usd() as f64;
        self.is_newborn(at) && expected <= 0.0 && value > 0.0 && enough
    }

    /// Whether the first cost came lately, after enough days known to be without.
    fn is_newborn(&self, at: usize) -> bool {
        let late = self.born.is_some_and(|born| {
            at - born <= NEW_FOR
                && self.ground.floor < born
                && self.closed.last().is_none_or(|run| run.since < born)
        });
        late && self.known >= u32::from(self.settings.least_days)
    }

    fn unusual(&mut self, at: usize, above: bool, z: f64, baseline: &Baseline) {
        self.ground.ordinary[at] = false;
        if self.open.as_ref().is_some_and(|run| run.above != above) {
            self.close(State::Ended, at);
        }
        let new = above && self.expected[at] <= 0.0 && self.is_newborn(at);
        let run = self.open.get_or_insert_with(|| Run {
            above,
            new,
            since: at,
            opened: at,
            days: Vec::new(),
            quiet: 0,
            z,
            state: State::Open,
            closed: None,
        });
        if run.days.is_empty()
            && new
            && let Some(born) = self.born
        {
            // It is told late because it began small: its first days belong to it.
            run.since = born;
            for place in born..at {
                self.ground.ordinary[place] = false;
                if self.line.values[place] > 0.0 {
                    run.days.push(place);
                }
            }
        }
        run.days.push(at);
        run.quiet = 0;
        run.z = if above { run.z.max(z) } else { run.z.min(z) };
        // A fall wants nobody's eyes, and is taken for ordinary sooner.
        let patience = if above { 1 } else { 2 };
        if run.days.len() >= usize::from(self.settings.accept_after) / patience {
            self.accept(at, baseline);
        }
    }

    /// A known day that is not unusual.
    fn quiet(&mut self, at: usize) {
        let Some(run) = &mut self.open else { return };
        run.quiet += 1;
        if run.quiet >= self.settings.end_after {
            self.close(State::Ended, at);
        }
    }

    fn close(&mut self, state: State, at: usize) {
        let Some(mut run) = self.open.take() else {
            return;
        };
        run.state = state;
        run.closed = Some(at);
        if run.above
            && state == State::Ended
            && run.days.len() <= usize::from(self.settings.end_after)
        {
            let above = |&place: &usize| self.line.values[place] - self.expected[place];
            let most = run.days.iter().map(above).fold(0.0, f64::max);
            self.bursts.push((run.since, most));
        }
        self.closed.push(run);
    }

    /// What has lasted is the new level.
    fn accept(&mut self, at: usize, baseline: &Baseline) {
        let Some(run) = &self.open else { return };
        let (since, above) = (run.since, run.above);
        let ratio = |&place: &usize| {
            let expected = self.expected[place];
            (expected > 0.0).then(|| self.line.values[place] / expected)
        };
        let mut ratios: Vec<f64> = run.days.iter().filter_map(ratio).collect();
        let ratio = median(&mut ratios).unwrap_or(0.0);
        let (scale, floor) = (self.ground.scale[at], self.ground.floor);
        if !above
            && since.saturating_sub(self.ground.since) >= usize::from(self.settings.window_days) / 2
        {
            self.before = Some(Before {
                by_weekday: baseline.by_weekday,
                fell: since,
                scale,
                floor,
                until: at + usize::from(self.settings.window_days) / 2,
            });
        }
        let lasting = ratio > NOTHING;
        for place in since..=self.line.len() {
            self.ground.scale[place] = if lasting { scale * ratio } else { 1.0 };
        }
        self.ground.ordinary[since..=at].fill(true);
        self.ground.since = since;
        if !lasting {
            self.ground.floor = since;
        }
        self.close(State::Accepted, at);
    }

    /// Whether a rise only takes back a fall, and is no more than was before it.
    fn recovers(&mut self, at: usize, value: f64, sigma: f64) -> bool {
        let weekday = self.line.weekday(at);
        let back = self.before.as_ref().is_some_and(|before| {
            let expected = before.by_weekday[weekday];
            at <= before.until && !self.passes(value - expected, expected, sigma)
        });
        if let Some(before) = self.before.take_if(|_| back) {
            self.ground.ordinary[before.fell..at].fill(false);
            for place in at..=self.line.len() {
                self.ground.scale[place] = before.scale;
            }
            self.ground.since = at;
            self.ground.floor = before.floor;
        }
        back
    }

    /// Whether bursts of this size come and go.
    fn is_habit(&mut self, at: usize, above: f64) -> bool {
        let window = 2 * usize::from(self.settings.window_days);
        self.bursts.retain(|(place, _)| place + window >= at);
        let most = self
            .bursts
            .iter()
            .map(|(_, above)| *above)
            .fold(0.0, f64::max);
        let habit = self.open.is_none()
            && self.bursts.len() >= usize::from(self.settings.habit)
            && above <= most * HABIT_MARGIN
            && self.habit_run < self.settings.end_after;
        if habit {
            if self.habit_run == 0 {
                self.bursts.push((at, above));
            }
            self.habit_run += 1;
        }
        habit
    }
}
