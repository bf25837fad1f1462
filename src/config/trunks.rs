//! The section `trunks`: who may call in, and where calls go out.

use super::reader::{Reader, Sort};
use super::site::section;
use super::value;
use crate::base::code;
use crate::base::document::{Fields, Key, Node};
use crate::base::number::Country;
use crate::sip::event::Transport;
use crate::switchboard::settings::{Identity, Login, NumberForm, Trunk};

/// Shortest life of a registration that we ask for, in seconds.
const REGISTER_S_MIN: u64 = 60;

const TRANSPORTS: [(&str, Transport); 2] = [("udp", Transport::Udp), ("tcp", Transport::Tcp)];

const FORMS: [(&str, NumberForm); 4] = [
    ("plus_e164", NumberForm::PlusE164),
    ("e164", NumberForm::E164),
    ("zero_zero", NumberForm::ZeroZero),
    ("national", NumberForm::National),
];

const IDENTITIES: [(&str, Identity); 4] = [
    ("from", Identity::From),
    ("p_asserted", Identity::PAsserted),
    ("p_preferred", Identity::PPreferred),
    ("remote_party", Identity::RemoteParty),
];

/// All trunks in the order of the text.
pub(super) fn read(root: &mut Fields, calls_max: usize, reader: &mut Reader) -> Vec<Trunk> {
    let Some(mut trunks) = reader.names_in(root, "trunks", Sort::Trunk) else {
        return Vec::new();
    };
    let entries = trunks.take_rest();
    entries.iter().filter_map(|(key, node)| read_one(key, node, calls_max, reader)).collect()
}

fn read_one(key: &Key, node: &Node, calls_max: usize, reader: &mut Reader) -> Option<Trunk> {
    let name = reader.define(Sort::Trunk, key);
    let mut fields = Fields::of(node, "a trunk", &mut reader.complaints)?;
    let stated =
        Stated { ways: fields.has("sources") || fields.has("peers"), login: fields.has("login") };
    let login = read_login(&mut fields, reader);
    let complaints = &mut reader.complaints;
    let peers = value::list(fields.take("peers"), complaints, value::peer);
    let country = fields.required("country", complaints);
    let country = country.and_then(|n| value::country(n, complaints));
    let sources = match fields.take("sources") {
        Some(node) => value::list(Some(node), complaints, value::network),
        None => {
            peers.iter().map(|peer| (peer.ip(), if peer.is_ipv4() { 32 } else { 128 })).collect()
        }
    };
    let number = |node: &Node, complaints: &mut _| value::number(node, country, complaints);
    let ani = fields.take("ani").and_then(|n| number(n, complaints));
    let mut anis = value::list(fields.take("anis"), complaints, number);
    if let Some(ani) = ani.as_ref().filter(|ani| !anis.is_empty() && !anis.contains(ani)) {
        anis.push(ani.clone());
    }
    let identities = fields.take("identity_out");
    let read_identity = |n: &Node, c: &mut _| n.choice(&IDENTITIES, c);
    let identity_out = match identities {
        Some(node) => value::list(Some(node), complaints, read_identity),
        None => vec![Identity::From, Identity::PAsserted],
    };
    let transport = fields.take("transport").and_then(|n| n.choice(&TRANSPORTS, complaints));
    let number_out = fields.take("number_out").and_then(|n| n.choice(&FORMS, complaints));
    let trunk = Trunk {
        name,
        sources,
        peers,
        transport: transport.unwrap_or(Transport::Udp),
        domain: fields.take("domain").and_then(|n| value::filled(n, complaints)),
        register: fields.take("register").and_then(|n| n.duration(complaints)),
        login,
        // Complained about above; any country lets the reading go on.
        country: country.or_else(|| Country::new("ZZ"))?,
        number_out: number_out.unwrap_or(NumberForm::PlusE164),
        identity_out,
        trust: fields.take("trust").and_then(|n| n.yes_no(complaints)).unwrap_or(false),
        anis,
        ani,
        calls_max: fields
            .take("calls_max")
            .and_then(|n| value::count(n, complaints))
            .unwrap_or(calls_max),
    };
    fields.finish(complaints);
    check_one(&trunk, &stated, key, reader);
    Some(trunk)
}

fn read_login(fields: &mut Fields, reader: &mut Reader) -> Option<Login> {
    let mut login = section(fields.take("login"), "a login", reader)?;
    let user = login.required("user", &mut reader.complaints);
    let user = user.and_then(|n| value::filled(n, &mut reader.complaints));
    let stated = login.has("password") || login.has("password_file");
    let password = value::secret(&mut login, reader);
    if !stated {
        let message = "a login needs `password` or `password_file`";
        reader.complaints.error(code::MISSING_KEY, login.place(), message);
    }
    login.finish(&mut reader.complaints);
    Some(Login { user: user?, password: password? })
}

/// What was written, be it right or wrong: one mistake shall not bring another.
struct Stated {
    /// Sources or peers.
    ways: bool,
    login: bool,
}

fn check_one(trunk: &Trunk, stated: &Stated, key: &Key, reader: &mut Reader) {
    let complaints = &mut reader.complaints;
    if !stated.ways {
        let message = format!("the trunk `{}` neither takes calls nor makes any", trunk.name);
        complaints
            .error(code::IDLE_TRUNK, &key.place, message)
            .help("give it `sources` for calls in, `peers` for calls out, or both");
    }
    if let Some(every) = trunk.register {
        if !stated.login || !stated.ways || (trunk.login.is_some() && trunk.peers.is_empty()) {
            let message = format!("the trunk `{}` cannot register", trunk.name);
            complaints
                .error(code::CANNOT_REGISTER, &key.place, message)
                .help("`register` needs a `login` and `peers`");
        }
        if every.as_secs() < REGISTER_S_MIN {
            let message = format!("registering more often than every {REGISTER_S_MIN}s is refused");
            complaints.error(code::REGISTER_OFTEN, &key.place, message);
        }
    }
}
