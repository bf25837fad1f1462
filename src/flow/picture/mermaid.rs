//! A sketch as Mermaid text, for pages that draw it themselves.

use super::sketch::{CardKind, Sketch};
use std::fmt::Write as _;

/// Writes a flowchart.
#[must_use]
pub fn write(sketch: &Sketch) -> String {
    let mut out = format!("---\ntitle: \"{}\"\n---\nflowchart TD\n", front(sketch.heading()));
    for (index, card) in sketch.cards.iter().enumerate() {
        let title = quoted(&card.title);
        let _ = match card.kind {
            CardKind::Section => {
                let mut label = format!("<b>{title}</b>");
                for row in &card.rows {
                    let indent = "&nbsp;".repeat(2 * row.depth);
                    let _ = write!(label, "<br>{indent}{}", quoted(&row.label()));
                }
                writeln!(out, "  c{index}[\"{label}\"]")
            }
            CardKind::Start | CardKind::Event => writeln!(out, "  c{index}([\"{title}\"])"),
        };
    }
    for (from, row, port) in sketch.arrows() {
        let label = sketch.cards[from].rows[row].arrow();
        let line = if port.escalation { "-.->" } else { "-->" };
        let label =
            if label.is_empty() { String::new() } else { format!("|\"{}\"|", quoted(label)) };
        let _ = writeln!(out, "  c{from} {line}{label} c{}", port.to);
    }
    out.push_str("  classDef section text-align:left\n");
    let sections = sketch.cards.iter().enumerate();
    let sections = sections.filter(|(_, card)| card.kind == CardKind::Section);
    let names: Vec<String> = sections.map(|(index, _)| format!("c{index}")).collect();
    if !names.is_empty() {
        let _ = writeln!(out, "  class {} section", names.join(","));
    }
    out
}

/// Text within the quotes of a label: what Mermaid or HTML would read becomes an entity.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '"' | '<' | '>' | '&' | '#' | '`' | '*' | '_' | '\\' | '[' | ']' | '{' | '}' | '|' => {
                let _ = write!(out, "#{};", u32::from(letter));
            }
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

/// Text within the quotes of the title, which is YAML.
fn front(text: &str) -> String {
    let plain = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    plain.collect::<String>().replace('\\', "\\\\").replace('"', "\\\"")
}
