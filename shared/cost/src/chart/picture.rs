use super::paint::Paint;

/// Across and down from the top left corner, in tenths of a pixel.
pub type Point = (i32, i32);

/// A picture, independent of what it is written as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// In tenths of a pixel.
    pub width: i32,
    /// In tenths of a pixel.
    pub height: i32,
    /// What it shows, for who does not see it.
    pub title: String,
    /// What can be read from it, for who does not see it.
    pub description: String,
    /// From back to front.
    pub marks: Vec<Mark>,
}

/// One thing in a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A filled rectangle.
    Bar {
        /// Its top left corner.
        at: Point,
        /// Its width and height.
        size: Point,
        /// Its colour.
        paint: Paint,
        /// Half transparent: what is not final.
        faded: bool,
        /// What it says when it is pointed at.
        says: String,
    },
    /// The outline of what is not known.
    Gap {
        /// Its top left corner.
        at: Point,
        /// Its width and height.
        size: Point,
        /// What it says when it is pointed at.
        says: String,
    },
    /// A filled polygon.
    Area {
        /// Its corners.
        points: Vec<Point>,
        /// Its colour.
        paint: Paint,
    },
    /// A line through points.
    Line {
        /// The points.
        points: Vec<Point>,
        /// Its colour.
        paint: Paint,
        /// Its width in tenths of a pixel.
        width: i32,
        /// Whether it is broken.
        dashed: bool,
    },
    /// A filled circle.
    Dot {
        /// Its centre.
        at: Point,
        /// Its radius in tenths of a pixel.
        radius: i32,
        /// Its colour.
        paint: Paint,
        /// What it says when it is pointed at.
        says: String,
    },
    /// Words on one line.
    Words {
        /// Where they begin, end or have their middle, on the base line.
        at: Point,
        /// Which of these.
        anchor: Anchor,
        /// The height of a line, in tenths of a pixel.
        size: i32,
        /// Their colour.
        paint: Paint,
        /// Whether they are heavy.
        bold: bool,
        /// The words.
        text: String,
    },
}

/// How words lie at their point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// They begin there.
    Start,
    /// Their middle is there.
    Middle,
    /// They end there.
    End,
}

impl Picture {
    /// An empty picture.
    pub fn new(width: i32, height: i32, title: impl Into<String>) -> Self {
        Self {
            width,
            height,
            title: title.into(),
            description: String::new(),
            marks: Vec::new(),
        }
    }

    /// Adds a rectangle; one without any width or height is left out.
    pub fn bar(&mut self, at: Point, size: Point, paint: Paint, says: impl Into<String>) {
        if size.0 > 0 && size.1 > 0 {
            self.marks.push(Mark::Bar {
                at,
                size,
                paint,
                faded: false,
                says: says.into(),
            });
        }
    }

    /// Adds a line.
    pub fn line(&mut self, points: Vec<Point>, paint: Paint, width: i32) {
        self.marks.push(Mark::Line {
            points,
            paint,
            width,
            dashed: false,
        });
    }

    /// Adds words.
    pub fn words(
        &mut self,
        at: Point,
        anchor: Anchor,
        size: i32,
        paint: Paint,
        text: impl Into<String>,
    ) {
        self.marks.push(Mark::Words {
            at,
            anchor,
            size,
            paint,
            bold: false,
            text: text.into(),
        });
    }
}
