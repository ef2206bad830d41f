use super::glyphs::{self, LINE};
use super::paint::Colour;
use super::paint::Paint;
use super::picture::{Anchor, Mark, Picture};
use super::png;

/// Points of a line, in pixels of the image.
type Path = Vec<(f32, f32)>;

impl Picture {
    /// As a PNG file, `scale` pixels for each pixel of the picture: two, for a
    /// screen of today. Always on a light ground of its own, so that it reads in
    /// a channel of either kind.
    pub fn png(&self, scale: u8) -> Vec<u8> {
        let factor = f32::from(scale.clamp(1, 4)) / 10.0;
        let mut image = Image::new(whole(self.width, factor), whole(self.height, factor));
        for mark in &self.marks {
            image.draw(mark, factor);
        }
        let (width, height) = (image.width, image.height);
        let side = |pixels: usize| u32::try_from(pixels).unwrap_or(1);
        png::file(side(width), side(height), &image.pixels)
    }
}

/// No picture is larger than this in either direction: a Lambda's memory is small.
const LARGEST: usize = 4_000;

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped before; a cast of a float stops at the ends"
)]
fn pixel(value: f32, end: usize) -> usize {
    (value.max(0.0) as usize).min(end)
}

fn whole(tenths: i32, factor: f32) -> usize {
    pixel(length(tenths) * factor, LARGEST).max(1)
}

/// A length in tenths; pictures are far smaller than what a float holds exactly.
fn length(tenths: i32) -> f32 {
    f32::from(i16::try_from(tenths).unwrap_or(if tenths < 0 { i16::MIN } else { i16::MAX }))
}

struct Image {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

/// Part of an image, with how much of each pixel is covered.
struct Cover {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    parts: Vec<f32>,
}

impl Image {
    fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            pixels: vec![u8::MAX; width * height * 3],
        }
    }

    fn draw(&mut self, mark: &Mark, factor: f32) {
        let at = |point: &(i32, i32)| (length(point.0) * factor, length(point.1) * factor);
        let corners = |from: &(i32, i32), size: &(i32, i32)| {
            let (left, top) = at(from);
            let (right, bottom) = at(&(from.0 + size.0, from.1 + size.1));
            vec![(left, top), (right, top), (right, bottom), (left, bottom)]
        };
        match mark {
            Mark::Bar {
                at: from,
                size,
                paint,
                faded,
                ..
            } => {
                let strength = if *faded { 0.55 } else { 1.0 };
                self.fill(&corners(from, size), *paint, strength);
            }
            Mark::Gap { at: from, size, .. } => {
                let mut outline = corners(from, size);
                outline.extend(outline.first().copied());
                for dash in dashes(&outline, 30.0 * factor, 30.0 * factor) {
                    self.stroke(&[dash], 10.0 * factor, Paint::Unknown);
                }
            }
            Mark::Area { points, paint } => {
                let points: Path = points.iter().map(at).collect();
                self.fill(&points, *paint, 1.0);
            }
            Mark::Line {
                points,
                paint,
                width,
                dashed,
            } => {
                let points: Path = points.iter().map(at).collect();
                let lines = if *dashed {
                    dashes(&points, 50.0 * factor, 50.0 * factor)
                } else {
                    vec![points]
                };
                self.stroke(&lines, length(*width) * factor, *paint);
            }
            Mark::Dot {
                at: centre,
                radius,
                paint,
                ..
            } => {
                let centre = at(centre);
                self.stroke(
                    &[vec![centre, centre]],
                    length(*radius) * factor * 2.0,
                    *paint,
                );
            }
            Mark::Words {
                at: point,
                anchor,
                size,
                paint,
                bold,
                text,
            } => {
                let size = length(*size) * factor / LINE;
                let weight = if *bold { 2.4 } else { 1.6 };
                self.stroke(
                    &written(text, at(point), *anchor, size),
                    weight * size,
                    *paint,
                );
            }
        }
    }

    /// Lines with round ends, covered once however often they cross.
    fn stroke(&mut self, lines: &[Path], width: f32, paint: Paint) {
        // Thinner than a pixel would be grey.
        let radius = (width / 2.0).max(0.5);
        let mut cover = self.cover(lines.iter().flatten(), radius + 1.0);
        for pair in lines.iter().flat_map(|line| line.windows(2)) {
            let [from, to] = pair else { continue };
            cover.along(*from, *to, radius);
        }
        self.blend(&cover, paint.light(), 1.0);
    }

    fn fill(&mut self, points: &[(f32, f32)], paint: Paint, strength: f32) {
        let mut cover = self.cover(points.iter(), 1.0);
        cover.inside(points);
        self.blend(&cover, paint.light(), strength);
    }

    fn cover<'a>(&self, points: impl Iterator<Item = &'a (f32, f32)>, margin: f32) -> Cover {
        let mut bounds: Option<(f32, f32, f32, f32)> = None;
        for (x, y) in points {
            let (left, top, right, bottom) = bounds.unwrap_or((*x, *y, *x, *y));
            bounds = Some((left.min(*x), top.min(*y), right.max(*x), bottom.max(*y)));
        }
        let (left, top, right, bottom) = bounds.unwrap_or_default();
        let (left, top) = (
            pixel(left - margin, self.width),
            pixel(top - margin, self.height),
        );
        let right = pixel(right + margin + 1.0, self.width).max(left);
        let bottom = pixel(bottom + margin + 1.0, self.height).max(top);
        let (width, height) = (right - left, bottom - top);
        Cover {
            left,
            top,
            width,
            height,
            parts: vec![0.0; width * height],
        }
    }

    fn blend(&mut self, cover: &Cover, colour: Colour, strength: f32) {
        for (row, parts) in cover.parts.chunks(cover.width.max(1)).enumerate() {
            for (column, part) in parts.iter().enumerate() {
                if *part > 0.0 {
                    let at = ((cover.top + row) * self.width + cover.left + column) * 3;
                    for (old, new) in self.pixels[at..at + 3].iter_mut().zip(colour) {
                        *old = mixed(*old, new, part.min(1.0) * strength);
                    }
                }
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between two bytes"
)]
fn mixed(old: u8, new: u8, part: f32) -> u8 {
    (f32::from(old) + (f32::from(new) - f32::from(old)) * part + 0.5) as u8
}

impl Cover {
    /// The middle of a pixel in the image.
    fn middle(&self, row: usize, column: usize) -> (f32, f32) {
        (centre(self.left + column), centre(self.top + row))
    }

    /// Covers what is nearer to a piece of line than the radius.
    fn along(&mut self, from: (f32, f32), to: (f32, f32), radius: f32) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let square = dx * dx + dy * dy;
        let reach = radius + 1.0;
        let span = |low: f32, high: f32, begin: usize, end: usize| {
            let first = pixel(low - reach, usize::MAX)
                .saturating_sub(begin)
                .min(end);
            let last = (pixel(high + reach, usize::MAX) + 1)
                .saturating_sub(begin)
                .min(end);
            first..last
        };
        let rows = span(from.1.min(to.1), from.1.max(to.1), self.top, self.height);
        let columns = span(from.0.min(to.0), from.0.max(to.0), self.left, self.width);
        for row in rows {
            for column in columns.clone() {
                let (x, y) = self.middle(row, column);
                let along = if square > 0.0 {
                    (((x - from.0) * dx + (y - from.1) * dy) / square).clamp(0.0, 1.0)
                } else {
                    0.0
                };
                let away = distance(x - from.0 - along * dx, y - from.1 - along * dy);
                let part = (radius + 0.5 - away).clamp(0.0, 1.0);
                let slot = &mut self.parts[row * self.width + column];
                *slot = slot.max(part);
            }
        }
    }

    /// Covers what is inside of a polygon: four lines through each row of
    /// pixels, each exact across.
    fn inside(&mut self, points: &[(f32, f32)]) {
        const LINES: u8 = 4;
        for row in 0..self.height {
            for line in 0..LINES {
                let y = centre(self.top + row) - 0.5 + (f32::from(line) + 0.5) / f32::from(LINES);
                let mut crossings: Vec<f32> = Vec::new();
                for (at, from) in points.iter().enumerate() {
                    let to = points[(at + 1) % points.len()];
                    if (from.1 <= y) != (to.1 <= y) {
                        crossings.push(from.0 + (y - from.1) / (to.1 - from.1) * (to.0 - from.0));
                    }
                }
                crossings.sort_by(f32::total_cmp);
                for pair in crossings.chunks_exact(2) {
                    self.across(row, pair[0], pair[1], 1.0 / f32::from(LINES));
                }
            }
        }
    }

    fn across(&mut self, row: usize, from: f32, to: f32, weight: f32) {
        let first = pixel(from, usize::MAX)
            .saturating_sub(self.left)
            .min(self.width);
        let last = (pixel(to, usize::MAX) + 1)
            .saturating_sub(self.left)
            .min(self.width);
        for column in first..last {
            let left = centre(self.left + column) - 0.5;
            let part = (to.min(left + 1.0) - from.max(left)).clamp(0.0, 1.0);
            self.parts[row * self.width + column] += part * weight;
        }
    }
}

fn centre(pixel: usize) -> f32 {
    f32::from(u16::try_from(pixel).unwrap_or(u16::MAX)) + 0.5
}

/// How long a step is. `hypot` is the platform's and may differ in the last
/// bit; a picture is to be the same file everywhere.
fn distance(across: f32, down: f32) -> f32 {
    (across * across + down * down).sqrt()
}

/// A line as the pieces that are drawn of it.
fn dashes(points: &[(f32, f32)], on: f32, off: f32) -> Vec<Path> {
    let mut dashes: Vec<Path> = Vec::new();
    let (mut drawing, mut left) = (true, on);
    let mut current: Path = points.first().copied().into_iter().collect();
    for pair in points.windows(2) {
        let [mut from, to] = [pair[0], pair[1]];
        loop {
            let rest = distance(to.0 - from.0, to.1 - from.1);
            if rest <= left || left <= 0.0 {
                left -= rest;
                current.push(to);
                break;
            }
            let part = left / rest;
            from = (
                from.0 + (to.0 - from.0) * part,
                from.1 + (to.1 - from.1) * part,
            );
            current.push(from);
            if drawing {
                dashes.push(std::mem::take(&mut current));
            }
            current = vec![from];
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
    }
    if drawing {
        dashes.push(current);
    }
    dashes
}

/// Words as lines.
fn written(text: &str, at: (f32, f32), anchor: Anchor, size: f32) -> Vec<Path> {
    let glyphs: Vec<glyphs::Glyph> = text.chars().map(glyphs::glyph).collect();
    let width: f32 = glyphs.iter().map(|glyph| glyph.advance * size).sum();
    let mut x = match anchor {
        Anchor::Start => at.0,
        Anchor::Middle => at.0 - width / 2.0,
        Anchor::End => at.0 - width,
    };
    // Glyphs stand on the line at 14.
    let top = at.1 - 14.0 * size;
    let mut lines = Vec::new();
    for glyph in glyphs {
        let moved = |(px, py): (f32, f32)| (x + px * size, top + py * size);
        lines.extend(
            glyph
                .strokes
                .into_iter()
                .map(|stroke| stroke.into_iter().map(moved).collect::<Path>()),
        );
        x += glyph.advance * size;
    }
    lines
}
