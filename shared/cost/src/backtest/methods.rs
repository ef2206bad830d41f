use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::detect::{Line, judge};
use crate::series::Series;
use crate::settings::Settings;

/// Flagged days with no more ordinary days between them are one alarm.
const SAME_ALARM: usize = 3;
const MEAN_OF: usize = 30;

/// A way to find anomalies.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// This detector.
    Nightshift,
    /// 30 % more than the day before.
    DayOverDay,
    /// 30 % more than the same weekday of the week before.
    WeekOverWeek,
    /// More than the mean of thirty days and three standard deviations.
    MeanAndSigma,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Nightshift,
        Self::DayOverDay,
        Self::WeekOverWeek,
        Self::MeanAndSigma,
    ];

    /// How tables call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nightshift => "Nightshift",
            Self::DayOverDay => "day over day, 30 %",
            Self::WeekOverWeek => "week over week, 30 %",
            Self::MeanAndSigma => "mean of 30 days + 3 σ",
        }
    }

    /// The places at which it raises an alarm. The others get the same gate in
    /// money, and days that follow one another are one alarm for them too.
    pub(crate) fn alarms(self, series: &Series, settings: &Settings) -> Vec<usize> {
        if self == Self::Nightshift {
            let track = judge(series, settings);
            let opened = track
                .told(settings)
                .filter_map(|one| series.place(one.opened));
            return opened.collect();
        }
        let line = Line::settled(series);
        let mut alarms = Vec::new();
        let mut last: Option<usize> = None;
        for at in 0..line.len() {
            let value = line.values[at];
            let usual = self.usual(&line, at);
            // Nothing compares with what is not known.
            if usual.is_some_and(|usual| {
                value >= usual + settings.daily_micros() && value > usual * self.factor()
            }) {
                if last.is_none_or(|last| at - last > SAME_ALARM) {
                    alarms.push(at);
                }
                last = Some(at);
            }
        }
        alarms
    }

    const fn factor(self) -> f64 {
        match self {
            Self::DayOverDay | Self::WeekOverWeek => 1.3,
            Self::Nightshift | Self::MeanAndSigma => 1.0,
        }
    }

    /// What a day is compared with.
    fn usual(self, line: &Line, at: usize) -> Option<f64> {
        match self {
            Self::DayOverDay => at.checked_sub(1).map(|place| line.values[place]),
            Self::WeekOverWeek => at.checked_sub(7).map(|place| line.values[place]),
            Self::Nightshift | Self::MeanAndSigma => {
                let days = &line.values[at.checked_sub(MEAN_OF)?..at];
                let known: Vec<f64> = days.iter().copied().filter(|one| !one.is_nan()).collect();
                #[expect(clippy::cast_precision_loss, reason = "at most thirty")]
                let count = known.len() as f64;
                let mean = known.iter().sum::<f64>() / count;
                let squares = known.iter().map(|one| (one - mean).powi(2)).sum::<f64>();
                Some(mean + 3.0 * (squares / (count - 1.0)).sqrt())
            }
        }
    }
}
