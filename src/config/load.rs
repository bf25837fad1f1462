//! From all texts to everything the house needs, or to every mistake in them.

use super::outside::IoSettings;
use super::reader::{ReadFile, Reader, Sort};
use super::schema::Names;
use super::{
    agents, callbacks, check, flows, hours, mail, mailboxes, numbers, overrides, queues, site,
    tables, trunks,
};
use crate::base::complaint::{Complaint, Complaints, Place, Severity};
use crate::base::document::{Fields, Node, parse};
use crate::base::interfaces::Interfaces;
use crate::flow::another::{Purpose, is_another};
use crate::flow::graph::FlowSet;
use crate::switchboard::settings::{Prompts, Settings};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

/// Everything that is read from outside, handed in by `io`.
pub struct Sources<'a> {
    /// Path and text of the settings; see [`super::defaults::SETTINGS`] for those of no file.
    pub settings: (&'a str, &'a str),
    /// Path and text of each flow.
    pub flows: &'a [(String, String)],
    /// The environment; only names that begin with `RINGBACK__` are looked at.
    pub environment: &'a [(String, String)],
    /// The prompts, already loaded; music is called `music/NAME`.
    pub prompts: Arc<Prompts>,
    /// The addresses of this machine.
    pub interfaces: Interfaces,
    /// How many processors there are, for the number of media shards.
    pub cores: usize,
    /// Reads a file with one secret (`password_file`); the error is one sentence.
    pub read_secret: ReadFile<'a>,
    /// Reads the file of a table, named as the settings name it; the error is one sentence.
    pub read_table: ReadFile<'a>,
}

/// What was read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What the heart is told.
    pub settings: Settings,
    /// What only `io` needs.
    pub io: IoSettings,
}

/// Reads everything.
///
/// # Errors
///
/// All mistakes at once, warnings among them, in the order of their places.
pub fn load(sources: Sources) -> Result<(Loaded, Vec<Complaint>), Vec<Complaint>> {
    let (loaded, complaints) = read_all(&sources);
    match loaded {
        Some(loaded) if !complaints.has_errors() => Ok((loaded, complaints.into_sorted())),
        Some(_) | None => Err(complaints.into_sorted()),
    }
}

/// The names that flows may use here, whatever is wrong with the flows themselves.
///
/// # Errors
///
/// Mistakes in the settings.
pub fn names(sources: Sources) -> Result<Names, Vec<Complaint>> {
    let (loaded, complaints) = read_all(&sources);
    let mut complaints = complaints.into_sorted();
    complaints
        .retain(|one| one.severity == Severity::Error && *one.place.file == *sources.settings.0);
    match loaded {
        Some(loaded) if complaints.is_empty() => {
            Ok(flows::names(sources.flows, &loaded.settings, &loaded.io))
        }
        Some(_) | None => Err(complaints),
    }
}

/// What could be read, and everything that is wrong.
fn read_all(sources: &Sources) -> (Option<Loaded>, Complaints) {
    let mut reader = Reader::new(sources.read_secret, sources.read_table);
    let root = tree(sources.settings, sources.environment, &mut reader);
    // Without a tree nothing more can be said about the settings.
    let loaded = root.and_then(|root| read(&root, sources, &mut reader));
    (loaded, reader.complaints)
}

/// The settings as nodes, with what the environment says over them.
fn tree(
    (file, text): (&str, &str),
    environment: &[(String, String)],
    reader: &mut Reader,
) -> Option<Node> {
    let mut root = parse(file, text, &mut reader.complaints)?;
    overrides::apply(&mut root, environment, &mut reader.complaints);
    Some(root)
}

/// Where the store is, whatever else is wrong with the settings; `None` if the text has no keys.
#[must_use]
pub fn store_path(settings: (&str, &str), environment: &[(String, String)]) -> Option<PathBuf> {
    let no_file = |_: &str| Err("nothing is read".to_owned());
    let mut reader = Reader::new(&no_file, &no_file);
    let root = tree(settings, environment, &mut reader)?;
    let mut fields = Fields::of(&root, "the configuration", &mut reader.complaints)?;
    let nowhere = Interfaces::only(Ipv4Addr::UNSPECIFIED.into());
    let site = site::read_site(&mut fields, nowhere, 1, &mut reader);
    Some(site::read_io(&mut fields, &site, &mut reader).store)
}

/// The flows that the settings name, whatever else is wrong with them.
#[must_use]
pub fn flows_named(settings: (&str, &str), environment: &[(String, String)]) -> BTreeSet<String> {
    let no_file = |_: &str| Err("nothing is read".to_owned());
    let mut reader = Reader::new(&no_file, &no_file);
    if let Some(root) = tree(settings, environment, &mut reader)
        && let Some(mut fields) = Fields::of(&root, "the configuration", &mut reader.complaints)
    {
        numbers::read(&mut fields, &mut reader);
        numbers::read_default(&mut fields, &mut reader);
        queues::read(&mut fields, None, &mut reader);
    }
    reader.wanted(Sort::Flow)
}

fn read(root: &Node, sources: &Sources, reader: &mut Reader) -> Option<Loaded> {
    if is_another(root, Purpose::Configuration, &mut reader.complaints) {
        return None;
    }
    let mut fields = Fields::of(root, "the configuration", &mut reader.complaints)?;
    let site = site::read_site(&mut fields, sources.interfaces.clone(), sources.cores, reader);
    let io = site::read_io(&mut fields, &site, reader);
    let trunks = trunks::read(&mut fields, site.calls_max, reader);
    let home = trunks.first().map(|trunk| trunk.country);
    let numbers = numbers::read(&mut fields, reader);
    let policy = callbacks::read(&mut fields, &trunks, &numbers, reader);
    let mut settings = Settings {
        numbers,
        default_flow: numbers::read_default(&mut fields, reader),
        queues: queues::read(&mut fields, home, reader),
        agents: agents::read(&mut fields, reader),
        mailboxes: mailboxes::read(&mut fields, &sources.prompts, reader),
        hours: hours::read(&mut fields, reader),
        policy,
        flows: Arc::new(FlowSet::default()),
        tables: Arc::new(tables::read(&mut fields, home, reader)),
        prompts: Arc::clone(&sources.prompts),
        site,
        trunks,
    };
    fields.finish(&mut reader.complaints);
    define_prompts(&settings.prompts, reader);
    settings.flows = Arc::new(flows::read(sources.flows, &settings, &io, reader));
    mail::check(io.mail.as_ref(), &settings.mailboxes, root, reader);
    reader.match_names();
    let place = Place { file: sources.settings.0.into(), line: 1, column: 1 };
    check::whole(&settings, root, &place, &mut *reader);
    Some(Loaded { settings, io })
}

fn define_prompts(prompts: &Prompts, reader: &mut Reader) {
    for language in prompts.keys() {
        reader.exists(Sort::Language, language.tag(), None);
    }
    for music in flows::music(prompts) {
        reader.exists(Sort::Music, &music, None);
    }
}
