//! The Town itself: one Ringback, carriers and phones, on one clock.

use super::calling::Presented;
use super::ear::Catalogue;
use super::handset::Handset;
use super::line::Line;
use super::phone::{Manner, Phone, Sent};
use super::site::{CARRIER, Plan, RINGBACK, SECOND_CARRIER};
use bytes::Bytes;
use ringback::base::time::{Moment, Utc};
use ringback::callback::request::Row;
use ringback::queue::agent::AgentState;
use ringback::rehearsal::line::{Datagram, Weather};
use ringback::rehearsal::world::World;
use ringback::switchboard::store::CallResult;
use std::cell::RefCell;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// 2026-11-23 10:15 in Warsaw, a Monday.
const MONDAY_MORNING_MS: i64 = 1_795_425_300_000;

/// A town that everything in a story is part of.
#[derive(Clone)]
pub struct Town(pub(super) Rc<RefCell<Inner>>);

pub struct Inner {
    pub world: World,
    pub phones: Vec<Phone>,
    catalogue: Rc<Catalogue>,
    callers: u8,
    /// Steps without time passing.
    standing: u32,
}

/// More steps at one moment are a circle.
const STANDING_MAX: u32 = 10_000;

impl Town {
    /// The town of a plan; the same seed gives the same run.
    pub fn new(plan: Plan, seed: u64) -> Self {
        let settings = Arc::new(plan.settings);
        let prompts = settings.prompts.values().next().expect("a language");
        let catalogue = Catalogue::new(prompts.iter().map(|(name, s)| (name.clone(), &**s)));
        let world = World::new(Arc::clone(&settings), Utc::from_millis(MONDAY_MORNING_MS), seed);
        let mut inner = Inner { world, phones: Vec::new(), catalogue, callers: 0, standing: 0 };
        inner.world.ladder.name(RINGBACK, "ringback");
        inner.add("carrier", CARRIER);
        if settings.trunks.len() > 1 {
            inner.add("second", SECOND_CARRIER);
        }
        for (index, agent) in settings.agents.iter().enumerate() {
            let last = u8::try_from(index + 1).expect("few agents");
            let phone = inner.add(&agent.name, IpAddr::from([10, 2, 0, last]));
            let login = (agent.login.user.clone(), agent.login.password.clone());
            inner.phones[phone].login = Some(login);
        }
        Self(Rc::new(RefCell::new(inner)))
    }

    /// The shipped flows, fair weather.
    pub fn shipped(seed: u64) -> Self {
        Self::new(Plan::shipped(), seed)
    }

    /// Somebody with this number calls +48221234567 over the first trunk.
    pub fn calls_in(&self, number: &str) -> Handset {
        self.dials(number, "+48221234567")
    }

    /// Somebody with this number dials.
    pub fn dials(&self, number: &str, dialled: &str) -> Handset {
        let mut inner = self.0.borrow_mut();
        inner.callers += 1;
        let address = IpAddr::from([10, 9, 0, inner.callers]);
        let first = inner.callers == 1;
        let taken = inner.phones.iter().any(|phone| phone.name == number);
        let name = match (first, taken) {
            (true, _) => "caller".to_owned(),
            (false, false) => number.to_owned(),
            (false, true) => format!("{number} {}", inner.callers),
        };
        let phone = inner.add(&name, address);
        let shown = Presented { from: number.to_owned(), headers: Vec::new() };
        let line = inner.act(|phones, now, out| phones[phone].call(now, dialled, &shown, out));
        Handset { town: self.clone(), phone, line, cursor: 0.into() }
    }

    /// An agent's phone registers; the agent is ready after that.
    pub fn signs_in(&self, agent: &str) -> AgentPhone {
        let phone = self.0.borrow().find(agent);
        self.0.borrow_mut().act(|phones, now, out| phones[phone].register(now, 3_600, out));
        self.until("the phone is registered", |inner| inner.phones[phone].registration.stands);
        AgentPhone { town: self.clone(), phone }
    }

    /// How a number behind the first trunk behaves when it is called.
    pub fn number(&self, number: &str, manner: Manner) {
        self.number_at("carrier", number, manner);
    }

    /// How a number behind a trunk behaves when it is called.
    pub fn number_at(&self, trunk: &str, number: &str, manner: Manner) {
        let mut inner = self.0.borrow_mut();
        let phone = inner.find(trunk);
        inner.phones[phone].manners.insert(number.to_owned(), manner);
    }

    /// Waits until a number behind a trunk is called.
    #[track_caller]
    pub fn is_called(&self, trunk: &str, number: &str, within: Duration) -> Handset {
        let phone = self.0.borrow().find(trunk);
        let rings = |inner: &Inner| {
            inner.phones[phone]
                .lines
                .iter()
                .rposition(|line| line.dialled() == number && !line.is_over())
        };
        self.until_within(&format!("{number} is called"), within, |i| rings(i).is_some());
        let line = rings(&self.0.borrow()).expect("a line");
        Handset { town: self.clone(), phone, line, cursor: 0.into() }
    }

    /// How often a number behind a trunk was called.
    pub fn calls_to(&self, trunk: &str, number: &str) -> usize {
        let inner = self.0.borrow();
        let lines = &inner.phones[inner.find(trunk)].lines;
        lines.iter().filter(|line| line.dialled() == number).count()
    }

    /// Looks at the newest call to a number behind a trunk.
    pub fn newest_call<T>(&self, trunk: &str, number: &str, look: impl FnOnce(&Line) -> T) -> T {
        let inner = self.0.borrow();
        let mut lines = inner.phones[inner.find(trunk)].lines.iter().rev();
        look(lines.find(|line| line.dialled() == number).expect("a call to this number"))
    }

    /// Lets time pass.
    pub fn runs(&self, span: Duration) {
        let end = self.now() + span;
        while self.0.borrow_mut().step(end) {}
    }

    /// Lets time pass until something is so; a minute at most.
    #[track_caller]
    pub fn until(&self, what: &str, so: impl Fn(&Inner) -> bool) {
        self.until_within(what, Duration::from_secs(60), so);
    }

    /// Lets time pass until something is so.
    #[track_caller]
    pub fn until_within(&self, what: &str, span: Duration, so: impl Fn(&Inner) -> bool) {
        let end = self.now() + span;
        loop {
            if so(&self.0.borrow()) {
                return;
            }
            if !self.0.borrow_mut().step(end) {
                panic!("in vain: {what}\n{}", self.report());
            }
        }
    }

    pub fn now(&self) -> Moment {
        self.0.borrow().world.now().monotonic
    }

    /// The whole ladder as text.
    pub fn ladder(&self) -> String {
        self.0.borrow().world.ladder.text()
    }

    /// Looks at everything.
    pub fn look<T>(&self, look: impl FnOnce(&Inner) -> T) -> T {
        look(&self.0.borrow())
    }

    /// Changes the world: its weather, its store.
    pub fn world<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.0.borrow_mut().world)
    }

    /// Cuts the phone of this name off from the network, or joins it again.
    pub fn cuts_off(&self, name: &str, cut: bool) {
        let mut inner = self.0.borrow_mut();
        let phone = inner.find(name);
        let address = inner.phones[phone].sip.ip();
        inner.world.lines.set_cut(address, cut);
    }

    /// What an agent does now.
    pub fn agent(&self, name: &str) -> AgentState {
        let inner = self.0.borrow();
        let heart = inner.world.heart().expect("a living process");
        heart.view().queues().agent_state(name).expect("an agent of this name")
    }

    /// All callbacks that were ever promised, oldest first.
    pub fn rows(&self) -> Vec<Row> {
        self.world(|world| world.store.rows().cloned().collect())
    }

    /// How all calls came out that were noted, oldest first.
    pub fn results(&self) -> Vec<CallResult> {
        self.world(|world| world.store.interactions().map(|call| call.result).collect())
    }

    /// Changes the weather of SIP and of sound.
    pub fn weather(&self, signalling: Weather, sound: Weather) {
        use ringback::rehearsal::line::Kind;
        self.world(|world| {
            world.lines.set_weather(Kind::Signalling, signalling);
            world.lines.set_weather(Kind::Sound, sound);
        });
    }

    /// Events that the heart told, as `noun.verb`, without the steps of flows.
    pub fn tales(&self) -> Vec<&'static str> {
        let inner = self.0.borrow();
        let told = inner.world.tales.iter().map(|(_, tale)| tale.event);
        told.filter(|event| !event.starts_with("flow.")).collect()
    }

    /// After a minute's quiet nothing of any call may be left.
    #[track_caller]
    pub fn is_quiet(&self) {
        self.runs(Duration::from_secs(60));
        let inner = self.0.borrow();
        let heart = inner.world.heart().expect("a living process");
        let view = heart.view();
        let left = (view.calls(), view.legs(), view.jobs(), view.ports_used());
        assert_eq!(left, (0, 0, 0, 0), "calls, legs, jobs, ports\n{}", inner.world.ladder.text());
        assert_eq!(inner.world.open_ports(), 0, "media ports");
        assert_eq!(view.store_requests(), 0, "requests to the store");
        assert_eq!(view.sip_state(), 0, "SIP transactions and sessions");
        for phone in &inner.phones {
            for line in &phone.lines {
                assert!(line.is_over(), "{} has a call: {:?}", phone.name, line.state);
            }
        }
    }

    /// What a failed story needs to be understood.
    pub fn report(&self) -> String {
        let inner = self.0.borrow();
        let mut text = inner.world.ladder.text();
        for phone in &inner.phones {
            for line in &phone.lines {
                let heard: Vec<String> =
                    line.media.ear.heard.iter().map(|h| h.name.clone()).collect();
                let (far, packets) = (&line.media.far, line.media.ear.packets);
                let deadline = line.deadline();
                text += &format!(
                    "{} {:?} far {far:?} packets {packets} next {deadline:?} heard {}\n",
                    phone.name,
                    line.state,
                    heard.join(", ")
                );
            }
        }
        let now = inner.world.now().monotonic;
        text += &format!("now {now:?}\n");
        for (at, tale) in &inner.world.tales {
            text += &format!("{at:?} {} {:?}\n", tale.event, tale.facts);
        }
        text
    }
}

/// The phone of an agent.
#[derive(Clone)]
pub struct AgentPhone {
    pub(super) town: Town,
    pub(super) phone: usize,
}

impl AgentPhone {
    /// Waits until it rings.
    #[track_caller]
    pub fn rings(&self) -> Handset {
        self.rings_within(Duration::from_secs(60))
    }

    /// Waits until it rings.
    #[track_caller]
    pub fn rings_within(&self, span: Duration) -> Handset {
        let phone = self.phone;
        self.town.until_within("the agent's phone rings", span, |inner| {
            inner.phones[phone].newest().is_some()
        });
        let line = self.town.0.borrow().phones[phone].newest().expect("a line");
        Handset { town: self.town.clone(), phone, line, cursor: 0.into() }
    }

    /// Registers again, as phones do from time to time.
    pub fn signs_in_again(&self) {
        let phone = self.phone;
        self.town.0.borrow_mut().act(|phones, now, out| {
            phones[phone].register(now, 3_600, out);
        });
    }

    /// What it does by itself when it rings.
    pub fn manner(&self, manner: Manner) {
        self.town.0.borrow_mut().phones[self.phone].manners.insert(String::new(), manner);
    }

    /// Dials something, such as a feature code.
    pub fn dials(&self, dialled: &str) -> Handset {
        let phone = self.phone;
        let mut inner = self.town.0.borrow_mut();
        let (user, _) = inner.phones[phone].login.clone().expect("a login");
        let shown = Presented { from: user, headers: Vec::new() };
        let line = inner.act(|phones, now, out| phones[phone].call(now, dialled, &shown, out));
        Handset { town: self.town.clone(), phone, line, cursor: 0.into() }
    }
}

impl Inner {
    fn add(&mut self, name: &str, address: IpAddr) -> usize {
        let server = SocketAddr::new(RINGBACK, 5060);
        self.world.ladder.name(address, name);
        self.phones.push(Phone::new(name, address, server, Rc::clone(&self.catalogue)));
        self.phones.len() - 1
    }

    pub(super) fn find(&self, name: &str) -> usize {
        self.phones.iter().position(|phone| phone.name == name).expect("a phone of this name")
    }

    /// A phone does something now.
    pub(super) fn act<T>(
        &mut self,
        act: impl FnOnce(&mut Vec<Phone>, Moment, &mut Sent) -> T,
    ) -> T {
        let mut out = Vec::new();
        let result = act(&mut self.phones, self.world.now().monotonic, &mut out);
        self.send(out);
        result
    }

    fn send(&mut self, sent: Sent) {
        for (from, to, bytes) in sent {
            self.world.send(Datagram { from, to, bytes: Bytes::from(bytes) });
        }
    }

    /// Jumps to the next deadline; at `end` or with nothing left to come, time stops there.
    pub fn step(&mut self, end: Moment) -> bool {
        let phones = self.phones.iter().filter_map(Phone::deadline);
        let next = phones.chain(self.world.deadline()).min();
        let now = self.world.now().monotonic;
        let next = next.map_or(end, |at| at.max(now));
        if next >= end {
            self.world.advance(end);
            return false;
        }
        self.standing = if next > now { 0 } else { self.standing + 1 };
        if self.standing > STANDING_MAX {
            let phones: Vec<_> = self.phones.iter().map(|p| (&p.name, p.deadline())).collect();
            let world = self.world.deadline();
            panic!("time stands still at {now:?}: world {world:?}, phones {phones:?}");
        }
        self.world.advance(next);
        let mut out = Vec::new();
        while let Some(datagram) = self.world.take_arrival() {
            let phone = self.phones.iter_mut().find(|p| p.sip.ip() == datagram.to.ip());
            if let Some(phone) = phone {
                phone.receive(next, datagram.to, &datagram.bytes, &mut out);
            }
        }
        for phone in &mut self.phones {
            phone.time(next, &mut out);
        }
        self.send(out);
        true
    }
}
