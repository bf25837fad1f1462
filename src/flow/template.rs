//! Text with variables in it: `order $order of ${caller.name}`.
//!
//! `$$` is a dollar, and so is one that no letter follows. A dot belongs to a variable when a
//! letter follows it; `${…}` says where it ends.

/// A text and the variables in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    /// Its parts, in order.
    pub parts: Vec<Part>,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Stands as it is.
    Text(String),
    /// The path of a variable or fact, such as `caller.number`.
    Variable(Vec<String>),
}

impl Template {
    /// Reads a template; the error is a sentence. With each variable comes how many characters
    /// stand before it.
    pub fn read(text: &str) -> Result<(Self, Vec<usize>), &'static str> {
        let letters: Vec<char> = text.chars().collect();
        let mut reading = Reading::default();
        let mut at = 0;
        while let Some(letter) = letters.get(at) {
            let rest = letters.get(at + 1..).unwrap_or_default();
            at += match (letter, rest.first()) {
                ('$', Some('$')) => {
                    reading.text.push('$');
                    2
                }
                ('$', Some('{')) => {
                    let inside = rest.get(1..).unwrap_or_default();
                    let end = inside.iter().position(|letter| *letter == '}');
                    let end = end.ok_or("`${` needs a `}` after its variable")?;
                    let path = inside.get(..end).unwrap_or_default();
                    if end == 0 || path_length(path) != end {
                        return Err("between `${` and `}` stands a variable, and nothing else");
                    }
                    reading.variable(path, at);
                    end + 3
                }
                ('$', Some(next)) if starts_name(*next) => {
                    let length = path_length(rest);
                    reading.variable(rest.get(..length).unwrap_or_default(), at);
                    length + 1
                }
                (letter, _) => {
                    reading.text.push(*letter);
                    1
                }
            };
        }
        reading.end_text();
        Ok((Self { parts: reading.parts }, reading.offsets))
    }

    /// The text with its variables put in; `None` as soon as one has no text.
    pub fn fill(&self, text_of: impl Fn(&[String]) -> Option<String>) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Variable(path) => text.push_str(&text_of(path)?),
            }
        }
        Some(text)
    }

    /// Whether no variable is in it.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Text(_)))
    }
}

#[derive(Default)]
struct Reading {
    text: String,
    parts: Vec<Part>,
    offsets: Vec<usize>,
}

impl Reading {
    fn end_text(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(Part::Text(std::mem::take(&mut self.text)));
        }
    }

    fn variable(&mut self, path: &[char], at: usize) {
        self.end_text();
        let path: String = path.iter().collect();
        self.parts.push(Part::Variable(path.split('.').map(str::to_owned).collect()));
        self.offsets.push(at);
    }
}

const fn starts_name(letter: char) -> bool {
    letter.is_ascii_alphabetic() || letter == '_'
}

/// How many characters the path at the beginning of `letters` has.
fn path_length(letters: &[char]) -> usize {
    let mut length = 0;
    while let Some(letter) = letters.get(length) {
        let next = letters.get(length + 1).copied().unwrap_or(' ');
        let dot = *letter == '.' && length > 0 && starts_name(next);
        let digit = letter.is_ascii_digit() && length > 0;
        if !(dot || digit || starts_name(*letter)) {
            break;
        }
        length += 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Option<String> {
        let (template, _) = Template::read(text).expect("a template");
        template.fill(|path| match path.join(".").as_str() {
            "order" => Some("71".to_owned()),
            "caller.name" => Some("Ewa".to_owned()),
            _ => None,
        })
    }

    #[test]
    fn variables_are_put_into_text() {
        let texts = [
            ("order $order of $caller.name", "order 71 of Ewa"),
            ("$order.", "71."),
            ("${order}th, $caller.name's", "71th, Ewa's"),
            ("costs $5 or $$order $", "costs $5 or $order $"),
            ("zażółć $order", "zażółć 71"),
            ("", ""),
        ];
        for (text, expected) in texts {
            assert_eq!(filled(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(filled("order $unknown"), None);
    }

    #[test]
    fn braces_hold_one_variable() {
        for wrong in ["${order", "${}", "${order + 1}", "${5}"] {
            assert!(Template::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_place_of_each_variable_is_told() {
        let (_, offsets) = Template::read("ż $a ${b.c} $$ $d").expect("a template");
        assert_eq!(offsets, [2, 5, 15]);
    }
}
