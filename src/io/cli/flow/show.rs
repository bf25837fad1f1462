//! `ringback flow show`: the text of a flow, also of one that is only in the binary.

use crate::base::complaint::closest;
use crate::flow::load::name_of;
use crate::io::cli::check::refuse;
use crate::io::cli::output::{answer, tell};
use crate::io::cli::{EXIT_USAGE, SiteArguments};
use crate::io::site::{Site, shipped_flows};
use std::collections::BTreeMap;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(in crate::io::cli) struct ShowArguments {
    /// Its name; without it all are listed
    flow: Option<String>,
    #[command(flatten)]
    site: SiteArguments,
}

/// Prints one flow, or where each of them is.
pub(super) fn show(arguments: &ShowArguments) -> ExitCode {
    let mut site = Site::default();
    let own = match site.flow_files(arguments.site.place().config.as_deref()) {
        Ok(files) => files,
        Err(error) => return refuse(&site, &error),
    };
    let shipped = shipped_flows().map(|(path, text)| (path, text.to_owned()));
    // What the site has goes before what is shipped.
    let mut flows: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (path, text) in shipped.chain(own) {
        if let Some(name) = name_of(&path) {
            flows.insert(name.to_owned(), (path, text));
        }
    }
    let Some(name) = &arguments.flow else {
        let width = flows.keys().map(String::len).max().unwrap_or(0);
        let line =
            |(name, (path, _)): (&String, &(String, String))| format!("{name:width$}  {path}");
        answer(&flows.iter().map(line).collect::<Vec<_>>().join("\n"));
        return ExitCode::SUCCESS;
    };
    let Some((_, text)) = flows.get(name) else {
        let near = closest(name, flows.keys().map(String::as_str));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        tell(&format!("error: there is no flow `{name}`{near}"));
        return ExitCode::from(EXIT_USAGE);
    };
    answer(text.trim_end());
    ExitCode::SUCCESS
}
