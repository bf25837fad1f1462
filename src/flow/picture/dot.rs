//! A sketch as DOT, for Graphviz and what reads its language.

use super::sketch::{CardKind, Sketch};
use std::fmt::Write as _;

/// Writes a digraph. A section is a record whose rows are the ports of its arrows.
#[must_use]
pub fn write(sketch: &Sketch) -> String {
    let mut out = format!(
        "digraph \"{}\" {{\n  label=\"{}\"; labelloc=t; rankdir=TB;\n  \
         node [fontname=\"Helvetica\", fontsize=11];\n  \
         edge [fontname=\"Helvetica\", fontsize=10];\n",
        quoted(&sketch.name),
        quoted(sketch.heading())
    );
    for (index, card) in sketch.cards.iter().enumerate() {
        if card.kind != CardKind::Section {
            let title = quoted(&card.title);
            let _ = writeln!(out, "  c{index} [shape=box, style=rounded, label=\"{title}\"];");
            continue;
        }
        let mut fields = vec![field(&card.title)];
        for (at, row) in card.rows.iter().enumerate() {
            let indent = "\\ ".repeat(3 * row.depth);
            fields.push(format!("<r{at}> {indent}{}\\l", field(&row.label())));
        }
        let _ = writeln!(out, "  c{index} [shape=record, label=\"{{{}}}\"];", fields.join("|"));
    }
    for (from, row, port) in sketch.arrows() {
        let card = &sketch.cards[from];
        let label = quoted(card.rows[row].arrow());
        let at = if card.kind == CardKind::Section { format!(":r{row}") } else { String::new() };
        let style = if port.escalation { ", style=dashed" } else { "" };
        let _ = writeln!(out, "  c{from}{at} -> c{} [label=\"{label}\"{style}];", port.to);
    }
    out.push_str("}\n");
    out
}

/// Text within quotes.
fn quoted(text: &str) -> String {
    let plain = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    plain.collect::<String>().replace('\\', "\\\\").replace('"', "\\\"")
}

/// Text within a field of a record.
fn field(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '{' | '}' | '|' | '<' | '>' | '"' | '\\' => out.extend(['\\', letter]),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}
