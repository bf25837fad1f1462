//! The site that the Town rehearses: one trunk or two, two queues, agents, noises for prompts.

use ringback::audio::sound::Sound;
use ringback::base::calendar::{Calendar, Day, Opening};
use ringback::base::entropy::Entropy;
use ringback::base::interfaces::Interfaces;
use ringback::base::language::Language;
use ringback::base::number::{Country, PhoneNumber};
use ringback::callback::policy::Policy;
use ringback::flow::load::load;
use ringback::queue::settings::QueueSettings;
use ringback::sip::digest::Algorithm;
use ringback::sip::event::Transport;
use ringback::switchboard::settings::{
    Agent, Identity, Login, NumberForm, Queue, Settings, Site, Trunk,
};
use ringback::voicemail::settings::{MailboxSettings, MessageLimits, Notify};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

pub const RINGBACK: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
pub const CARRIER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 1, 0, 1));
pub const SECOND_CARRIER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 1, 0, 2));

/// Prompts of the shipped flows and of the house itself.
const PROMPTS: &[&str] = &[
    "welcome",
    "main-menu",
    "we-are-closed",
    "goodbye",
    "please-wait",
    "press-1-for-callback",
    "callback-on-this-number",
    "enter-number",
    "number-not-valid",
    "you-entered",
    "confirm-number",
    "leave-a-note",
    "callback-registered",
    "callback-unavailable",
    "back-to-waiting",
    "callback-for-you",
    "callback-cancelled",
    "callback-postponed",
    "callback-forbidden",
    "callback-not-stored",
    "callback-not-due",
    "callback-discarded",
    "customer-did-not-answer",
    "customer-busy",
    "customer-declined",
    "customer-wants-no-calls",
    "number-does-not-exist",
    "trunk-trouble",
    "agent-signed-in",
    "agent-signed-out",
    "agent-not-ready",
    "agent-ready",
    "voicemail-greeting",
    "message-saved",
    "mailbox-full",
    "nothing-recorded",
    "sorry-try-again",
    "messages-new",
    "messages-old",
    "messages-none",
    "messages-no-more",
    "message-from",
    "message-menu",
    "message-deleted",
    "music/default",
    "calling-customer",
    "callback-greeting",
    "agent-callback-menu",
    "callback-accept",
    "pause/short",
];

/// Settings under construction.
pub struct Plan {
    pub settings: Settings,
}

impl Plan {
    /// The shipped flows behind +48221234567; queues `sales` and `service`, served by `anna`
    /// and `ben`.
    pub fn shipped() -> Self {
        Self::with_flows(&[
            ("main-line.flow.yaml", include_str!("../../config/flows/main-line.flow.yaml")),
            ("waiting.flow.yaml", include_str!("../../config/flows/waiting.flow.yaml")),
            (
                "custom-callback.flow.yaml",
                include_str!("../../config/flows/custom-callback.flow.yaml"),
            ),
        ])
    }

    /// As shipped, but nothing is done for callers who hang up between Start and Register.
    pub fn without_care_for_hang_ups() -> Self {
        let callback = include_str!("../../config/flows/custom-callback.flow.yaml");
        let careless = callback.replace("when_caller_hangs_up: hung_up\n", "");
        assert_ne!(careless, callback, "the shipped flow has changed");
        Self::with_flows(&[
            ("main-line.flow.yaml", include_str!("../../config/flows/main-line.flow.yaml")),
            ("waiting.flow.yaml", include_str!("../../config/flows/waiting.flow.yaml")),
            ("custom-callback.flow.yaml", &careless),
        ])
    }

    /// The first of these flows answers +48221234567.
    pub fn with_flows(files: &[(&str, &str)]) -> Self {
        let owned: Vec<(String, String)> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let (flows, _) = load(&owned, &ringback::flow::site::Site::default()).expect("flows");
        let first = files[0].0.trim_end_matches(".flow.yaml").to_owned();
        let settings = Settings {
            site: site(),
            trunks: vec![trunk("carrier", CARRIER)],
            numbers: BTreeMap::from([("+48221234567".to_owned(), first)]),
            default_flow: None,
            queues: vec![queue("sales"), queue("service")],
            agents: vec![agent("anna"), agent("ben")],
            mailboxes: vec![],
            hours: BTreeMap::from([("office-hours".to_owned(), Arc::new(always_open()))]),
            policy: Policy::of_countries(Country::new("PL")),
            flows: Arc::new(flows),
            tables: Arc::default(),
            prompts: Arc::new(noises()),
        };
        Self { settings }
    }

    /// A second trunk, tried when the first has trouble.
    pub fn and_a_second_trunk(mut self) -> Self {
        self.settings.trunks.push(trunk("second", SECOND_CARRIER));
        self
    }

    /// The mailbox `support`, to which `anna` listens.
    pub fn and_a_mailbox(mut self) -> Self {
        self.settings.mailboxes.push(MailboxSettings {
            name: "support".to_owned(),
            title: "Support".to_owned(),
            greeting: "voicemail-greeting".to_owned(),
            limits: MessageLimits {
                longest: Duration::from_secs(60),
                shortest: Duration::from_millis(500),
                silence: Some(Duration::from_secs(4)),
            },
            messages_max: 2,
            retention: Some(Duration::from_secs(7 * 24 * 3_600)),
            agents: vec!["anna".to_owned()],
            notify: Notify::default(),
        });
        self
    }

    /// Changes anything.
    pub fn but(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }
}

/// Every day from 00:00 to 24:00, Warsaw time.
fn always_open() -> Calendar {
    let all_day: Opening = "00:00-24:00".parse().expect("opening hours");
    let days = [
        Day::Monday,
        Day::Tuesday,
        Day::Wednesday,
        Day::Thursday,
        Day::Friday,
        Day::Saturday,
        Day::Sunday,
    ];
    let week = days.into_iter().map(|day| (day, all_day));
    Calendar::new("Europe/Warsaw", week, []).expect("a zone")
}

fn site() -> Site {
    Site {
        time_zone: ringback::base::calendar::zone::Zone::utc(),
        interfaces: Interfaces::only(RINGBACK),
        bind: None,
        sip_port: 5060,
        rtp_ports: (10_000, 10_199),
        shards: 2,
        realm: "ringback".to_owned(),
        digests: vec![Algorithm::Sha256, Algorithm::Md5],
        lights_unasked: false,
        language: Language::new("pl").expect("a language"),
        calls_max: 100,
    }
}

fn trunk(name: &str, address: IpAddr) -> Trunk {
    Trunk {
        name: name.to_owned(),
        sources: vec![(address, 32), (IpAddr::from([10, 9, 0, 0]), 16)],
        peers: vec![SocketAddr::new(address, 5060)],
        transport: Transport::Udp,
        domain: None,
        login: None,
        register: None,
        country: Country::new("PL").expect("a country"),
        number_out: NumberForm::PlusE164,
        identity_out: vec![Identity::From, Identity::PAsserted],
        trust: true,
        anis: vec![],
        ani: PhoneNumber::from_e164("+48221234567"),
        calls_max: 50,
    }
}

fn queue(name: &str) -> Queue {
    Queue {
        line: QueueSettings {
            name: name.to_owned(),
            agents: vec!["anna".to_owned(), "ben".to_owned()],
            ring: Duration::from_secs(20),
            wrap_up: Duration::from_secs(10),
            callers_max: None,
            callbacks_max: None,
            timeout: None,
            wait_estimate: None,
            waits_without_agents: true,
            skills_relax_after: None,
        },
        hours: None,
        music: "default".to_owned(),
        waiting_flow: None,
        trunks: vec![],
        ani: PhoneNumber::from_e164("+48221234567"),
        incomplete_counts_as_abandon: false,
    }
}

fn agent(name: &str) -> Agent {
    Agent {
        name: name.to_owned(),
        login: Login { user: name.to_owned(), password: format!("secret of {name}") },
        title: name.to_owned(),
        auto_ready: true,
        skills: ringback::base::skill::Skills::none(),
    }
}

/// Each prompt is a noise of its own, so that an ear knows it by any few bytes.
fn noises() -> ringback::switchboard::settings::Prompts {
    let digits: Vec<String> = (0..10).map(|digit| format!("digits/{digit}")).collect();
    let names = PROMPTS.iter().map(|name| (*name).to_owned()).chain(digits);
    let prompts: BTreeMap<String, Arc<Sound>> = names
        .map(|name| {
            let sound = noise(&name);
            (name, Arc::new(sound))
        })
        .collect();
    let polish = Language::new("pl").expect("a language");
    let english = Language::new("en").expect("a language");
    BTreeMap::from([(polish, prompts.clone()), (english, prompts)])
}

fn noise(name: &str) -> Sound {
    let seed = name.bytes().fold(7_u64, |seed, byte| seed.wrapping_mul(31) + u64::from(byte));
    let mut entropy = Entropy::from_number(seed);
    let samples = if name.starts_with("music") { 16_000 } else { 4_800 };
    Sound::new((0..samples).map(|_| (entropy.below(16_000) as i16) - 8_000).collect())
}
