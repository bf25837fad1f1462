//! From the text of a condition to its words.

use crate::base::document::duration::parse_duration;
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
    /// `20:00`, since midnight
    Clock(Duration),
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

    fn number(&mut self) -> Result<Word, Fault> {
        let start = self.at;
        let text = self.run(|letter| in_name(letter) || letter == ':');
        if let Some((hours, minutes)) = text.split_once(':') {
            return clock(hours, minutes).map(Word::Clock).ok_or_else(|| {
                let help = "a time of day is written as `08:30`".to_owned();
                fault(start, &format!("`{text}` is no time of day"), Some(help))
            });
        }
        if let Ok(number) = text.parse::<i64>() {
            return Ok(Word::Number(number));
        }
        parse_duration(&text).map(Word::Duration).ok_or_else(|| {
            let help = "a span of time is written as `45s` or `1h30m`".to_owned();
            fault(start, &format!("`{text}` is neither a number nor a span of time"), Some(help))
        })
    }

    fn sign(&mut self, letter: char) -> Result<Word, Fault> {
        let start = self.at;
        let rest: String = self.letters.iter().skip(start).take(2).collect();
        let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) else {
            let help = match letter {
                '=' => Some("`==` compares".to_owned()),
                '+' => Some("a phone number stands in quotes".to_owned()),
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

fn clock(hours: &str, minutes: &str) -> Option<Duration> {
    let two = |text: &str| (text.len() == 2).then(|| text.parse::<u64>().ok()).flatten();
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    (hours < 24 && minutes < 60).then(|| Duration::from_secs((hours * 60 + minutes) * 60))
}
