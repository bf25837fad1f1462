//! Stories of configuration files.

use super::defaults;
use super::load::{Loaded, Sources, load};
use super::outside::{LogFormat, LogLevel};
use crate::audio::sound::Sound;
use crate::base::complaint::{Complaint, Severity};
use crate::base::interfaces::Interfaces;
use crate::base::language::Language;
use crate::base::number::{Country, NumberKind, PhoneNumber};
use crate::base::time::Utc;
use crate::sip::event::Transport;
use crate::switchboard::settings::{Identity, NumberForm, Prompts};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

mod doubts;
mod web;

type Read = Result<(Loaded, Vec<Complaint>), Vec<Complaint>>;

/// The shipped flows.
const FLOWS: [(&str, &str); 8] = [
    ("custom-callback", include_str!("../../config/flows/custom-callback.flow.yaml")),
    ("echo", include_str!("../../config/flows/echo.flow.yaml")),
    ("main-line", include_str!("../../config/flows/main-line.flow.yaml")),
    ("national-number", include_str!("../../config/flows/national-number.flow.yaml")),
    ("standard", include_str!("../../config/flows/standard.flow.yaml")),
    ("standard-callback", include_str!("../../config/flows/standard-callback.flow.yaml")),
    ("straight-in", include_str!("../../config/flows/straight-in.flow.yaml")),
    ("waiting", include_str!("../../config/flows/waiting.flow.yaml")),
];

fn read_with(text: &str, environment: &[(&str, &str)]) -> Read {
    // The shipped flows name the shipped queues; elsewhere flows of one step do.
    let told = "inputs: { line: { type: queue } }\n";
    let sections = |name: &str| match name {
        "standard" => {
            format!("{told}sections: {{ start: [ {{ if: known(line), then: end }}, end ] }}")
        }
        _ => "sections: { start: [end] }".to_owned(),
    };
    let flow = |(name, flow): &(&str, &str)| match text == defaults::SETTINGS {
        true => (*flow).to_owned(),
        false => format!("flow: {name}\nformat: 1\n{}\n", sections(name)),
    };
    let flows: Vec<(&str, String)> = FLOWS.iter().map(|one| (one.0, flow(one))).collect();
    let flows: Vec<(&str, &str)> = flows.iter().map(|(name, text)| (*name, &**text)).collect();
    read_flows(text, &flows, environment)
}

fn read_flows(text: &str, flows: &[(&str, &str)], environment: &[(&str, &str)]) -> Read {
    let flow = |(name, text): &(&str, &str)| (format!("{name}.flow.yaml"), (*text).to_owned());
    let flows: Vec<(String, String)> = flows.iter().map(flow).collect();
    let environment: Vec<(String, String)> =
        environment.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let secret = |path: &str| match path {
        "/run/secret" | "/etc/ringback/carrier.secret" => Ok("canary-from-file\n".to_owned()),
        other => Err(format!("{other}: no such file")),
    };
    let table = |path: &str| match path {
        "tables/vip.csv" => Ok(web::VIP.to_owned()),
        "tables/wrong.csv" => Ok(web::WRONG.to_owned()),
        "tables/due.csv" => Ok("number,until,due,debt\n7,8:30,2026-11-23,12.50 PLN\n".to_owned()),
        other => Err(format!("{other}: no such file")),
    };
    load(Sources {
        settings: ("ringback.yaml", text),
        flows: &flows,
        environment: &environment,
        prompts: Arc::new(prompts()),
        interfaces: Interfaces::only(ip("192.0.2.1")),
        cores: 2,
        read_secret: &secret,
        read_table: &table,
    })
}

/// As many prompts as are shipped, all silent.
fn prompts() -> Prompts {
    let manifest = include_str!("../../prompts/en.txt").lines();
    let names = manifest.filter_map(|line| line.split_once('\t')).map(|(name, _)| name);
    let names = names.chain(["music/default", "music/jazz"]);
    let silence = Arc::new(Sound::new(vec![0]));
    let sounds: BTreeMap<String, Arc<Sound>> =
        names.map(|name| (name.to_owned(), Arc::clone(&silence))).collect();
    BTreeMap::from([(Language::english(), sounds.clone()), (Language::new("pl").unwrap(), sounds)])
}

fn read(text: &str) -> Read {
    read_with(text, &[])
}

fn good(text: &str) -> Loaded {
    let (loaded, _) = read(text).unwrap_or_else(|mistakes| panic!("{}", written(&mistakes)));
    loaded
}

/// All complaints, `line:column code` each.
fn places(read: &Read) -> Vec<String> {
    let list = match read {
        Ok((_, warnings)) => warnings,
        Err(mistakes) => mistakes,
    };
    let one = |c: &Complaint| format!("{}:{} {}", c.place.line, c.place.column, c.code.name());
    list.iter().map(one).collect()
}

fn written(complaints: &[Complaint]) -> String {
    complaints.iter().map(|c| format!("{c} ({})\n", c.help.as_deref().unwrap_or(""))).collect()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::from_e164(text).unwrap()
}

#[test]
fn the_shipped_configuration_is_fine_but_for_its_passwords() {
    let (loaded, warnings) = read(defaults::SETTINGS).unwrap_or_else(|m| panic!("{}", written(&m)));
    let codes: Vec<&str> = warnings.iter().map(|c| c.code.name()).collect();
    assert_eq!(codes, ["demo-password", "demo-password"], "{}", written(&warnings));
    let settings = loaded.settings;
    assert_eq!(settings.numbers.get("5000").map(String::as_str), Some("main-line"));
    let queues: Vec<&str> = settings.queues.iter().map(|q| q.line.name.as_str()).collect();
    assert_eq!(queues, ["sales", "service"]);
    let always = settings.hours.get("office-hours").unwrap();
    assert!((0..7 * 24).all(|hour| always.is_open(Utc::from_millis(hour * 3_600_000))));
    assert!(!settings.trunks_for("sales", None).is_empty());
    assert_eq!((loaded.io.port, loaded.io.log.format), (5060, LogFormat::Auto));
}

/// The shipped text with the examples that are commented out in `section`, at an indent of
/// `indent` spaces, put in. An example begins with a key; other comments are for people.
fn uncommented(section: &str, indent: usize) -> String {
    let indent = " ".repeat(indent);
    let mark = format!("{indent}# ");
    let is_example = |text: &str| {
        let key = text.trim_start().split(':').next().unwrap_or("");
        text.contains(':') && !key.is_empty() && !key.contains(' ')
    };
    let mut inside = false;
    let mut text = String::new();
    for line in defaults::SETTINGS.lines() {
        if line.starts_with(|letter: char| letter.is_ascii_lowercase()) {
            inside = line.starts_with(section);
        }
        match line.strip_prefix(&mark).filter(|example| inside && is_example(example)) {
            Some(example) => text.push_str(&format!("{indent}{example}\n")),
            None => text.push_str(&format!("{line}\n")),
        }
    }
    text
}

#[test]
fn the_commented_examples_of_queues_are_right() {
    let loaded = good(&uncommented("queues", 4));
    let sales = loaded.settings.queue("sales").unwrap();
    assert_eq!((sales.line.callers_max, sales.line.callbacks_max), (Some(50), Some(200)));
    assert_eq!(sales.line.timeout, Some(Duration::from_secs(900)));
    assert_eq!(sales.ani, Some(number("+48221234567")));
    assert_eq!(sales.trunks, ["local"]);
    let waiting = loaded.settings.flows.waiting.get("sales");
    assert_eq!(waiting.map(String::as_str), Some("standard"));
}

#[test]
fn the_commented_carrier_is_right() {
    let loaded = good(&uncommented("trunks", 2));
    let carrier = loaded.settings.trunk("carrier").unwrap();
    assert_eq!(carrier.peers.len(), 2);
    assert_eq!(carrier.register, Some(Duration::from_secs(600)));
    assert_eq!(carrier.anis, [number("+48221234567")]);
}

#[test]
fn the_commented_hours_policy_and_public_address_are_right() {
    let text = uncommented("hours", 4).replace("    mon-sun: 00:00-24:00", "    #");
    assert!(
        good(&text)
            .settings
            .hours
            .get("office-hours")
            .unwrap()
            .next_change(Utc::from_millis(0))
            .is_some()
    );
    let policy = good(&uncommented("callbacks", 2)).settings.policy;
    assert!(policy.blocked.contains("+4870") && policy.allowed.contains("+441624"));
    let site = good(&uncommented("sip", 2)).settings.site;
    assert_eq!(site.interfaces.outside, ip("203.0.113.7"));
    assert_eq!(good(&uncommented("media", 2)).settings.site.shards, 2);
}

const CARRIER: &str = "
sip: { address: 192.0.2.10, port: 5080, realm: example.org, public_address: 203.0.113.9 }
media: { rtp_ports: 20000..20999, shards: 4 }
language: pl
trunks:
  carrier:
    sources: [203.0.113.0/28, 2001:db8::/64]
    peers: [203.0.113.5, '[2001:db8::7]:5062']
    transport: tcp
    domain: sip.carrier.example
    login: { user: site, password: canary-trunk }
    register: 10m
    country: pl
    number_out: zero_zero
    identity_out: [from, remote_party]
    trust: yes
    anis: [+48221234567, 22 123 45 68]
    ani: '+48221234567'
    calls_max: 30
numbers: { '+48 22 123-45-67': main-line, 5001: straight-in }
default_flow: main-line
queues:
  sales: { agents: [anna], ring: 15s, wrap_up: 0s, timeout: 10m, when_no_agents: refuse,
           music: jazz, trunks: [carrier], ani: 221234568, incomplete_counts_as: abandon }
agents:
  anna: { password_file: /run/secret, title: Anna, auto_ready: true }
callbacks: { countries: [PL, DE], kinds: [mobile], blocked: ['+4870'], allowed: ['+4880'] }
recordings: { dir: /var/recordings }
store: { path: /var/ringback.sqlite }
log: { level: debug, format: json }
";

#[test]
fn a_whole_site_is_read_as_meant() {
    let Loaded { settings, io } = good(CARRIER);
    assert_eq!(settings.site.bind, Some(ip("192.0.2.10")));
    assert_eq!(settings.site.interfaces.outside, ip("203.0.113.9"));
    assert_eq!((settings.site.rtp_ports, settings.site.shards), ((20_000, 20_999), 4));
    assert_eq!(settings.site.language.tag(), "pl");
    let trunk = &settings.trunks[0];
    assert_eq!(trunk.sources, [(ip("203.0.113.0"), 28), (ip("2001:db8::"), 64)]);
    let peers: Vec<String> = trunk.peers.iter().map(ToString::to_string).collect();
    assert_eq!(peers, ["203.0.113.5:5060", "[2001:db8::7]:5062"]);
    assert_eq!((trunk.transport, trunk.number_out), (Transport::Tcp, NumberForm::ZeroZero));
    assert_eq!(trunk.identity_out, [Identity::From, Identity::RemoteParty]);
    assert_eq!(trunk.anis, [number("+48221234567"), number("+48221234568")]);
    assert_eq!(trunk.register, Some(Duration::from_secs(600)));
    assert_eq!(trunk.login.as_ref().unwrap().password, "canary-trunk");
    assert_eq!((trunk.trust, trunk.calls_max), (true, 30));
    let queue = &settings.queues[0];
    assert_eq!((queue.line.ring, queue.line.wrap_up), (Duration::from_secs(15), Duration::ZERO));
    assert!(!queue.line.waits_without_agents && queue.incomplete_counts_as_abandon);
    assert_eq!((queue.music.as_str(), &queue.ani), ("jazz", &Some(number("+48221234568"))));
    assert_eq!(settings.agents[0].login.password, "canary-from-file");
    assert_eq!(settings.numbers.get("+48221234567").map(String::as_str), Some("main-line"));
    assert_eq!(settings.policy.countries.len(), 2);
    assert_eq!(settings.policy.kinds.iter().collect::<Vec<_>>(), [&NumberKind::Mobile]);
    assert!(settings.policy.own_numbers.contains(&number("+48221234568")));
    assert_eq!((io.store.to_str(), io.log.level), (Some("/var/ringback.sqlite"), LogLevel::Debug));
    assert_eq!((io.address, io.port), (ip("192.0.2.10"), 5080));
}

#[test]
fn no_secret_is_shown() {
    let (loaded, warnings) = read(CARRIER).unwrap();
    let shown = format!("{loaded:?} {warnings:?}");
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn no_secret_is_shown_when_it_is_wrong() {
    let text = "agents:\n  anna: { password: [canary-1], password_file: canary-2 }\n  jan:\n    \
                password: { canary-3: x }\n";
    let mistakes = read_with(text, &[("RINGBACK__AGENTS__OLA__PASSWORD__X", "canary-4")]);
    let shown = written(&mistakes.unwrap_err());
    assert!(!shown.contains("canary-1") && !shown.contains("canary-3"), "{shown}");
    assert!(!shown.contains("canary-4"), "{shown}");
}

#[test]
fn all_mistakes_come_at_once_with_their_places_and_suggestions() {
    let text = "\
sip: { prot: 5060, port: 70000 }
media: { rtp_ports: 10001..10100 }
qeues: {}
queues:
  sales: { agents: [ana], ring: 20, hours: office, music: jaz, trunks: [carier] }
agents:
  anna: { password: long-enough-1, titel: Anna }
numbers: { 5000: main-lin }
log: { level: inf }
";
    let read = read(text);
    let expected = [
        "1:8 unknown-key",
        "1:26 wrong-value",
        "2:21 odd-ports",
        "3:1 unknown-key",
        "5:21 unknown-agent",
        "5:33 wrong-value",
        "5:44 unknown-hours",
        "5:59 unknown-music",
        "5:73 unknown-trunk",
        "7:3 serves-nothing",
        "7:36 unknown-key",
        "8:18 unknown-flow",
        "9:15 wrong-value",
        "1:1 no-trunks",
    ];
    let mut found = places(&read);
    let mut expected: Vec<String> = expected.map(str::to_owned).into();
    found.sort();
    expected.sort();
    let mistakes = read.unwrap_err();
    assert_eq!(found, expected, "{}", written(&mistakes));
    let help = |code: &str| {
        let found = mistakes.iter().find(|c| c.code.name() == code).and_then(|c| c.help.clone());
        found.unwrap_or_default()
    };
    assert_eq!(help("unknown-agent"), "did you mean `anna`?");
    assert_eq!(help("unknown-flow"), "did you mean `main-line`?");
    assert_eq!(help("unknown-music"), "did you mean `jazz`?");
    assert_eq!(help("odd-ports"), "the first is even and the last is odd: `10002..10099`");
}

/// The codes of errors only.
fn errors(text: &str) -> Vec<&'static str> {
    let mistakes = read(text).expect_err("mistakes");
    mistakes.iter().filter(|c| c.severity == Severity::Error).map(|c| c.code.name()).collect()
}

#[test]
fn trunks_that_share_a_source_are_refused() {
    let text = "trunks:\n  a: { sources: 10.0.0.0/8, country: PL }\n  b: { sources: 10.1.2.3, \
                country: PL }\n";
    assert_eq!(errors(text), ["sources-overlap"]);
    let apart = "trunks:\n  a: { sources: 10.0.0.0/16, country: PL }\n  b: { sources: 10.1.2.3, \
                 country: PL }\n";
    assert!(read(apart).is_ok());
}

#[test]
fn an_ani_that_no_trunk_of_the_queue_may_show_is_refused() {
    let text = "
trunks:
  one: { peers: 192.0.2.1, country: PL, anis: ['+48221234567'] }
  two: { peers: 192.0.2.2, country: PL, anis: ['+48221234568'] }
queues:
  sales: { trunks: [one], ani: '+48221234568' }
";
    assert_eq!(errors(text), ["ani-not-allowed"]);
    assert!(read(&text.replace("[one]", "[one, two]")).is_ok());
}

#[test]
fn the_flow_of_those_who_wait_needs_the_queue_and_nothing_else() {
    let waiting = |inputs: &str| {
        let flow = format!("flow: hold\nformat: 1\n{inputs}\nsections: {{ start: [end] }}\n");
        let text = "queues:\n  sales: { callback: hold }\n";
        let read = read_flows(text, &[("hold", &flow)], &[]);
        let complaints = read.map_or_else(|mistakes| mistakes, |(_, warnings)| warnings);
        complaints.iter().any(|complaint| complaint.code == "waiting-flow-inputs")
    };
    assert!(!waiting("inputs: { line: { type: queue, required: true } }"));
    assert!(waiting(""));
    assert!(waiting("inputs: { line: { type: duration } }"));
    assert!(waiting("inputs: { line: { type: queue }, more: { type: text, required: true } }"));
}

#[test]
fn an_agent_listed_twice_in_a_queue_is_refused() {
    let text = "queues: { sales: { agents: [anna, anna] } }\nagents: { anna: { password: \
                long-enough-1 } }\n";
    assert_eq!(errors(text), ["listed-twice"]);
}

#[test]
fn one_number_written_in_two_ways_is_refused() {
    let text = "numbers: { '+48 22 1234567': main-line, '+48221234567': straight-in }\n";
    assert_eq!(errors(text), ["listed-twice"]);
}

#[test]
fn ports_must_not_hold_the_sip_port_and_must_be_pairs() {
    assert_eq!(
        errors("sip: { port: 10060 }\nmedia: { rtp_ports: 10000..10999 }\n"),
        ["ports-overlap"]
    );
    assert_eq!(errors("media: { rtp_ports: 10000..10998 }\n"), ["odd-ports"]);
    assert_eq!(errors("media: { rtp_ports: 10000..10003, shards: 3 }\n"), ["ports-too-few"]);
    assert_eq!(errors("media: { rtp_ports: 80..99 }\n"), ["wrong-value"]);
}

#[test]
fn few_ports_for_many_calls_are_a_warning() {
    let read = read("sip: { calls_max: 100 }\nmedia: { rtp_ports: 10000..10099 }\n");
    assert!(places(&read).contains(&"2:21 ports-few".to_owned()));
    assert!(read.is_ok());
}

#[test]
fn a_trunk_must_be_able_to_do_what_it_says() {
    assert_eq!(errors("trunks: { a: { country: PL } }\n"), ["idle-trunk"]);
    assert_eq!(errors("trunks: { a: { sources: 10.0.0.0/8 } }\n"), ["missing-key"]);
    assert_eq!(
        errors("trunks: { a: { peers: 192.0.2.1, country: PL, register: 5m } }\n"),
        ["cannot-register"]
    );
    assert_eq!(errors("trunks: { a: { peers: sip.example.org, country: PL } }\n"), ["wrong-value"]);
}

#[test]
fn a_trunk_without_sources_takes_calls_from_its_peers() {
    let loaded = good("trunks: { a: { peers: '192.0.2.1:5070', country: PL } }\n");
    assert_eq!(loaded.settings.trunks[0].sources, [(ip("192.0.2.1"), 32)]);
    assert_eq!(loaded.settings.policy.countries.first().map(Country::code), Some("PL"));
}

#[test]
fn a_trunk_that_only_takes_calls_opens_no_country_for_callbacks() {
    let loaded = good("trunks: { a: { sources: 192.0.2.1, country: PL } }\n");
    assert!(loaded.settings.policy.countries.is_empty());
}

#[test]
fn an_agent_needs_one_password() {
    assert_eq!(errors("agents: { anna: { } }\n"), ["missing-key"]);
    assert_eq!(
        errors("agents: { anna: { password: x, password_file: /run/secret } }\n"),
        ["two-secrets"]
    );
    assert_eq!(errors("agents: { anna: { password_file: /nowhere } }\n"), ["unreadable"]);
    assert_eq!(errors("agents: { anna: { password: '' } }\n"), ["empty"]);
    assert_eq!(errors("agents: { 'anna nowak': { password: long-enough-1 } }\n"), ["wrong-name"]);
}

#[test]
fn weak_passwords_are_warned_of_unless_only_this_machine_can_call() {
    let agents = "queues: { sales: { agents: anna } }\nagents: { anna: { password: demo-anna } }\n";
    let codes = |read: &Read| places(read).iter().any(|place| place.ends_with("demo-password"));
    assert!(codes(&read(agents)));
    assert!(!codes(&read(&format!("sip: {{ address: 127.0.0.1 }}\n{agents}"))));
}

#[test]
fn a_mailbox_takes_what_is_said_of_it_and_shipped_values_for_the_rest() {
    let loaded = good(
        "agents: { anna: { password: long-enough-1 } }\nmailboxes:\n  support:\n    \
         agents: anna\n    longest: 90s\n    silence: none\n    retention: none\n    \
         notify: { email: [a@example.com, b@example.com], attach: true }\n  other: {}\n\
         mail: { server: mail.example.com, from: ringback@example.com }\n",
    );
    let [support, other] = loaded.settings.mailboxes.as_slice() else { panic!("two mailboxes") };
    assert_eq!(support.limits.longest, Duration::from_secs(90));
    assert_eq!((support.limits.silence, support.retention), (None, None));
    assert_eq!((support.notify.emails.len(), support.notify.attach), (2, true));
    assert_eq!((other.greeting.as_str(), other.messages_max), ("voicemail-greeting", 100));
    assert_eq!(other.retention, Some(Duration::from_secs(30 * 24 * 3_600)));
}

#[test]
fn mistakes_in_a_mailbox_are_told() {
    let codes = |body: &str| errors(&format!("mailboxes: {{ support: {{ {body} }} }}\n"));
    assert_eq!(codes("agents: bob"), ["unknown-agent"]);
    assert_eq!(codes("greeting: voicemail-greetings"), ["unknown-prompt"]);
    assert_eq!(codes("longest: 1s, shortest: 2s"), ["wrong-value"]);
    assert_eq!(codes("notify: { email: anna }"), ["wrong-value"]);
    assert_eq!(codes("notify: { webhook: crm }"), ["unknown-webhook"]);
    assert_eq!(codes("notify: { email: anna@example.com }"), ["no-mail-server"]);
    assert_eq!(codes("retension: 30d"), ["unknown-key"]);
}

#[test]
fn opening_hours_are_read_by_day_range_and_holiday() {
    let loaded = good(
        "hours:\n  office:\n    time_zone: Europe/Warsaw\n    mon-fri: 09:00-17:00\n    \
         sat-sun: [10:00-12:00, 13:00-14:00]\n    holidays: { 2026-12-24: 09:00-12:00, 12-25: \
         closed }\n",
    );
    let office = loaded.settings.hours.get("office").unwrap();
    // 2026-11-23 was a Monday; Warsaw is one hour ahead of UTC in winter.
    let monday = 1_795_392_000_000_i64;
    let at = |day: i64, hour: i64| Utc::from_millis(monday + (day * 24 + hour - 1) * 3_600_000);
    assert!(office.is_open(at(0, 9)) && !office.is_open(at(0, 17)));
    assert!(!office.is_open(at(5, 12)) && office.is_open(at(6, 13)));
    // 24 December is a Thursday, 31 days on; the 25th is closed.
    assert!(office.is_open(at(31, 11)) && !office.is_open(at(31, 12)));
    assert!(!office.is_open(at(32, 11)));
}

#[test]
fn wrong_hours_tell_what_is_wrong() {
    let text = "hours:\n  a: { time_zone: Europe/Warsow, mon-fry: 09:00-17:00, tue: 9-17, \
                holidays: { 13-40: closed } }\n  b: { mon: 09:00-09:00 }\n";
    let expected =
        ["wrong-hours", "unknown-key", "wrong-hours", "wrong-hours", "missing-key", "wrong-hours"];
    assert_eq!(errors(text), expected);
}

#[test]
fn kinds_that_are_never_dialled_cannot_be_allowed() {
    assert_eq!(
        errors("callbacks: { kinds: [premium, moblie], blocked: 4870 }\n"),
        ["never-dialled", "wrong-value", "wrong-value"]
    );
}

#[test]
fn the_environment_overrides_the_file() {
    let environment = [
        ("RINGBACK__SIP__PORT", "5090"),
        ("RINGBACK__AGENTS__ANNA__PASSWORD", "#a: {strange} one"),
        ("RINGBACK__QUEUES__SALES__AGENTS", "[jan]"),
        ("RINGBACK__HOURS__OFFICE_HOURS__TIME_ZONE", "Europe/Berlin"),
        ("RINGBACK__STORE__PATH", "elsewhere.sqlite"),
        ("HOME", "/nowhere"),
    ];
    let (loaded, _) = read_with(defaults::SETTINGS, &environment).unwrap();
    assert_eq!(loaded.io.port, 5090);
    assert_eq!(loaded.io.store.to_str(), Some("elsewhere.sqlite"));
    assert_eq!(loaded.settings.agents[0].login.password, "#a: {strange} one");
    assert_eq!(loaded.settings.queue("sales").unwrap().line.agents, ["jan"]);
}

#[test]
fn a_mistake_in_the_environment_names_its_variable() {
    let environment = [("RINGBACK__SIP__PROT", "1"), ("RINGBACK__LANGUAGE__X", "1")];
    let mistakes = read_with(defaults::SETTINGS, &environment).unwrap_err();
    let shown = written(&mistakes);
    assert!(shown.contains("RINGBACK__SIP__PROT:1:1: error[unknown-key]"), "{shown}");
    assert!(shown.contains("did you mean `port`?"), "{shown}");
    assert!(shown.contains("RINGBACK__LANGUAGE__X:1:1: error[wrong-override]"), "{shown}");
}

#[test]
fn a_section_may_come_from_the_environment_alone() {
    let environment = [("RINGBACK__TRUNKS__A", "{ peers: 192.0.2.1, country: PL }")];
    let (loaded, _) = read_with("", &environment).unwrap();
    assert_eq!(loaded.settings.trunks[0].name, "a");
}

#[test]
fn text_that_is_no_yaml_is_one_mistake_with_its_place() {
    let mistakes = read("sip: [\n").unwrap_err();
    assert_eq!(mistakes.len(), 1, "{}", written(&mistakes));
}

mod random {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_text_and_no_variable_panics(
            start in 0_usize..4_000,
            length in 0_usize..60,
            put in "[a-z0-9:{}\\[\\]#\"' \n./+-]{0,20}",
            name in "RINGBACK__[A-Z_]{0,20}",
        ) {
            let mut text: Vec<char> = defaults::SETTINGS.chars().collect();
            let start = start.min(text.len());
            let end = (start + length).min(text.len());
            text.splice(start..end, put.chars());
            let text: String = text.into_iter().collect();
            let _ = read_with(&text, &[(&name, &put)]);
        }
    }
}
