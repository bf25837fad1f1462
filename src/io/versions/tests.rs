//! Stories of publishing and going back, on a real directory.

use super::*;
use crate::io::temporary::Temporary;

fn flows(welcome: &str) -> FlowTexts {
    let text = format!("flow: main\n# {welcome}\n");
    FlowTexts::of(&[("config/flows/main.flow.yaml".to_owned(), text)])
}

struct Desk {
    dir: Temporary,
    versions: Versions,
}

impl Desk {
    fn new() -> Self {
        let dir = Temporary::new().expect("a directory");
        let versions = Versions::in_data(dir.path());
        Self { dir, versions }
    }

    fn prepares(&self, welcome: &str, deed: Deed) -> Prepared {
        let flows = flows(welcome);
        let entry = Entry::now(flows.version(), deed, "ada", welcome);
        self.versions.prepare(&flows, entry).expect("a disk")
    }

    fn publishes(&self, welcome: &str) -> String {
        self.prepares(welcome, Deed::Publish).commit().expect("a disk");
        self.live()
    }

    fn goes_back(&self, to: &str) -> String {
        let version = self.versions.find(to).expect("a version");
        let texts = self.versions.texts(&version).expect("its texts");
        let entry = Entry::now(version, Deed::Back, "ada", "");
        self.versions.prepare(&texts, entry).expect("a disk").commit().expect("a disk");
        self.live()
    }

    fn live(&self) -> String {
        self.versions.find(LIVE).expect("a version")
    }
}

#[test]
fn a_version_is_named_by_its_content_alone() {
    let named = flows("hello").version();
    assert_eq!(named, "2fc4d22df59b", "SHA-256 over lengths, names and texts");
    let elsewhere = flows("hello").in_dir(Path::new("/else"));
    assert_eq!(FlowTexts::of(&elsewhere).version(), named);
    assert_ne!(flows("hello!").version(), named);
}

#[test]
fn what_was_published_is_read_back_as_it_was() {
    let desk = Desk::new();
    let version = desk.publishes("hello");
    assert_eq!(desk.versions.texts(&version).expect("texts"), flows("hello"));
    let live = desk.versions.live().expect("a history").expect("an entry");
    assert_eq!(
        (live.by.as_str(), live.message.as_str(), live.deed),
        ("ada", "hello", Deed::Publish)
    );
}

#[test]
fn a_crash_before_the_alias_moves_leaves_the_old_version_live() {
    let desk = Desk::new();
    let old = desk.publishes("old");
    let prepared = desk.prepares("new", Deed::Publish);
    // As a crash would leave it: all is written, nothing is cleaned up, the lock is gone.
    let copy = desk.dir.path().join("versions/history.new");
    let half = fs::read(&copy).expect("the new history");
    drop(prepared);
    fs::write(&copy, half).expect("a file");
    fs::create_dir(desk.dir.path().join("versions/new")).expect("a directory");
    assert_eq!(desk.live(), old);
    let new = desk.publishes("new");
    assert_eq!(desk.live(), new);
    assert_eq!(desk.versions.history().expect("a history").len(), 2);
}

#[test]
fn a_version_that_is_not_taken_never_was() {
    let desk = Desk::new();
    let old = desk.publishes("old");
    drop(desk.prepares("new", Deed::Publish));
    assert_eq!(desk.live(), old);
    assert!(!desk.versions.path(&flows("new").version()).exists());
}

#[test]
fn going_back_twice_is_two_steps_back() {
    let desk = Desk::new();
    let [one, two, three] = ["one", "two", "three"].map(|welcome| desk.publishes(welcome));
    assert_eq!(desk.live(), three);
    assert_eq!(desk.goes_back(PREVIOUS), two);
    assert_eq!(desk.goes_back(PREVIOUS), one);
    assert!(desk.versions.find(PREVIOUS).is_err());
    let four = desk.publishes("four");
    assert_eq!((desk.goes_back(PREVIOUS), desk.goes_back(&four[..6])), (one, four));
}

#[test]
fn a_version_that_was_changed_on_the_disk_is_not_taken() {
    let desk = Desk::new();
    let version = desk.publishes("hello");
    let file = desk.versions.path(&version).join("main.flow.yaml");
    fs::write(file, "flow: main\n# other\n").expect("a file");
    assert!(matches!(desk.versions.texts(&version), Err(VersionError::Damaged(_))));
}

#[test]
fn names_that_are_none_or_several_are_refused() {
    let desk = Desk::new();
    assert!(desk.versions.find(LIVE).is_err());
    desk.publishes("hello");
    for name in ["", "zz", "previous", "../.."] {
        assert!(desk.versions.find(name).is_err(), "{name}");
    }
}

#[test]
fn two_who_publish_at_once_are_both_in_the_history() {
    let desk = Desk::new();
    std::thread::scope(|scope| {
        for index in 0..8 {
            let desk = &desk;
            scope.spawn(move || {
                desk.prepares(&format!("hello {index}"), Deed::Publish).commit().expect("a disk");
            });
        }
    });
    let history = desk.versions.history().expect("a history");
    assert_eq!(history.len(), 8);
    for entry in history {
        desk.versions.texts(&entry.version).expect("a whole version");
    }
}

#[test]
fn a_history_that_is_damaged_is_not_guessed() {
    let desk = Desk::new();
    desk.publishes("hello");
    let path = desk.dir.path().join("versions/history.jsonl");
    fs::write(path, "{\"version\":\n").expect("a file");
    assert!(desk.versions.live().is_err());
}

#[test]
fn changes_are_told_in_a_few_words() {
    let before =
        FlowTexts::of(&[("a.flow.yaml".into(), "1".into()), ("b.flow.yaml".into(), "1".into())]);
    let after =
        FlowTexts::of(&[("b.flow.yaml".into(), "2".into()), ("c.flow.yaml".into(), "1".into())]);
    assert_eq!(before.changes_in_words(&after), "-a, b, +c");
}
