use std::fmt::Write;

use super::paint::{Paint, rules};
use super::picture::{Anchor, Mark, Picture, Point};

/// Text as it may stand in HTML and SVG, between tags and in attributes alike.
/// Control characters and those that turn the order of reading around become
/// visible.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in nightshift_core::printable(text, 2_000).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

impl Picture {
    /// As SVG for a page that carries [`super::stylesheet`]. `id` names it within the page.
    pub fn svg(&self, id: &str) -> String {
        self.written(id, "")
    }

    /// As an SVG file of its own, light and dark.
    pub fn svg_file(&self) -> String {
        let used = self.paints();
        let light = rules(used.iter().copied(), Paint::light);
        let dark = rules(used.iter().copied(), Paint::dark);
        let style = format!(
            "<style>\nsvg{{font-family:sans-serif}}{light}@media (prefers-color-scheme:dark){{\n{dark}}}\n</style>\n"
        );
        let mut svg = self.written("picture", &style);
        svg.push('\n');
        svg
    }

    fn paints(&self) -> std::collections::BTreeSet<Paint> {
        self.marks
            .iter()
            .map(|mark| match mark {
                Mark::Bar { paint, .. }
                | Mark::Area { paint, .. }
                | Mark::Line { paint, .. }
                | Mark::Dot { paint, .. }
                | Mark::Words { paint, .. } => *paint,
                Mark::Gap { .. } => Paint::Unknown,
            })
            .collect()
    }

    fn written(&self, id: &str, style: &str) -> String {
        let (width, height) = (pixels(self.width), pixels(self.height));
        let id = escaped(id);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-text\">\n<title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-text\">{}</desc>\n{style}",
            escaped(&self.title),
            escaped(&self.description)
        );
        for mark in &self.marks {
            written(&mut svg, mark);
        }
        svg.push_str("</svg>");
        svg
    }
}

fn written(svg: &mut String, mark: &Mark) {
    let _ = match mark {
        Mark::Bar {
            at,
            size,
            paint,
            faded,
            says,
        } => writeln!(
            svg,
            "<rect {} class=\"f-{}\"{}>{}</rect>",
            place(*at, *size),
            paint.class(),
            if *faded { " fill-opacity=\"0.55\"" } else { "" },
            pointed(says)
        ),
        Mark::Gap { at, size, says } => writeln!(
            svg,
            "<rect {} class=\"l-unknown\" fill=\"none\" pointer-events=\"all\" stroke-dasharray=\"3 3\">{}</rect>",
            place(*at, *size),
            pointed(says)
        ),
        Mark::Area { points, paint } => writeln!(
            svg,
            "<polygon points=\"{}\" class=\"f-{}\"/>",
            path(points),
            paint.class()
        ),
        Mark::Line {
            points,
            paint,
            width,
            dashed,
        } => writeln!(
            svg,
            "<polyline points=\"{}\" class=\"l-{}\" fill=\"none\" stroke-width=\"{}\" stroke-linejoin=\"round\"{}/>",
            path(points),
            paint.class(),
            pixels(*width),
            if *dashed {
                " stroke-dasharray=\"5 4\""
            } else {
                " stroke-linecap=\"round\""
            }
        ),
        Mark::Dot {
            at,
            radius,
            paint,
            says,
        } => writeln!(
            svg,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" class=\"f-{}\">{}</circle>",
            pixels(at.0),
            pixels(at.1),
            pixels(*radius),
            paint.class(),
            pointed(says)
        ),
        Mark::Words {
            at,
            anchor,
            size,
            paint,
            bold,
            text,
        } => writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{}{} class=\"f-{}\">{}</text>",
            pixels(at.0),
            pixels(at.1),
            pixels(*size),
            match anchor {
                Anchor::Start => "",
                Anchor::Middle => " text-anchor=\"middle\"",
                Anchor::End => " text-anchor=\"end\"",
            },
            if *bold { " font-weight=\"600\"" } else { "" },
            paint.class(),
            escaped(text)
        ),
    };
}

fn pointed(says: &str) -> String {
    if says.is_empty() {
        String::new()
    } else {
        format!("<title>{}</title>", escaped(says))
    }
}

fn place(at: Point, size: Point) -> String {
    format!(
        "x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
        pixels(at.0),
        pixels(at.1),
        pixels(size.0),
        pixels(size.1)
    )
}

fn path(points: &[Point]) -> String {
    let points: Vec<String> = points
        .iter()
        .map(|(x, y)| format!("{},{}", pixels(*x), pixels(*y)))
        .collect();
    points.join(" ")
}

/// Tenths as pixels, without binary fractions.
fn pixels(tenths: i32) -> String {
    let (whole, rest) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
    let sign = if tenths < 0 { "-" } else { "" };
    if rest == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{rest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        let mut picture = Picture::new(100, 100, "<script>alert('1')</script>");
        picture.description = "a\" onload=\"b".to_owned();
        picture.words((0, 0), Anchor::Start, 100, Paint::Ink, "x & <y>\u{202e}");
        let svg = picture.svg("a\"b");
        assert!(!svg.contains("<script"));
        assert!(!svg.contains("onload=\"b"));
        assert!(svg.contains("x &amp; &lt;y&gt;\\u{202e}"));
        assert!(svg.contains("id=\"a&quot;b-title\""));
    }

    #[test]
    fn tenths_are_written_as_decimals() {
        assert_eq!(
            [0, 5, -5, 120, -123].map(pixels),
            ["0", "0.5", "-0.5", "12", "-12.3"]
        );
    }
}
