use std::fmt::Write;

use super::model::Report;
use super::page::STYLE;
use super::sections::{Section, Table, sections};
use super::tiles::{Mood, tiles};
use crate::chart::{escaped, stylesheet};

impl Report {
    /// The report as one page that needs nothing else: no script, no font, no
    /// picture from elsewhere; light and dark, and on paper.
    pub fn html(&self) -> String {
        let title = format!("Cost of {}: {}", self.project, self.month.name());
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>{}</title>\n<style>\n{STYLE}{}</style>\n</head>\n<body>\n<main>\n<header>\n<p class=\"over\">{} · account {}</p>\n<h1>{}</h1>\n<p class=\"headline\">{}</p>\n</header>\n",
            escaped(&title),
            stylesheet(),
            escaped(&self.project),
            escaped(self.account.as_str()),
            escaped(&format!("Cost of {}", self.month.name())),
            escaped(&self.headline)
        );
        page.push_str("<dl class=\"tiles\">\n");
        for tile in tiles(self) {
            let mood = match tile.mood {
                Mood::Plain => "",
                Mood::Good => " class=\"good\"",
                Mood::Bad => " class=\"bad\"",
                Mood::Unknown => " class=\"unknown\"",
            };
            let _ = writeln!(
                page,
                "<div{mood}><dt>{}</dt><dd><strong>{}</strong><span>{}</span></dd></div>",
                escaped(tile.label),
                escaped(&tile.value),
                escaped(&tile.detail)
            );
        }
        page.push_str("</dl>\n");
        for part in sections(self) {
            section(&mut page, &part);
        }
        let _ = write!(
            page,
            "<footer><p>Made {} UTC. US dollars; days and months in UTC. A star: without days that are not known.</p></footer>\n</main>\n</body>\n</html>\n",
            self.generated_at.strftime("%Y-%m-%d %H:%M")
        );
        page
    }
}

fn section(page: &mut String, section: &Section) {
    let id = section.id;
    let _ = writeln!(
        page,
        "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{}</h2>",
        escaped(section.title)
    );
    for lead in &section.lead {
        let _ = writeln!(page, "<p>{}</p>", escaped(lead));
    }
    if let Some(picture) = &section.picture {
        let svg = picture.svg(&format!("{id}-picture"));
        let _ = writeln!(page, "<figure>\n{svg}");
        if !section.legend.is_empty() {
            page.push_str("<figcaption><ul class=\"legend\">\n");
            for (paint, words) in &section.legend {
                let class = paint.class();
                let _ = writeln!(
                    page,
                    "<li><svg viewBox=\"0 0 12 12\" width=\"12\" height=\"12\" aria-hidden=\"true\"><rect width=\"12\" height=\"12\" rx=\"2\" class=\"f-{class}\"/></svg>{}</li>",
                    escaped(words)
                );
            }
            page.push_str("</ul></figcaption>\n");
        }
        page.push_str("</figure>\n");
    }
    for one in &section.tables {
        table(page, one);
    }
    page.push_str("</section>\n");
}

fn table(page: &mut String, table: &Table) {
    let _ = write!(
        page,
        "<div class=\"table\" role=\"region\" aria-label=\"{0}\" tabindex=\"0\">\n<table>\n<caption>{0}</caption>\n<thead>\n<tr>",
        escaped(table.caption)
    );
    for (name, number) in &table.columns {
        let class = if *number { " class=\"number\"" } else { "" };
        let _ = write!(page, "<th scope=\"col\"{class}>{}</th>", escaped(name));
    }
    page.push_str("</tr>\n</thead>\n<tbody>\n");
    for cells in &table.rows {
        row(page, table, cells);
    }
    page.push_str("</tbody>\n");
    if let Some(total) = &table.total {
        page.push_str("<tfoot>\n");
        row(page, table, total);
        page.push_str("</tfoot>\n");
    }
    page.push_str("</table>\n</div>\n");
}

fn row(page: &mut String, table: &Table, cells: &[String]) {
    page.push_str("<tr>");
    for (at, (cell, (_, number))) in cells.iter().zip(&table.columns).enumerate() {
        let cell = escaped(cell);
        let class = if *number { " class=\"number\"" } else { "" };
        let _ = if at == 0 {
            write!(page, "<th scope=\"row\">{cell}</th>")
        } else {
            write!(page, "<td{class}>{cell}</td>")
        };
    }
    page.push_str("</tr>\n");
}
