//! `ringback flow test`: plays the cases of test files, and judges them.

use super::files::configuration;
use super::over_sip::{self, Target};
use crate::base::complaint::Complaints;
use crate::config::load::Loaded;
use crate::flow::load::FILE_END as FLOW_FILE_END;
use crate::io::cli::check::{refuse, show};
use crate::io::cli::output::{answer, tell};
use crate::io::cli::telephone;
use crate::io::cli::{EXIT_CONFIG, EXIT_USAGE};
use crate::io::prompts;
use crate::io::site::{Site, SiteError};
use crate::rehearsal::coverage::Coverage;
use crate::rehearsal::house::repertoire::Repertoire;
use crate::rehearsal::junit;
use crate::rehearsal::report::{self, Unchecked};
use crate::rehearsal::script::{self, Case, FILE_END, Names, Test};
use crate::rehearsal::stage::Stage;
use crate::rehearsal::trial::{self, Outcome};
use crate::switchboard::settings::Settings;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

#[derive(Debug, clap::Args)]
pub(in crate::io::cli) struct TestArguments {
    /// Test files (NAME.test.yaml), or directories of them; the flows beside them are tested
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The configuration whose queues, hours and languages they name; default: the
    /// `ringback.yaml` above their directory, else the built-in one
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Only cases whose test or name holds this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Tell which sections and outcomes no case reached
    #[arg(long)]
    coverage: bool,
    /// Play the scripts as real calls, in real time: through a server started for it, or through
    /// the one at this address (sip:USER@ADDRESS:PORT)
    #[arg(long, value_name = "URI", num_args = 0..=1, require_equals = true)]
    over_sip: Option<Option<String>>,
    /// Write the results as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// A test file as it was read.
struct File {
    path: String,
    text: String,
    test: Test,
}

/// How one case came out, and how long that took.
struct Played {
    outcome: Outcome,
    took: Duration,
    /// What could not be looked at.
    unchecked: Unchecked,
}

/// Plays all cases.
pub(super) fn test(arguments: &TestArguments) -> ExitCode {
    let began = Instant::now();
    let paths = match test_files(&arguments.files) {
        Ok(paths) => paths,
        Err(sentence) => {
            tell(&format!("error: {sentence}"));
            return ExitCode::from(EXIT_USAGE);
        }
    };
    let mut site = Site::default();
    let config = configuration(arguments.config.as_deref(), &arguments.files);
    let read = match read(&mut site, config.as_deref(), &paths) {
        Ok(read) => read,
        Err(code) => return code,
    };
    let (loaded, stage, mut files) = read;
    if let Some(filter) = &arguments.filter {
        for file in &mut files {
            let named = file.test.name.contains(filter.as_str());
            file.test.cases.retain(|case| named || case.name.contains(filter.as_str()));
        }
        files.retain(|file| !file.test.cases.is_empty());
        if files.is_empty() {
            // Nothing that is played must not look like something that has passed.
            tell(&format!("error: no case is meant: no test and no case holds {filter:?}"));
            tell("help: --filter takes a part of a test's or a case's name, letter for letter");
            return ExitCode::from(EXIT_USAGE);
        }
    }
    let played = match &arguments.over_sip {
        None => play_all(&files, &stage),
        Some(uri) => {
            let target = match uri {
                None => Ok(Target::Own(Box::new(loaded))),
                Some(uri) => Target::other(uri),
            };
            match target {
                Ok(target) => call_all(&files, &stage, &target),
                Err(sentence) => {
                    tell(&format!("error: {sentence}"));
                    return ExitCode::from(EXIT_USAGE);
                }
            }
        }
    };
    let failed = tell_all(&files, &played, began.elapsed());
    if arguments.coverage {
        answer(coverage(&stage, &played).trim_end());
    }
    if let Some(path) = &arguments.junit
        && let Err(fault) = fs::write(path, junit::document(&suites(&files, &played)))
    {
        tell(&format!("error: {} cannot be written: {fault}", path.display()));
        return ExitCode::FAILURE;
    }
    if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The test files that are meant, each once.
fn test_files(named: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut files = BTreeSet::new();
    for path in named {
        if !path.is_dir() {
            files.insert(path.clone());
            continue;
        }
        let found = below(path, FILE_END)?;
        if found.is_empty() {
            return Err(format!("{} holds no file NAME{FILE_END}", path.display()));
        }
        files.extend(found);
    }
    Ok(files.into_iter().collect())
}

/// The files of a directory that end like this.
fn below(dir: &Path, end: &str) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(dir).map_err(|fault| format!("{}: {fault}", dir.display()))?;
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths.filter(|path| path.to_string_lossy().ends_with(end)).collect())
}

/// The flow files of a directory; none where there is no directory.
pub(super) fn flows_in(dir: &Path) -> Vec<PathBuf> {
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    below(dir, FLOW_FILE_END).unwrap_or_default()
}

/// Reads the site, the flows beside the tests, and the tests; tells every mistake.
fn read(
    site: &mut Site,
    config: Option<&Path>,
    paths: &[PathBuf],
) -> Result<(Loaded, Stage, Vec<File>), ExitCode> {
    let dirs: BTreeSet<PathBuf> =
        paths.iter().filter_map(|path| path.parent().map(Path::to_owned)).collect();
    let mut flows = Vec::new();
    for dir in dirs {
        flows.extend(flows_in(&dir));
    }
    let loaded = site.load_with(config, &flows);
    let (loaded, _) = loaded.map_err(|error| refuse(site, &error))?;
    let names = Names::of(&loaded.settings);
    let mut complaints = Complaints::new();
    let mut files = Vec::new();
    for path in paths {
        let (path, text) = site.read(path).map_err(|error: SiteError| refuse(site, &error))?;
        if let Some(test) = script::read(&path, &text, &names, &mut complaints) {
            files.push(File { path, text, test });
        }
    }
    let failed = complaints.has_errors();
    show(site, &complaints.into_sorted());
    if failed {
        return Err(ExitCode::from(EXIT_CONFIG));
    }
    let stage = stage(loaded.settings.clone());
    Ok((loaded, stage, files))
}

/// The stage of a site, with the texts of its prompts.
pub(super) fn stage(settings: Settings) -> Stage {
    let languages = settings.prompts.keys();
    let texts: std::collections::BTreeMap<_, _> =
        languages.map(|language| (language.clone(), prompts::texts(language))).collect();
    let text = |language: &_, name: &str| {
        texts.get(language).and_then(|texts| texts.get(name)).map(|text| (*text).to_owned())
    };
    let repertoire = Arc::new(Repertoire::new(&settings.prompts, text));
    Stage::new(settings, repertoire)
}

/// Plays the cases of all files, on as many threads as there are processors.
fn play_all(files: &[File], stage: &Stage) -> Vec<Vec<Played>> {
    let cases: Vec<&Case> = files.iter().flat_map(|file| &file.test.cases).collect();
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<Played>>> = Mutex::new(cases.iter().map(|_| None).collect());
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(cases.len());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(index) = Some(next.fetch_add(1, Ordering::Relaxed))
                    && let Some(case) = cases.get(index)
                {
                    let began = Instant::now();
                    let outcome = trial::play(case, stage);
                    let (took, unchecked) = (began.elapsed(), Unchecked::default());
                    let played = Played { outcome, took, unchecked };
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Some(place) = results.get_mut(index) {
                        *place = Some(played);
                    }
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut results = results.into_iter().flatten();
    files.iter().map(|file| results.by_ref().take(file.test.cases.len()).collect()).collect()
}

/// Plays the cases of all files as real calls, one after another.
fn call_all(files: &[File], stage: &Stage, target: &Target) -> Vec<Vec<Played>> {
    let mut played: Vec<Vec<Played>> = Vec::new();
    let code = telephone::run(async {
        for file in files {
            let mut cases = Vec::new();
            for case in &file.test.cases {
                over_sip::tell_begin(case);
                let began = Instant::now();
                let judged = over_sip::play(case, stage, target).await;
                let judged = judged.unwrap_or_else(|why| over_sip::Judged::unplayed(case, why));
                let over_sip::Judged { outcome, unchecked } = judged;
                cases.push(Played { outcome, took: began.elapsed(), unchecked });
            }
            played.push(cases);
        }
        Ok(ExitCode::SUCCESS)
    });
    debug_assert_eq!(code, ExitCode::SUCCESS, "the command itself has no trouble");
    played
}

/// Tells what failed and how many there were; gives how many failed.
fn tell_all(files: &[File], played: &[Vec<Played>], took: Duration) -> usize {
    let mut count = Count::default();
    for (file, played) in files.iter().zip(played) {
        for (case, played) in file.test.cases.iter().zip(played) {
            count.add(case, played);
            if !played.outcome.failures.is_empty() {
                answer(&report::failed(case, &played.outcome, &file.text));
            }
            let gaps = report::gaps(case, &played.unchecked, &file.text);
            if !gaps.is_empty() {
                answer(&gaps);
            }
        }
    }
    let (verdict, seconds) = (count.verdict(), took.as_secs_f64());
    answer(&format!("{} tests, {} cases: {verdict} ({seconds:.2} s)", files.len(), count.cases));
    count.failed
}

/// How many of what.
#[derive(Debug, Default)]
struct Count {
    cases: usize,
    failed: usize,
    /// Cases of which nothing was looked at.
    unplayed: usize,
    lines: usize,
    unchecked: usize,
}

impl Count {
    fn add(&mut self, case: &Case, played: &Played) {
        let failed = !played.outcome.failures.is_empty();
        self.cases += 1;
        self.failed += usize::from(failed);
        self.unplayed += usize::from(!failed && played.unchecked.is_all_of(case));
        self.lines += report::lines_of(case);
        self.unchecked += played.unchecked.lines.len();
    }

    /// `all passed`, which is said only where everything was looked at.
    fn verdict(&self) -> String {
        let mut verdict = match (self.failed, self.unchecked) {
            (0, 0) => "all passed".to_owned(),
            (0, _) => "none failed".to_owned(),
            (failed, _) => format!("{failed} failed"),
        };
        if self.unplayed > 0 {
            verdict.push_str(&format!(", {} not played", self.unplayed));
        }
        if self.unchecked > 0 {
            let (unchecked, lines) = (self.unchecked, self.lines);
            verdict.push_str(&format!(", {unchecked} of {lines} lines not checked"));
        }
        verdict
    }
}

/// What no case reached, of the flows that stand in files.
fn coverage(stage: &Stage, played: &[Vec<Played>]) -> String {
    let mut coverage = Coverage::default();
    for played in played.iter().flatten() {
        coverage.add(&played.outcome.log);
    }
    coverage.report(&stage.settings().flows, |flow| {
        let first = flow.sections.values().flatten().next();
        first.is_some_and(|step| Path::new(&*step.place.file).is_file())
    })
}

fn suites(files: &[File], played: &[Vec<Played>]) -> Vec<junit::Suite> {
    let case = |file: &File, case: &Case, played: &Played| {
        let failed = !played.outcome.failures.is_empty();
        junit::Case {
            name: case.name.clone(),
            took: played.took,
            failure: failed.then(|| report::failed(case, &played.outcome, &file.text)),
            unchecked: report::gaps(case, &played.unchecked, &file.text),
            skipped: played.unchecked.is_all_of(case),
        }
    };
    let suite = |(file, played): (&File, &Vec<Played>)| junit::Suite {
        name: file.test.name.clone(),
        file: file.path.clone(),
        cases: file.test.cases.iter().zip(played).map(|(one, p)| case(file, one, p)).collect(),
    };
    files.iter().zip(played).map(suite).collect()
}
