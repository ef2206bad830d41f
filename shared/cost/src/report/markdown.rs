use std::fmt::Write;

use nightshift_core::printable;

use super::model::Report;
use super::sections::{Section, Table, sections};
use super::tiles::tiles;

impl Report {
    /// The report as Markdown with tables, as GitHub and most tools render it.
    pub fn markdown(&self) -> String {
        let mut page = format!(
            "# Cost of {}: {}\n\n{}\n\n",
            plain(&self.project),
            self.month.name(),
            plain(&self.headline)
        );
        for tile in tiles(self) {
            let _ = writeln!(
                page,
                "- {}: **{}** ({})",
                tile.label,
                plain(&tile.value),
                plain(&tile.detail)
            );
        }
        for part in sections(self) {
            section(&mut page, &part);
        }
        let _ = write!(
            page,
            "\nAccount {}, {} UTC. US dollars. A star: without days that are not known.\n",
            plain(self.account.as_str()),
            self.generated_at.strftime("%Y-%m-%d %H:%M")
        );
        page
    }
}

fn section(page: &mut String, section: &Section) {
    let _ = write!(page, "\n## {}\n", section.title);
    for lead in &section.lead {
        let _ = write!(page, "\n{}\n", plain(lead));
    }
    if let Some(line) = &section.line {
        let _ = write!(page, "\n`{line}`\n");
    }
    for table in &section.tables {
        page.push('\n');
        rows(page, table);
    }
}

fn rows(page: &mut String, table: &Table) {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let names: Vec<String> = table.columns.iter().map(|(name, _)| plain(name)).collect();
    page.push_str(&line(&names));
    let rule = table
        .columns
        .iter()
        .map(|(_, number)| if *number { "---:" } else { "---" });
    let _ = writeln!(page, "|{}|", rule.collect::<Vec<_>>().join("|"));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|cell| plain(cell)).collect();
        page.push_str(&line(&cells));
    }
    if let Some(total) = &table.total {
        let cells: Vec<String> = total
            .iter()
            .map(|cell| match cell.as_str() {
                "" => String::new(),
                cell => format!("**{}**", plain(cell)),
            })
            .collect();
        page.push_str(&line(&cells));
    }
}

/// Text of which nothing is markup, on one line.
fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in printable(text, 2_000).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => {
                safe.push('\\');
                safe.push(c);
            }
            // Dollars are mathematics to some, and an address is a link without brackets.
            '$' => safe.push('$'),
            c => safe.push(c),
        }
    }
    safe.replace("://", ":\u{2060}//").replace('@', "@\u{2060}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(plain("a|b\n[x](y) *z*"), "a\\|b\\\\u{a}\\[x\\](y) \\*z\\*");
        assert_eq!(plain("<img src=x>"), "&lt;img src=x&gt;");
        assert!(!plain("https://evil.example @channel").contains("://"));
    }
}
