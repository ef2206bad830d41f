//! An alphabet of lines: the letters, digits and signs that pictures need,
//! drawn for this purpose. A font file would be larger than all other code of
//! a picture, and has a licence of its own.
//!
//! A glyph is strokes, a stroke is points; a point with `~` is not on the line
//! but bends it (a quadratic curve, and two such points in a row have a point
//! of the line midway). Down counts upwards: capitals are from 0 to 14, small
//! letters from 4, what hangs below ends at 18.

/// A glyph: how far it moves the pen, and its strokes.
pub(crate) struct Glyph {
    pub advance: f32,
    pub strokes: Vec<Vec<(f32, f32)>>,
}

/// The height of a line of words in the units of the glyphs: what CSS calls the font size.
pub(crate) const LINE: f32 = 19.6;

/// The glyph of a character; a frame for one that has none.
pub(crate) fn glyph(of: char) -> Glyph {
    let (advance, strokes) = drawn(of).unwrap_or((10, "1,0 8,0 8,14 1,14 1,0"));
    Glyph {
        advance: f32::from(advance),
        strokes: strokes
            .split('|')
            .filter(|stroke| !stroke.is_empty())
            .map(stroke)
            .collect(),
    }
}

#[rustfmt::skip]
const fn drawn(of: char) -> Option<(u8, &'static str)> {
    Some(match of {
        ' ' => (5, ""),
        '0' => (11, "1,7 ~1,0 ~10,0 10,7 ~10,14 ~1,14 1,7"),
        '1' => (11, "2,3 6,0 6,14"),
        '2' => (11, "1.5,3.6 ~2,0 ~9.4,-0.6 9.4,4 ~9.4,7 1.5,14 10,14"),
        '3' => (11, "1.6,2.4 ~4,-0.4 ~9.4,-0.6 9.2,3.6 ~9,6.6 4.6,6.6 ~10,6.6 10,10.2 ~10,14 5.4,14 ~2.4,14 1.2,11.6"),
        '4' => (11, "7.6,14 7.6,0 1,9.8 10.2,9.8"),
        '5' => (11, "9,0 2.6,0 2,6.2 ~4,4.8 6,5 ~10,5.4 9.8,9.6 ~9.4,14 5.2,14 ~2.4,14 1.2,11.8"),
        '6' => (11, "8.4,0.4 ~1,3 1.2,9.4 ~1.4,14 5.6,14 ~9.8,14 9.8,9.6 ~9.8,5.4 5.8,5.4 ~1.8,5.4 1.2,9.4"),
        '7' => (11, "1.2,0 9.8,0 ~5.4,6 4.6,14"),
        '8' => (11, "5.5,6.4 ~1.8,6.4 1.8,3.2 ~1.8,0 5.5,0 ~9.2,0 9.2,3.2 ~9.2,6.4 5.5,6.4 ~1,6.4 1,10.2 ~1,14 5.5,14 ~10,14 10,10.2 ~10,6.4 5.5,6.4"),
        '9' => (11, "2.6,13.6 ~10,11 9.8,4.6 ~9.6,0 5.4,0 ~1.2,0 1.2,4.4 ~1.2,8.6 5.2,8.6 ~9.2,8.6 9.8,4.6"),
        '$' => (11, "9.2,3.6 ~8.4,1.4 5.5,1.4 ~1.8,1.4 1.8,4.2 ~1.8,6.6 5.5,7 ~9.8,7.4 9.8,10 ~9.8,12.8 5.5,12.8 ~2,12.8 1.2,10.2|5.5,-0.6 5.5,14.8"),
        ',' => (5, "2.6,13.4 2.6,14.2 1.8,16.4"),
        '.' => (5, "2.5,13.6 2.5,13.9"),
        ':' => (5, "2.5,6 2.5,6.3|2.5,13.6 2.5,13.9"),
        '-' => (8, "1.6,8 6.4,8"),
        '+' => (11, "5.5,3.5 5.5,12.5|1,8 10,8"),
        '%' => (15, "3.6,0 ~1,0 1,3 ~1,6 3.6,6 ~6.2,6 6.2,3 ~6.2,0 3.6,0|11.2,8 ~8.6,8 8.6,11 ~8.6,14 11.2,14 ~13.8,14 13.8,11 ~13.8,8 11.2,8|11.6,0 3.4,14"),
        'A' => (12, "1,14 6,0 11,14|2.8,9.2 9.2,9.2"),
        'D' => (12, "1.6,0 1.6,14 5,14 ~11,14 11,7 ~11,0 5,0 1.6,0"),
        'F' => (10, "1.6,14 1.6,0 9,0|1.6,6.6 8,6.6"),
        'J' => (9, "7,0 7,10 ~7,14 4,14 ~1.6,14 1,11.6"),
        'M' => (15, "1.6,14 1.6,0 7.5,10 13.4,0 13.4,14"),
        'N' => (13, "1.6,14 1.6,0 11,14 11,0"),
        'O' => (14, "1,7 ~1,0 7,0 ~13,0 13,7 ~13,14 7,14 ~1,14 1,7"),
        'S' => (11, "9.4,2.8 ~8.4,0 5.5,0 ~1.6,0 1.6,3.4 ~1.6,6.2 5.5,6.8 ~9.8,7.4 9.8,10.4 ~9.8,14 5.5,14 ~2,14 1,11"),
        'a' => (10, "1.8,5.6 ~3,4 5,4 ~8.4,4 8.4,7 8.4,14|8.4,8 ~1,7.6 1,11 ~1,14 4.2,14 ~8.4,13.6 8.4,9.6"),
        'b' => (11, "1.6,0 1.6,14|1.6,9 ~1.8,4 5.6,4 ~9.8,4 9.8,9 ~9.8,14 5.6,14 ~1.8,14 1.6,9"),
        'c' => (9, "8.2,6.2 ~7.2,4 5,4 ~1,4 1,9 ~1,14 5,14 ~7.2,14 8.2,11.8"),
        'd' => (11, "9.4,0 9.4,14|9.4,9 ~9.2,4 5.4,4 ~1.2,4 1.2,9 ~1.2,14 5.4,14 ~9.2,14 9.4,9"),
        'e' => (10, "1.2,8.8 9,8.8 ~9,4 5.1,4 ~1,4 1,9 ~1,14 5.2,14 ~7.8,14 8.8,12"),
        'f' => (6, "6,0.4 ~3,-0.6 3,3 3,14|0.8,4.4 5.6,4.4"),
        'g' => (11, "9.4,4 9.4,14 ~9.4,18 5.4,18 ~2.8,18 1.8,16.6|9.4,9 ~9.2,4 5.4,4 ~1.2,4 1.2,9 ~1.2,14 5.4,14 ~9.2,14 9.4,9"),
        'h' => (11, "1.6,0 1.6,14|1.6,8 ~2,4 5.6,4 ~9.2,4 9.2,8 9.2,14"),
        'i' => (4, "2,4.2 2,14|2,0.4 2,0.7"),
        'j' => (5, "2.8,4.2 2.8,15.6 ~2.8,18 0.4,17.8|2.8,0.4 2.8,0.7"),
        'k' => (10, "1.6,0 1.6,14|8.2,4.2 1.8,10|4,8.2 8.8,14"),
        'l' => (4, "2,0 2,14"),
        'm' => (16, "1.6,4.2 1.6,14|1.6,8 ~1.8,4 5,4 ~8,4 8,8 8,14|8,8 ~8.2,4 11.4,4 ~14.4,4 14.4,8 14.4,14"),
        'n' => (11, "1.6,4.2 1.6,14|1.6,8 ~2,4 5.6,4 ~9.2,4 9.2,8 9.2,14"),
        'o' => (11, "1.2,9 ~1.2,4 5.5,4 ~9.8,4 9.8,9 ~9.8,14 5.5,14 ~1.2,14 1.2,9"),
        'p' => (11, "1.6,4.2 1.6,18|1.6,9 ~1.8,4 5.6,4 ~9.8,4 9.8,9 ~9.8,14 5.6,14 ~1.8,14 1.6,9"),
        'q' => (11, "9.4,4.2 9.4,18|9.4,9 ~9.2,4 5.4,4 ~1.2,4 1.2,9 ~1.2,14 5.4,14 ~9.2,14 9.4,9"),
        'r' => (7, "1.6,4.2 1.6,14|1.6,8.4 ~2.2,4 6,4.3"),
        's' => (9, "7.6,6 ~6.8,4 4.6,4 ~1.6,4 1.6,6.4 ~1.6,8.4 4.6,8.8 ~8,9.4 8,11.4 ~8,14 4.6,14 ~2,14 1,12"),
        't' => (7, "3,1.2 3,11.4 ~3,14.2 6,13.8|0.8,4.4 5.8,4.4"),
        'u' => (11, "1.6,4.2 1.6,10 ~1.6,14 5.2,14 ~8.8,14 9.2,10|9.2,4.2 9.2,14"),
        'v' => (10, "0.8,4.2 5,14 9.2,4.2"),
        'w' => (14, "0.8,4.2 4,14 7,4.8 10,14 13.2,4.2"),
        'x' => (10, "1,4.2 8.8,14|8.8,4.2 1,14"),
        'y' => (10, "0.8,4.2 5,13.6|9.2,4.2 5,13.6 ~3.6,18 1,17.6"),
        'z' => (10, "1.2,4.4 8.6,4.4 1.2,13.8 8.8,13.8"),
        _ => return None,
    })
}

/// How many straight pieces a curve becomes.
const PIECES: u8 = 8;

fn stroke(text: &str) -> Vec<(f32, f32)> {
    let mut line: Vec<(f32, f32)> = Vec::new();
    let mut bend: Option<(f32, f32)> = None;
    for word in text.split(' ') {
        let (point, bends) = read(word);
        match (bend, bends) {
            (None, true) => bend = Some(point),
            (None, false) => line.push(point),
            (Some(control), false) => {
                curve(&mut line, control, point);
                bend = None;
            }
            (Some(control), true) => {
                let middle = (
                    f32::midpoint(control.0, point.0),
                    f32::midpoint(control.1, point.1),
                );
                curve(&mut line, control, middle);
                bend = Some(point);
            }
        }
    }
    line
}

fn read(word: &str) -> ((f32, f32), bool) {
    let (word, bends) = word
        .strip_prefix('~')
        .map_or((word, false), |rest| (rest, true));
    let number = |text: &str| text.parse().unwrap_or(0.0);
    let (x, y) = word.split_once(',').unwrap_or(("0", "0"));
    ((number(x), number(y)), bends)
}

fn curve(line: &mut Vec<(f32, f32)>, control: (f32, f32), end: (f32, f32)) {
    let start = line.last().copied().unwrap_or(end);
    for piece in 1..=PIECES {
        let t = f32::from(piece) / f32::from(PIECES);
        let mix = |a: f32, b: f32, c: f32| {
            (1.0 - t) * (1.0 - t) * a + 2.0 * t * (1.0 - t) * b + t * t * c
        };
        line.push((
            mix(start.0, control.0, end.0),
            mix(start.1, control.1, end.1),
        ));
    }
}

#[cfg(test)]
pub(crate) fn has(of: char) -> bool {
    drawn(of).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_glyph_can_be_read_and_stays_in_its_box() {
        let mut count = 0;
        for of in ' '..='~' {
            let Some((advance, strokes)) = drawn(of) else {
                continue;
            };
            count += 1;
            let numbers = strokes
                .split(['|', ' ', ','])
                .filter(|word| !word.is_empty());
            for number in numbers {
                assert!(
                    number.trim_start_matches('~').parse::<f32>().is_ok(),
                    "{of}: {number}"
                );
            }
            for (x, y) in glyph(of).strokes.into_iter().flatten() {
                assert!((0.0..=f32::from(advance)).contains(&x), "{of}");
                assert!((-1.0..=18.2).contains(&y), "{of}");
            }
        }
        assert!(count > 50);
    }
}
