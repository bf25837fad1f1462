//! `ringback explain`: what a mistake means, from the pages of the handbook.

use super::EXIT_USAGE;
use super::output::{answer, tell};
use crate::base::code::{ALL, Code};
use crate::base::complaint::closest;
use std::process::ExitCode;

const PAGES: [&str; 3] = [
    include_str!("../../handbook/mistakes.md"),
    include_str!("../../handbook/mistakes_in_calls.md"),
    include_str!("../../handbook/mistakes_in_files.md"),
];

#[derive(Debug, clap::Args)]
pub(super) struct ExplainArguments {
    /// The code, as in `error[unknown-notation]`; without it all codes are listed
    code: Option<String>,
}

/// Shows the section of a code, or what codes there are.
pub(super) fn explain(arguments: &ExplainArguments) -> ExitCode {
    let Some(written) = &arguments.code else {
        answer(&list());
        return ExitCode::SUCCESS;
    };
    let name = bare(written);
    let Some(code) = Code::named(name) else {
        let close = closest(name, ALL.iter().map(|code| code.name()));
        let help = close.map(|close| format!("; did you mean `{close}`?")).unwrap_or_default();
        tell(&format!("no mistake is called `{name}`{help}"));
        return ExitCode::from(EXIT_USAGE);
    };
    let told = PAGES.iter().find_map(|page| section(page, code));
    answer(told.unwrap_or_else(|| code.meaning()));
    ExitCode::SUCCESS
}

/// The code in `error[unknown-notation]`.
fn bare(written: &str) -> &str {
    let inside = written.split_once('[').map_or(written, |(_, inside)| inside);
    inside.split(']').next().unwrap_or(inside)
}

/// Each code with what it means.
fn list() -> String {
    let line = |code: &Code| {
        format!("{:30} {:8} {}", code.name(), code.severity().to_string(), code.meaning())
    };
    ALL.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The section of a code on a page, with its heading.
fn section(page: &'static str, code: Code) -> Option<&'static str> {
    let begin = page.find(&format!("### `{code}`\n"))?;
    let rest = page.get(begin..)?;
    let end = rest.find("\n##").filter(|at| *at > 0);
    Some(rest.get(..end.unwrap_or(rest.len()))?.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_may_be_copied_with_what_stands_around_it() {
        let written = ["run-off", "error[run-off]", "warning[run-off]:", "[run-off]"];
        assert_eq!(written.map(bare), ["run-off"; 4]);
    }

    #[test]
    fn every_code_is_explained() {
        for code in ALL {
            assert!(PAGES.iter().any(|page| section(page, *code).is_some()), "{code}");
        }
        assert_eq!(list().lines().count(), ALL.len());
    }
}
