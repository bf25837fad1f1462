//! Two user agents over a line that loses, repeats, delays and reorders: every call ends once
//! on each side, and nothing is left.

use super::*;
use std::collections::BTreeMap;

const CALLS: u64 = 200;

/// How bad the line is.
#[derive(Clone, Copy)]
struct Line {
    loss_percent: u64,
    repeat_percent: u64,
    delay_ms_max: u64,
}

enum Happening {
    Arrives { at: usize, from: usize, bytes: bytes::Bytes },
    Order { side: usize, command: Command },
    Call,
}

/// What one side knows of one session.
#[derive(Default)]
struct Life {
    ended: Option<String>,
    after_the_end: Vec<String>,
    heard: Vec<String>,
}

struct Pair {
    sides: [UserAgent; 2],
    lives: [BTreeMap<SessionId, Life>; 2],
    line: Line,
    chance: Entropy,
    now: Now,
    /// In the order of time, then of becoming known.
    plan: BTreeMap<(Moment, u64), Happening>,
    planned: u64,
    last_order: Moment,
}

fn address(side: usize) -> String {
    format!("10.0.0.{}:5060", side + 1)
}

impl Pair {
    fn new(seed: u64, line: Line) -> Self {
        let mut chance = Entropy::from_number(seed);
        let sides = [0_u8, 1].map(|side| {
            let mut settings = settings();
            settings.identity = Identity::only(IpAddr::from([10, 0, 0, side + 1]), 5060);
            let networks = vec![(IpAddr::from([10, 0, 0, 0]), 8)];
            let other = TrunkAccess { networks, ..TrunkAccess::default() };
            settings.trunks = [("other".to_owned(), other)].into();
            UserAgent::new(settings, chance.child(), Ids::new(u16::from(side), 1))
        });
        let lives = [BTreeMap::new(), BTreeMap::new()];
        let (now, plan, last_order) = (Now::default(), BTreeMap::new(), Moment::ZERO);
        let mut pair = Self { sides, lives, line, chance, now, plan, planned: 0, last_order };
        for _ in 0..CALLS {
            pair.plan_within(60_000, Happening::Call);
        }
        pair
    }

    fn plan_within(&mut self, ms: u64, happening: Happening) {
        let at = self.now.monotonic + Duration::from_millis(self.chance.below(ms + 1));
        if !matches!(happening, Happening::Arrives { .. }) {
            self.last_order = self.last_order.max(at);
        }
        self.planned += 1;
        self.plan.insert((at, self.planned), happening);
    }

    fn order_within(&mut self, ms: u64, side: usize, command: Command) {
        self.plan_within(ms, Happening::Order { side, command });
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.chance.below(100) < chance
    }

    /// Runs until nobody wants anything any more; gives the moment of the last event.
    fn run(&mut self) -> Moment {
        let mut last = Moment::ZERO;
        for _ in 0..2_000_000 {
            let planned = self.plan.first_key_value().map(|((at, _), _)| *at);
            let due = [0, 1].map(|side| self.sides[side].deadline().map(|due| due.at));
            let next = [planned, due[0], due[1]].into_iter().flatten().min();
            let Some(next) = next else { return last };
            self.now.monotonic = self.now.monotonic.max(next);
            last = self.now.monotonic;
            if planned == Some(next) {
                let (_, happening) = self.plan.pop_first().expect("planned");
                self.happens(happening);
            } else {
                let side = usize::from(due[0] != Some(next));
                self.gives(side, |agent, now, out| agent.handle(now, Event::Timer, out));
            }
        }
        panic!("the two never come to rest");
    }

    fn happens(&mut self, happening: Happening) {
        match happening {
            Happening::Arrives { at, from, bytes } => {
                let message = read_datagram(&bytes).expect("one of us wrote it");
                let path = udp(&address(from));
                let event = Event::Received { message, path };
                self.gives(at, |agent, now, out| agent.handle(now, event, out));
            }
            Happening::Order { side, command } => {
                self.gives(side, |agent, now, out| agent.command(now, command, out));
            }
            Happening::Call => self.call(),
        }
    }

    fn call(&mut self) {
        let side = usize::from(self.percent(50));
        let session = self.sides[side].mint_session();
        self.lives[side].insert(session, Life::default());
        let uri = |text: String| Uri::parse(&text).expect("a URI");
        let to = uri(format!("sip:bob@{}", address(1 - side)));
        let invite = Invite {
            session,
            uri: to.clone(),
            from: NameAddr::new(uri(format!("sip:carol@{}", address(side)))),
            to: NameAddr::new(to),
            path: udp(&address(1 - side)),
            trunk: Some("other".to_owned()),
            headers: Vec::new(),
            body: Body::sdp(OFFER),
        };
        self.gives(side, |agent, now, out| {
            agent.command(now, Command::Invite(Box::new(invite)), out);
        });
        self.plan_life(side, session);
    }

    /// Each side offers anew sometimes and hangs up sooner or later.
    fn plan_life(&mut self, side: usize, session: SessionId) {
        if self.percent(50) {
            self.order_within(9_000, side, Command::Reoffer { session, body: Body::sdp(OFFER) });
        }
        let patience = if self.percent(30) { 3_000 } else { 20_000 };
        self.order_within(patience, side, Command::HangUp { session, cause: None });
    }

    /// Lets one side act, sends what it sends, and answers as its switchboard would.
    fn gives(&mut self, side: usize, act: impl FnOnce(&mut UserAgent, Now, &mut Outbox<Effect>)) {
        let mut out = Outbox::new();
        act(&mut self.sides[side], self.now, &mut out);
        let effects: Vec<Effect> = out.drain().collect();
        for effect in effects {
            if let Effect::Send { bytes, .. } = &effect {
                self.carries(side, bytes);
            } else {
                self.hears(side, &effect);
            }
        }
    }

    fn carries(&mut self, from: usize, bytes: &bytes::Bytes) {
        let copies = if self.percent(self.line.repeat_percent) { 2 } else { 1 };
        for _ in 0..copies {
            if !self.percent(self.line.loss_percent) {
                let (at, bytes) = (1 - from, bytes.clone());
                self.plan_within(self.line.delay_ms_max, Happening::Arrives { at, from, bytes });
            }
        }
    }

    fn hears(&mut self, side: usize, effect: &Effect) {
        let Some(session) = session_of(effect) else { return };
        let told = word(effect);
        let life = self.lives[side].entry(session).or_default();
        if life.ended.is_some() {
            life.after_the_end.push(told.clone());
        }
        life.heard.push(told.clone());
        if matches!(effect, Effect::Failed { .. } | Effect::Ended { .. }) {
            life.ended = Some(told);
        } else if matches!(effect, Effect::Incoming(_)) {
            self.takes(side, session);
        } else if matches!(effect, Effect::Reoffered { .. }) {
            let body = Body::sdp(ANSWER);
            let answer = if self.percent(80) {
                Command::AcceptReoffer { session, body }
            } else {
                Command::RefuseReoffer { session, status: 488 }
            };
            self.order_within(700, side, answer);
        }
    }

    /// Somebody calls this side.
    fn takes(&mut self, side: usize, session: SessionId) {
        self.order_within(1_000, side, Command::Ring { session, status: 180, body: None });
        let answer = if self.percent(15) {
            Command::Refuse { session, status: 486, reason: None, retry_after: None }
        } else {
            Command::Accept { session, body: Body::sdp(ANSWER) }
        };
        self.order_within(4_000, side, answer);
        self.plan_life(side, session);
    }

    fn check(&self, calls_max: u64) {
        for (side, lives) in self.lives.iter().enumerate() {
            assert!(lives.len() as u64 <= calls_max);
            for (session, life) in lives {
                assert!(life.ended.is_some(), "{side} {session} goes on: {:?}", life.heard);
                assert!(life.after_the_end.is_empty(), "{side} {session}: {:?}", life.heard);
            }
            assert_eq!(self.sides[side].counts(), Counts::default(), "side {side}");
        }
    }

    /// How many sessions heard this word.
    fn heard(&self, wanted: &str) -> usize {
        let lives = self.lives.iter().flat_map(BTreeMap::values);
        lives.filter(|life| life.heard.iter().any(|word| word.starts_with(wanted))).count()
    }
}

fn session_of(effect: &Effect) -> Option<SessionId> {
    match effect {
        Effect::Incoming(incoming) => Some(incoming.session),
        Effect::Progress { session, .. }
        | Effect::Answered { session, .. }
        | Effect::Failed { session, .. }
        | Effect::Confirmed { session, .. }
        | Effect::Reoffered { session, .. }
        | Effect::ReofferAnswered { session, .. }
        | Effect::Info { session, .. }
        | Effect::Ended { session, .. } => Some(*session),
        Effect::Send { .. }
        | Effect::OptionsAnswered { .. }
        | Effect::Subscribed(_)
        | Effect::Unsubscribed { .. }
        | Effect::BindingsChanged { .. }
        | Effect::TrunkRegistered { .. } => None,
    }
}

#[test]
fn on_a_good_line_every_call_ends_once_and_nothing_is_left_after_64_t1() {
    let line = Line { loss_percent: 0, repeat_percent: 0, delay_ms_max: 40 };
    let mut pair = Pair::new(7, line);
    let last = pair.run();
    pair.check(2 * CALLS);
    // Every way of ending a call was tried.
    for word in [
        "answered",
        "confirmed",
        "reoffered",
        "reoffer answered with",
        "failed Cancelled",
        "failed Refused",
        "ended Cancelled",
        "ended ByPeer",
        "ended ByUs",
    ] {
        assert!(pair.heard(word) > 10, "{word}: {}", pair.heard(word));
    }
    assert_eq!(pair.heard("ended Lost"), 0);
    let quiet = last.since(pair.last_order);
    assert!(quiet <= Duration::from_secs(34), "drained {quiet:?} after the last order");
}

#[test]
fn on_bad_lines_every_call_ends_once_and_nothing_is_left() {
    for (seed, loss_percent) in [(1, 0), (2, 5), (3, 5), (4, 20), (5, 20), (6, 20)] {
        let line = Line { loss_percent, repeat_percent: 10, delay_ms_max: 150 };
        let mut pair = Pair::new(seed, line);
        let last = pair.run();
        pair.check(2 * CALLS);
        let quiet = last.since(pair.last_order);
        assert!(quiet <= Duration::from_secs(100), "seed {seed}: drained after {quiet:?}");
        assert!(pair.heard("confirmed") > 30, "seed {seed}");
    }
}

#[test]
fn the_same_seed_gives_the_same_calls() {
    let run = || {
        let line = Line { loss_percent: 20, repeat_percent: 10, delay_ms_max: 150 };
        let mut pair = Pair::new(9, line);
        let last = pair.run();
        let lives = pair.lives.iter().flat_map(BTreeMap::values);
        (last, lives.map(|life| life.heard.join(", ")).collect::<Vec<_>>())
    };
    assert_eq!(run(), run());
}
