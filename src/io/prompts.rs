//! The prompts of a site: the shipped ones, inside the binary, and the site's own over them.
//!
//! Below a directory of prompts stand `LANG/NAME.wav` (a name may have parts, as `digits/7`) and
//! `music/NAME.wav`, which every language gets under the name `music/NAME`.

use crate::audio::sound::Sound;
use crate::audio::wav::{self, WavError};
use crate::base::language::Language;
use crate::switchboard::settings::Prompts;
use dashmap::DashMap;
use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// Largest file that is read: half an hour at 16 bits and 16 kHz.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Directories below a language, at most.
const DEPTH_MAX: usize = 4;
/// The directory of music.
const MUSIC: &str = "music";

static SHIPPED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/prompts");

/// A prompt that cannot be used.
#[derive(Debug)]
pub struct PromptError {
    /// The file or directory.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a file or directory of prompts.
#[derive(Debug)]
#[non_exhaustive]
pub enum Fault {
    /// The operating system refuses it.
    Unreachable(io::Error),
    /// The sound cannot be used.
    Sound(WavError),
    /// Longer than [`FILE_BYTES_MAX`].
    TooLarge {
        /// Its length in bytes.
        bytes: u64,
    },
    /// A directory that is neither a language tag nor `music`.
    NoLanguage,
    /// Too many directories inside each other, or a name that is not UTF-8.
    Name,
}

impl fmt::Display for PromptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.path.display())?;
        match &self.fault {
            Fault::Unreachable(error) => write!(f, "{error}"),
            Fault::Sound(error) => write!(f, "{error}"),
            Fault::TooLarge { bytes } => {
                write!(f, "{bytes} bytes long; at most {FILE_BYTES_MAX} are read")
            }
            Fault::NoLanguage => {
                write!(f, "a directory of prompts is named by a language, such as `pl`, or `music`")
            }
            Fault::Name => write!(f, "the name is not UTF-8, or lies too deep"),
        }
    }
}

impl std::error::Error for PromptError {}

/// Reads prompts and keeps what it has decoded, so that a reload costs only what has changed and
/// calls go on sharing what they already encoded.
#[derive(Debug, Default)]
pub struct Library {
    decoded: DashMap<Source, Arc<Sound>>,
}

/// Where a sound came from; a changed file is another source.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Source {
    Shipped(&'static Path),
    Site { path: PathBuf, bytes: u64, changed: Option<SystemTime> },
}

impl Library {
    /// All shipped prompts, and those of the directory `site` over them and beside them.
    ///
    /// # Errors
    ///
    /// Every prompt that cannot be used, not only the first.
    pub fn load(&self, site: Option<&Path>) -> Result<Prompts, Vec<PromptError>> {
        let mut loading = Loading { library: self, used: Vec::new(), sounds: BTreeMap::new() };
        let mut faults = Vec::new();
        loading.shipped(&SHIPPED, &mut faults);
        if let Some(site) = site {
            loading.site(site, &mut faults);
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let Loading { mut used, sounds, .. } = loading;
        used.sort_unstable();
        self.decoded.retain(|_, sound| used.binary_search(&address(sound)).is_ok());
        Ok(with_music(sounds))
    }

    fn sound(&self, source: Source, file: &[u8]) -> Result<Arc<Sound>, WavError> {
        let sound = Arc::new(wav::parse(file)?);
        self.decoded.insert(source, Arc::clone(&sound));
        Ok(sound)
    }

    fn known(&self, source: &Source) -> Option<Arc<Sound>> {
        self.decoded.get(source).map(|sound| Arc::clone(&sound))
    }
}

/// The texts of the shipped prompts of a language, by name; empty for other languages.
#[must_use]
pub fn texts(language: &Language) -> BTreeMap<&'static str, &'static str> {
    let manifest = SHIPPED.get_file(format!("{language}.txt"));
    let lines = manifest.and_then(|file| file.contents_utf8()).unwrap_or("").lines();
    lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t')).collect()
}

/// One run of [`Library::load`].
struct Loading<'a> {
    library: &'a Library,
    /// Addresses of the sounds that this run uses.
    used: Vec<usize>,
    /// First directory (a language or `music`) → name → sound.
    sounds: BTreeMap<String, BTreeMap<String, Arc<Sound>>>,
}

impl Loading<'_> {
    fn shipped(&mut self, directory: &Dir<'static>, faults: &mut Vec<PromptError>) {
        for inner in directory.dirs() {
            self.shipped(inner, faults);
        }
        for file in directory.files() {
            let Some((first, name)) = named(file.path()) else { continue };
            let source = Source::Shipped(file.path());
            let known = self.library.known(&source).map(Ok);
            match known.unwrap_or_else(|| self.library.sound(source, file.contents())) {
                Ok(sound) => self.put(first, name, sound),
                Err(error) => faults.push(fault(file.path(), Fault::Sound(error))),
            }
        }
    }

    fn site(&mut self, site: &Path, faults: &mut Vec<PromptError>) {
        let mut left = vec![(site.to_owned(), 0)];
        while let Some((directory, depth)) = left.pop() {
            let entries = match fs::read_dir(&directory) {
                Ok(entries) => entries,
                Err(error) => {
                    faults.push(fault(&directory, Fault::Unreachable(error)));
                    continue;
                }
            };
            for entry in entries.flatten() {
                let path = entry.path();
                if !path.is_dir() {
                    let read = self.site_file(site, &path);
                    faults.extend(read.err().map(|error| fault(&path, error)));
                } else if depth == 0 && !is_language_or_music(&path) {
                    faults.push(fault(&path, Fault::NoLanguage));
                } else if depth == DEPTH_MAX {
                    faults.push(fault(&path, Fault::Name));
                } else {
                    left.push((path, depth + 1));
                }
            }
        }
        faults.sort_by(|one, other| one.path.cmp(&other.path));
    }

    /// Files that are no WAV, or stand beside the languages, are no prompts and left alone.
    fn site_file(&mut self, site: &Path, path: &Path) -> Result<(), Fault> {
        let below = path.strip_prefix(site).unwrap_or(path);
        let is_wav = below.extension().is_some_and(|end| end.eq_ignore_ascii_case("wav"));
        if !is_wav || below.components().count() < 2 {
            return Ok(());
        }
        let (first, name) = named(below).ok_or(Fault::Name)?;
        let about = fs::metadata(path).map_err(Fault::Unreachable)?;
        if about.len() > FILE_BYTES_MAX {
            return Err(Fault::TooLarge { bytes: about.len() });
        }
        let (bytes, changed) = (about.len(), about.modified().ok());
        let source = Source::Site { path: path.to_owned(), bytes, changed };
        let sound = if let Some(sound) = self.library.known(&source) {
            sound
        } else {
            let file = fs::read(path).map_err(Fault::Unreachable)?;
            self.library.sound(source, &file).map_err(Fault::Sound)?
        };
        self.put(first, name, sound);
        Ok(())
    }

    fn put(&mut self, first: String, name: String, sound: Arc<Sound>) {
        self.used.push(address(&sound));
        self.sounds.entry(first).or_default().insert(name, sound);
    }
}

/// Languages only; the music goes into each of them.
fn with_music(mut sounds: BTreeMap<String, BTreeMap<String, Arc<Sound>>>) -> Prompts {
    let music = sounds.remove(MUSIC).unwrap_or_default();
    let mut prompts = Prompts::new();
    for (tag, mut named) in sounds {
        let Some(language) = Language::new(&tag) else { continue };
        let pieces = music.iter().map(|(name, sound)| (format!("{MUSIC}/{name}"), sound.clone()));
        named.extend(pieces);
        prompts.entry(language).or_default().extend(named);
    }
    prompts
}

/// `pl/digits/7.wav` → `pl`, `digits/7`.
fn named(path: &Path) -> Option<(String, String)> {
    let is_wav = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("wav"));
    let bare = path.with_extension("");
    let mut parts = bare.iter().map(|part| part.to_str());
    let first = parts.next().filter(|_| is_wav)??;
    let rest: Option<Vec<&str>> = parts.collect();
    let name = rest.filter(|rest| !rest.is_empty())?.join("/");
    Some((first.to_owned(), name))
}

fn is_language_or_music(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name == MUSIC || Language::new(name).is_some())
}

fn fault(path: &Path, fault: Fault) -> PromptError {
    PromptError { path: path.to_owned(), fault }
}

fn address(sound: &Arc<Sound>) -> usize {
    Arc::as_ptr(sound).addr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_server_without_files_speaks_english_and_polish_and_plays_music() {
        let prompts = Library::default().load(None).expect("the shipped prompts");
        let tags: Vec<&str> = prompts.keys().map(Language::tag).collect();
        assert_eq!(tags, ["en", "pl"]);
        for named in prompts.values() {
            for name in ["welcome", "callback-registered", "digits/7", "music/default"] {
                let sound = named.get(name).unwrap_or_else(|| panic!("no {name}"));
                assert!(sound.duration() > Duration::from_millis(100), "{name}");
            }
        }
    }

    #[test]
    fn a_site_records_its_own_prompts_over_the_shipped_ones() {
        let site = Site::new("own");
        site.records("pl/welcome.wav", 500);
        site.records("pl/offers/today.WAV", 250);
        site.records("music/harp.wav", 1_000);
        site.records("de/welcome.wav", 750);
        fs::write(site.0.join("pl/README.txt"), "not a prompt").expect("a file");
        let prompts = Library::default().load(Some(&site.0)).expect("all is well");
        let length = |tag: &str, name: &str| {
            let named = Language::new(tag).and_then(|language| prompts.get(&language));
            named.and_then(|named| named.get(name)).map(|sound| sound.duration().as_millis())
        };
        assert_eq!(length("pl", "welcome"), Some(500));
        assert_eq!(length("pl", "offers/today"), Some(250));
        assert_eq!(length("de", "welcome"), Some(750));
        assert_eq!(
            (length("en", "music/harp"), length("de", "music/harp")),
            (Some(1000), Some(1000))
        );
        assert!(length("en", "welcome").is_some_and(|ms| ms > 750));
        assert!(length("pl", "goodbye").is_some());
    }

    #[test]
    fn every_prompt_that_cannot_be_used_is_named_with_its_fault() {
        let site = Site::new("faulty");
        site.records("en/good.wav", 100);
        fs::write(site.0.join("en/noise.wav"), "no sound").expect("a file");
        fs::write(site.0.join("en/empty.wav"), wav::file(&[])).expect("a file");
        fs::create_dir_all(site.0.join("old_files")).expect("a directory");
        let faults = Library::default().load(Some(&site.0)).expect_err("three faults");
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].ends_with("en/empty.wav: holds no sound"), "{told:?}");
        assert!(told[1].contains("en/noise.wav: not a readable PCM WAV file"), "{told:?}");
        assert!(told[2].contains("old_files: a directory of prompts is named by"), "{told:?}");
    }

    #[test]
    fn a_missing_directory_is_told() {
        let faults = Library::default().load(Some(Path::new("/no/such/place")));
        let told = faults.expect_err("no directory")[0].to_string();
        assert!(told.starts_with("/no/such/place: "), "{told}");
    }

    #[test]
    fn a_reload_decodes_only_what_has_changed() {
        let site = Site::new("reload");
        site.records("en/one.wav", 100);
        site.records("en/other.wav", 100);
        let library = Library::default();
        let first = library.load(Some(&site.0)).expect("all is well");
        site.records("en/other.wav", 200);
        let second = library.load(Some(&site.0)).expect("all is well");
        let english = Language::new("en").expect("a tag");
        let same = |name: &str| Arc::ptr_eq(&first[&english][name], &second[&english][name]);
        assert!(same("one") && same("welcome") && !same("other"));
        let kept = library.decoded.len();
        let sounds: usize = second.values().map(BTreeMap::len).sum();
        // The music is counted in each language, and kept once.
        assert_eq!(kept + 1, sounds);
    }

    #[test]
    fn the_texts_of_shipped_prompts_can_be_read() {
        let polish = texts(&Language::new("pl").expect("a tag"));
        assert_eq!(polish.get("digits/7"), Some(&"siedem"));
        assert!(texts(&Language::new("de").expect("a tag")).is_empty());
    }

    /// A directory of its own, gone at the end.
    struct Site(PathBuf);

    impl Site {
        fn new(name: &str) -> Self {
            let own = format!("ringback-prompts-{}-{name}", std::process::id());
            let path = std::env::temp_dir().join(own);
            fs::create_dir_all(&path).expect("a directory");
            Self(path)
        }

        fn records(&self, name: &str, ms: u32) {
            let path = self.0.join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, wav::file(Sound::silence(ms).samples())).expect("a file");
        }
    }

    impl Drop for Site {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}
