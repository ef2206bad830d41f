//! Untrusted text as Slack's mrkdwn: shown as it is, never obeyed.
//!
//! Slack decodes exactly `&amp;`, `&lt;` and `&gt;`, so these three are
//! escaped; without a `<` there is no mention and no link. Words that mrkdwn
//! would read as formatting, an emoji or a mention (`*`, `_`, `:aws:`, `@here`)
//! are put into code, where Slack reads nothing: ARNs and names stay exact and
//! can be copied.

use nightshift_core::printable;

const ELLIPSIS: char = '…';
/// Looks like a backtick and ends no code.
const QUIET_BACKTICK: char = 'ˋ';

/// The length in UTF-16 units. Slack does not say what it counts; no other
/// count of the same text is larger, bytes aside.
pub fn width(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The text on one line for a `mrkdwn` object, at most `limit` wide.
pub fn inline(text: &str, limit: usize) -> String {
    let tidy = tidy(text, limit);
    let mut line = Line::new(limit);
    for word in tidy.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && !line.push(' ') {
            break;
        }
        let whole = if is_markup(word) {
            line.push_code(word)
        } else {
            word.chars().all(|c| line.push(c))
        };
        if !whole {
            break;
        }
    }
    line.finish()
}

/// The text on one line for a `plain_text` object, at most `limit` wide.
pub fn plain(text: &str, limit: usize) -> String {
    let mut line = Line::new(limit);
    let _ = tidy(text, limit).chars().all(|c| line.push(c));
    line.finish()
}

/// The text as a code block, its lines kept, at most `limit` wide with the
/// fences.
pub fn code_block(text: &str, limit: usize) -> String {
    const FENCES: usize = "```\n\n```".len();
    let mut line = Line::new(limit.saturating_sub(FENCES));
    let mut last = '\n';
    for c in text.replace("\r\n", "\n").chars() {
        let shown = match c {
            '`' if last == '`' => QUIET_BACKTICK,
            other => other,
        };
        last = c;
        let whole = if matches!(shown, '\n' | '\t' | ' '..='~') {
            line.push(shown)
        } else {
            printable(shown.encode_utf8(&mut [0; 4]), usize::MAX)
                .chars()
                .all(|c| line.push(c))
        };
        if !whole {
            break;
        }
    }
    format!("```\n{}\n```", line.finish())
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
    word.contains('`')
        || word.starts_with('>')
        || formats(word)
        || mentions_everyone(word)
        || names_an_emoji(word)
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
        let whole = word
            .chars()
            .map(|c| if c == '`' { QUIET_BACKTICK } else { c })
            .all(|c| self.push(c));
        self.text.push('`');
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
            ("a `b` c", "a `ˋbˋ` c"),
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
    fn code_keeps_its_lines_and_its_fences() {
        assert_eq!(code_block("a <b\r\nc", 100), "```\na &lt;b\nc\n```");
        assert_eq!(code_block("``` x ````", 100), "```\n`ˋˋ x `ˋˋˋ\n```");
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
            prop_assert_eq!(inline(&text, limit).matches('`').count() % 2, 0);
        }
    }
}
