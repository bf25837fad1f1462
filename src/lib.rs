//! Ringback, a telephony server: the map of the house.
//!
//! A caller's whole life — ringing, prompt, digits, queue, callback, bridge — is decided by one
//! deterministic value, the [`Switchboard`]; everything that waits, listens, stores or knows what
//! time it is lives in one directory, [`io`]. How to use the program is told in the [`handbook`];
//! this page is for those who change it.
//!
//! # Floors
//!
//! ```text
//!  roof     main
//!  floor 5  io            the only room that awaits, binds, reads clocks, draws chance,
//!                         opens files
//!  floor 4  config        text → typed settings of the rooms below
//!           rehearsal     the whole house on a virtual clock
//!  floor 3  switchboard   binds the rooms: calls, legs, bridges
//!  floor 2  media         one leg's sound
//!  floor 1  audio   rtp   sdp   sip   flow   queue   callback   voicemail
//!  floor 0  base          time, ids, digits, numbers, outbox, timers
//! ```
//!
//! Imports point down only, and rooms on one floor never see each other: SIP carries a body that
//! it does not read, the queue orders ids and not calls, a flow says "play" and not RTP. What two
//! of them share is translated by the switchboard, or lies in `base` as a plain id. Each room's
//! words stand in one file, which is where to begin to read: [`sip::event`], [`media::command`],
//! [`flow::effect`], [`queue::event`], [`callback::event`], and of the whole
//! [`switchboard::input`] and [`switchboard::output`].
//!
//! # The shape of every machine
//!
//! ```text
//! fn handle(&mut self, now: Now, event: Event, out: &mut Outbox<Effect>)
//! fn deadline(&self) -> Option<Deadline>
//! ```
//!
//! An event goes in with the [`Now`] at which it happened, effects come [`out`](base::outbox) in
//! order, and the [`Deadline`] says when to be called again and why. A state is an enum that holds
//! its data, and a drawing of it stands above. Nothing waits, and nothing is asked for and waited
//! for: storing is an effect, and its answer another event.
//!
//! The [heart](switchboard::heart) is such a machine made of machines. It takes one
//! [`Input`](switchboard::input::Input), lets the room that it belongs to decide, carries that
//! room's effects to the others until nothing is left to do, and puts
//! [`Output`](switchboard::output::Output)s out. One task, the [`Node`](io::node::Node), owns it.
//! Sound lives in threads of its own: each owns one [`Shard`](media::shard::Shard) of ports.
//! Between them are bounded channels, each with an answer for when it is full.
//!
//! # Journeys
//!
//! **One INVITE.** A socket task reads a datagram; [`sip::wire`] makes a
//! [`Message`](sip::message::Message) of it, or a [`Refusal`](sip::wire::Refusal) that is counted
//! and answered there; a heart that is behind is spared, and the caller gets 503. The
//! [`UserAgent`](sip::user_agent::UserAgent) finds no transaction and no dialog that it belongs to,
//! [screens](sip::user_agent) who asks, makes a server transaction (100) and a
//! [`Session`](sip::session::Session), and tells of an [`Incoming`](sip::event::Incoming).
//! [`switchboard::inbound`] reads who calls and what was dialled, finds the flow and starts a
//! [`Runner`](flow::runner::Runner). Its `answer` opens a port on the roomiest shard, lets
//! [`sdp::offer`] answer the offer, and sends 200, which the session repeats until the ACK; the ACK
//! completes the step, and the first `play` begins.
//!
//! **One RTP packet.** The thread of its shard reads it, and [`rtp::packet`] looks at it in place.
//! [`media::source`] decides whether it comes from whom we listen to. A telephone-event goes to the
//! [keypad](media::keypad); sound goes to the [recorder](media::recorder) and, in a
//! [bridge](media::bridge), to the partner: as it is when both sides speak the same, else through
//! a playout buffer. Each port beats every packet time, spread over them; a prompt's packet is a
//! header and a slice of a [`Sound`](audio::sound::Sound) that was encoded once for all calls.
//!
//! **One digit.** The first packet of an event is a press; later ones, and the three that end it,
//! are the same press, even if most are lost ([`rtp::event`]). The [keypad](media::keypad) drops
//! its echo by INFO. [`Digit`](base::digit::Digit) → call → [`Runner`](flow::runner::Runner) →
//! [`Collector`](flow::collect::Collector), which ends the entry by `#`, by its length or by
//! silence → `verify_number` ([`base::number`]) → [`flow::wording`] reads it back.
//!
//! **One callback.** Start: the call's [`Intent`](callback::intent::Intent) asks the
//! [queues](queue::queues::Queues) to suspend the entry, and they decide whether an agent's answer
//! was first; a phone that rings is let go without blame. Register: [`switchboard::registering`]
//! checks number, queue, ANI and [policy](callback::policy) and puts a *Promise* out to the
//! [`Store`](io::store::Store). Only its *Stored* gives the [`Request`](callback::life::Request) a
//! life, turns the entry into a promised one, and lets the flow say so. When the entry is first
//! and due and an agent is free, the queues offer it; the offer is stored,
//! [`switchboard::offering`] rings the agent, [`switchboard::desk`] plays the material. Then the
//! attempt is stored, and only then [`switchboard::dialling`] sends the INVITE. What comes of it
//! is read by [`callback::outcome`]: they talk, or the request waits again at its old place, or its
//! life is over.
//!
//! # Laws
//!
//! Kept by `tests/architecture.rs`, which reads the source:
//!
//! - imports point down; each crate stays in its room;
//! - below `io` no tokio, sockets, clocks, chance, files, threads, locks, hash maps;
//! - every file begins with what it is and has at most 600 lines, every function at most 70; no
//!   channel without bounds; no stub.
//!
//! And by everybody: the same seed gives the same run, byte for byte. A limit is a named constant
//! with a unit. The peer's fault is answered, our limit is refused and counted, and our bug is
//! logged and ends that call only. Nothing from outside can panic us. Logs show a number's last two
//! digits, and never a key.
//!
//! # Tests
//!
//! Machines are tested beside their files. The Town (`tests/support`, on top of [`rehearsal`]) is
//! the heart with a media shard, lossy lines, phones that speak hand-written SIP, and a store that
//! can fail; it jumps from deadline to deadline; its stories stand in
//! `tests/town.rs` and `tests/town_races`. `tests/peers` lets other people's telephones call the
//! program itself. `tests/hostile` changes flows, tests and settings in all ways that come to mind,
//! and `tests/fuzz` lets a fuzzer think of more; both ask the same. `tests/handbook.rs` holds the
//! [`handbook`] against the code.
//!
//! # Words
//!
//! | word | is |
//! | --- | --- |
//! | Agent | always the human; the SIP element is the *user agent* |
//! | Callback | always the phone call; code has *effects* |
//! | Session | a SIP dialog from its INVITE to its end |
//! | Leg | a session with its sound |
//! | Call | a caller's leg, flow, intent and place |
//! | Job | an agent's work for one entry, from the offer on |
//! | Bridge | two ports that hear each other |
//! | Entry | a place in a queue: a caller on the line, or a promise |
//! | Intent | a call's side of a callback, from Start on |
//! | Request | what Register made: durable, outlives the call |
//! | Binding | a registered contact of a phone |
//! | Port | one leg's RTP and RTCP, owned by a shard |
//! | Prompt | is played; a *recording* is kept |
//! | Tale | one sentence about what happened, for people |
//! | Escalation | a named failure that a flow may catch |
//!
//! [`Switchboard`]: switchboard::heart::Switchboard
//! [`Now`]: base::time::Now
//! [`Deadline`]: base::time::Deadline

pub mod audio;
pub mod base;
pub mod callback;
pub mod config;
pub mod flow;
pub mod handbook;
pub mod io;
pub mod media;
pub mod queue;
pub mod rehearsal;
pub mod rtp;
pub mod sdp;
pub mod sip;
pub mod switchboard;
pub mod voicemail;
