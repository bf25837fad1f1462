//! Who is there: a server with its agents and earlier callers, and the caller's telephone.

use super::Target;
use crate::base::id::{CallId, SessionId};
use crate::base::interfaces::Interfaces;
use crate::base::time::Moment;
use crate::config::load::Loaded;
use crate::io::cli::actor::Actor;
use crate::io::cli::free_ports::free_rtp_ports;
use crate::io::clock::Clock;
use crate::io::node::Word;
use crate::io::server::Server;
use crate::io::softphone::settings::{SoftphoneSettings, address_towards};
use crate::io::softphone::{Heard, Softphone};
use crate::io::temporary::Temporary;
use crate::rehearsal::house::log::{Log, What};
use crate::rehearsal::script::{Case, Given};
use crate::rehearsal::stage::{Crowd, Stage, crowds, earlier_number};
use crate::sdp::description::Encoding;
use crate::sip::digest::Login;
use crate::sip::event::{Path, Transport};
use crate::sip::uri::{NameAddr, Uri};
use crate::switchboard::output::Tale;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

const HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// RTP and RTCP ports of a server with many earlier callers.
const RTP_PORTS: u16 = 240;
/// Callbacks are not dialled in a test; nobody listens here.
const NOBODY: SocketAddr = SocketAddr::new(HOST, 9);
/// How long agents and earlier callers may take to be in their places.
const ARRANGED_WITHIN: Duration = Duration::from_secs(15);
/// How long a server may take to end.
const STOP_MAX: Duration = Duration::from_secs(10);
/// What waits for a telephone that is busy with something else.
const ORDERS_MAX: usize = 16;

/// Everybody.
pub(super) struct Scene {
    pub(super) caller: Actor,
    /// The caller's call, once it was made.
    pub(super) session: Option<SessionId>,
    /// What was told and heard.
    pub(super) log: Log,
    /// The caller's call in the server.
    pub(super) call: Option<CallId>,
    server: SocketAddr,
    own: Option<Own>,
    called: String,
    from: Option<String>,
    began: Instant,
    dir: Temporary,
}

/// A server of our own, and who is around it.
struct Own {
    running: Server,
    /// Telephones of agents and of those who came before: told what to do by word.
    people: Vec<mpsc::Sender<Order>>,
}

/// What somebody is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Answer,
    Refuse(u16),
    HangUp,
    /// What a telephone that rings does by itself.
    Nothing,
}

impl Scene {
    /// Builds everything; the caller has not dialled.
    pub(super) async fn build(case: &Case, stage: &Stage, target: &Target) -> Result<Self, String> {
        let dir = Temporary::new().map_err(|fault| format!("no temporary directory: {fault}"))?;
        let given = &case.given;
        let mut called = stage.called(given);
        let (server, bind, own) = match target {
            Target::Own(loaded) => {
                let own = Own::start(loaded, given, stage, &dir).await?;
                (own.running.address, HOST, Some(own))
            }
            Target::Other { server, user } => {
                called = user.clone().unwrap_or(called);
                let bind = address_towards(*server).map_err(|fault| format!("no way: {fault}"))?;
                (*server, bind, None)
            }
        };
        let settings = telephone(dir.path().join("caller"), bind, server);
        let caller = Softphone::start(settings).await.map_err(|fault| fault.to_string())?;
        let from = Stage::caller(given).map(str::to_owned);
        let mut scene = Self {
            caller: Actor::new(caller),
            session: None,
            log: Log::default(),
            call: None,
            server,
            own,
            called,
            from,
            began: Instant::now(),
            dir,
        };
        scene.arrange(given, stage).await?;
        Ok(scene)
    }

    /// Whether the inside of the server can be seen.
    pub(super) const fn sees_inside(&self) -> bool {
        self.own.is_some()
    }

    /// The time since the caller dialled.
    pub(super) fn now(&self) -> Moment {
        Moment::ZERO + self.began.elapsed()
    }

    /// The file of our server's store.
    pub(super) fn store(&self) -> PathBuf {
        self.dir.path().join("ringback.sqlite")
    }

    /// Agents sign in and earlier callers take their places, as many as are given.
    async fn arrange(&mut self, given: &Given, stage: &Stage) -> Result<(), String> {
        let Some(server) = self.own.as_ref().map(|own| own.running.address) else { return Ok(()) };
        let (settings, agents) = stage.settings_of(given);
        for agent in &agents {
            let known = settings.agents.iter().find(|known| known.name == *agent);
            let login = known.map(|agent| agent.login.clone());
            let login = login.map(|login| Login { user: login.user, password: login.password });
            let mut settings = telephone(self.dir.path().join(agent), HOST, server);
            settings.login = login;
            let aor = Uri::sip(Some(agent), server.ip(), Some(server.port()));
            settings.register = Some((aor, Duration::from_secs(300)));
            self.joins_in(settings, None).await?;
            let signed_in = format!("the agent {agent} is signed in");
            self.awaits(&signed_in, "agent.state_changed").await?;
        }
        let crowds = crowds(&settings, &agents, given, stage.utc(given));
        for Crowd { queue: index, served, waiting } in crowds {
            let name = settings.queues.get(index).map_or("", |queue| &queue.line.name);
            for place in 0..served + waiting {
                let before = format!("caller {} before ours, in the queue {name},", place + 1);
                let dir = format!("earlier-{index}-{place}");
                let settings = telephone(self.dir.path().join(dir), HOST, server);
                self.joins_in(settings, Some(earlier_number(index))).await?;
                if place < served {
                    self.awaits(&format!("{before} finds an agent"), "agent.ringing").await?;
                    self.orders(Order::Answer);
                    self.awaits(&format!("{before} talks to an agent"), "call.connected").await?;
                } else {
                    self.awaits(&format!("{before} waits"), "queue.joined").await?;
                }
            }
        }
        Ok(())
    }

    /// Starts a telephone that lives by itself, and dials if it shall.
    async fn joins_in(
        &mut self,
        settings: SoftphoneSettings,
        dials: Option<String>,
    ) -> Result<(), String> {
        let server = settings.server.remote;
        let mut phone = Softphone::start(settings).await.map_err(|fault| fault.to_string())?;
        if let Some(called) = dials {
            let uri = Uri::sip(Some(&called), server.ip(), Some(server.port()));
            let from = NameAddr::new(Uri::sip(Some("+48226000000"), HOST, None));
            phone.call(uri, from, Vec::new()).map_err(|fault| fault.to_string())?;
        }
        let (say, orders) = mpsc::channel(ORDERS_MAX);
        tokio::spawn(live(phone, orders));
        if let Some(own) = &mut self.own {
            own.people.push(say);
        }
        Ok(())
    }

    /// Everybody hears an order; who cannot follow it does not.
    pub(super) fn orders(&self, order: Order) {
        for person in self.own.iter().flat_map(|own| &own.people) {
            // Who has gone needs no order.
            let _ = person.try_send(order);
        }
    }

    /// Waits until our server tells of an event, before the caller dials; `what` says it for
    /// people.
    async fn awaits(&mut self, what: &str, event: &str) -> Result<(), String> {
        let until = Instant::now() + ARRANGED_WITHIN;
        let Some(own) = &mut self.own else { return Ok(()) };
        loop {
            match tokio::time::timeout_at(until, own.running.tales.recv()).await {
                Ok(Some(tale)) if tale.event == event => return Ok(()),
                Ok(Some(_)) => {}
                Ok(None) => return Err("the server has ended".to_owned()),
                Err(_) => {
                    return Err(format!(
                        "given, and in vain: {what}; not within {ARRANGED_WITHIN:?}"
                    ));
                }
            }
        }
    }

    /// The caller dials.
    pub(super) fn dial(&mut self) -> Result<(), String> {
        self.began = Instant::now();
        let uri = Uri::sip(Some(&self.called), self.server.ip(), Some(self.server.port()));
        let ip = self.caller.phone.address().ip();
        let (from, header) = match &self.from {
            Some(number) => {
                let shown = NameAddr::new(Uri::sip(Some(number), ip, None));
                (shown.clone(), ("P-Asserted-Identity".to_owned(), shown.to_string()))
            }
            None => {
                let nobody = Uri::sip(Some("anonymous"), ip, None);
                (NameAddr::new(nobody), ("Privacy".to_owned(), "id".to_owned()))
            }
        };
        let call = self.caller.phone.call(uri, from, vec![header]);
        self.session = Some(call.map_err(|fault| fault.to_string())?);
        Ok(())
    }

    /// Lets something happen, at most until then.
    pub(super) async fn pass(&mut self, until: Instant) {
        let now = self.now();
        let Some(own) = &mut self.own else {
            let heard = self.caller.phone.next(Some(until)).await;
            return self.caller.happens(heard);
        };
        tokio::select! {
            heard = self.caller.phone.next(Some(until)) => self.caller.happens(heard),
            Some(tale) = own.running.tales.recv() => self.told(now, tale),
        }
    }

    /// Keeps what concerns the caller, and what concerns nobody's call.
    fn told(&mut self, now: Moment, tale: Tale) {
        if tale.event == "call.started" && self.call.is_none() {
            self.call = tale.call;
        }
        if tale.call.is_none() || tale.call == self.call {
            self.log.note(now, What::of(tale));
        }
    }

    /// Ends everybody.
    pub(super) async fn clear(self) {
        self.caller.phone.stop().await;
        let Some(Own { running, people }) = self.own else { return };
        drop(people);
        // A server that has ended already needs no word.
        let _ = running.say.send(Word::Stop).await;
        let _ = tokio::time::timeout(STOP_MAX, running.task).await;
    }
}

impl Own {
    async fn start(
        loaded: &Loaded,
        given: &Given,
        stage: &Stage,
        dir: &Temporary,
    ) -> Result<Self, String> {
        let mut loaded = loaded.clone();
        let (mut settings, _) = stage.settings_of(given);
        let first = free_rtp_ports(RTP_PORTS).map_err(|fault| fault.to_string())?;
        settings.site.rtp_ports = (first, first + RTP_PORTS - 1);
        settings.site.interfaces = Interfaces::only(HOST);
        settings.site.bind = Some(HOST);
        settings.site.calls_max = usize::from(RTP_PORTS);
        for (index, trunk) in settings.trunks.iter_mut().enumerate() {
            trunk.sources = if index == 0 { vec![(HOST, 32)] } else { Vec::new() };
            trunk.peers = if trunk.peers.is_empty() { Vec::new() } else { vec![NOBODY] };
            trunk.transport = Transport::Udp;
        }
        loaded.settings = settings;
        loaded.io.address = HOST;
        loaded.io.port = 0;
        loaded.io.store = dir.path().join("ringback.sqlite");
        loaded.io.recordings = dir.path().join("recordings");
        let clock = Clock::start_at(stage.utc(given));
        let running = Server::start_at(loaded, clock).await.map_err(|error| error.to_string())?;
        Ok(Self { running, people: Vec::new() })
    }
}

/// A telephone that keeps its call, rings, and does as it is told; it ends with its orders.
async fn live(mut phone: Softphone, mut orders: mpsc::Receiver<Order>) {
    let mut rings: Option<SessionId> = None;
    let mut talks: Option<SessionId> = None;
    loop {
        tokio::select! {
            heard = phone.next(None) => match heard {
                Heard::Incoming(session, _) => {
                    phone.ring(session);
                    rings = Some(session);
                }
                Heard::Ended(session, _) | Heard::Failed(session, _) => {
                    rings = rings.filter(|other| *other != session);
                    talks = talks.filter(|other| *other != session);
                }
                Heard::Ringing(..) | Heard::Answered(_) | Heard::Confirmed(_) | Heard::Played(_)
                | Heard::Digit(..) | Heard::Recorded(..) | Heard::Closed(..) | Heard::Mute(..)
                | Heard::Registered(_) | Heard::NotRegistered(_) | Heard::Moment => {}
            },
            order = orders.recv() => match (order, rings, talks) {
                (None, _, _) => break,
                (Some(Order::Answer), Some(session), _) => {
                    // One that cannot be answered any more is told as ended.
                    let _ = phone.accept(session);
                    (rings, talks) = (None, Some(session));
                }
                (Some(Order::Refuse(status)), Some(session), _) => {
                    phone.refuse(session, status);
                    rings = None;
                }
                (Some(Order::HangUp), _, Some(session)) => {
                    phone.hang_up(session);
                    talks = None;
                }
                (Some(Order::Answer | Order::Refuse(_)), None, _)
                | (Some(Order::HangUp), _, None)
                | (Some(Order::Nothing), _, _) => {}
            },
        }
    }
    phone.stop().await;
}

fn telephone(recordings: PathBuf, bind: IpAddr, server: SocketAddr) -> SoftphoneSettings {
    SoftphoneSettings {
        bind: SocketAddr::new(bind, 0),
        recordings,
        encodings: vec![Encoding::Pcma, Encoding::Pcmu],
        server: Path { transport: Transport::Udp, remote: server, connection: None },
        login: None,
        register: None,
    }
}
