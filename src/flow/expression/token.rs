//! From the text of a condition to its words.

use crate::base::calendar::civil::{CalendarDay, ClockTime};
use crate::base::document::duration::parse_duration;
use crate::base::document::letters::is_curly;
use crate::base::money::Money;
use std::time::Duration;

/// One word, and where it begins (in characters from 0).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) word: Word,
}

/// The words of conditions.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    /// `and`, `queue`, `confirmed`; also `$confirmed`, which `marked` tells.
    Name { text: String, marked: bool },
    /// `"registered"`
    Text(String),
    /// `12`
    Number(i64),
    /// `2m`
    Duration(Duration),
    /// `20:00`
    Time(ClockTime),
    /// `2026-11-23`
    Date(CalendarDay),
    /// `12.50 PLN`
    Money(Money),
    /// `==`, `(` …
    Sign(&'static str),
    /// After the last word.
    End,
}

/// Longest condition, in characters.
const LETTERS_MAX: usize = 1_000;

/// Longer signs before their beginnings.
const SIGNS: [&str; 15] =
    ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "(", ")", "[", "]", ",", ".", "!"];

/// What cannot be a word, where, and what to do.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// All words of `text`, closed by [`Word::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() > LETTERS_MAX {
        let message = format!("a condition has at most {LETTERS_MAX} characters");
        return Err(Fault { at: 0, message, help: None });
    }
    let mut reader = Reader { letters: &letters, at: 0 };
    let mut found = Vec::new();
    loop {
        let token = reader.next()?;
        let ended = token.word == Word::End;
        found.push(token);
        if ended {
            return Ok(found);
        }
    }
}

struct Reader<'a> {
    letters: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Result<Token, Fault> {
        self.run(char::is_whitespace);
        let at = self.at;
        let word = match self.peek() {
            None => Word::End,
            Some('"' | '\'') => self.quoted()?,
            Some('$') => {
                self.at += 1;
                let text = self.run(in_name);
                if text.is_empty() {
                    return Err(fault(at, "a variable's name follows `$`", None));
                }
                Word::Name { text, marked: true }
            }
            Some(letter) if letter.is_ascii_digit() => self.number()?,
            Some(letter) if in_name(letter) => {
                Word::Name { text: self.run(in_name), marked: false }
            }
            Some(letter) => self.sign(letter)?,
        };
        Ok(Token { at, word })
    }

    fn quoted(&mut self) -> Result<Word, Fault> {
        let start = self.at;
        let quote = self.peek();
        self.at += 1;
        let inside = self.run(|letter| Some(letter) != quote);
        if self.peek().is_none() {
            return Err(fault(start, "this text is not closed", None));
        }
        self.at += 1;
        Ok(Word::Text(inside))
    }

    /// What begins with a digit: a number, a span, a time, a day or a sum of money.
    fn number(&mut self) -> Result<Word, Fault> {
        let start = self.at;
        let text = self.run(|letter| in_name(letter) || ":-.".contains(letter));
        if let Some(code) = self.currency() {
            let sum = format!("{text} {code}").parse::<Money>();
            return sum.map(Word::Money).map_err(|wrong| fault(start, &wrong.to_string(), None));
        }
        let wrong = |what: &str, help: &str| {
            fault(start, &format!("`{text}` is {what}"), Some(help.to_owned()))
        };
        if text.contains(':') {
            let wrong = |_| wrong("no time of day", "a time of day is written as `08:30`");
            return text.parse().map(Word::Time).map_err(wrong);
        }
        if text.contains('-') {
            let wrong = |_| wrong("no day", "a day is written as `2026-11-23`");
            return text.parse().map(Word::Date).map_err(wrong);
        }
        if let Ok(number) = text.parse::<i64>() {
            return Ok(Word::Number(number));
        }
        let help = "a span of time is written as `45s` or `1h30m`, money as `12.50 PLN`";
        let span = parse_duration(&text).map(Word::Duration);
        span.ok_or_else(|| wrong("neither a number nor a span of time", help))
    }

    /// The three capital letters of a currency after a space, which are taken.
    fn currency(&mut self) -> Option<String> {
        let after: Vec<char> = self.letters.get(self.at..)?.iter().copied().take(5).collect();
        let [' ', code @ ..] = after.as_slice() else { return None };
        let letters = code.get(..3)?;
        let ends = code.get(3).is_none_or(|letter| !in_name(*letter));
        if !ends || !letters.iter().all(char::is_ascii_uppercase) {
            return None;
        }
        self.at += 4;
        Some(letters.iter().collect())
    }

    fn sign(&mut self, letter: char) -> Result<Word, Fault> {
        let start = self.at;
        let rest: String = self.letters.iter().skip(start).take(2).collect();
        let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) else {
            let help = match letter {
                '=' => Some("`==` compares".to_owned()),
                '+' => Some("a phone number stands in quotes; there is no arithmetic".to_owned()),
                '-' => Some("a text stands in quotes: `\"office-hours\"`".to_owned()),
                '*' | '/' | '%' => Some("there is no arithmetic".to_owned()),
                curly if is_curly(curly) => Some("type the straight quotes `\"`".to_owned()),
                '{' | '}' => Some("a condition stands without braces".to_owned()),
                _ => None,
            };
            return Err(fault(start, &format!("`{letter}` has no meaning here"), help));
        };
        let instead = match *sign {
            "&&" => "and",
            "||" => "or",
            "!" => "not",
            _ => "",
        };
        if !instead.is_empty() {
            let help = Some(format!("write `{instead}`"));
            return Err(fault(start, &format!("`{sign}` has no meaning here"), help));
        }
        self.at += sign.len();
        Ok(Word::Sign(sign))
    }

    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    /// Takes the characters that pass.
    fn run(&mut self, passes: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(letter) = self.peek().filter(|letter| passes(*letter)) {
            taken.push(letter);
            self.at += 1;
        }
        taken
    }
}

fn fault(at: usize, message: &str, help: Option<String>) -> Fault {
    Fault { at, message: message.to_owned(), help }
}

fn in_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}
