use jiff::civil::Date;
use nightshift_core::Money;

use super::{Ahead, Judged, Run, Track, Verdict, Walk};
use crate::detect::baseline::Baseline;
use crate::detect::episode::{Episode, Kind};
use crate::detect::robust::median;
use crate::series::Series;

impl Walk<'_> {
    fn ahead(&self) -> Option<Ahead> {
        let end = self.line.len();
        let baseline = Baseline::before(end, self.line, &self.ground, self.settings)?;
        let days = self
            .open
            .iter()
            .flat_map(|run| run.days.iter().rev().take(7));
        let mut ratios: Vec<f64> = days
            .filter(|place| self.expected[**place] > 0.0)
            .map(|&place| self.line.values[place] / self.expected[place])
            .collect();
        Some(Ahead {
            by_weekday: baseline
                .by_weekday
                .map(|one| (!one.is_nan()).then(|| money(one))),
            spread: baseline.spread,
            going_on: median(&mut ratios).unwrap_or(1.0),
        })
    }

    pub(super) fn finish(mut self, series: &Series) -> Track {
        let ahead = self.ahead();
        self.closed.extend(self.open.take());
        let episodes = self
            .closed
            .iter()
            .map(|run| self.episode(run, series))
            .collect();
        let judged = |(verdict, expected): (Verdict, f64)| Judged {
            verdict,
            expected: (!expected.is_nan()).then(|| money(expected)),
        };
        let days = self
            .verdicts
            .iter()
            .copied()
            .zip(self.expected.iter().copied());
        Track {
            days: days.map(judged).collect(),
            episodes,
            ahead,
        }
    }

    fn episode(&self, run: &Run, series: &Series) -> Episode {
        let date = |place: usize| -> Date { series.date(place) };
        let expected = |place: usize| {
            if self.expected[place].is_nan() {
                0.0
            } else {
                self.expected[place]
            }
        };
        let last = run.days.last().copied().unwrap_or(run.since);
        Episode {
            kind: self.kind(run),
            state: run.state,
            since: date(run.since),
            opened: date(run.opened),
            last: date(last),
            closed: run.closed.map(date),
            days: u32::try_from(run.days.len()).unwrap_or(u32::MAX),
            expected: money(run.days.iter().map(|&place| expected(place)).sum()),
            actual: run
                .days
                .iter()
                .filter_map(|&place| series.days()[place].settled())
                .sum(),
            z: run.z,
        }
    }

    fn kind(&self, run: &Run) -> Kind {
        if !run.above {
            return Kind::Dip;
        }
        if run.new {
            return Kind::New;
        }
        let month_day = self.line.month_day(run.since);
        if run.days.len() <= 2 {
            let early = month_day <= i8::try_from(self.settings.month_start_days).unwrap_or(0);
            return if early { Kind::MonthStart } else { Kind::Spike };
        }
        // A step is there at once; growth comes to at most half of it in its first third.
        let above = |places: &[usize]| {
            let mut above: Vec<f64> = places
                .iter()
                .map(|&place| self.line.values[place] / self.expected[place].max(1.0) - 1.0)
                .collect();
            median(&mut above).unwrap_or(0.0)
        };
        let third = run.days.len() / 3;
        let (first, last) = (
            above(&run.days[..third]),
            above(&run.days[run.days.len() - third..]),
        );
        if run.days.len() >= 6 && first * 2.0 <= last {
            Kind::Growth
        } else {
            Kind::Step
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "what is beyond is held at the limit"
)]
fn money(micros: f64) -> Money {
    Money::from_micro_usd(micros.round() as i64)
}
