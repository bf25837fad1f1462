//! `ringback check`: every mistake at once, and nothing starts.

use super::output::{answer, print, tell};
use super::{EXIT_CONFIG, SiteArguments, named_in_words};
use crate::base::complaint::Complaint;
use crate::config::report::{Form, is_refused, report};
use crate::io::site::{Site, SiteError};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::process::ExitCode;

/// How mistakes are told, and which of them count.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Telling {
    /// For whom mistakes are written: people, other programs, workflows of GitHub
    #[arg(long, value_name = "FORM", default_value = "text", value_parser = forms())]
    pub(super) output: Form,
    /// Warnings count as mistakes
    #[arg(long)]
    pub(super) deny_warnings: bool,
}

fn forms() -> impl TypedValueParser<Value = Form> {
    PossibleValuesParser::new(Form::WORDS.map(|(word, _)| word)).map(|word| {
        let form = Form::WORDS.iter().find(|(known, _)| *known == word);
        form.map_or(Form::Text, |(_, form)| *form)
    })
}

/// Checks a whole site.
pub(super) fn check(arguments: &SiteArguments, telling: Telling) -> ExitCode {
    let mut site = Site::default();
    let config = arguments.place().config;
    let (loaded, complaints) = match site.load(config.as_deref()) {
        Ok((loaded, warnings)) => (Some(loaded), warnings),
        Err(SiteError::Mistakes(complaints)) => (None, complaints),
        Err(error) => return refuse(&site, &error),
    };
    let good = loaded.map(|loaded| {
        let settings = &loaded.settings;
        format!(
            "{}: {} trunks, {} numbers, {} queues, {} agents, {} flows, {} languages",
            named_in_words(config.as_deref()),
            settings.trunks.len(),
            settings.numbers.len(),
            settings.queues.len(),
            settings.agents.len(),
            settings.flows.flows.len(),
            settings.prompts.len(),
        )
    });
    telling.verdict(&site, &complaints, &good.unwrap_or_default())
}

impl Telling {
    /// Tells what was found, and how it ended; `good` is said when nothing is wrong.
    pub(super) fn verdict(self, site: &Site, complaints: &[Complaint], good: &str) -> ExitCode {
        match self.output {
            Form::Text => show(site, complaints),
            Form::Json | Form::GitHub => {
                print(&report(complaints, self.output, |file| site.text(file)));
            }
        }
        if is_refused(complaints, self.deny_warnings) {
            return ExitCode::from(EXIT_CONFIG);
        }
        if self.output == Form::Text {
            answer(&format!("good: {good}"));
        }
        ExitCode::SUCCESS
    }
}

/// Tells why a site cannot be used.
pub(super) fn refuse(site: &Site, error: &SiteError) -> ExitCode {
    tell(site.explain(error).trim_end());
    ExitCode::from(EXIT_CONFIG)
}

/// Shows mistakes with their lines, and how many there are.
pub(super) fn show(site: &Site, complaints: &[Complaint]) {
    if !complaints.is_empty() {
        tell(site.report(complaints).trim_end());
    }
}
