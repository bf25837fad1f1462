//! Keeps the settings and the flows of a site: reads them, checks them, hands them to the server
//! if one runs, and publishes.
//!
//! ```text
//!             files ──► check ──► prepare version ──► heart takes them ──► version is live
//! on a mistake ◄─────────┴──────────────┴──────────────────┘   nothing has changed
//! ```
//!
//! Flows that were turned away by going back are not brought again by a restart or a reload,
//! until their files change or somebody publishes them.

use super::control::Asked;
use super::node::Word;
use super::order::{Order, Report};
use super::place::{Place, dir_of};
use super::site::{Instead, Site};
use super::versions::{Deed, Entry, FlowTexts, Prepared, VersionError, Versions};
use super::web::Web;
use crate::config::load::Loaded;
use crate::config::outside::IoSettings;
use crate::switchboard::objection::Objection;
use std::io;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Orders that wait while one is carried out.
const ORDERS_MAX: usize = 8;

/// Who keeps a site.
#[derive(Debug)]
pub struct Steward {
    place: Place,
    versions: Versions,
    house: Option<House>,
}

/// The server that runs, and what it was told last.
#[derive(Debug)]
struct House {
    node: mpsc::Sender<Word>,
    /// Path and text: flows are published for these settings, not for those that somebody
    /// edits at the moment.
    settings: (String, String),
    io: IoSettings,
}

/// Everything that was read, without a mistake in it.
struct Checked {
    site: Site,
    loaded: Loaded,
    warnings: String,
}

impl From<VersionError> for Report {
    fn from(error: VersionError) -> Self {
        match error {
            VersionError::Disk(..) => Self::unavailable(format!("error: {error}")),
            VersionError::Unknown(..) | VersionError::Damaged(_) => {
                Self::wrong(format!("error: {error}"))
            }
        }
    }
}

/// What a server starts with.
pub struct Opening {
    /// Settings, flows and prompts.
    pub loaded: Loaded,
    /// What somebody at a terminal should read.
    pub notes: String,
    place: Place,
    versions: Versions,
    settings: (String, String),
    /// Flows that become live once the server runs.
    publish: Option<(FlowTexts, Entry)>,
}

impl Opening {
    /// Reads and checks a site, and decides which flows it starts with: the files', unless they
    /// were turned away or are wrong; then what is live.
    ///
    /// # Errors
    ///
    /// What is wrong; nothing starts.
    pub fn read(place: Place, by: &str) -> Result<Self, Report> {
        let mut site = Site::default();
        let read = place.load(&mut site, Instead::default());
        let (loaded, warnings) = match read {
            Ok(read) => read,
            Err(error) => {
                let mistakes = Report::wrong(site.explain(&error));
                return Self::with_live_flows(place, &mistakes).unwrap_or(Err(mistakes));
            }
        };
        let versions = Versions::in_data(&dir_of(&loaded.io.store));
        let files = FlowTexts::of(site.flows());
        let version = files.version();
        let live = versions.live()?;
        if let Some(live) = live.as_ref().filter(|live| live.left.contains(&version)) {
            let note = turned_away(live, &version);
            let opened = Self::with_live_flows(place, &Report::wrong(note));
            return opened.unwrap_or_else(|| Err(Report::wrong("error: nothing is live")));
        }
        let moves = live.is_none_or(|live| live.version != version);
        let entry = || Entry::now(version.clone(), Deed::Start, by, "the files at a start");
        let publish = moves.then(|| (files, entry()));
        let settings = site.settings().clone();
        let opening =
            Self { loaded, notes: site.report(&warnings), place, versions, settings, publish };
        Ok(opening.named(&version))
    }

    /// Starts with what is live, and says why; `None` if nothing is, or the reason itself if
    /// the live flows do not fit these settings either.
    fn with_live_flows(place: Place, why: &Report) -> Option<Result<Self, Report>> {
        let mut site = Site::default();
        let data = place.data_dir(&mut site).ok()?;
        let versions = Versions::in_data(&data);
        let live = versions.live().ok()??;
        let flows = match versions.texts(&live.version) {
            Ok(flows) => flows.in_dir(&versions.path(&live.version)),
            Err(error) => return Some(Err(error.into())),
        };
        let instead = Instead { flows: Some(flows), ..Instead::default() };
        let Ok((loaded, _)) = place.load(&mut site, instead) else {
            return Some(Err(why.clone()));
        };
        let notes = format!(
            "{}\nThe server starts with the flows of version {}, which are live.",
            why.text, live.version
        );
        let settings = site.settings().clone();
        let opening = Self { loaded, notes, place, versions, settings, publish: None };
        Some(Ok(opening.named(&live.version)))
    }

    fn named(mut self, version: &str) -> Self {
        Arc::make_mut(&mut self.loaded.settings.flows).version = version.to_owned();
        self
    }

    /// The server runs, and the data directory is ours: publishes what it started with, and
    /// keeps the site from now on. Orders go to what comes back.
    ///
    /// # Errors
    ///
    /// No thread can be had.
    pub fn keep(self, node: mpsc::Sender<Word>) -> io::Result<mpsc::Sender<Asked>> {
        let Self { loaded, place, versions, settings, publish, .. } = self;
        if let Some((flows, entry)) = publish {
            let published = versions.prepare(&flows, entry).and_then(Prepared::commit);
            if let Err(fault) = published {
                // Calls matter more than their history.
                tracing::error!("the flows of this start are not published: {fault}");
            }
        }
        let house = Some(House { node, settings, io: loaded.io });
        let mut steward = Steward { place, versions, house };
        let (orders, mut asked) = mpsc::channel::<Asked>(ORDERS_MAX);
        let work = move || {
            while let Some((order, answer)) = asked.blocking_recv() {
                let report = steward.perform(&order);
                log(&order, &report);
                // Whoever asked may be gone; it is done all the same.
                let _ = answer.send(report);
            }
        };
        std::thread::Builder::new().name("steward".to_owned()).spawn(work)?;
        Ok(orders)
    }
}

/// What is asked seldom and changes much is written down.
fn log(order: &Order, report: &Report) {
    match order {
        Order::Calls => {}
        Order::Reload { .. } | Order::Publish { .. } | Order::Back { .. } => {
            for line in report.text.lines().filter(|line| !line.trim().is_empty()) {
                if report.code == 0 {
                    tracing::info!("{line}");
                } else {
                    tracing::error!("{line}");
                }
            }
        }
    }
}

fn turned_away(live: &Entry, files: &str) -> String {
    format!(
        "warning: the flow files on disk are version {files}, which {by} turned away by going back \
         to {version}.\n  help: change them, or make them live all the same with `ringback flow \
         publish`",
        by = live.by,
        version = live.version
    )
}

impl Steward {
    /// For a site whose server does not run.
    #[must_use]
    pub fn without_server(place: Place, versions: Versions) -> Self {
        Self { place, versions, house: None }
    }

    /// Carries one order out.
    pub fn perform(&mut self, order: &Order) -> Report {
        let done = match order {
            Order::Reload { by } => self.reload(by),
            Order::Publish { by, message } => self.publish(by, message),
            Order::Back { by, to, message } => self.back(by, to, message),
            Order::Calls => self.calls(),
        };
        done.map_or_else(|report| report, Report::done)
    }

    /// Settings, flows and prompts from their files.
    fn reload(&mut self, by: &str) -> Result<String, Report> {
        let mut checked = self.check(Instead::default())?;
        let files = FlowTexts::of(checked.site.flows());
        let version = files.version();
        let live = self.versions.live()?;
        if let Some(live) = live.filter(|live| live.left.contains(&version)) {
            let note = turned_away(&live, &version);
            checked = self.check(self.flows_of(&live.version)?)?;
            let report = self.take(checked, None, &live.version)?;
            return Ok(format!("{report}\n{note}"));
        }
        let entry = Entry::now(version.clone(), Deed::Reload, by, "the files at a reload");
        self.take(checked, Some((files, entry)), &version)
    }

    /// The files of flows and the prompts; the settings stay.
    fn publish(&mut self, by: &str, message: &str) -> Result<String, Report> {
        let instead = Instead { settings: self.settings(), ..Instead::default() };
        let checked = self.check(instead)?;
        let files = FlowTexts::of(checked.site.flows());
        let version = files.version();
        let entry = Entry::now(version.clone(), Deed::Publish, by, message);
        self.take(checked, Some((files, entry)), &version)
    }

    /// The flows of an older version; the settings stay.
    fn back(&mut self, by: &str, to: &str, message: &str) -> Result<String, Report> {
        let version = self.versions.find(to)?;
        let live = self.versions.live()?;
        let mut instead = self.flows_of(&version)?;
        instead.settings = self.settings();
        let checked = self.check(instead)?;
        let mut entry = Entry::now(version.clone(), Deed::Back, by, message);
        let files = Site::default().flow_files(self.place.config.as_deref());
        let files = files.ok().map(|files| FlowTexts::of(&files).version());
        if let Some(live) = live {
            entry.left = live.left;
            entry.left.push(live.version);
        }
        entry.left.extend(files);
        entry.left.retain(|left| *left != version);
        entry.left.sort();
        entry.left.dedup();
        let flows = FlowTexts::of(checked.site.flows());
        self.take(checked, Some((flows, entry)), &version)
    }

    fn calls(&self) -> Result<String, Report> {
        let Some(house) = &self.house else { return Ok("{}".to_owned()) };
        let (answer, calls) = oneshot::channel();
        let asked = house.node.blocking_send(Word::Calls { answer }).is_ok();
        let calls = if asked { calls.blocking_recv().ok() } else { None };
        let calls = calls.ok_or_else(ending)?;
        Ok(serde_json::json!(calls).to_string())
    }

    /// The settings that flows are checked against: those of the server that runs.
    fn settings(&self) -> Option<(String, String)> {
        self.house.as_ref().map(|house| house.settings.clone())
    }

    fn flows_of(&self, version: &str) -> Result<Instead, Report> {
        let texts = self.versions.texts(version)?;
        let flows = texts.in_dir(&self.versions.path(version));
        Ok(Instead { flows: Some(flows), ..Instead::default() })
    }

    fn check(&self, instead: Instead) -> Result<Checked, Report> {
        let mut site = Site::default();
        match self.place.load(&mut site, instead) {
            Ok((loaded, warnings)) => {
                let warnings = site.report(&warnings);
                Ok(Checked { site, loaded, warnings })
            }
            Err(error) => {
                let stays = if self.house.is_some() { "Everything stays as it was." } else { "" };
                Err(Report::wrong(format!("{}\n{stays}", site.explain(&error))))
            }
        }
    }

    /// Hands what was read to the server and makes its flows live, or neither.
    fn take(
        &mut self,
        checked: Checked,
        publish: Option<(FlowTexts, Entry)>,
        version: &str,
    ) -> Result<String, Report> {
        let Checked { site, mut loaded, warnings } = checked;
        let whose = match &self.house {
            Some(house) if house.settings == *site.settings() => "the settings as before: ",
            Some(_) => "new settings: ",
            None => "",
        };
        Arc::make_mut(&mut loaded.settings.flows).version = version.to_owned();
        let live = self.versions.live()?.map(|live| live.version);
        let publish = publish.filter(|_| live.as_deref() != Some(version));
        let changes = publish.as_ref().map(|(flows, _)| self.changes(live.as_deref(), flows));
        let prepared = match publish {
            Some((flows, entry)) => Some(self.versions.prepare(&flows, entry)?),
            None => None,
        };
        let report = told(&loaded, version, changes.as_deref(), whose);
        let silent = if self.house.is_none() { self.nobody_runs(&loaded) } else { String::new() };
        if let Some(house) = &mut self.house {
            let io = loaded.io.clone();
            house.take(loaded)?;
            house.settings = site.settings().clone();
            house.io = io;
        }
        if let Some(prepared) = prepared {
            prepared.commit()?;
        }
        Ok(format!("{warnings}{report}{silent}"))
    }

    /// Whose flows they are and where they were kept: perhaps not where somebody meant.
    fn nobody_runs(&self, loaded: &Loaded) -> String {
        let config = self.place.config.as_ref();
        let whose =
            config.map_or_else(|| "the built-in site".into(), |path| path.to_string_lossy());
        let data = dir_of(&loaded.io.store);
        format!(
            "\nThey are the flows of {whose}. No server runs on the data in {}; the next one there \
             starts with them.",
            data.display()
        )
    }

    fn changes(&self, live: Option<&str>, flows: &FlowTexts) -> String {
        let live = live.and_then(|live| self.versions.texts(live).ok()).unwrap_or_default();
        live.changes_in_words(flows)
    }
}

impl House {
    /// The heart takes new settings, or says why not.
    fn take(&self, loaded: Loaded) -> Result<(), Report> {
        let mut objections = fixed_keys(&self.io, &loaded.io);
        if objections.is_empty() {
            let (answer, taken) = oneshot::channel();
            let word = Word::Settings {
                settings: Arc::new(loaded.settings),
                web: Web::new(loaded.io.services),
                answer,
            };
            let asked = self.node.blocking_send(word).is_ok();
            let taken = if asked { taken.blocking_recv().ok() } else { None };
            objections = taken.ok_or_else(ending)?;
        }
        if objections.is_empty() {
            return Ok(());
        }
        let errors: String =
            objections.iter().map(|objection| format!("error: {objection}\n")).collect();
        Err(Report::wrong(format!("{errors}Everything stays as it was.")))
    }
}

/// What only a start reads, and is changed.
fn fixed_keys(old: &IoSettings, new: &IoSettings) -> Vec<Objection> {
    let changed = [
        ("store.path", old.store != new.store),
        ("recordings.dir", old.recordings != new.recordings),
        ("log", old.log != new.log),
        ("webhooks", old.webhooks != new.webhooks),
        ("mail", old.mail != new.mail),
    ];
    let keys = changed.into_iter().filter(|(_, changed)| *changed).map(|(key, _)| key);
    keys.map(|key| Objection::NeedsRestart { key }).collect()
}

fn ending() -> Report {
    Report::unavailable("error: the server is ending")
}

/// `live: flows 3f2a9c01b7de (main-line, +promo); 2 queues, 3 agents …`
/// What is live now; `whose` settings hold with it.
fn told(loaded: &Loaded, version: &str, changes: Option<&str>, whose: &str) -> String {
    let settings = &loaded.settings;
    let changes = match changes {
        Some("") => String::new(),
        Some(changes) => format!(" ({changes})"),
        None => ", which was live already".to_owned(),
    };
    format!(
        "live: flows {version}{changes}\n      \
         with {whose}{} trunks, {} numbers, {} queues, {} agents",
        settings.trunks.len(),
        settings.numbers.len(),
        settings.queues.len(),
        settings.agents.len(),
    )
}
