//! How much room text takes, without asking a font.
//!
//! The widths are those of wide fonts (DejaVu, Verdana), so that no text leaves its card where
//! another font stands in.

/// Size of the titles of cards, in pixels.
pub(super) const TITLE_PX: i32 = 14;
/// Size of the text in rows, in pixels.
pub(super) const TEXT_PX: i32 = 12;

/// Width of text in a font whose letters are equally wide.
pub(super) fn mono(text: &str, size: i32) -> i32 {
    let columns: i32 = text.chars().map(columns).sum();
    // 0.61 em covers every common one.
    (columns * size * 61 + 99) / 100
}

/// Width of text in a proportional font.
pub(super) fn sans(text: &str, size: i32) -> i32 {
    let hundredths: i32 = text.chars().map(hundredths).sum();
    (hundredths * size + 99) / 100
}

/// How many cells of a terminal a letter takes.
fn columns(letter: char) -> i32 {
    match u32::from(letter) {
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff => 2,
        0xfe30..=0xfe6f | 0xff00..=0xff60 | 0x1f300..=0x1faff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// The width of a letter in hundredths of the font's size.
fn hundredths(letter: char) -> i32 {
    match letter {
        'i' | 'j' | 'l' | '\'' | '|' => 31,
        'f' | 't' | 'r' | 'I' | ' ' | '.' | ',' | ':' | ';' | '!' | '(' | ')' | '[' | ']' => 41,
        '-' | '/' | '"' | '*' => 45,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 100,
        'A'..='Z' | '_' | '&' | '…' => 72,
        _ => 64 * columns(letter),
    }
}

/// Breaks text into lines of at most `width` columns, at spaces where there are some; the last
/// of `lines_max` ends in `…` if there was more.
pub(super) fn wrap(text: &str, width: usize, lines_max: usize) -> Vec<String> {
    let width = width.max(4);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word = word.to_owned();
        if !line.is_empty() && cells(&line) + 1 + cells(&word) > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        while cells(&line) + cells(&word) > width {
            let (head, tail) = cut(&word, width - cells(&line));
            line.push_str(&head);
            lines.push(std::mem::take(&mut line));
            word = tail;
        }
        line.push_str(&word);
    }
    lines.push(line);
    if lines.len() > lines_max {
        lines.truncate(lines_max.max(1));
        if let Some(last) = lines.last_mut() {
            let (mut head, _) = cut(last, width - 1);
            head.push('…');
            *last = head;
        }
    }
    lines
}

fn cells(text: &str) -> usize {
    usize::try_from(text.chars().map(columns).sum::<i32>()).unwrap_or(0)
}

/// The beginning that fits, at least one letter, and the rest.
fn cut(text: &str, width: usize) -> (String, String) {
    let mut used = 0;
    let fits = |(index, letter): &(usize, char)| {
        used += usize::try_from(columns(*letter)).unwrap_or(0);
        used <= width || *index == 0
    };
    let count = text.char_indices().take_while(fits).count().max(1);
    (text.chars().take(count).collect(), text.chars().skip(count).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_broken_at_spaces_and_then_anywhere() {
        assert_eq!(wrap("not open now", 8, 3), ["not open", "now"]);
        assert_eq!(wrap("abcdefghij", 4, 3), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("one two three four", 5, 2), ["one", "two…"]);
        assert_eq!(wrap("", 8, 2), [""]);
    }

    #[test]
    fn no_line_is_wider_than_its_room() {
        for text in ["zażółć gęślą jaźń", "日本語の長い文", "a b c d e f", "x ".repeat(30).as_str()]
        {
            for line in wrap(text, 6, 9) {
                assert!(cells(&line) <= 6, "{line}");
            }
        }
    }
}
