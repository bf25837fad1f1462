//! `ringback flow list`: the published versions, the newest first.

use crate::io::cli::SiteArguments;
use crate::io::cli::asking::{asked, data_of, finish};
use crate::io::cli::output::answer;
use crate::io::order::{Order, Report};
use crate::io::site::Site;
use crate::io::versions::{Deed, Entry, FlowTexts, Versions};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Lines without `--all`.
const SHOWN: usize = 20;

#[derive(Debug, clap::Args)]
pub(in crate::io::cli) struct ListArguments {
    #[command(flatten)]
    site: SiteArguments,
    /// The whole history, not only its newest part
    #[arg(long)]
    all: bool,
}

/// Shows the history: which version became live, when, by whom, why, with what changed.
pub(super) fn list(arguments: &ListArguments) -> ExitCode {
    match table(arguments) {
        Ok(text) => {
            answer(&text);
            ExitCode::SUCCESS
        }
        Err(report) => finish(&report),
    }
}

fn table(arguments: &ListArguments) -> Result<String, Report> {
    let data = data_of(&arguments.site)?;
    let versions = Versions::in_data(&data);
    let entries = versions.history()?;
    if entries.is_empty() {
        return Ok(
            "nothing is published yet\n  help: `ringback flow publish`, or start the server"
                .to_owned(),
        );
    }
    let (calls, trouble) = match asked(&data, &Order::Calls) {
        Some(report) if report.code != 0 => (BTreeMap::new(), format!("\n\n{}", report.text)),
        report => (report.map_or_else(BTreeMap::new, |report| calls(&report.text)), String::new()),
    };
    let shown = if arguments.all { entries.len() } else { SHOWN };
    let mut rows =
        vec![["", "VERSION", "SINCE", "BY", "CALLS", "FLOWS", "MESSAGE"].map(str::to_owned)];
    let mut counted = Vec::new();
    for (index, entry) in entries.iter().enumerate().rev().take(shown) {
        let before = index.checked_sub(1).and_then(|before| entries.get(before));
        let is_live = index + 1 == entries.len();
        let first = !counted.contains(&&entry.version);
        counted.push(&entry.version);
        rows.push([
            if is_live { "*" } else { "" }.to_owned(),
            entry.version.clone(),
            time(entry.at_ms),
            entry.by.clone(),
            calls.get(&entry.version).filter(|_| first).map_or_else(String::new, u64::to_string),
            changes(&versions, before, entry),
            message(entry),
        ]);
    }
    let more = entries.len().saturating_sub(shown);
    let more = if more > 0 { format!("\n{more} older ones: --all") } else { String::new() };
    let files = files(&arguments.site, &versions, entries.last());
    Ok(format!("{}{more}{files}{trouble}", aligned(&rows)))
}

/// Calls in progress by version, as the server tells them.
fn calls(text: &str) -> BTreeMap<String, u64> {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let calls = value.as_object().into_iter().flatten();
    calls.filter_map(|(version, count)| Some((version.clone(), count.as_u64()?))).collect()
}

fn time(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms).map_or_else(
        |_| "?".to_owned(),
        |at| at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

fn changes(versions: &Versions, before: Option<&Entry>, entry: &Entry) -> String {
    let texts = |entry: &Entry| versions.texts(&entry.version);
    match (before.map_or_else(|| Ok(FlowTexts::default()), texts), texts(entry)) {
        (Ok(before), Ok(after)) => before.changes_in_words(&after),
        (Err(_), _) | (_, Err(_)) => "files are gone".to_owned(),
    }
}

fn message(entry: &Entry) -> String {
    match entry.deed {
        Deed::Back if entry.message.is_empty() => "went back".to_owned(),
        Deed::Back => format!("went back: {}", entry.message),
        Deed::Publish | Deed::Reload | Deed::Start => entry.message.clone(),
    }
}

/// Whether the files on the disk are what is live.
fn files(arguments: &SiteArguments, versions: &Versions, live: Option<&Entry>) -> String {
    let files = Site::default().flow_files(arguments.place().config.as_deref());
    let live_texts = live.and_then(|live| versions.texts(&live.version).ok());
    let (Ok(files), Some(live), Some(texts)) = (files, live, live_texts) else {
        return String::new();
    };
    let files = FlowTexts::of(&files);
    let changes = texts.changes_in_words(&files);
    if changes.is_empty() {
        return String::new();
    }
    let version = files.version();
    let left = if live.left.contains(&version) {
        "They were turned away: only `ringback flow publish` makes them live."
    } else {
        "`ringback flow publish` makes them live, and so do a reload and a restart."
    };
    format!("\n\nThe files on disk are not what is live: {changes}. {left}")
}

fn aligned(rows: &[[String; 7]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..7).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &[String; 7]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
