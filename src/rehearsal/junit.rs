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
            let Some(failure) = &case.failure else {
                text.push_str("/>\n");
                continue;
            };
            let message = escaped(failure.lines().next().unwrap_or_default());
            let _ = writeln!(
                text,
                ">\n      <failure message=\"{message}\">{}</failure>",
                escaped(failure)
            );
            text.push_str("    </testcase>\n");
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

fn totals<'c>(cases: impl Iterator<Item = &'c Case>) -> String {
    let (mut tests, mut failures, mut took) = (0, 0, Duration::ZERO);
    for case in cases {
        tests += 1;
        failures += usize::from(case.failure.is_some());
        took += case.took;
    }
    let seconds = took.as_secs_f64();
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" time=\"{seconds:.6}\"")
}
