use std::fmt::Write;

/// What a mark stands for; its colour follows from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Paint {
    /// The ground under everything.
    Ground,
    /// Words.
    Ink,
    /// Words that explain.
    Quiet,
    /// Lines that help to read.
    Rule,
    /// What was expected.
    Expected,
    /// The range of what would have been usual.
    Usual,
    /// What was spent.
    Actual,
    /// What was spent beyond what is usual, or beyond a budget.
    Over,
    /// Where the month may end.
    Forecast,
    /// What was saved.
    Saved,
    /// A limit or a goal.
    Limit,
    /// What is not known.
    Unknown,
    /// One of several parts of a whole, counted from 0; the last is the rest.
    Part(u8),
}

const PARTS: u8 = 7;

/// A colour, red, green and blue.
pub(crate) type Colour = [u8; 3];

impl Paint {
    /// How many parts of a whole can be told apart, the rest included.
    pub const PARTS_OF_A_WHOLE: usize = PARTS as usize;

    /// All of them.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let named = [
            Self::Ground,
            Self::Ink,
            Self::Quiet,
            Self::Rule,
            Self::Expected,
            Self::Usual,
            Self::Actual,
            Self::Over,
            Self::Forecast,
            Self::Saved,
            Self::Limit,
            Self::Unknown,
        ];
        named.into_iter().chain((0..PARTS).map(Self::Part))
    }

    /// Its name in a style sheet.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Ground => "ground",
            Self::Ink => "ink",
            Self::Quiet => "quiet",
            Self::Rule => "rule",
            Self::Expected => "expected",
            Self::Usual => "usual",
            Self::Actual => "actual",
            Self::Over => "over",
            Self::Forecast => "forecast",
            Self::Saved => "saved",
            Self::Limit => "limit",
            Self::Unknown => "unknown",
            Self::Part(0) => "part-1",
            Self::Part(1) => "part-2",
            Self::Part(2) => "part-3",
            Self::Part(3) => "part-4",
            Self::Part(4) => "part-5",
            Self::Part(5) => "part-6",
            Self::Part(_) => "part-rest",
        }
    }

    /// On a light ground.
    pub(crate) const fn light(self) -> Colour {
        match self {
            Self::Ground => [0xff, 0xff, 0xff],
            Self::Ink | Self::Limit => [0x1b, 0x22, 0x2c],
            Self::Quiet | Self::Expected => [0x5a, 0x65, 0x73],
            Self::Rule => [0xe3, 0xe7, 0xec],
            Self::Usual => [0xdf, 0xe7, 0xf1],
            Self::Actual | Self::Part(0) => [0x2b, 0x6c, 0xb0],
            Self::Over => [0xc2, 0x2f, 0x3d],
            Self::Forecast => [0x9d, 0xbf, 0xe3],
            Self::Saved => [0x1f, 0x86, 0x5f],
            Self::Unknown => [0x8a, 0x94, 0xa3],
            Self::Part(1) => [0xe0, 0x8a, 0x1e],
            Self::Part(2) => [0x17, 0x92, 0x85],
            Self::Part(3) => [0x7d, 0x5b, 0xbf],
            Self::Part(4) => [0xc4, 0x4d, 0x77],
            Self::Part(5) => [0x84, 0x91, 0x1f],
            Self::Part(_) => [0xa3, 0xac, 0xb8],
        }
    }

    /// On a dark ground.
    pub(crate) const fn dark(self) -> Colour {
        match self {
            Self::Ground => [0x16, 0x1b, 0x22],
            Self::Ink | Self::Limit => [0xe8, 0xec, 0xf1],
            Self::Quiet | Self::Expected => [0xa3, 0xae, 0xbc],
            Self::Rule => [0x2d, 0x35, 0x40],
            Self::Usual => [0x2a, 0x38, 0x4a],
            Self::Actual | Self::Part(0) => [0x5e, 0xa2, 0xe6],
            Self::Over => [0xf2, 0x77, 0x7f],
            Self::Forecast => [0x3a, 0x5f, 0x88],
            Self::Saved => [0x4c, 0xc0, 0x92],
            Self::Unknown => [0x82, 0x8d, 0x9c],
            Self::Part(1) => [0xf0, 0xa9, 0x4b],
            Self::Part(2) => [0x45, 0xc2, 0xb4],
            Self::Part(3) => [0xa9, 0x8c, 0xe8],
            Self::Part(4) => [0xee, 0x83, 0xa5],
            Self::Part(5) => [0xbc, 0xc8, 0x56],
            Self::Part(_) => [0x6c, 0x78, 0x88],
        }
    }
}

/// The rules that give a page's pictures their colours, light and, where the
/// reader's system is dark, dark.
pub fn stylesheet() -> String {
    let light = rules(Paint::all(), Paint::light);
    let dark = rules(Paint::all(), Paint::dark);
    format!("{light}@media screen and (prefers-color-scheme:dark){{\n{dark}}}\n")
}

/// The rules for some paints: `f-` fills, `l-` draws a line.
pub(crate) fn rules(
    paints: impl Iterator<Item = Paint>,
    colour: impl Fn(Paint) -> Colour,
) -> String {
    let mut rules = String::new();
    for paint in paints {
        let [red, green, blue] = colour(paint);
        let class = paint.class();
        let _ = writeln!(
            rules,
            ".f-{class}{{fill:#{red:02x}{green:02x}{blue:02x}}}.l-{class}{{stroke:#{red:02x}{green:02x}{blue:02x}}}"
        );
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.2).
    fn luminance(colour: Colour) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        let [red, green, blue] = colour.map(channel);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: Colour, other: Colour) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn words_and_marks_stand_out_on_both_grounds() {
        for colour in [Paint::light, Paint::dark] {
            let ground = colour(Paint::Ground);
            for words in [Paint::Ink, Paint::Quiet] {
                assert!(contrast(colour(words), ground) >= 4.5, "{words:?}");
            }
            // WCAG 2.2, 1.4.11: 3 to 1. The orange and the greys of rest and range
            // do not carry meaning alone: every part has its words in a table.
            for mark in [Paint::Actual, Paint::Over, Paint::Saved, Paint::Unknown] {
                assert!(contrast(colour(mark), ground) >= 3.0, "{mark:?}");
            }
        }
    }

    #[test]
    fn every_paint_has_a_rule_of_its_own() {
        let sheet = stylesheet();
        for paint in Paint::all() {
            let rule = format!(".f-{}{{", paint.class());
            assert_eq!(sheet.matches(&rule).count(), 2, "{paint:?}");
        }
    }
}
