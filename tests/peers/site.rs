//! The site of a story: a directory with settings, flows and short prompts.

use super::ports::Ports;
use super::tone;
use ringback::audio::wav;
use ringback::io::temporary::Temporary;
use std::fs;
use std::path::{Path, PathBuf};

/// Calls in; it keeps a trunk apart from phones.
pub(super) const TRUNK: std::net::Ipv4Addr = std::net::Ipv4Addr::new(127, 0, 0, 2);
/// The number shown to customers.
pub(super) const ANI: &str = "+48221234567";
/// Other ports, by their use.
pub(super) const FAR_END: u16 = 0;
pub(super) const CALLER: u16 = 1;
pub(super) const AGENT: u16 = 2;
pub(super) const CALLER_SOUND: u16 = 3;
pub(super) const FAR_END_SOUND: u16 = 4;
pub(super) const AGENT_SOUND: u16 = 5;
pub(super) const CONTROL: u16 = 6; // and 7
pub(super) const SECOND_CALLER: u16 = 8;
pub(super) const SECOND_CALLER_SOUND: u16 = 9;

/// The prompts of the stories as tones, so that an ear knows which one it hears.
pub(super) const MENU_HZ: u32 = 500;
pub(super) const MUSIC_HZ: u32 = 600;
pub(super) const ENTER_NUMBER_HZ: u32 = 700;
pub(super) const LEAVE_NOTE_HZ: u32 = 800;
pub(super) const REGISTERED_HZ: u32 = 900;
pub(super) const FOR_YOU_HZ: u32 = 1_100;
pub(super) const DISMISSED_HZ: u32 = 1_200;

const PROMPTS: [(&str, u32, usize); 8] = [
    ("en/main-menu", MENU_HZ, 400),
    ("music/default", MUSIC_HZ, 1_000),
    ("en/enter-number", ENTER_NUMBER_HZ, 400),
    ("en/leave-a-note", LEAVE_NOTE_HZ, 400),
    ("en/callback-registered", REGISTERED_HZ, 400),
    ("en/callback-for-you", FOR_YOU_HZ, 400),
    ("en/back-to-waiting", DISMISSED_HZ, 400),
    ("en/goodbye", 1_300, 200),
];

const FLOWS: [(&str, &str); 3] = [
    ("front", include_str!("../sipp/flows/front.flow.yaml")),
    ("wait", include_str!("../sipp/flows/wait.flow.yaml")),
    ("ask", include_str!("../sipp/flows/ask.flow.yaml")),
];

/// A directory that is gone at the end of the story.
pub(super) struct Site {
    dir: Temporary,
    pub(super) ports: Ports,
}

impl Site {
    /// The settings and flows that most stories share.
    pub(super) fn new() -> Self {
        let site = Self { dir: Temporary::new().expect("a directory"), ports: Ports::new() };
        for (name, text) in FLOWS {
            site.write(&format!("flows/{name}.flow.yaml"), text);
        }
        for (name, hz, ms) in PROMPTS {
            let file = wav::file(&tone::tone(hz, ms));
            let path = site.path(&format!("prompts/{name}.wav"));
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, file).expect("a file");
        }
        site.write("ringback.yaml", &site.settings());
        site
    }

    /// The same with another line in place of one of the settings.
    pub(super) fn with(self, old: &str, new: &str) -> Self {
        let settings = fs::read_to_string(self.path("ringback.yaml")).expect("a file");
        assert!(settings.contains(old), "the settings have no {old}");
        self.write("ringback.yaml", &settings.replace(old, new));
        self
    }

    /// A file of the site.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The directory.
    pub(super) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file of the site.
    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    fn settings(&self) -> String {
        let (first, last) = self.ports.rtp();
        let (port, far_end) = (self.ports.server(), self.ports.other(FAR_END));
        format!(
            r#"sip: {{ address: 127.0.0.1, port: {port}, realm: ringback, digest: md5, calls_max: 6 }}
media: {{ rtp_ports: {first}..{last}, shards: 1 }}
language: en
trunks:
  carrier:
    sources: [{TRUNK}/32]
    peers: ["{TRUNK}:{far_end}"]
    country: PL
    trust: true
    identity_out: [from, p_asserted]
    anis: ["{ANI}"]
    ani: "{ANI}"
numbers: {{ 5000: front }}
queues:
  sales: {{ agents: [anna], ring: 3s, wrap_up: 1s, ani: "{ANI}" }}
  service: {{ agents: [anna] }}
agents:
  anna: {{ title: Anna, password: secret-anna, auto_ready: true }}
hours:
  office-hours: {{ time_zone: Europe/Warsaw, mon-sun: 00:00-24:00 }}
callbacks: {{ kinds: [fixed, mobile] }}
recordings: {{ dir: data/recordings }}
store: {{ path: data/ringback.sqlite }}
log: {{ level: debug, format: json }}
"#
        )
    }
}
