//! Complaints as text: for people, for GitHub, for other programs.

use crate::base::complaint::{Complaint, Severity};
use std::fmt::Write as _;

/// For whom complaints are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// People: each complaint with its line and a mark under the word, and how many there are.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
    /// Workflow commands of GitHub, one line each.
    GitHub,
}

impl Form {
    /// The words for them on the command line.
    pub const WORDS: [(&'static str, Self); 3] =
        [("text", Self::Text), ("json", Self::Json), ("github", Self::GitHub)];
}

/// Writes complaints; `source` gives the text of a file by its name.
#[must_use]
pub fn report<'a>(
    complaints: &[Complaint],
    form: Form,
    source: impl Fn(&str) -> &'a str,
) -> String {
    let one = |complaint: &Complaint| match form {
        Form::Text => complaint.render(source(&complaint.place.file)) + "\n",
        Form::Json => as_json(complaint),
        Form::GitHub => as_github(complaint),
    };
    let mut text: String = complaints.iter().map(one).collect();
    if form == Form::Text && !complaints.is_empty() {
        let _ = writeln!(text, "{}", summary(complaints));
    }
    text
}

/// Whether these make a check fail: an error does, a warning when warnings are denied.
#[must_use]
pub fn is_refused(complaints: &[Complaint], deny_warnings: bool) -> bool {
    complaints.iter().any(|one| deny_warnings || one.severity == Severity::Error)
}

/// `1 error, 2 warnings`
#[must_use]
pub fn summary(complaints: &[Complaint]) -> String {
    let errors = complaints.iter().filter(|one| one.severity == Severity::Error).count();
    let warnings = complaints.len() - errors;
    let count = |number: usize, word: &str| {
        format!("{number} {word}{}", if number == 1 { "" } else { "s" })
    };
    format!("{}, {}", count(errors, "error"), count(warnings, "warning"))
}

fn as_github(complaint: &Complaint) -> String {
    let Complaint { severity, code, place, message, help } = complaint;
    let help = help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    let message = github_text(&format!("{message}{help}"));
    let file = github_text(&place.file).replace(':', "%3A").replace(',', "%2C");
    let (line, column) = (place.line, place.column);
    format!("::{severity} file={file},line={line},col={column},title={code}::{message}\n")
}

fn github_text(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn as_json(complaint: &Complaint) -> String {
    let object = serde_json::json!({
        "severity": complaint.severity.to_string(),
        "code": complaint.code.name(),
        "file": &*complaint.place.file,
        "line": complaint.place.line,
        "column": complaint.place.column,
        "message": complaint.message,
        "help": complaint.help,
    });
    format!("{object}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::site::Site;

    const WRONG: &str =
        "flow: main\nformat: 1\nsections:\n  start: [ end ]\n  b: [ anwser, end ]\n";
    const ODD: &str = "flow: main\nformat: 1\nsections:\n  start: [ end ]\n  b: [ end ]\n";
    const RIGHT: &str = "flow: main\nformat: 1\nsections:\n  start: [ end ]\n";

    #[test]
    fn people_see_the_line_and_how_many_there_are() {
        assert_eq!(
            said(WRONG, Form::Text),
            "flows/main.flow.yaml:5:8: error[unknown-notation]: there is no notation `anwser`\n  \
             b: [ anwser, end ]\n       ^^^^^^\nhelp: did you mean `answer`?\n\n\
             1 error, 0 warnings\n"
        );
        assert_eq!(said(RIGHT, Form::Text), "");
    }

    #[test]
    fn machines_get_one_line_each() {
        assert_eq!(
            said(WRONG, Form::GitHub),
            "::error file=flows/main.flow.yaml,line=5,col=8,title=unknown-notation::\
             there is no notation `anwser`; did you mean `answer`?\n"
        );
        let json: serde_json::Value = serde_json::from_str(&said(ODD, Form::Json)).expect("JSON");
        assert_eq!(json["code"], "unreached-section");
        assert_eq!(json["severity"], "warning");
        assert_eq!(json["line"], 5);
    }

    #[test]
    fn errors_are_refused_and_warnings_where_they_are_denied() {
        let verdicts = [RIGHT, ODD, WRONG].map(|text| {
            let complaints = complaints(text);
            (is_refused(&complaints, false), is_refused(&complaints, true))
        });
        assert_eq!(verdicts, [(false, false), (false, true), (true, true)]);
    }

    fn said(text: &str, form: Form) -> String {
        report(&complaints(text), form, |_| text)
    }

    fn complaints(text: &str) -> Vec<Complaint> {
        let files = [("flows/main.flow.yaml".to_owned(), text.to_owned())];
        match crate::flow::load(&files, &Site::default()) {
            Ok((_, warnings)) => warnings,
            Err(complaints) => complaints,
        }
    }
}
