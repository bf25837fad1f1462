//! A site's files: settings, flows and prompts, read and handed to `config`.
//!
//! Without a configuration file everything comes from the binary. With one, its flows stand in
//! `flows/` and its own prompts in `prompts/` beside it; shipped ones stay below them.

use super::prompts::{Library, PromptError};
use crate::base::complaint::Complaint;
use crate::base::document::letters::text_of;
use crate::base::interfaces::Interfaces;
use crate::config::defaults;
use crate::config::load::{self, Loaded, Sources};
use crate::config::report::{Form, report};
use crate::config::schema::Names;
use crate::flow::graph::FlowSet;
use crate::flow::load::{FILE_END, name_of, run_by};
use include_dir::{Dir, include_dir};
use std::cell::RefCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The flows in the binary, with their tests.
pub static SHIPPED_FLOWS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/config/flows");

/// A site's texts, kept for showing the lines of mistakes.
#[derive(Debug, Default)]
pub struct Site {
    texts: BTreeMap<String, String>,
    /// Path and text of the settings that were read last.
    settings: (String, String),
    /// Path and text of the flows that were read last.
    flows: Vec<(String, String)>,
}

/// Texts to take instead of a site's own files.
#[derive(Debug, Default)]
pub struct Instead {
    /// Path and text of the settings.
    pub settings: Option<(String, String)>,
    /// Path and text of each flow; no shipped one is added.
    pub flows: Option<Vec<(String, String)>>,
}

/// Why a site cannot be used.
#[derive(Debug)]
pub enum SiteError {
    /// A file or directory cannot be read.
    Unreadable(PathBuf, io::Error),
    /// Prompts that cannot be used.
    Prompts(Vec<PromptError>),
    /// Mistakes in settings and flows.
    Mistakes(Vec<Complaint>),
}

impl Site {
    /// Reads and checks everything; the warnings come with it.
    ///
    /// # Errors
    ///
    /// What cannot be read, or every mistake.
    pub fn load(&mut self, config: Option<&Path>) -> Result<(Loaded, Vec<Complaint>), SiteError> {
        self.load_with(config, &[])
    }

    /// As [`Self::load`], with these flow files over the site's own.
    ///
    /// # Errors
    ///
    /// As [`Self::load`].
    pub fn load_with(
        &mut self,
        config: Option<&Path>,
        more_flows: &[PathBuf],
    ) -> Result<(Loaded, Vec<Complaint>), SiteError> {
        let environment = environment();
        self.load_in(config, more_flows, &environment)
    }

    /// As [`Self::load`], with these texts instead of files.
    ///
    /// # Errors
    ///
    /// As [`Self::load`].
    pub fn load_instead(
        &mut self,
        config: Option<&Path>,
        instead: Instead,
    ) -> Result<(Loaded, Vec<Complaint>), SiteError> {
        let environment = environment();
        self.settings = match instead.settings {
            Some((file, text)) => self.keep(&file, &text),
            None => self.settings_text(config)?,
        };
        self.flows = match instead.flows {
            Some(flows) => flows.iter().map(|(file, text)| self.keep(file, text)).collect(),
            None => self.flows_beside(config, &[], self.named(&environment))?,
        };
        self.load_kept(config, &environment)
    }

    /// As [`Self::load`], in this environment instead of the process's own.
    ///
    /// # Errors
    ///
    /// As [`Self::load`].
    pub fn load_in(
        &mut self,
        config: Option<&Path>,
        more_flows: &[PathBuf],
        environment: &[(String, String)],
    ) -> Result<(Loaded, Vec<Complaint>), SiteError> {
        self.settings = self.settings_text(config)?;
        self.flows = self.flows_beside(config, more_flows, self.named(environment))?;
        self.load_kept(config, environment)
    }

    /// The names that flows may use here, whatever is wrong with the flows themselves; every
    /// shipped flow is among them.
    ///
    /// # Errors
    ///
    /// What cannot be read, or the mistakes of the settings.
    pub fn names(&mut self, config: Option<&Path>) -> Result<Names, SiteError> {
        let environment = environment();
        self.settings = self.settings_text(config)?;
        self.flows = self.flows_beside(config, &[], self.named(&environment))?;
        let mut names = self.with_sources(config, &environment, load::names)?;
        let shipped = shipped_flows();
        let shipped = shipped.filter_map(|(path, _)| name_of(&path).map(str::to_owned));
        names.flows.get_or_insert_default().extend(shipped);
        Ok(names)
    }

    fn load_kept(
        &mut self,
        config: Option<&Path>,
        environment: &[(String, String)],
    ) -> Result<(Loaded, Vec<Complaint>), SiteError> {
        let (mut loaded, warnings) = self.with_sources(config, environment, load::load)?;
        for path in loaded.io.paths_mut() {
            *path = below(config, path);
        }
        Ok((loaded, warnings))
    }

    /// Reads prompts and tables, and hands them to `config` with the texts that are kept.
    fn with_sources<T>(
        &mut self,
        config: Option<&Path>,
        environment: &[(String, String)],
        read: fn(Sources<'_>) -> Result<T, Vec<Complaint>>,
    ) -> Result<T, SiteError> {
        let own_prompts = beside(config).map(|dir| dir.join("prompts")).filter(|dir| dir.is_dir());
        let prompts =
            Library::default().load(own_prompts.as_deref()).map_err(SiteError::Prompts)?;
        let tables = RefCell::new(BTreeMap::new());
        let read_table = |file: &str| {
            let text = fs::read_to_string(below(config, Path::new(file)))
                .map_err(|fault| fault.to_string())?;
            tables.borrow_mut().insert(file.to_owned(), text.clone());
            Ok(text)
        };
        let sources = Sources {
            settings: (&self.settings.0, &self.settings.1),
            flows: &self.flows,
            environment,
            prompts: Arc::new(prompts),
            interfaces: interfaces(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            read_secret: &|path| {
                fs::read_to_string(below(config, Path::new(path)))
                    .map(|secret| secret.trim_end().to_owned())
                    .map_err(|fault| fault.to_string())
            },
            read_table: &read_table,
        };
        let loaded = read(sources).map_err(SiteError::Mistakes);
        self.texts.extend(tables.into_inner());
        loaded
    }

    /// These flow files and those that they need, without asking whether the site has the queues,
    /// prompts and hours that they name: enough to look at a flow before it can run.
    ///
    /// # Errors
    ///
    /// What cannot be read, or every mistake that is left.
    pub fn flows_alone(
        &mut self,
        config: Option<&Path>,
        files: &[PathBuf],
    ) -> Result<FlowSet, SiteError> {
        let flows = self.flows_beside(config, files, BTreeSet::new())?;
        let loaded = crate::flow::load(&flows, &crate::flow::site::Site::default());
        loaded.map(|(set, _)| set).map_err(SiteError::Mistakes)
    }

    /// Path and text of the settings, without a look at what they say.
    ///
    /// # Errors
    ///
    /// They cannot be read.
    pub fn settings_text(&mut self, config: Option<&Path>) -> Result<(String, String), SiteError> {
        match config {
            Some(path) => self.read(path),
            None => Ok(self.keep(defaults::SETTINGS_PATH, defaults::SETTINGS)),
        }
    }

    /// Path and text of each flow in use, without a look at what they say.
    ///
    /// # Errors
    ///
    /// They cannot be read.
    pub fn flow_files(
        &mut self,
        config: Option<&Path>,
    ) -> Result<Vec<(String, String)>, SiteError> {
        let environment = environment();
        self.settings = self.settings_text(config)?;
        self.flows_beside(config, &[], self.named(&environment))
    }

    /// The flows that the settings name.
    fn named(&self, environment: &[(String, String)]) -> BTreeSet<String> {
        load::flows_named((&self.settings.0, &self.settings.1), environment)
    }

    /// Path and text of the settings that were loaded last.
    #[must_use]
    pub const fn settings(&self) -> &(String, String) {
        &self.settings
    }

    /// Path and text of each flow that was loaded last.
    #[must_use]
    pub fn flows(&self) -> &[(String, String)] {
        &self.flows
    }

    /// Mistakes with their lines, and how many there are; nothing if there are none.
    #[must_use]
    pub fn report(&self, complaints: &[Complaint]) -> String {
        if complaints.is_empty() {
            return String::new();
        }
        report(complaints, Form::Text, |file| self.text(file))
    }

    /// Why the site cannot be used.
    #[must_use]
    pub fn explain(&self, error: &SiteError) -> String {
        match error {
            SiteError::Unreadable(path, fault) => {
                format!("error: {} cannot be read: {fault}\n", path.display())
            }
            SiteError::Prompts(faults) => {
                faults.iter().map(|fault| format!("error: {fault}\n")).collect()
            }
            SiteError::Mistakes(complaints) => self.report(complaints),
        }
    }

    /// The text of a file that was read, for the line of a mistake.
    #[must_use]
    pub fn text(&self, file: &str) -> &str {
        self.texts.get(file).map_or("", String::as_str)
    }

    /// Reads one more file.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is no text.
    pub fn read(&mut self, path: &Path) -> Result<(String, String), SiteError> {
        let bytes =
            fs::read(path).map_err(|fault| SiteError::Unreadable(path.to_owned(), fault))?;
        let file = path.to_string_lossy();
        match text_of(&file, &bytes) {
            Ok(text) => Ok(self.keep(&file, text)),
            Err(complaint) => {
                self.keep(&file, &String::from_utf8_lossy(&bytes));
                Err(SiteError::Mistakes(vec![complaint]))
            }
        }
    }

    fn keep(&mut self, file: &str, text: &str) -> (String, String) {
        self.texts.insert(file.to_owned(), text.to_owned());
        (file.to_owned(), text.to_owned())
    }

    /// The site's flows, and the shipped ones that are named by the settings or run by another.
    fn flows_beside(
        &mut self,
        config: Option<&Path>,
        more: &[PathBuf],
        named: BTreeSet<String>,
    ) -> Result<Vec<(String, String)>, SiteError> {
        let dir = beside(config).map(|beside| beside.join("flows")).filter(|dir| dir.is_dir());
        let mut own = dir.map_or_else(|| Ok(Vec::new()), |dir| flow_files(&dir))?;
        own.retain(|path| more.iter().all(|over| over.file_name() != path.file_name()));
        let mut flows = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut twice = Vec::new();
        for path in own.iter().chain(more).filter(|path| seen.insert(*path)) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_string();
            twice.extend(flows.insert(name, self.read(path)?));
        }
        self.add_shipped(named, &mut flows);
        Ok(flows.into_values().chain(twice).collect())
    }

    /// Adds the shipped flows that are asked for, and no others: a flow that nobody asked for
    /// shall not complain of queues that this site does not have.
    fn add_shipped(
        &mut self,
        named: BTreeSet<String>,
        flows: &mut BTreeMap<String, (String, String)>,
    ) {
        let mut wanted = named;
        wanted.extend(flows.values().flat_map(|(path, text)| run_by(path, text)));
        while let Some(name) = wanted.pop_first() {
            let file = format!("{name}{FILE_END}");
            let Some(shipped) = SHIPPED_FLOWS.get_file(&file) else { continue };
            if let Entry::Vacant(place) = flows.entry(file) {
                let path = built_in(place.key());
                let text = shipped.contents_utf8().unwrap_or_default();
                wanted.extend(run_by(&path, text));
                place.insert(self.keep(&path, text));
            }
        }
    }
}

/// The environment of this process.
#[must_use]
pub fn environment() -> Vec<(String, String)> {
    std::env::vars().collect()
}

/// Path and text of each flow in the binary.
pub fn shipped_flows() -> impl Iterator<Item = (String, &'static str)> {
    let texts = SHIPPED_FLOWS.files().filter_map(|file| Some((file.path().to_str()?, file)));
    let flows = texts.filter(|(name, _)| name.ends_with(FILE_END));
    flows.filter_map(|(name, file)| Some((built_in(name), file.contents_utf8()?)))
}

/// How the path of a flow in the binary is shown.
fn built_in(file: &str) -> String {
    format!("built in: config/flows/{file}")
}

/// A path of the settings: from their directory, unless it begins at the root.
#[must_use]
pub fn below(config: Option<&Path>, path: &Path) -> PathBuf {
    beside(config).unwrap_or_else(|| Path::new("")).join(path)
}

/// The directory that a configuration stands in.
fn beside(config: Option<&Path>) -> Option<&Path> {
    config.map(|path| path.parent().unwrap_or_else(|| Path::new("")))
}

/// The flow files of a directory, in the order of their names.
///
/// # Errors
///
/// The directory cannot be read.
pub fn flow_files(dir: &Path) -> Result<Vec<PathBuf>, SiteError> {
    let unreadable = |fault| SiteError::Unreadable(dir.to_owned(), fault);
    let entries = fs::read_dir(dir).map_err(unreadable)?;
    let paths = entries.flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.to_string_lossy().ends_with(FILE_END)).collect();
    paths.sort();
    Ok(paths)
}

/// The addresses of this machine; that of the default route is for the world outside.
fn interfaces() -> Interfaces {
    let own = if_addrs::get_if_addrs().unwrap_or_default();
    let own = own.iter().map(|interface| match &interface.addr {
        if_addrs::IfAddr::V4(v4) => (IpAddr::V4(v4.ip), v4.prefixlen),
        if_addrs::IfAddr::V6(v6) => (IpAddr::V6(v6.ip), v6.prefixlen),
    });
    Interfaces {
        own: own.collect(),
        outside: default_route().unwrap_or_else(|| Ipv4Addr::LOCALHOST.into()),
    }
}

/// The address from which the world would be reached. Nothing is sent: a connected UDP socket
/// only looks the route up, here to an address that is for documentation (RFC 5737).
fn default_route() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(SocketAddr::from(([192, 0, 2, 1], 9))).ok()?;
    socket.local_addr().ok().map(|local| local.ip()).filter(|ip| !ip.is_unspecified())
}
