//! Untrusted text as Slack's mrkdwn: shown as it is, never obeyed.
//!
//! Slack decodes exactly `&amp;`, `&lt;` and `&gt;`, so these three are
//! escaped; without a `<` there is no mention and no link. Words that mrkdwn
//! would read as formatting, an emoji or a mention (`*`, `_`, `:aws:`, `@here`)
//! are put into code, where Slack reads nothing: ARNs and names stay exact and
//! can be copied. So is what a text quotes in backticks; other backticks are
//! replaced by what looks like one, because mrkdwn knows no way to escape them.

use nightshift_core::printable;

const ELLIPSIS: char = '…';
/// Looks like a backtick and ends no code.
const QUIET_BACKTICK: char = 'ˋ';

/// The length in UTF-16 units. Slack does not say what it counts; no other
/// count of the same text is larger, bytes aside.
pub fn width(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The text on one line for a `mrkdwn` object, at most `limit` wide. What it
/// quotes in backticks is code in Slack too.
pub fn inline(text: &str, limit: usize) -> String {
    let tidy = tidy(text, limit);
    let mut line = Line::new(limit);
    let mut after_code = false;
    for piece in pieces(&tidy) {
        let (words, code) = match piece {
            Piece::Blank => {
                if !line.is_empty() && !line.push(' ') {
                    break;
                }
                after_code = false;
                continue;
            }
            Piece::Quoted(words) => (words, true),
            Piece::Word(word) => (word, is_markup(word)),
        };
        // Two codes without a blank between them would be one with ticks in it.
        let apart = !(code && after_code) || line.push(' ');
        let whole = if !apart {
            false
        } else if code {
            line.push_code(words)
        } else {
            words.chars().map(quiet).all(|c| line.push(c))
        };
        if !whole {
            break;
        }
        after_code = code;
    }
    line.finish()
}

/// A part of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'t> {
    Blank,
    /// Without blanks, and without a backtick that quotes.
    Word(&'t str),
    /// What stood between two backticks.
    Quoted(&'t str),
}

/// The parts of a text whose blanks are single spaces.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut before = None;
    while let Some(first) = rest.chars().next() {
        let (piece, length) = if first == ' ' {
            (Piece::Blank, 1)
        } else if let Some(quoted) = quotation(before, rest) {
            (Piece::Quoted(quoted), quoted.len() + 2)
        } else {
            let word = word(before, rest);
            (Piece::Word(word), word.len())
        };
        before = rest[..length].chars().next_back();
        rest = &rest[length..];
        pieces.push(piece);
    }
    pieces
}

/// What is quoted where `rest` begins with a backtick that opens a quotation:
/// one that stands at the edge of words and is closed by another such.
fn quotation(before: Option<char>, rest: &str) -> Option<&str> {
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '`');
    let (quoted, after) = rest.strip_prefix('`')?.split_once('`')?;
    let blank = quoted.starts_with(' ') || quoted.ends_with(' ') || quoted.is_empty();
    (!blank && edge(before) && edge(after.chars().next())).then_some(quoted)
}

/// What `rest` begins with, up to a blank or a quotation; at least a character.
fn word(mut before: Option<char>, rest: &str) -> &str {
    for (at, c) in rest.char_indices() {
        if c == ' ' || (at > 0 && quotation(before, &rest[at..]).is_some()) {
            return &rest[..at];
        }
        before = Some(c);
    }
    rest
}

const fn quiet(c: char) -> char {
    if c == '`' { QUIET_BACKTICK } else { c }
}

/// The text on one line for a `plain_text` object, at most `limit` wide.
pub fn plain(text: &str, limit: usize) -> String {
    let mut line = Line::new(limit);
    let _ = tidy(text, limit).chars().all(|c| line.push(c));
    line.finish()
}

/// The text in lines, for where Slack reads no formatting: control characters
/// made visible, at most `limit` wide.
pub fn verbatim(text: &str, limit: usize) -> String {
    let mut line = Line::new(limit);
    let _ = visible(text).all(|c| line.push_shown(c.encode_utf8(&mut [0; 4])));
    line.finish()
}

/// The text as a code block of mrkdwn, its lines kept, at most `limit` wide with
/// the fences. Of backticks in a row every second one only looks like one.
pub fn code_block(text: &str, limit: usize) -> String {
    const FENCES: usize = "```\n\n```".len();
    let mut line = Line::new(limit.saturating_sub(FENCES));
    let mut last = '\n';
    let _ = visible(text).all(|c| {
        let shown = if c == '`' && last == '`' {
            QUIET_BACKTICK
        } else {
            c
        };
        last = shown;
        line.push(shown)
    });
    format!("```\n{}\n```", line.finish())
}

/// The characters of a text with lines; those that would not be seen, or would
/// reorder what is seen, written out.
fn visible(text: &str) -> impl Iterator<Item = char> {
    let mut rest = text.chars().peekable();
    std::iter::from_fn(move || {
        let c = rest.next()?;
        let ends = c == '\r' && rest.peek() == Some(&'\n');
        Some(if ends { String::new() } else { shown(c) })
    })
    .flat_map(|shown| shown.chars().collect::<Vec<_>>())
}

fn shown(c: char) -> String {
    if matches!(c, '\n' | '\t') {
        c.to_string()
    } else {
        printable(c.encode_utf8(&mut [0; 4]), usize::MAX)
    }
}

/// Whitespace joined into single spaces, control characters made visible, no
/// longer than can be of use.
fn tidy(text: &str, limit: usize) -> String {
    let mut words = String::new();
    for word in text.split_whitespace() {
        let room = limit
            .saturating_add(2)
            .saturating_sub(words.chars().count());
        if room == 0 {
            break;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.extend(word.chars().take(room));
    }
    printable(&words, limit.saturating_add(1))
}

/// Whether mrkdwn would show the word otherwise than it is written.
fn is_markup(word: &str) -> bool {
    word.starts_with('>') || formats(word) || mentions_everyone(word) || names_an_emoji(word)
}

/// `*`, `_` and `~` format only at the edge of letters: `New_York` is safe.
fn formats(word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut before = None;
    let mut rest = word.chars().peekable();
    while let Some(c) = rest.next() {
        let inside = letter(before) && letter(rest.peek().copied());
        if matches!(c, '*' | '_' | '~') && !inside {
            return true;
        }
        before = Some(c);
    }
    false
}

fn mentions_everyone(word: &str) -> bool {
    let lower = word.to_lowercase();
    ["@here", "@channel", "@everyone", "@group"]
        .iter()
        .any(|mention| lower.contains(mention))
}

/// `:aws:` is an emoji wherever somebody has added one of that name, even
/// inside an ARN.
fn names_an_emoji(word: &str) -> bool {
    let name = |part: &str| {
        part.bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+' | b'\''))
            && part.bytes().any(|b| !b.is_ascii_digit())
    };
    let parts: Vec<&str> = word.split(':').collect();
    // Only what stands between two colons can be a name.
    parts.len() > 2
        && parts[1..parts.len() - 1]
            .iter()
            .any(|part| !part.is_empty() && name(part))
}

/// A line that grows up to a width and then ends in an ellipsis.
struct Line {
    text: String,
    room: usize,
    cut: bool,
}

impl Line {
    fn new(limit: usize) -> Self {
        Self {
            text: String::new(),
            room: limit.saturating_sub(1),
            cut: false,
        }
    }

    const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Adds a character, escaped; false once there is no room.
    fn push(&mut self, c: char) -> bool {
        match c {
            '&' => self.push_shown("&amp;"),
            '<' => self.push_shown("&lt;"),
            '>' => self.push_shown("&gt;"),
            other => self.push_shown(other.encode_utf8(&mut [0; 4])),
        }
    }

    fn push_code(&mut self, word: &str) -> bool {
        const TICKS: usize = 2;
        if self.room <= TICKS {
            self.cut = true;
            return false;
        }
        // Room for the closing tick is kept aside while the word is written.
        self.text.push('`');
        self.room -= TICKS;
        let begin = self.text.len();
        let whole = word.chars().map(quiet).all(|c| self.push(c));
        if self.text.len() == begin {
            self.text.pop();
        } else {
            self.text.push('`');
        }
        whole
    }

    fn push_shown(&mut self, shown: &str) -> bool {
        let width = if shown.len() == 1 { 1 } else { width(shown) };
        if self.cut || width > self.room {
            self.cut = true;
            return false;
        }
        self.room -= width;
        self.text.push_str(shown);
        true
    }

    /// The line; the last unit of the limit was kept for the ellipsis.
    fn finish(mut self) -> String {
        if self.cut {
            self.text.push(ELLIPSIS);
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_stays_text() {
        for (text, shown) in [
            ("5 of 6 asleep", "5 of 6 asleep"),
            ("a & b < c", "a &amp; b &lt; c"),
            ("<!channel> hi", "&lt;!channel&gt; hi"),
            ("@here now", "`@here` now"),
            (
                "arn:aws:rds:us-east-1:1:db:a",
                "`arn:aws:rds:us-east-1:1:db:a`",
            ),
            ("at 19:00:30", "at 19:00:30"),
            ("my_db *bold*", "my_db `*bold*`"),
            ("a _b c_ bucket/*", "a `_b` `c_` `bucket/*`"),
            ("a `b` c", "a `b` c"),
            (
                "its tag Schedule = `Mon-Fri 25:00-19:00`: wrong",
                "its tag Schedule = `Mon-Fri 25:00-19:00`: wrong",
            ),
            ("(`a b`, `c`)/`d`.", "(`a b`, `c`)/`d`."),
            ("`<!channel> *b* _i_`", "`&lt;!channel&gt; *b* _i_`"),
            // A backtick that quotes nothing is only shown.
            ("it`s a lone ` one", "itˋs a lone ˋ one"),
            ("``", "ˋˋ"),
            ("```x```", "ˋˋˋxˋˋˋ"),
            ("db`x`y", "dbˋxˋy"),
            ("` a ` b", "ˋ a ˋ b"),
            ("*`a`*", "`*` `a` `*`"),
            ("`a`*", "`a` `*`"),
            ("> quoted", "`&gt;` quoted"),
            ("two\nlines\tand  more", "two lines and more"),
            ("bell\u{7}", "bell\\u{7}"),
            ("", ""),
        ] {
            assert_eq!(inline(text, 200), shown);
        }
        assert_eq!(inline("abcdef", 4), "abc…");
        assert_eq!(inline("<<<<", 10), "&lt;&lt;…");
        assert_eq!(inline("_a_b_c_d", 6), "`_a_`…");
        assert_eq!(plain("a *b* <c>", 100), "a *b* &lt;c&gt;");
    }

    #[test]
    fn where_slack_reads_nothing_the_text_is_itself() {
        let command = "echo `id` ```\n\tx <&>\n";
        assert_eq!(verbatim(command, 100), command);
        assert_eq!(verbatim("a\r\nb\r\u{202e}", 100), "a\nb\\u{d}\\u{202e}");
        assert_eq!(verbatim("abcdef", 4), "abc…");
    }

    #[test]
    fn code_keeps_its_lines_and_its_fences() {
        assert_eq!(code_block("a <b\r\nc", 100), "```\na &lt;b\nc\n```");
        assert_eq!(code_block("``` x ````", 100), "```\n`ˋ` x `ˋ`ˋ\n```");
        assert_eq!(code_block("abcdef", 12), "```\nabc…\n```");
    }

    proptest! {
        #[test]
        fn every_text_keeps_the_limit_and_opens_nothing(text in "\\PC{0,300}|[<>&`*_~@:a ]{0,300}", limit in 1_usize..200) {
            for shown in [inline(&text, limit), plain(&text, limit)] {
                prop_assert!(width(&shown) <= limit, "{shown}");
                prop_assert!(!shown.contains(['<', '>', '\n']));
            }
            let code = code_block(&text, limit + 20);
            prop_assert!(width(&code) <= limit + 20);
            prop_assert_eq!(code.matches("```").count(), 2);
            let shown = inline(&text, limit);
            prop_assert_eq!(shown.matches('`').count() % 2, 0);
            prop_assert!(!shown.contains("``"), "{shown}");
            // Formatting begins outside code only, and there is none.
            let whole = shown.strip_suffix('…').map_or(shown.as_str(), |cut| cut.rsplit_once(' ').map_or("", |(whole, _)| whole));
            for outside in whole.split('`').step_by(2) {
                let words = outside.replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&");
                prop_assert!(!words.split(' ').any(formats), "{shown}");
            }
        }
    }
}
