//! `ringback flow reference`: the language, or one word of it.

use super::keep;
use crate::base::complaint::closest;
use crate::flow::reference::{of_word, reference, words};
use crate::io::cli::EXIT_USAGE;
use crate::io::cli::output::tell;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(in crate::io::cli) struct ReferenceArguments {
    /// A notation, function, fact, type or escalation; default: everything
    word: Option<String>,
    /// Write here and not to the terminal
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes the reference in Markdown.
pub(super) fn write(arguments: &ReferenceArguments) -> ExitCode {
    let text = match &arguments.word {
        None => reference(),
        Some(word) => match of_word(word) {
            Some(text) => text,
            None => return unknown(word),
        },
    };
    keep(arguments.output.as_deref(), &text)
}

fn unknown(word: &str) -> ExitCode {
    let near = closest(word, words()).map(|near| format!("; did you mean `{near}`?"));
    let near = near.unwrap_or_else(|| "; `ringback flow reference` lists all".to_owned());
    tell(&format!("error: the flow language has no word `{word}`{near}"));
    ExitCode::from(EXIT_USAGE)
}
