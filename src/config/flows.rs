//! Flows, checked against the names of this site.

use super::outside::IoSettings;
use super::reader::{Reader, Sort};
use super::schema::Names;
use crate::flow::graph::FlowSet;
use crate::flow::load::{self, load};
use crate::flow::site::Site;
use crate::flow::table::Table;
use crate::flow::types::Type;
use crate::switchboard::settings::{Prompts, Queue, Settings};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How the names of music begin among the prompts.
const MUSIC: &str = "music/";

/// Reads and checks all flows; their mistakes join those of the settings. A flow with mistakes
/// exists all the same, so that a number that leads to it is not blamed.
pub(super) fn read(
    texts: &[(String, String)],
    settings: &Settings,
    io: &IoSettings,
    reader: &mut Reader,
) -> FlowSet {
    for (path, _) in texts {
        if let Some(name) = load::name_of(path) {
            reader.exists(Sort::Flow, name, None);
        }
    }
    let mut site = site_of(settings, io);
    // Of what could not be read nobody knows the names.
    if reader.doubts(Sort::Table) {
        site.tables = None;
    }
    if reader.doubts(Sort::Agent) {
        (site.agents, site.skills) = (None, None);
    }
    if reader.doubts(Sort::Queue) {
        site.queues = None;
    }
    if reader.doubts(Sort::Trunk) {
        (site.trunks, site.anis, site.homes) = (None, None, None);
    }
    match load(texts, &site) {
        Ok((mut flows, warnings)) => {
            reader.complaints.extend(warnings);
            flows.waiting = settings.queues.iter().filter_map(waiting_flow).collect();
            for name in flows.flows.keys() {
                reader.exists(Sort::Flow, name, None);
            }
            flows
        }
        Err(mistakes) => {
            reader.complaints.extend(mistakes);
            FlowSet::default()
        }
    }
}

/// The names that flows may use, those of these flows among them.
pub(super) fn names(texts: &[(String, String)], settings: &Settings, io: &IoSettings) -> Names {
    let named = texts.iter().filter_map(|(path, _)| load::name_of(path));
    Names {
        site: site_of(settings, io),
        flows: Some(named.map(str::to_owned).collect()),
        raised: load::raised_in(texts),
    }
}

fn waiting_flow(queue: &Queue) -> Option<(String, String)> {
    Some((queue.line.name.clone(), queue.waiting_flow.clone()?))
}

/// The names that flows may use here; prompts and music are known only if any were loaded.
fn site_of(settings: &Settings, io: &IoSettings) -> Site {
    let prompts = Some(&settings.prompts).filter(|prompts| !prompts.is_empty());
    let names = prompts.map(|prompts| {
        let spoken = prompts.iter().map(|(language, sounds)| {
            let names = sounds.keys().filter(|name| !name.starts_with(MUSIC)).cloned();
            (language.clone(), names.collect())
        });
        spoken.collect()
    });
    let countries = &settings.policy.countries;
    Site {
        queues: Some(settings.queues.iter().map(|queue| queue.line.name.clone()).collect()),
        mailboxes: Some(settings.mailboxes.iter().map(|mailbox| mailbox.name.clone()).collect()),
        prompts: names,
        hours: Some(settings.hours.keys().cloned().collect()),
        languages: prompts.map(|prompts| prompts.keys().cloned().collect()),
        countries: Some(countries.clone()).filter(|countries| !countries.is_empty()),
        music: prompts.map(|prompts| music(prompts)),
        services: Some(io.services.keys().cloned().collect()),
        tables: Some(settings.tables.iter().map(columns).collect()),
        lengths: lengths(&settings.prompts),
        speaks: Some(io.speech.is_some()),
        agents: Some(settings.agents.iter().map(|agent| agent.name.clone()).collect()),
        skills: Some(skills(settings)),
        anis: anis(settings),
        homes: Some(settings.trunks.iter().map(|trunk| trunk.country).collect()),
        trunks: Some(settings.trunks_out(None).map(|trunk| trunk.name.clone()).collect()),
    }
}

/// The numbers that trunks may show, if there are trunks and none may show any.
fn anis(settings: &Settings) -> Option<BTreeSet<String>> {
    let mut shown = BTreeSet::new();
    for trunk in settings.trunks_out(None) {
        if trunk.anis.is_empty() {
            return None;
        }
        shown.extend(trunk.anis.iter().map(|ani| ani.as_str().to_owned()));
    }
    Some(shown).filter(|shown| !shown.is_empty())
}

fn columns((name, table): (&String, &Table)) -> (String, BTreeMap<String, Type>) {
    (name.clone(), table.columns.clone())
}

/// How long each prompt is, in the language where it is longest.
fn lengths(prompts: &Prompts) -> BTreeMap<String, Duration> {
    let mut lengths = BTreeMap::new();
    for (name, sound) in prompts.values().flatten() {
        let longest: &mut Duration = lengths.entry(name.clone()).or_default();
        *longest = sound.duration().max(*longest);
    }
    lengths
}

/// Skills that some agent has.
fn skills(settings: &Settings) -> BTreeSet<String> {
    let names = settings.agents.iter().flat_map(|agent| agent.skills.names());
    names.map(str::to_owned).collect()
}

/// Names of music, whatever the language.
pub(super) fn music(prompts: &Prompts) -> BTreeSet<String> {
    let names = prompts.values().flat_map(|sounds| sounds.keys());
    names.filter_map(|name| name.strip_prefix(MUSIC)).map(str::to_owned).collect()
}
