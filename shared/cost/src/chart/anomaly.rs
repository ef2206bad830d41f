use jiff::civil::Date;
use nightshift_core::Money;

use super::paint::Paint;
use super::picture::{Anchor, Mark, Picture, Point};
use super::scale::{Scale, axis_label, dollars};
use super::sparkline::sparklines;
use crate::series::Day;

/// The size at which Slack shows a picture without cutting or stretching it,
/// in tenths of a pixel.
const SIZE: Point = (4_800, 2_200);
/// Where the axes meet, in tenths of a pixel.
const ORIGIN: Point = (560, 1_900);
/// The right and the upper end of the axes.
const END: Point = (4_620, 400);
/// The height of words.
const WORDS: i32 = 110;

/// What was expected and what came of one key's cost, day by day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnomalyChart {
    /// Whose cost it is; shown where a picture is named, not within it.
    pub what: String,
    /// The days in order, without a gap.
    pub days: Vec<ChartDay>,
    /// The first day that is unusual.
    pub since: Date,
    /// The last day that is unusual; none while it goes on.
    pub until: Option<Date>,
}

/// One day of such a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChartDay {
    /// Which day.
    pub date: Date,
    /// What was expected of it.
    pub expected: Option<Money>,
    /// From where to where it would have been usual.
    pub usual: Option<(Money, Money)>,
    /// What came.
    pub actual: Day,
}

impl AnomalyChart {
    /// The picture, for SVG and PNG.
    pub fn picture(&self) -> Picture {
        let mut picture = Picture::new(SIZE.0, SIZE.1, format!("Daily cost of {}", self.what));
        picture.description = self.words();
        picture.bar((0, 0), SIZE, Paint::Ground, "");
        let (low, high) = self.bounds();
        let plot = Plot {
            days: self.days.len(),
            scale: Scale::over(low, high, ORIGIN.1 - END.1),
        };
        self.gaps(&mut picture, &plot);
        self.usual(&mut picture, &plot);
        plot.amounts(&mut picture);
        self.dates(&mut picture, &plot);
        for run in runs(&self.days, |day| day.expected) {
            let points = run.iter().map(|(at, amount)| plot.point(*at, *amount));
            picture.marks.push(Mark::Line {
                points: points.collect(),
                paint: Paint::Expected,
                width: 13,
                dashed: true,
            });
        }
        self.actual(&mut picture, &plot);
        legend(&mut picture);
        if self.days.iter().any(|day| day.actual == Day::Missing) {
            let (left, right, top, bottom) = (3_900, 4_040, 130, 230);
            let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
            let outline = corners.into_iter().chain([(left, top)]).collect();
            picture.line(outline, Paint::Unknown, 10);
            picture.words((4_100, 218), Anchor::Start, WORDS, Paint::Ink, "not known");
        }
        picture
    }

    /// The same days in two lines of text.
    pub fn sparklines(&self) -> [String; 2] {
        let expected: Vec<_> = self.days.iter().map(|day| day.expected).collect();
        let actual: Vec<_> = self.days.iter().map(|day| day.actual.amount()).collect();
        sparklines([&expected, &actual])
    }

    /// What can be read from the picture, in words.
    pub fn words(&self) -> String {
        let (Some(first), Some(last)) = (self.days.first(), self.days.last()) else {
            return "No day is known.".to_owned();
        };
        let mut words = vec![format!(
            "Daily cost from {} to {}.",
            full(first.date),
            full(last.date)
        )];
        let unusual = || self.days.iter().filter(|day| self.is_unusual(day.date));
        let actual = range(unusual().filter_map(|day| day.actual.amount()));
        let expected = range(unusual().filter_map(|day| day.expected));
        let when = match self.until {
            None => format!("Since {}", full(self.since)),
            Some(until) if until == self.since => format!("On {}", full(until)),
            Some(until) => format!("From {} to {}", full(self.since), full(until)),
        };
        words.extend(actual.map(|actual| match expected {
            Some(expected) => format!("{when} {actual} a day, where {expected} was expected."),
            None => format!("{when} {actual} a day; what to expect is not known."),
        }));
        let count =
            |what: fn(&Day) -> bool| self.days.iter().filter(|day| what(&day.actual)).count();
        let missing = count(|day| matches!(day, Day::Missing));
        let estimated = count(|day| matches!(day, Day::Estimated(_)));
        if missing > 0 {
            words.push(format!("Not known: {}.", plural(missing)));
        }
        if estimated > 0 {
            words.push(format!("Will still change: {}.", plural(estimated)));
        }
        words.join(" ")
    }

    fn is_unusual(&self, date: Date) -> bool {
        date >= self.since && self.until.is_none_or(|until| date <= until)
    }

    fn bounds(&self) -> (Money, Money) {
        let amounts = self.days.iter().flat_map(|day| {
            let (low, high) = day.usual.unzip();
            [day.expected, low, high, day.actual.amount()]
        });
        let amounts: Vec<Money> = amounts.flatten().collect();
        let low = amounts.iter().min().copied().unwrap_or(Money::ZERO);
        (low, amounts.into_iter().max().unwrap_or(Money::ZERO))
    }

    fn gaps(&self, picture: &mut Picture, plot: &Plot) {
        for (at, day) in self.days.iter().enumerate() {
            if day.actual == Day::Missing {
                let (left, right) = plot.column(at);
                picture.marks.push(Mark::Gap {
                    at: (left, END.1),
                    size: (right - left, ORIGIN.1 - END.1),
                    says: format!("{}: not known", full(day.date)),
                });
            }
        }
    }

    fn usual(&self, picture: &mut Picture, plot: &Plot) {
        for run in runs(&self.days, |day| day.usual) {
            let upper = run.iter().map(|(at, (_, high))| plot.point(*at, *high));
            let lower = run.iter().rev().map(|(at, (low, _))| plot.point(*at, *low));
            let points = upper.chain(lower).collect();
            let paint = Paint::Usual;
            picture.marks.push(Mark::Area { points, paint });
        }
    }

    fn dates(&self, picture: &mut Picture, plot: &Plot) {
        // Some five dates, none so near the last one that they would touch.
        let every = (self.days.len().saturating_sub(1) / 5).max(1);
        let last = self.days.len().saturating_sub(1);
        for (at, day) in self.days.iter().enumerate() {
            if at == last || (at % every == 0 && last - at >= every) {
                let x = plot.x(at);
                let anchor = if at == last && last > 0 {
                    Anchor::End
                } else {
                    Anchor::Middle
                };
                let (x, y) = (
                    if at == last && last > 0 { x + 120 } else { x },
                    ORIGIN.1 + 190,
                );
                picture.words((x, y), anchor, WORDS, Paint::Quiet, short(day.date));
            }
        }
    }

    fn actual(&self, picture: &mut Picture, plot: &Plot) {
        let runs = runs(&self.days, |day| day.actual.amount());
        for run in &runs {
            for pair in run.windows(2) {
                let [(from, before), (to, after)] = pair else {
                    continue;
                };
                let over = self.is_unusual(self.days[*to].date);
                picture.marks.push(Mark::Line {
                    points: vec![plot.point(*from, *before), plot.point(*to, *after)],
                    paint: if over { Paint::Over } else { Paint::Actual },
                    width: 22,
                    dashed: matches!(self.days[*to].actual, Day::Estimated(_)),
                });
            }
        }
        let mut highest: Option<(usize, Money)> = None;
        for (at, amount) in runs.into_iter().flatten() {
            let day = &self.days[at];
            let over = self.is_unusual(day.date);
            let alone = |other: Option<usize>| {
                let other = other.and_then(|other| self.days.get(other));
                other.is_none_or(|other| other.actual == Day::Missing)
            };
            // A day between two that are not known has no line.
            if over || (alone(at.checked_sub(1)) && alone(Some(at + 1))) {
                picture.marks.push(Mark::Dot {
                    at: plot.point(at, amount),
                    radius: 30,
                    paint: if over { Paint::Over } else { Paint::Actual },
                    says: says(day, amount),
                });
            }
            if over && highest.is_none_or(|(_, most)| amount > most) {
                highest = Some((at, amount));
            }
        }
        if let Some((at, amount)) = highest {
            let (x, y) = plot.point(at, amount);
            picture.marks.push(Mark::Words {
                at: (x.min(END.0 - 60), y - 70),
                anchor: if x > END.0 - 400 {
                    Anchor::End
                } else {
                    Anchor::Middle
                },
                size: 120,
                paint: Paint::Over,
                bold: true,
                text: dollars(amount),
            });
        }
    }
}

/// Where days and amounts lie.
struct Plot {
    days: usize,
    scale: Scale,
}

impl Plot {
    fn x(&self, at: usize) -> i32 {
        let steps = i64::try_from(self.days.saturating_sub(1))
            .unwrap_or(1)
            .max(1);
        let at = i64::try_from(at).unwrap_or(0);
        let width = i64::from(END.0 - ORIGIN.0 - 200);
        ORIGIN.0 + 100 + i32::try_from(width * at / steps).unwrap_or(0)
    }

    fn column(&self, at: usize) -> (i32, i32) {
        let half = (self.x(1) - self.x(0)).clamp(20, 400) / 2;
        (self.x(at) - half, self.x(at) + half)
    }

    fn point(&self, at: usize, amount: Money) -> Point {
        (self.x(at), ORIGIN.1 - self.scale.place(amount))
    }

    fn amounts(&self, picture: &mut Picture) {
        for tick in self.scale.ticks() {
            let y = ORIGIN.1 - self.scale.place(tick);
            picture.line(vec![(ORIGIN.0, y), (END.0, y)], Paint::Rule, 10);
            let at = (ORIGIN.0 - 60, y + 38);
            picture.words(at, Anchor::End, WORDS, Paint::Quiet, axis_label(tick));
        }
    }
}

/// The stretches of days on which something is known.
fn runs<T>(days: &[ChartDay], of: impl Fn(&ChartDay) -> Option<T>) -> Vec<Vec<(usize, T)>> {
    let mut runs: Vec<Vec<(usize, T)>> = vec![Vec::new()];
    for (at, day) in days.iter().enumerate() {
        match (of(day), runs.last_mut()) {
            (Some(one), Some(run)) => run.push((at, one)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn legend(picture: &mut Picture) {
    let y = 180;
    let word = |picture: &mut Picture, x: i32, text: &str| {
        picture.words((x, y + 38), Anchor::Start, WORDS, Paint::Ink, text);
    };
    picture.line(vec![(560, y), (740, y)], Paint::Actual, 22);
    word(picture, 800, "actual");
    picture.line(vec![(1_270, y), (1_450, y)], Paint::Over, 22);
    word(picture, 1_510, "unusual");
    picture.marks.push(Mark::Line {
        points: vec![(2_080, y), (2_260, y)],
        paint: Paint::Expected,
        width: 13,
        dashed: true,
    });
    word(picture, 2_320, "expected");
    picture.bar((2_960, y - 50), (180, 100), Paint::Usual, "");
    word(picture, 3_200, "usual range");
}

fn says(day: &ChartDay, amount: Money) -> String {
    let estimated = match day.actual {
        Day::Estimated(_) => ", will still change",
        Day::Settled(_) | Day::Missing => "",
    };
    match day.expected {
        Some(expected) => format!(
            "{}: {}, expected {}{estimated}",
            full(day.date),
            dollars(amount),
            dollars(expected)
        ),
        None => format!("{}: {}{estimated}", full(day.date), dollars(amount)),
    }
}

fn range(amounts: impl Iterator<Item = Money>) -> Option<String> {
    let amounts: Vec<Money> = amounts.collect();
    let (low, high) = (amounts.iter().min()?, amounts.iter().max()?);
    Some(if low == high {
        dollars(*low)
    } else {
        format!("{} to {}", dollars(*low), dollars(*high))
    })
}

fn plural(days: usize) -> String {
    format!("{days} day{}", if days == 1 { "" } else { "s" })
}

/// `2 Nov`.
pub(crate) fn short(date: Date) -> String {
    date.strftime("%-d %b").to_string()
}

/// `2 Nov 2026`.
pub(crate) fn full(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

#[cfg(test)]
mod tests {
    use proptest::option::of;
    use proptest::prelude::*;

    use super::*;
    use crate::chart::glyphs;

    prop_compose! {
        fn money()(micros in prop_oneof![any::<i64>(), -1_000_000_000..1_000_000_000_000_i64]) -> Money {
            Money::from_micro_usd(micros)
        }
    }

    fn chart() -> impl Strategy<Value = AnomalyChart> {
        let actual = prop_oneof![
            Just(Day::Missing),
            money().prop_map(Day::Estimated),
            money().prop_map(Day::Settled),
        ];
        let day = (of(money()), of((money(), money())), actual);
        let days = proptest::collection::vec(day, 0..40);
        (days, 0..40_i64, of(0..40_i64), ".{0,30}").prop_map(|(days, since, until, what)| {
            let date =
                |at: i64| Date::constant(2026, 10, 1).saturating_add(jiff::Span::new().days(at));
            let days = (0..)
                .zip(days)
                .map(|(at, (expected, usual, actual))| ChartDay {
                    date: date(at),
                    expected,
                    usual,
                    actual,
                });
            AnomalyChart {
                what,
                days: days.collect(),
                since: date(since),
                until: until.map(date),
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_the_numbers_everything_lies_within_the_picture(chart in chart()) {
            let picture = chart.picture();
            let inside = |point: &Point| {
                (0..=picture.width).contains(&point.0) && (0..=picture.height).contains(&point.1)
            };
            for mark in &picture.marks {
                let points = match mark {
                    Mark::Bar { at, size, .. } | Mark::Gap { at, size, .. } => {
                        vec![*at, (at.0 + size.0, at.1 + size.1)]
                    }
                    Mark::Area { points, .. } | Mark::Line { points, .. } => points.clone(),
                    Mark::Dot { at, .. } | Mark::Words { at, .. } => vec![*at],
                };
                prop_assert!(points.iter().all(inside), "{mark:?}");
            }
            let svg = picture.svg_file();
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf"));
        }

        #[test]
        fn what_is_not_known_is_a_gap_and_never_a_point(chart in chart()) {
            let picture = chart.picture();
            let gaps = picture.marks.iter().filter(|mark| matches!(mark, Mark::Gap { .. })).count();
            let missing = chart.days.iter().filter(|day| day.actual == Day::Missing).count();
            prop_assert_eq!(gaps, missing);
            let [_, line] = chart.sparklines();
            prop_assert_eq!(line.matches('·').count(), missing);
            for mark in &picture.marks {
                if let Mark::Dot { says, .. } = mark {
                    let day = chart.days.iter().find(|day| says.starts_with(&full(day.date)));
                    prop_assert!(day.is_some_and(|day| day.actual != Day::Missing));
                }
            }
        }

        #[test]
        fn its_words_can_all_be_drawn(chart in chart()) {
            for mark in chart.picture().marks {
                if let Mark::Words { text, .. } = mark {
                    prop_assert!(text.chars().all(glyphs::has), "{text}");
                }
            }
        }
    }
}
