//! A notification as Slack's Block Kit, within every limit of Slack.

use jiff::Timestamp;
use nightshift_core::{Fact, Link, Notification, Section, Severity, Status};
use serde_json::{Value, json};

use crate::limits::{BUTTON, DETAILS, Detail, FALLBACK, HEADER, SECTION, TOTAL};
use crate::mrkdwn::{inline, plain, verbatim, width};

/// What stands before the title of a matter that is over.
const RESOLVED: &str = "Resolved: ";

/// What Slack is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Payload {
    /// The body of the request.
    pub body: Value,
    /// Whether something was left out to stay within the limits.
    pub shortened: bool,
}

/// The notification in Block Kit.
pub fn message(notification: &Notification) -> Payload {
    message_with(notification, None)
}

/// The same, with a note on what the channel has heard of the matter before.
pub fn message_with(notification: &Notification, note: Option<&str>) -> Payload {
    let mut rendered = DETAILS
        .iter()
        .map(|detail| blocks(notification, note, detail));
    let fits = |blocks: &Value| width(&blocks.to_string()) <= TOTAL;
    let (blocks, shortened) = rendered
        .find(|(blocks, _)| fits(blocks))
        .unwrap_or_else(|| (json!([]), true));
    Payload {
        body: json!({
            "text": headline(notification, FALLBACK),
            "blocks": blocks,
            "unfurl_links": false,
            "unfurl_media": false,
        }),
        shortened,
    }
}

const fn emoji(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "ℹ️",
        Severity::Notice => "✅",
        Severity::Warning => "⚠️",
        Severity::Error => "❌",
        Severity::Critical => "🚨",
    }
}

/// How a message begins: what it wants, or that nothing is wanted any more.
pub fn look(notification: &Notification) -> (&'static str, &'static str) {
    match notification.status {
        Status::Open => (emoji(notification.severity), ""),
        Status::Resolved => (emoji(Severity::Notice), RESOLVED),
    }
}

pub(crate) fn headline(notification: &Notification, limit: usize) -> String {
    let title = notification.title.trim_end_matches('.');
    let line = format!("{title}: {}", notification.summary);
    let (emoji, begin) = look(notification);
    format!("{emoji} {begin}{}", inline(&line, limit - 4 - begin.len()))
}

fn blocks(notification: &Notification, note: Option<&str>, detail: &Detail) -> (Value, bool) {
    let mut page = Page::default();
    page.header(notification);
    page.text(&inline(&notification.summary, detail.summary));
    page.facts(&notification.facts, detail);
    for section in notification.sections.iter().take(detail.sections) {
        page.section(section, detail);
    }
    page.steps(&notification.next_steps, detail);
    page.commands(notification, detail);
    page.links(&notification.links, detail);
    page.left_out("list", notification.sections.len(), detail.sections);
    page.context(notification, note);
    (Value::Array(page.blocks), page.shortened)
}

#[derive(Default)]
struct Page {
    blocks: Vec<Value>,
    left_out: Vec<String>,
    shortened: bool,
}

impl Page {
    fn header(&mut self, notification: &Notification) {
        let (emoji, begin) = look(notification);
        let title = plain(&notification.title, HEADER - 4 - begin.len());
        let text = format!("{emoji} {begin}{title}");
        self.blocks.push(json!({
            "type": "header",
            "text": {"type": "plain_text", "text": text.trim_end(), "emoji": true},
        }));
    }

    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.shortened |= text.ends_with('…');
        self.blocks
            .push(json!({"type": "section", "text": mrkdwn(text)}));
    }

    fn facts(&mut self, facts: &[Fact], detail: &Detail) {
        let fields: Vec<Value> = facts
            .iter()
            .take(detail.facts)
            .map(|fact| {
                let label = inline(&fact.label, 80);
                let value = inline(&fact.value, detail.value);
                mrkdwn(&format!("{}\n{}", bold(&label), or_dash(value)))
            })
            .collect();
        if !fields.is_empty() {
            self.blocks
                .push(json!({"type": "section", "fields": fields}));
        }
        let rest = facts.get(detail.facts..).unwrap_or_default();
        if detail.items > 0 && !rest.is_empty() {
            let rest = Section {
                title: "More".to_owned(),
                items: rest
                    .iter()
                    .map(|fact| format!("{}: {}", fact.label, fact.value))
                    .collect(),
            };
            self.section(&rest, detail);
        } else {
            self.left_out("fact", facts.len(), detail.facts);
        }
    }

    /// A heading and its list; what does not fit is counted.
    fn section(&mut self, section: &Section, detail: &Detail) {
        const ROOM_FOR_COUNT: usize = 40;
        let mut text = bold(&inline(&section.title, 150));
        let mut shown = 0;
        for item in section.items.iter().take(detail.items) {
            let line = format!("\n• {}", or_dash(inline(item, detail.item)));
            if width(&text) + width(&line) > SECTION - ROOM_FOR_COUNT {
                break;
            }
            text.push_str(&line);
            shown += 1;
        }
        let rest = section.items.len() - shown;
        if rest > 0 {
            self.shortened = true;
            text = format!("{text}\n• and {rest} more");
        }
        self.blocks
            .push(json!({"type": "section", "text": mrkdwn(&text)}));
    }

    fn steps(&mut self, steps: &[String], detail: &Detail) {
        let lines = numbered(steps, detail.steps, 250);
        if !lines.is_empty() {
            let text = format!("*Next steps*\n{}", lines.join("\n"));
            self.blocks
                .push(json!({"type": "section", "text": mrkdwn(&text)}));
        }
        self.left_out("step", steps.len(), detail.steps);
    }

    fn commands(&mut self, notification: &Notification, detail: &Detail) {
        for command in notification.commands.iter().take(detail.commands) {
            let words: Vec<&str> = command.label.split_whitespace().collect();
            let label = verbatim(&words.join(" "), 150);
            let label = if label.is_empty() { "Command" } else { &label };
            let code = verbatim(&command.text, detail.command);
            // Half a command is worse than none: say that it must not be run.
            let cut = code.ends_with('…') && !command.text.ends_with('…');
            self.shortened |= cut;
            let mut heading = vec![json!({"type": "text", "text": label, "style": {"bold": true}})];
            if cut {
                heading.push(json!({"type": "text", "text": " (shortened, do not run)"}));
            }
            // Rich text, not mrkdwn: what is copied from it is what was meant,
            // backticks included.
            self.blocks.push(json!({
                "type": "rich_text",
                "elements": [
                    {"type": "rich_text_section", "elements": heading},
                    {
                        "type": "rich_text_preformatted",
                        "elements": [{"type": "text", "text": or_dash(code)}],
                    },
                ],
            }));
        }
        self.left_out("command", notification.commands.len(), detail.commands);
    }

    /// Buttons for what Slack takes as an address; the rest as text.
    fn links(&mut self, links: &[Link], detail: &Detail) {
        let (good, bad): (Vec<&Link>, Vec<&Link>) = links
            .iter()
            .partition(|link| is_button_address(&link.url, detail.address));
        let buttons: Vec<Value> = good
            .iter()
            .take(detail.links)
            .enumerate()
            .map(|(index, link)| {
                let label = plain(&link.label, BUTTON);
                let label = if label.is_empty() {
                    "Open".to_owned()
                } else {
                    label
                };
                json!({
                    "type": "button",
                    "action_id": format!("link-{index}"),
                    "text": {"type": "plain_text", "text": label, "emoji": false},
                    "url": link.url,
                })
            })
            .collect();
        if !buttons.is_empty() {
            self.blocks
                .push(json!({"type": "actions", "elements": buttons}));
        }
        self.left_out("link", good.len(), detail.links);
        if detail.items > 0 && !bad.is_empty() {
            let list = Section {
                title: "Addresses that are no links".to_owned(),
                items: bad
                    .iter()
                    .map(|link| format!("{}: {}", link.label, link.url))
                    .collect(),
            };
            self.section(&list, detail);
        } else {
            self.left_out("link", bad.len(), 0);
        }
    }

    fn left_out(&mut self, what: &str, there: usize, shown: usize) {
        let count = there.saturating_sub(shown);
        if count > 0 {
            self.shortened = true;
            let plural = if count == 1 { "" } else { "s" };
            self.left_out.push(format!("{count} more {what}{plural}"));
        }
    }

    fn context(&mut self, notification: &Notification, note: Option<&str>) {
        let mut elements = vec![mrkdwn(&origin(notification))];
        elements.extend(note.map(|note| mrkdwn(&inline(note, 200))));
        if !self.left_out.is_empty() {
            elements.push(mrkdwn(&format!(
                "Shortened to fit into Slack: {}. The log of notify has it whole.",
                self.left_out.join(", ")
            )));
        }
        self.blocks
            .push(json!({"type": "context", "elements": elements}));
    }
}

pub(crate) fn mrkdwn(text: &str) -> Value {
    json!({"type": "mrkdwn", "text": text, "verbatim": true})
}

pub(crate) fn bold(text: &str) -> String {
    if text.is_empty() {
        or_dash(String::new())
    } else {
        format!("*{text}*")
    }
}

fn or_dash(text: String) -> String {
    if text.is_empty() {
        "—".to_owned()
    } else {
        text
    }
}

pub(crate) fn numbered(steps: &[String], count: usize, limit: usize) -> Vec<String> {
    steps
        .iter()
        .take(count)
        .enumerate()
        .map(|(index, step)| format!("{}. {}", index + 1, or_dash(inline(step, limit))))
        .collect()
}

/// Who says it, where and when; the time in the reader's own zone.
pub(crate) fn origin(notification: &Notification) -> String {
    let mut parts = vec![
        inline(&notification.source, 60),
        inline(&notification.environment, 60),
        inline(notification.account.as_str(), 40),
    ];
    if let Some(region) = &notification.region {
        parts.push(inline(region.as_str(), 40));
    }
    parts.push(date(notification.occurred_at));
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

fn date(at: Timestamp) -> String {
    /// Slack renders no date that is far from now.
    const YEAR_2100: i64 = 4_102_444_800;
    let readable = at.strftime("%Y-%m-%d %H:%M UTC");
    let seconds = at.as_second();
    if (0..YEAR_2100).contains(&seconds) {
        format!("<!date^{seconds}^{{date_short_pretty}} {{time}}|{readable}>")
    } else {
        readable.to_string()
    }
}

/// Slack refuses the whole message for one address that it cannot read.
pub fn is_button_address(url: &str, limit: usize) -> bool {
    let Some(rest) = url.strip_prefix("https://") else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':');
    url.len() <= limit
        && url.bytes().all(|b| b.is_ascii_graphic())
        && !url.contains(['<', '>', '"', '\\', '^', '`', '{', '|', '}'])
        && host.contains(|c: char| c.is_ascii_alphanumeric())
        && host.bytes().all(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::ADDRESS;

    #[test]
    fn only_clean_https_addresses_become_buttons() {
        for (url, good) in [
            (
                "https://console.aws.amazon.com/rds/home?region=us-east-1#databases:",
                true,
            ),
            ("https://a:8443/x", true),
            ("http://a/x", false),
            ("javascript:alert(1)", false),
            ("https://", false),
            ("https:///x", false),
            ("https://user@host/", false),
            ("https://a/ b", false),
            ("https://a/<b", false),
            ("https://exämple.com/", false),
        ] {
            assert_eq!(is_button_address(url, ADDRESS), good, "{url}");
        }
    }

    #[test]
    fn times_far_away_are_written_out() {
        assert!(date(Timestamp::UNIX_EPOCH).starts_with("<!date^0^"));
        assert_eq!(date(Timestamp::MAX), "9999-12-30 22:00 UTC");
        assert!(!date(Timestamp::MIN).contains('<'));
    }
}
