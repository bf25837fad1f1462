//! Flow files as a whole: loaded, or a report of what is wrong with them.

use crate::base::complaint::{Complaint, Severity};
use crate::flow::graph::FlowSet;
use crate::flow::site::Site;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What `ringback flow check` says.
#[derive(Debug, Clone)]
pub struct Report {
    /// Every complaint, in the form that was asked for.
    pub text: String,
    /// How it ended.
    pub verdict: Verdict,
    /// The flows, if there is no error among the complaints.
    pub flows: Option<FlowSet>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing to say.
    Fine,
    /// Warnings only.
    Warnings,
    /// At least one error: these flows cannot run.
    Errors,
}

/// Exit code of wrong configuration (`EX_CONFIG` of `sysexits.h`).
const EXIT_CONFIG: u8 = 78;

impl Verdict {
    /// The exit code: 78 for errors, and for warnings if they are denied; else 0.
    #[must_use]
    pub const fn exit_code(self, deny_warnings: bool) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Warnings => {
                if deny_warnings {
                    EXIT_CONFIG
                } else {
                    0
                }
            }
            Self::Errors => EXIT_CONFIG,
        }
    }
}

/// For whom the report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// People: each complaint with its line and a mark under the word.
    #[default]
    Text,
    /// Workflow commands of GitHub, one line each.
    GitHub,
    /// One JSON object a line.
    Json,
}

/// Loads flows from `(path, text)` and reports every mistake.
#[must_use]
pub fn check_files(files: &[(String, String)], site: &Site, form: Form) -> Report {
    let (flows, complaints) = match crate::flow::load(files, site) {
        Ok((flows, warnings)) => (Some(flows), warnings),
        Err(complaints) => (None, complaints),
    };
    let verdict = if flows.is_none() {
        Verdict::Errors
    } else if complaints.is_empty() {
        Verdict::Fine
    } else {
        Verdict::Warnings
    };
    let mut text: String = match form {
        Form::Text => as_text(files, &complaints),
        Form::GitHub => complaints.iter().map(as_github).collect(),
        Form::Json => complaints.iter().map(as_json).collect(),
    };
    if form == Form::Text {
        let _ = writeln!(text, "{}", summary(files.len(), &complaints));
    }
    Report { text, verdict, flows }
}

fn as_text(files: &[(String, String)], complaints: &[Complaint]) -> String {
    let sources: BTreeMap<&str, &str> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let source = |complaint: &Complaint| sources.get(&*complaint.place.file).copied().unwrap_or("");
    complaints.iter().map(|complaint| complaint.render(source(complaint)) + "\n").collect()
}

/// `3 files: 1 error, 2 warnings`
fn summary(files: usize, complaints: &[Complaint]) -> String {
    let errors = complaints.iter().filter(|c| c.severity == Severity::Error).count();
    let warnings = complaints.len() - errors;
    let count = |number: usize, word: &str| {
        format!("{number} {word}{}", if number == 1 { "" } else { "s" })
    };
    let (files, errors) = (count(files, "file"), count(errors, "error"));
    format!("{files}: {errors}, {}", count(warnings, "warning"))
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
        "code": complaint.code,
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

    const WRONG: &str =
        "flow: main\nformat: 1\nsections:\n  start: [ end ]\n  b: [ anwser, end ]\n";
    const ODD: &str = "flow: main\nformat: 1\nsections:\n  start: [ end ]\n  b: [ end ]\n";
    const RIGHT: &str = "flow: main\nformat: 1\nsections:\n  start: [ end ]\n";

    #[test]
    fn a_report_shows_the_line_and_counts() {
        let report = check(WRONG, Form::Text);
        assert_eq!(report.verdict, Verdict::Errors);
        assert_eq!(
            report.text,
            "flows/main.flow.yaml:5:8: error[unknown-notation]: there is no notation `anwser`\n  \
             b: [ anwser, end ]\n       ^^^^^^\nhelp: did you mean `answer`?\n\n\
             1 file: 1 error, 0 warnings\n"
        );
    }

    #[test]
    fn machines_get_one_line_each() {
        assert_eq!(
            check(WRONG, Form::GitHub).text,
            "::error file=flows/main.flow.yaml,line=5,col=8,title=unknown-notation::\
             there is no notation `anwser`; did you mean `answer`?\n"
        );
        let json: serde_json::Value =
            serde_json::from_str(&check(ODD, Form::Json).text).expect("JSON");
        assert_eq!(json["code"], "unreached-section");
        assert_eq!(json["severity"], "warning");
        assert_eq!(json["line"], 5);
    }

    #[test]
    fn the_exit_code_tells_errors_and_denied_warnings() {
        let codes = [RIGHT, ODD, WRONG].map(|text| {
            let verdict = check(text, Form::Text).verdict;
            (verdict.exit_code(false), verdict.exit_code(true))
        });
        assert_eq!(codes, [(0, 0), (0, 78), (78, 78)]);
        assert!(check(ODD, Form::Text).flows.is_some());
    }

    fn check(text: &str, form: Form) -> Report {
        let files = [("flows/main.flow.yaml".to_owned(), text.to_owned())];
        check_files(&files, &Site::default(), form)
    }
}
