//! The site as it is rehearsed: its own settings, with what a case gives laid over them.

use super::earlier;
use super::house::repertoire::Repertoire;
use super::house::{Before, House, Whose};
use super::script::{Caller, Given, WebGiven};
use crate::base::calendar::Calendar;
use crate::base::number::Country;
use crate::base::skill::{LEVEL_MAX, Skills};
use crate::base::time::Utc;
use crate::flow::graph::FlowSet;
use crate::flow::load::load;
use crate::flow::site::Site;
use crate::flow::web::WebFault;
use crate::switchboard::settings::{Agent, Identity, Login, NumberForm, Queue, Settings, Trunk};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// What the clock shows where a test says nothing: a Monday morning, so that a test does not
/// depend on the day on which it is run.
pub const NOW: &str = "2026-11-23 10:15";
/// Who calls where a test says nothing.
pub const CALLER: &str = "+48221112233";
/// Which number is called where a test says nothing, and the site has none for the flow.
pub const CALLED: &str = "+48221234567";
/// Where callers come from at a site without trunks (RFC 5737).
const OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1));
const SIP_PORT: u16 = 5060;
/// How long the callers who came before may take to be in their places.
const ARRANGED_WITHIN: Duration = Duration::from_secs(5);

/// A site, ready to be rehearsed by any number of cases.
#[derive(Debug, Clone)]
pub struct Stage {
    settings: Settings,
    repertoire: Arc<Repertoire>,
    outside: SocketAddr,
}

impl Stage {
    /// The stage of a site.
    #[must_use]
    pub fn new(mut settings: Settings, repertoire: Arc<Repertoire>) -> Self {
        for trunk in &mut settings.trunks {
            // Nobody answers a registration here.
            trunk.register = None;
        }
        if settings.trunks.iter().all(|trunk| trunk.sources.is_empty()) {
            settings.trunks.extend(Country::new("PL").map(outside_trunk));
        }
        let sources = settings.trunks.iter().flat_map(|trunk| &trunk.sources);
        let address = sources.map(|(base, prefix)| first_of(*base, *prefix)).next();
        let outside = SocketAddr::new(address.unwrap_or(OUTSIDE), SIP_PORT);
        settings.site.calls_max = usize::MAX;
        settings.flows = Arc::new(with_earlier(&settings));
        Self { settings, repertoire, outside }
    }

    /// The settings of the site.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What can be heard here.
    #[must_use]
    pub fn repertoire(&self) -> &Repertoire {
        &self.repertoire
    }

    /// What the clock shows at the beginning.
    #[must_use]
    pub fn utc(&self, given: &Given) -> Utc {
        given.now.or_else(|| self.settings.site.time_zone.moment(NOW)).unwrap_or_default()
    }

    /// The number that is called.
    #[must_use]
    pub fn called(&self, given: &Given) -> String {
        let leads = |(_, flow): &(&String, &String)| Some(*flow) == given.flow.as_ref();
        let own = || self.settings.numbers.iter().find(leads).map(|(number, _)| number.clone());
        given.called.clone().or_else(own).unwrap_or_else(|| CALLED.to_owned())
    }

    /// The number that is shown; `None` shows none.
    #[must_use]
    pub fn caller(given: &Given) -> Option<&str> {
        match &given.caller {
            Some(Caller::Number(number)) => Some(number),
            Some(Caller::Anonymous) => None,
            None => Some(CALLER),
        }
    }

    /// The settings of a case, and the agents who are signed in.
    #[must_use]
    pub fn settings_of(&self, given: &Given) -> (Settings, Vec<String>) {
        let mut settings = self.settings.clone();
        if let Some(flow) = &given.flow {
            settings.numbers.insert(self.called(given), flow.clone());
        }
        for (index, queue) in self.settings.queues.iter().enumerate() {
            settings.numbers.insert(earlier_number(index), earlier_flow(index));
            debug_assert!(settings.flows.flows.contains_key(&earlier_flow(index)), "{queue:?}");
        }
        for (name, standing) in &given.hours {
            settings.hours.insert(name.clone(), Arc::new(Calendar::fixed(*standing)));
        }
        let mut present = given.agents.clone();
        let skills = all_skills(&settings.agents);
        let mut stand_ins = 1..;
        for queue in &mut settings.queues {
            let Some(given) = given.queues.get(&queue.line.name) else { continue };
            queue.line.callers_max = given.callers_max.or(queue.line.callers_max);
            queue.line.wait_estimate = given.wait_estimate.or(queue.line.wait_estimate);
            for number in stand_ins.by_ref().take(given.agents.unwrap_or(0)) {
                let name = format!("agent-{number}");
                queue.line.agents.push(name.clone());
                settings.agents.push(stand_in(&name, &skills));
                present.push(name);
            }
        }
        (settings, present)
    }

    /// A house with everything that a case gives; the caller has not dialled.
    #[must_use]
    pub fn house(&self, given: &Given) -> House {
        let (settings, agents) = self.settings_of(given);
        let promises = earlier::promises(&given.callbacks, self.utc(given));
        let before = Before { agents, promises };
        let settings = Arc::new(settings);
        let repertoire = Arc::clone(&self.repertoire);
        let mut house = House::new(&settings, repertoire, self.utc(given), self.outside, &before);
        let crowds = crowds(&settings, &before.agents, given, self.utc(given));
        for Crowd { queue: index, served, waiting } in crowds {
            for _ in 0..served {
                house.earlier_caller(&earlier_number(index));
                house.answers(Whose::Agent);
            }
            let Some(queue) = settings.queues.get(index) else { continue };
            for place in 0..waiting {
                house.earlier_caller(&earlier_number(index));
                let end = house.now() + ARRANGED_WITHIN;
                let so = |house: &House| stand(house, queue) > place;
                while !so(&house) && house.step(end) {}
            }
        }
        for _ in given.callbacks.iter().filter(|callback| callback.dialing) {
            house.answers(Whose::Agent);
            let end = house.now() + ARRANGED_WITHIN;
            while house.ringing(Whose::FarEnd).is_none() && house.step(end) {}
        }
        for (place, answer) in &given.web {
            match answer {
                WebGiven::Replies(status, body) => house.web().reply(place, *status, body),
                WebGiven::Unreachable => house.web().fail(place, WebFault::Unreachable),
                WebGiven::Silent => house.web().silence(place),
            }
        }
        if given.store_fails == Some(true) {
            house.store().temper.fails = true;
        }
        house
    }
}

fn stand(house: &House, queue: &Queue) -> usize {
    house.heart().view().queues().waiting(&queue.line.name)
}

/// Who called a queue before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crowd {
    /// The queue, by its number among all.
    pub queue: usize,
    /// Those who talk to an agent: where somebody waits, no agent is free.
    pub served: usize,
    /// Those who wait.
    pub waiting: usize,
}

/// Who called before, queue by queue; a queue that is closed at `utc` has let nobody in.
#[must_use]
pub fn crowds(settings: &Settings, present: &[String], given: &Given, utc: Utc) -> Vec<Crowd> {
    let mut free: Vec<&String> = present.iter().collect();
    let open = |queue: &Queue| {
        let hours = queue.hours.as_ref().and_then(|hours| settings.hours.get(hours));
        hours.is_none_or(|calendar| calendar.is_open(utc))
    };
    let mut crowd = |(index, queue): (usize, &Queue)| {
        let waiting = given.queues.get(&queue.line.name).and_then(|given| given.waiting)?;
        if !open(queue) {
            return None;
        }
        let all = free.len();
        if waiting > 0 {
            free.retain(|agent| !queue.line.agents.contains(agent));
        }
        Some(Crowd { queue: index, served: all - free.len(), waiting })
    };
    settings.queues.iter().enumerate().filter_map(&mut crowd).collect()
}

/// The number that callers dial who came before.
#[must_use]
pub fn earlier_number(queue: usize) -> String {
    format!("earlier-{queue}")
}

fn earlier_flow(queue: usize) -> String {
    format!("earlier-{queue}")
}

/// The flows of the site, and for each queue one that leads straight into it.
fn with_earlier(settings: &Settings) -> FlowSet {
    let text = |index: usize, queue: &Queue| {
        let (flow, name) = (earlier_flow(index), &queue.line.name);
        let text = format!(
            "flow: {flow}\nformat: 1\nsections:\n  start:\n    - queue: {{ name: {name:?} }}\n    \
             - hangup\n"
        );
        (format!("{flow}.flow.yaml"), text)
    };
    let texts: Vec<(String, String)> =
        settings.queues.iter().enumerate().map(|(index, queue)| text(index, queue)).collect();
    let mut all = (*settings.flows).clone();
    match load(&texts, &Site::default()) {
        Ok((earlier, _)) => all.flows.extend(earlier.flows),
        Err(mistakes) => debug_assert!(false, "{mistakes:?}"),
    }
    all
}

/// Every skill that somebody here has, at its best: whoever stands in can serve everybody.
fn all_skills(agents: &[Agent]) -> Skills {
    let mut skills = Skills::none();
    let names = agents.iter().flat_map(|agent| agent.skills.names());
    names.for_each(|name| skills.set(name, LEVEL_MAX));
    skills
}

fn stand_in(name: &str, skills: &Skills) -> Agent {
    Agent {
        name: name.to_owned(),
        login: Login { user: name.to_owned(), password: name.to_owned() },
        title: name.to_owned(),
        auto_ready: true,
        skills: skills.clone(),
    }
}

/// How callers come to a site that lets nobody in.
fn outside_trunk(country: Country) -> Trunk {
    Trunk {
        name: "rehearsal".to_owned(),
        sources: vec![(OUTSIDE, 32)],
        peers: vec![SocketAddr::new(OUTSIDE, SIP_PORT)],
        transport: crate::sip::event::Transport::Udp,
        domain: None,
        login: None,
        register: None,
        country,
        number_out: NumberForm::PlusE164,
        identity_out: vec![Identity::PAsserted],
        trust: true,
        anis: Vec::new(),
        ani: None,
        calls_max: usize::MAX,
    }
}

/// An address in a network: the network's own number is nobody's.
fn first_of(base: IpAddr, prefix: u8) -> IpAddr {
    match base {
        IpAddr::V4(v4) if prefix < 31 => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits((v4.to_bits() & mask) + 1))
        }
        IpAddr::V4(_) | IpAddr::V6(_) => base,
    }
}
