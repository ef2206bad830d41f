//! What Slack takes, and how much of a notification is shown within it.

pub use crate::mrkdwn::width;

/// The blocks of one message, as JSON. Slack documents no total, yet refuses
/// about 13,200 characters (slackapi/bolt-js#2509).
pub const TOTAL: usize = 12_000;
/// Block Kit reference: a header's text.
pub const HEADER: usize = 150;
/// Block Kit reference: a section's text.
pub const SECTION: usize = 3_000;
/// Block Kit reference: fields of a section, and the text of one.
pub const FIELDS: usize = 10;
/// Block Kit reference: the text of one field.
pub const FIELD: usize = 2_000;
/// Block Kit reference: a button's text.
pub const BUTTON: usize = 75;
/// Block Kit reference: a button's address.
pub const ADDRESS: usize = 3_000;
/// Block Kit reference: blocks of one message.
pub const BLOCKS: usize = 50;
/// The text beside the blocks: what a phone's lock screen shows.
pub const FALLBACK: usize = 600;
/// The text of a message without blocks; Slack asks for 4,000 at most.
pub const PLAIN: usize = 3_800;

/// How much of a notification is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Detail {
    pub summary: usize,
    pub facts: usize,
    pub value: usize,
    pub sections: usize,
    pub items: usize,
    pub item: usize,
    pub steps: usize,
    pub commands: usize,
    pub command: usize,
    pub links: usize,
    pub address: usize,
}

/// From everything that reads well down to what always fits. The first that
/// stays within [`TOTAL`] is sent.
pub(crate) const DETAILS: [Detail; 4] = [
    Detail {
        summary: 1_500,
        facts: FIELDS,
        value: 300,
        sections: 10,
        items: 20,
        item: 500,
        steps: 10,
        commands: 6,
        command: 2_000,
        links: 5,
        address: ADDRESS,
    },
    Detail {
        summary: 1_000,
        facts: FIELDS,
        value: 150,
        sections: 6,
        items: 8,
        item: 200,
        steps: 6,
        commands: 4,
        command: 1_000,
        links: 5,
        address: 500,
    },
    Detail {
        summary: 600,
        facts: 6,
        value: 100,
        sections: 4,
        items: 3,
        item: 120,
        steps: 4,
        commands: 2,
        command: 600,
        links: 2,
        address: 300,
    },
    Detail {
        summary: 600,
        facts: 0,
        value: 0,
        sections: 0,
        items: 0,
        item: 0,
        steps: 0,
        commands: 0,
        command: 0,
        links: 0,
        address: 0,
    },
];
