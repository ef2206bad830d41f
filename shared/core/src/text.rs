/// The text on one line, control characters made visible, cut to `limit`
/// characters: what came from an event may be shown, never obeyed.
pub fn printable(text: &str, limit: usize) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_bidirectional_control(c) {
            escaped.extend(c.escape_unicode());
        } else {
            escaped.push(c);
        }
    }
    shortened(&escaped, limit)
}

/// The text cut to `limit` characters, an ellipsis where something is missing.
pub fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Characters that reorder what a reader sees (Unicode Standard Annex 9).
fn is_bidirectional_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_becomes_visible_and_short() {
        assert_eq!(printable("a\nb\u{202e}c", 100), "a\\u{a}b\\u{202e}c");
        assert_eq!(printable("abcdef", 4), "abc…");
        assert_eq!(shortened("日本語", 3), "日本語");
        assert_eq!(shortened("日本語", 2), "日…");
    }
}
