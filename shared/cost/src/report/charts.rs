use nightshift_core::Money;

use super::facts::Commitment;
use super::figure::{Known, Percent};
use super::model::{DayLine, EnvironmentLine, Report};
use crate::chart::{Anchor, Mark, Paint, Picture, Point, Scale, axis_label, dollars};

/// The width of a picture on the page, in tenths of a pixel.
const WIDTH: i32 = 9_600;
/// Where a row's bar begins and ends.
const BAR: (i32, i32) = (1_900, 7_500);
/// The height of words.
const WORDS: i32 = 130;

/// What was spent, a column for each day, stacked by service.
pub fn daily(report: &Report) -> Picture {
    const ORIGIN: Point = (700, 2_700);
    const TOP: i32 = 200;
    let mut picture = Picture::new(
        WIDTH,
        3_000,
        format!("Spent each day of {}", report.month.name()),
    );
    let days = &report.daily.days;
    let sum = |day: &DayLine, sign: fn(Money) -> bool| -> Money {
        day.parts
            .iter()
            .flatten()
            .copied()
            .filter(|part| sign(*part))
            .sum()
    };
    let high = days
        .iter()
        .map(|day| sum(day, |part| part > Money::ZERO))
        .max();
    let low = days
        .iter()
        .map(|day| sum(day, |part| part < Money::ZERO))
        .min();
    let scale = Scale::over(
        low.unwrap_or_default(),
        high.unwrap_or_default(),
        ORIGIN.1 - TOP,
    );
    for tick in scale.ticks() {
        let y = ORIGIN.1 - scale.place(tick);
        picture.line(vec![(ORIGIN.0, y), (WIDTH, y)], Paint::Rule, 10);
        picture.words(
            (ORIGIN.0 - 80, y + 45),
            Anchor::End,
            WORDS,
            Paint::Quiet,
            axis_label(tick),
        );
    }
    let count = i32::try_from(days.len()).unwrap_or(i32::MAX).max(1);
    let step = (WIDTH - ORIGIN.0) / count;
    let gap = (step / 6).clamp(8, 200);
    for (at, day) in (0_i32..).zip(days) {
        let x = ORIGIN.0 + at * step + gap / 2;
        let width = step - gap;
        column(&mut picture, report, day, &scale, (x, ORIGIN.1), width);
        if day.missing {
            picture.marks.push(Mark::Gap {
                at: (x, TOP),
                size: (width, ORIGIN.1 - TOP),
                says: format!("{}: not known in full", day.date.strftime("%-d %B")),
            });
        }
        if at + 1 == count || (at % 5 == 0 && count - at > 3) {
            let label = day.date.strftime("%-d").to_string();
            picture.words(
                (x + width / 2, ORIGIN.1 + 200),
                Anchor::Middle,
                WORDS,
                Paint::Quiet,
                label,
            );
        }
    }
    picture.description = match high {
        Some(_) => format!(
            "{} days, by {} services; the table of services has the sums.",
            days.len(),
            report.daily.services.len()
        ),
        None => "No day is known.".to_owned(),
    };
    picture
}

fn column(
    picture: &mut Picture,
    report: &Report,
    day: &DayLine,
    scale: &Scale,
    at: Point,
    width: i32,
) {
    let (mut above, mut below) = (Money::ZERO, Money::ZERO);
    for (index, part) in day.parts.iter().enumerate() {
        let Some(amount) = *part else { continue };
        let end = if amount < Money::ZERO {
            &mut below
        } else {
            &mut above
        };
        let from = scale.place(*end);
        *end += amount;
        let to = scale.place(*end);
        let height = (to - from).abs();
        if height > 0 {
            let paint = part_paint(index, report.daily.services.len());
            let service = report.daily.services.get(index).map_or("", String::as_str);
            picture.marks.push(Mark::Bar {
                at: (at.0, at.1 - to.max(from)),
                size: (width, height),
                paint,
                faded: day.estimated,
                says: format!(
                    "{}: {service} {}",
                    day.date.strftime("%-d %B"),
                    dollars(amount)
                ),
            });
        }
    }
}

/// The paint of a part: the last of all that can be told apart is the rest.
pub(super) fn part_paint(index: usize, parts: usize) -> Paint {
    let rest = parts >= Paint::PARTS_OF_A_WHOLE && index + 1 == parts;
    let index = if rest {
        Paint::PARTS_OF_A_WHOLE - 1
    } else {
        index
    };
    Paint::Part(u8::try_from(index).unwrap_or(u8::MAX))
}

/// Each environment's spending and forecast against its budget.
pub fn budgets(report: &Report) -> Picture {
    let lines: Vec<&EnvironmentLine> = report
        .environments
        .iter()
        .filter(|line| line.budget.is_some())
        .collect();
    let height = rows(lines.len()) + 350;
    let mut picture = Picture::new(
        WIDTH,
        height,
        "Spent and forecast, as a share of each budget",
    );
    let limit = |line: &EnvironmentLine| line.budget.as_ref().and_then(Known::get).copied();
    // Beyond twice the budget the number tells more than the length.
    let most = lines.iter().filter_map(|line| {
        let limit = limit(line)?;
        let forecast = line.forecast.as_ref().and_then(Known::get);
        let amounts = [
            line.spent.now.amount,
            forecast.map(|forecast| forecast.high),
        ];
        amounts
            .into_iter()
            .flatten()
            .filter_map(|amount| Percent::of(amount, limit))
            .max()
    });
    let full = most.max().unwrap_or(Percent::whole(100));
    let full = full.clamp(Percent::whole(110), Percent::whole(200));
    let x = |amount: Money, limit: Money| {
        let share = Percent::of(amount, limit).unwrap_or(Percent::whole(0));
        BAR.0 + share_of(share, full, BAR.1 - BAR.0)
    };
    let mut words = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let y = 150 + rows(at);
        let name = line.environment.as_deref().unwrap_or_default();
        picture.words((BAR.0 - 150, y + 250), Anchor::End, 140, Paint::Ink, name);
        picture.bar((BAR.0, y), (BAR.1 - BAR.0, 360), Paint::Rule, "");
        let Some(limit) = limit(line) else {
            let says = format!("{name}: {}, the budget is not known", line.spent.now);
            let spent = line.spent.now.amount;
            let beside = spent.map(|_| format!("{}, budget not known", line.spent.now));
            unknown(&mut picture, y, says, beside);
            continue;
        };
        if let Some(forecast) = line.forecast.as_ref().and_then(Known::get) {
            let (from, to) = (x(forecast.low, limit), x(forecast.high, limit));
            let says = format!(
                "{name}: forecast {}, from {} to {}",
                dollars(forecast.expected),
                dollars(forecast.low),
                dollars(forecast.high)
            );
            picture.bar(
                (from, y + 90),
                ((to - from).max(20), 180),
                Paint::Forecast,
                says.clone(),
            );
            let middle = x(forecast.expected, limit);
            picture.line(vec![(middle, y + 60), (middle, y + 300)], Paint::Ink, 20);
            words.push(says);
        }
        match line.spent.now.amount {
            None => unknown(&mut picture, y, format!("{name}: not known"), None),
            Some(amount) => {
                let paint = if amount > limit {
                    Paint::Over
                } else {
                    Paint::Actual
                };
                let says = format!("{name}: {} of {}", line.spent.now, dollars(limit));
                picture.bar(
                    (BAR.0, y),
                    (x(amount, limit) - BAR.0, 360),
                    paint,
                    says.clone(),
                );
                picture.words(
                    (BAR.1 + 150, y + 240),
                    Anchor::Start,
                    WORDS,
                    Paint::Ink,
                    format!("{} of {}", line.spent.now, axis_label(limit)),
                );
                words.push(says);
            }
        }
    }
    let line = BAR.0 + share_of(Percent::whole(100), full, BAR.1 - BAR.0);
    let bottom = 150 + rows(lines.len()) - 100;
    picture.line(vec![(line, 100), (line, bottom)], Paint::Limit, 25);
    picture.words(
        (line, bottom + 160),
        Anchor::Middle,
        WORDS,
        Paint::Quiet,
        "budget",
    );
    picture.description = words.join("; ");
    picture
}

/// What each kind of resource saved asleep.
pub fn slept(report: &Report) -> Picture {
    let mut kinds: std::collections::BTreeMap<&str, (i64, Money)> =
        std::collections::BTreeMap::new();
    for slept in report.slept.iter().filter_map(|line| line.slept.get()) {
        for kind in &slept.kinds {
            let sum = kinds.entry(&kind.name).or_default();
            *sum = (sum.0.saturating_add(kind.seconds), sum.1 + kind.money);
        }
    }
    let mut kinds: Vec<(&str, (i64, Money))> = kinds.into_iter().collect();
    kinds.sort_by_key(|(name, (_, money))| (std::cmp::Reverse(*money), *name));
    let mut picture = Picture::new(
        WIDTH,
        rows(kinds.len()) + 50,
        "Saved by sleep, by kind of resource",
    );
    let most = kinds.first().map_or(Money::ZERO, |(_, (_, money))| *money);
    let scale = Scale::over(Money::ZERO, most, BAR.1 - BAR.0);
    let mut words = Vec::new();
    for (at, (name, (seconds, money))) in kinds.iter().enumerate() {
        let y = 50 + rows(at);
        let says = format!(
            "{name}: {}, {} hours asleep",
            dollars(*money),
            hours(*seconds)
        );
        picture.words(
            (BAR.0 - 150, y + 230),
            Anchor::End,
            WORDS,
            Paint::Ink,
            *name,
        );
        let width = scale
            .place(*money)
            .max(if *money > Money::ZERO { 10 } else { 0 });
        picture.bar((BAR.0, y), (width, 320), Paint::Saved, says.clone());
        let value = format!("{} · {} h", dollars(*money), hours(*seconds));
        picture.words(
            (BAR.0 + width + 120, y + 230),
            Anchor::Start,
            WORDS,
            Paint::Ink,
            value,
        );
        words.push(says);
    }
    picture.description = words.join("; ");
    picture
}

/// How far the goals are reached.
pub fn goals(report: &Report) -> Picture {
    let used = |held: &Known<Commitment>| match held.get() {
        Some(Commitment::Held(held)) => Some(held.utilisation),
        _ => None,
    };
    let goal = report.utilisation_goal;
    let mut lines: Vec<(&str, Percent, Percent)> = Vec::new();
    lines.extend(used(&report.reservations).map(|used| ("Reservations used", used, goal)));
    lines.extend(used(&report.savings_plans).map(|used| ("Savings Plans used", used, goal)));
    lines.extend(
        report
            .reduction
            .get()
            .map(|one| ("Spent less", one.reduction, one.goal)),
    );
    let mut picture = Picture::new(
        WIDTH,
        rows(lines.len()) + 50,
        "Goals and how far they are reached",
    );
    let length = |share: Percent| share_of(share, Percent::whole(100), BAR.1 - BAR.0);
    let mut words = Vec::new();
    for (at, (name, reached, goal)) in lines.iter().enumerate() {
        let y = 50 + rows(at);
        let says = format!("{name}: {reached}, the goal is {goal}");
        let paint = if reached >= goal {
            Paint::Saved
        } else {
            Paint::Over
        };
        picture.words(
            (BAR.0 - 150, y + 230),
            Anchor::End,
            WORDS,
            Paint::Ink,
            *name,
        );
        picture.bar((BAR.0, y), (BAR.1 - BAR.0, 320), Paint::Rule, "");
        picture.bar((BAR.0, y), (length(*reached), 320), paint, says.clone());
        let x = BAR.0 + length(*goal);
        picture.line(vec![(x, y - 30), (x, y + 350)], Paint::Limit, 25);
        let value = format!("{reached}, goal {goal}");
        picture.words(
            (BAR.1 + 150, y + 230),
            Anchor::Start,
            WORDS,
            Paint::Ink,
            value,
        );
        words.push(says);
    }
    picture.description = words.join("; ");
    picture
}

/// A row of which the length is not known; what is known of it stands beside it.
fn unknown(picture: &mut Picture, y: i32, says: String, beside: Option<String>) {
    picture.marks.push(Mark::Gap {
        at: (BAR.0, y),
        size: (BAR.1 - BAR.0, 360),
        says,
    });
    let words = beside.unwrap_or_else(|| "not known".to_owned());
    let at = (BAR.1 + 150, y + 240);
    picture.words(at, Anchor::Start, WORDS, Paint::Quiet, words);
}

/// How high that many rows are.
fn rows(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(100).min(100) * 500
}

fn share_of(share: Percent, full: Percent, length: i32) -> i32 {
    let part = i128::from(share.hundredths().clamp(0, full.hundredths()));
    let length = i128::from(length) * part / i128::from(full.hundredths().max(1));
    i32::try_from(length).unwrap_or(0)
}

/// Whole hours, with the thousands apart.
pub(super) fn hours(seconds: i64) -> String {
    let hours = Money::from_micro_usd((seconds / 3_600).saturating_mul(1_000_000));
    axis_label(hours).replace('$', "")
}
