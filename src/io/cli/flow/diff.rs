//! `ringback flow diff`: what is not the same in two versions of the flows.

use crate::io::cli::SiteArguments;
use crate::io::cli::asking::{data_of, finish};
use crate::io::cli::output::answer;
use crate::io::order::Report;
use crate::io::site::Site;
use crate::io::versions::{FlowTexts, LIVE, Versions};
use similar::TextDiff;
use std::process::ExitCode;

/// What stands on the disk is asked for by this name.
const FILES: &str = "files";

#[derive(Debug, clap::Args)]
pub(in crate::io::cli) struct DiffArguments {
    /// A version, `live`, `previous` or `files`; alone it is compared with what is live
    #[arg(value_name = "OLD")]
    old: Option<String>,
    /// Another one
    #[arg(value_name = "NEW")]
    new: Option<String>,
    #[command(flatten)]
    site: SiteArguments,
}

/// Shows the differences; without names those between what is live and the files on the disk.
pub(super) fn diff(arguments: &DiffArguments) -> ExitCode {
    let (old, new) = match (&arguments.old, &arguments.new) {
        (None, _) => (LIVE, FILES),
        (Some(old), None) => (old.as_str(), LIVE),
        (Some(old), Some(new)) => (old.as_str(), new.as_str()),
    };
    match differences(arguments, old, new) {
        Ok(text) => {
            answer(text.trim_end());
            ExitCode::SUCCESS
        }
        Err(report) => finish(&report),
    }
}

fn differences(arguments: &DiffArguments, old: &str, new: &str) -> Result<String, Report> {
    let versions = Versions::in_data(&data_of(&arguments.site)?);
    let (one, one_name) = texts(arguments, &versions, old)?;
    let (two, two_name) = texts(arguments, &versions, new)?;
    let changes = one.changes_to(&two);
    if changes.is_empty() {
        return Ok(format!("{one_name} and {two_name} are the same"));
    }
    let unified = |(name, _): &(String, _)| {
        TextDiff::from_lines(one.text(name), two.text(name))
            .unified_diff()
            .header(&format!("{one_name}/{name}"), &format!("{two_name}/{name}"))
            .to_string()
    };
    Ok(changes.iter().map(unified).collect())
}

/// The texts, and what they are called in the differences.
fn texts(
    arguments: &DiffArguments,
    versions: &Versions,
    name: &str,
) -> Result<(FlowTexts, String), Report> {
    if name == FILES {
        let mut site = Site::default();
        let files = site.flow_files(arguments.site.place().config.as_deref());
        let files = files.map_err(|error| Report::wrong(site.explain(&error)))?;
        return Ok((FlowTexts::of(&files), FILES.to_owned()));
    }
    let version = versions.find(name)?;
    Ok((versions.texts(&version)?, version))
}
