//! Texts that have broken programs before.

use serde_json::{Value, json};

/// A text longer than anything that a person would write.
const LONG: usize = 100_000;
/// A text longer than the fields of most APIs.
const LONGISH: usize = 5_000;
/// What may stand where `text` was expected, each with what was done.
pub(crate) fn texts(text: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("emptied", json!("")),
        ("made blank", json!(" \t\n\u{a0}\u{3000}")),
        (
            "cut in half",
            json!(
                text.chars()
                    .take(text.chars().count() / 2)
                    .collect::<String>()
            ),
        ),
        ("made upper case", json!(text.to_uppercase())),
        (
            "with control characters",
            json!("a\u{0}b\u{7}\u{1b}[31mc\r\nd\u{7f}\u{85}\u{2028}"),
        ),
        (
            "reordered by direction marks",
            json!("safe\u{202e}gnp.\u{2066}exe\u{200f}"),
        ),
        (
            "with placeholders",
            json!("${account} ${jndi:ldap://x/y} {{7*7}} %s%n $(id) `id`"),
        ),
        (
            "with mentions",
            json!("<!channel> <!here|here> <@U012AB3CD> @everyone <https://x.example|ok>"),
        ),
        (
            "with markup",
            json!("*b* _i_ ~s~ `c` ``` \n> q\n&lt;!channel&gt; &amp; <b onload=x>"),
        ),
        (
            "with combining characters",
            json!("z\u{35b}\u{322}\u{489}".repeat(50)),
        ),
        ("with emoji sequences", json!("👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿🇩🇪".repeat(40))),
        ("100 kB of letters", json!("x".repeat(LONG))),
        (
            "5 kB that escaping makes longer",
            json!("<&>\"\\".repeat(LONGISH / 5)),
        ),
        ("5 kB of markup", json!("`*_~ ".repeat(LONGISH / 5))),
        (
            "5 kB of wide characters",
            json!("\u{1f319}".repeat(LONGISH / 4)),
        ),
        ("made a wrong time", json!("2026-13-45T99:99:99Z")),
        (
            "made the first time there is",
            json!("-009999-01-02T01:59:59Z"),
        ),
        (
            "made the last time there is",
            json!("9999-12-30T22:00:00.999999999Z"),
        ),
        ("made a broken ARN", json!("arn:aws::::")),
        ("made half a JSON", json!("{\"a\":[1,")),
        ("made a number in words", json!("1e999")),
    ]
}
