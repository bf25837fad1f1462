//! Results as JUnit XML, as continuous integration reads it.

use crate::base::xml::escaped;
use std::fmt::Write;
use std::time::Duration;

/// One file's results.
#[derive(Debug, Clone)]
pub struct Suite {
    /// The name of the test.
    pub name: String,
    /// The file.
    pub file: String,
    /// Its cases in order.
    pub cases: Vec<Case>,
}

/// One case's result.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// How long it took on the clock on the wall.
    pub took: Duration,
    /// What failed, in lines; `None` when it passed.
    pub failure: Option<String>,
    /// What was not looked at, in lines; empty when everything was.
    pub unchecked: String,
    /// Whether nothing was looked at.
    pub skipped: bool,
}

/// The whole document.
#[must_use]
pub fn document(suites: &[Suite]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let cases = || suites.iter().flat_map(|suite| &suite.cases);
    // Writing to a String cannot fail.
    let _ = writeln!(text, "<testsuites {}>", totals(cases()));
    for suite in suites {
        let (name, file) = (escaped(&suite.name), escaped(&suite.file));
        let totals = totals(suite.cases.iter());
        let _ = writeln!(text, "  <testsuite name=\"{name}\" file=\"{file}\" {totals}>");
        for case in &suite.cases {
            let (title, seconds) = (escaped(&case.name), case.took.as_secs_f64());
            let _ = write!(
                text,
                "    <testcase classname=\"{name}\" name=\"{title}\" time=\"{seconds:.6}\""
            );
            let told = told(case);
            if told.is_empty() {
                text.push_str("/>\n");
                continue;
            }
            let _ = writeln!(text, ">\n{told}    </testcase>");
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

/// What is told of a case that did not simply pass.
fn told(case: &Case) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    if case.skipped && case.failure.is_none() {
        text.push_str("      <skipped message=\"nothing of it was checked\"/>\n");
    }
    if let Some(failure) = &case.failure {
        let message = escaped(failure.lines().next().unwrap_or_default());
        let failure = escaped(failure);
        let _ = writeln!(text, "      <failure message=\"{message}\">{failure}</failure>");
    }
    if !case.unchecked.is_empty() {
        let unchecked = escaped(&case.unchecked);
        let _ = writeln!(text, "      <system-out>{unchecked}</system-out>");
    }
    text
}

fn totals<'c>(cases: impl Iterator<Item = &'c Case>) -> String {
    let (mut tests, mut failures, mut skipped, mut took) = (0, 0, 0, Duration::ZERO);
    for case in cases {
        tests += 1;
        failures += usize::from(case.failure.is_some());
        skipped += usize::from(case.failure.is_none() && case.skipped);
        took += case.took;
    }
    let seconds = took.as_secs_f64();
    format!(
        "tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" \
         time=\"{seconds:.6}\""
    )
}
