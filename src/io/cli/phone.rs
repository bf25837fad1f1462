//! `ringback phone`: an agent's phone that registers, answers, speaks, presses keys, hangs up.
//!
//! ```text
//! Registering ──► Idle ──► Ringing ──► Talking ──► Idle … or the end after so many calls
//! ```

use super::keys::Keys;
use super::stop::Stop;
use super::telephone::{self, Codec, Teller, Trouble};
use crate::audio::sound::Sound;
use crate::base::digit::Digit;
use crate::base::id::SessionId;
use crate::io::softphone::settings::{SoftphoneSettings, address_towards};
use crate::io::softphone::{Heard, Softphone};
use crate::io::temporary::Temporary;
use crate::sip::digest::Login;
use crate::sip::event::Path;
use crate::sip::uri::{NameAddr, Uri};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long a registration may take.
const REGISTER_MAX: Duration = Duration::from_secs(10);
/// The expiry that is asked for.
const EXPIRY: Duration = Duration::from_secs(300);
/// How long the last words of a call may take.
const FAREWELL_MAX: Duration = Duration::from_secs(5);
/// What an agent dials to sign in.
const SIGN_IN: &str = "*10";
/// Where the password is looked for when no argument has it.
const PASSWORD_VARIABLE: &str = "RINGBACK_PHONE_PASSWORD";

/// Whose phone it is, and how it behaves.
// Table: a flag each.
#[derive(Debug, clap::Args)]
pub(super) struct PhoneArguments {
    /// Whose phone, and where to register: sip:anna@127.0.0.1:5060
    uri: String,
    /// The account's password; default: the variable RINGBACK_PHONE_PASSWORD
    #[arg(long, value_name = "PASSWORD")]
    password: Option<String>,
    /// Ring so long before answering
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = telephone::span)]
    ring: Duration,
    /// Answer every call with 486 Busy Here
    #[arg(long, group = "manner")]
    busy: bool,
    /// Answer every call with 603 Decline
    #[arg(long, group = "manner")]
    reject: bool,
    /// Ring and never answer
    #[arg(long, group = "manner")]
    no_answer: bool,
    /// Keys, from a second after answering; a comma is a pause of a second
    #[arg(long, value_name = "KEYS", default_value = "", hide_default_value = true)]
    press: Keys,
    /// A WAV file that is spoken once a call is answered
    #[arg(long, value_name = "FILE.wav")]
    play: Option<PathBuf>,
    /// Where to keep what is heard; later calls get a number in the name
    #[arg(long, value_name = "FILE.wav")]
    record: Option<PathBuf>,
    /// Hang up so long after answering; default: when the far end does
    #[arg(long, value_name = "TIME", value_parser = telephone::span)]
    hang_up_after: Option<Duration>,
    /// End after so many calls; default: never
    #[arg(long, value_name = "N")]
    calls: Option<u32>,
    /// Dial *10 once registered, so that calls of the queues come
    #[arg(long, alias = "auto")]
    sign_in: bool,
    /// The only codec to speak; default: both
    #[arg(long, value_name = "CODEC")]
    codec: Option<Codec>,
    /// Register and call over TCP
    #[arg(long)]
    tcp: bool,
}

/// Runs the phone until Ctrl-C or SIGTERM, or until it has had its calls.
pub(super) fn phone(arguments: &PhoneArguments) -> ExitCode {
    telephone::run(run(arguments))
}

async fn run(arguments: &PhoneArguments) -> Result<ExitCode, Trouble> {
    let voice = arguments.play.as_deref().map(telephone::voice).transpose()?;
    let (aor, server) = telephone::target(&arguments.uri, arguments.tcp).await?;
    let user = aor.user().map(|user| user.into_owned()).ok_or_else(|| {
        Trouble::usage(
            format!("{} names no user", arguments.uri),
            "write whose phone it is: sip:anna@127.0.0.1:5060",
        )
    })?;
    let given = arguments.password.clone().or_else(|| std::env::var(PASSWORD_VARIABLE).ok());
    let password = given.ok_or_else(|| {
        Trouble::usage(
            format!("there is no password for {user}"),
            format!("give --password, or set {PASSWORD_VARIABLE}"),
        )
    })?;
    let kept = Temporary::new().map_err(|fault| {
        Trouble::missing(
            format!("no temporary directory can be made: {fault}"),
            "set TMPDIR to a directory that you may write to",
        )
    })?;
    let login = Login { user: user.clone(), password };
    let phone = start(arguments, (&aor, server), login, &kept).await?;
    let desk = Desk {
        arguments,
        aor,
        user,
        phone,
        voice,
        teller: Teller::start(false),
        state: State::Registering,
        signing_in: None,
        acts: BTreeMap::new(),
        calls: 0,
    };
    desk.run(server).await
}

async fn start(
    arguments: &PhoneArguments,
    (aor, server): (&Uri, Path),
    login: Login,
    kept: &Temporary,
) -> Result<Softphone, Trouble> {
    let no_way = |fault| {
        Trouble::missing(
            format!("there is no way to {}: {fault}", server.remote),
            "check the address and the network",
        )
    };
    let address = address_towards(server.remote).map_err(no_way)?;
    let settings = SoftphoneSettings {
        bind: SocketAddr::new(address, 0),
        recordings: kept.path().to_owned(),
        encodings: Codec::offered(arguments.codec),
        server,
        login: Some(login),
        register: Some((aor.clone(), EXPIRY)),
    };
    Softphone::start(settings).await.map_err(no_way)
}

/// What the phone is doing; see the drawing above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Registering,
    Idle,
    Ringing(SessionId),
    Talking(SessionId),
}

#[derive(Debug, Clone, Copy)]
enum Act {
    /// The registration takes too long.
    Doubt,
    Accept(SessionId),
    Press(SessionId, Digit),
    HangUp(SessionId),
    /// The last call is over, whatever is still to be told of it.
    Leave,
}

/// The phone at work.
struct Desk<'a> {
    arguments: &'a PhoneArguments,
    aor: Uri,
    user: String,
    phone: Softphone,
    voice: Option<Arc<Sound>>,
    teller: Teller,
    state: State,
    /// Our own call to the code that signs in.
    signing_in: Option<SessionId>,
    acts: BTreeMap<(Instant, u64), Act>,
    /// Calls that came and are over.
    calls: u32,
}

impl Desk<'_> {
    async fn run(mut self, server: Path) -> Result<ExitCode, Trouble> {
        self.teller.line(&format!(
            "registering {} at {} over {}, from {}",
            self.user,
            server.remote,
            telephone::name_of(server.transport),
            self.phone.address()
        ));
        self.plan(REGISTER_MAX, Act::Doubt);
        let mut stop = Stop::listen();
        let outcome = loop {
            let until = self.acts.first_key_value().map(|((at, _), _)| *at);
            let heard = tokio::select! {
                heard = self.phone.next(until) => heard,
                () = stop.asked() => {
                    self.teller.line("ending");
                    break Ok(ExitCode::SUCCESS);
                }
            };
            let due = matches!(heard, Heard::Moment);
            let done = if due { self.act(server) } else { self.hear(heard) };
            match done {
                Ok(true) => break Ok(ExitCode::SUCCESS),
                Ok(false) => {}
                Err(trouble) => break Err(trouble),
            }
        };
        self.phone.stop().await;
        outcome
    }

    fn plan(&mut self, after: Duration, act: Act) {
        let last = self.acts.keys().map(|(_, number)| *number).max().unwrap_or(0);
        self.acts.insert((Instant::now() + after, last + 1), act);
    }

    /// Does what is due; whether the phone has had its calls.
    fn act(&mut self, server: Path) -> Result<bool, Trouble> {
        let Some((_, act)) = self.acts.pop_first() else { return Ok(false) };
        match act {
            Act::Doubt if self.state == State::Registering => {
                return Err(Trouble::failed(
                    format!("{} at {} does not register us", self.user, server.remote),
                    "check the address, the account's name and its password",
                ));
            }
            Act::Doubt => {}
            Act::Accept(session) if self.state == State::Ringing(session) => {
                if let Err(reason) = self.phone.accept(session) {
                    self.teller.line(&format!("cannot answer: {reason}"));
                    self.phone.refuse(session, 488);
                }
            }
            Act::Press(session, digit) if self.state == State::Talking(session) => {
                self.teller.line(&format!("pressing {digit}"));
                self.phone.press(session, vec![digit]);
            }
            Act::HangUp(session) if self.state == State::Talking(session) => {
                self.teller.line("hanging up");
                self.phone.hang_up(session);
            }
            // What was planned for a call that is over.
            Act::Accept(_) | Act::Press(..) | Act::HangUp(_) => {}
            Act::Leave => return Ok(true),
        }
        Ok(false)
    }

    fn hear(&mut self, heard: Heard) -> Result<bool, Trouble> {
        match heard {
            Heard::Registered(registered) => self.registered(registered)?,
            Heard::NotRegistered(status) => self.not_registered(status)?,
            Heard::Incoming(session, invite) => {
                let who = telephone::shown(&invite);
                self.teller.line(&format!("{who} calls"));
                self.incoming(session);
            }
            Heard::Confirmed(session) => self.confirmed(session),
            Heard::Answered(session) => {
                self.teller.line(&format!("{SIGN_IN} answers"));
                self.phone.record(session);
            }
            Heard::Failed(session, failure) => {
                let (_, words) = telephone::in_words(&failure, self.phone.address());
                if self.signing_in == Some(session) {
                    return Err(Trouble::failed(
                        format!("{SIGN_IN} cannot be dialled: {words}"),
                        "look at the server's log; or go without --sign-in",
                    ));
                }
            }
            Heard::Ended(session, _) => return Ok(self.ended(session)),
            Heard::Played(_) => self.teller.line("spoke to the end"),
            Heard::Digit(_, digit) => self.teller.line(&format!("the far end presses {digit}")),
            Heard::Recorded(_, recording, _) => self.recorded(recording)?,
            Heard::Closed(_, totals) => {
                self.teller.line(&format!(
                    "{} packets sent, {} received, {} lost",
                    totals.sent, totals.received, totals.lost
                ));
                return Ok(self.has_had_its_calls());
            }
            Heard::Mute(_, reason) => self.teller.line(&format!("there is no sound: {reason}")),
            Heard::Ringing(..) | Heard::Moment => {}
        }
        Ok(false)
    }

    fn registered(&mut self, registered: bool) -> Result<(), Trouble> {
        if !registered {
            self.teller.line("not registered any more; trying again");
            return Ok(());
        }
        self.teller.line(&format!("registered as {}", self.user));
        if self.state != State::Registering {
            return Ok(());
        }
        self.state = State::Idle;
        if self.arguments.sign_in {
            let uri = Uri::sip(Some(SIGN_IN), self.aor.host().clone(), self.aor.port());
            let from = NameAddr::new(self.aor.clone());
            let session = self.phone.call(uri, from, Vec::new()).map_err(|fault| {
                Trouble::missing(format!("the sound cannot start: {fault}"), "end other programs")
            })?;
            self.teller.line(&format!("dialling {SIGN_IN} to sign in"));
            self.signing_in = Some(session);
        }
        Ok(())
    }

    fn not_registered(&self, status: u16) -> Result<(), Trouble> {
        if self.state != State::Registering {
            self.teller.line(&format!("the server refuses to register us: {status}"));
            return Ok(());
        }
        let what = format!("the server refuses to register {}: {status}", self.user);
        Err(Trouble::failed(what, "check the account's name and its password"))
    }

    fn incoming(&mut self, session: SessionId) {
        let (status, why) = match (self.arguments.busy, self.arguments.reject, self.state) {
            (true, ..) => (486, "busy, as told"),
            (_, true, _) => (603, "declining, as told"),
            (_, _, State::Idle) => {
                self.state = State::Ringing(session);
                self.phone.ring(session);
                if !self.arguments.no_answer {
                    self.plan(self.arguments.ring, Act::Accept(session));
                }
                return;
            }
            (_, _, State::Registering) => (480, "not ready yet"),
            (_, _, State::Ringing(_) | State::Talking(_)) => (486, "busy with another call"),
        };
        self.teller.line(&format!("{why}: {status}"));
        self.phone.refuse(session, status);
    }

    fn confirmed(&mut self, session: SessionId) {
        self.state = State::Talking(session);
        self.teller.line("answered, sound flows");
        self.phone.record(session);
        if let Some(voice) = &self.voice {
            self.phone.play(session, Arc::clone(voice));
        }
        for (after, digit) in self.arguments.press.iter() {
            self.plan(after, Act::Press(session, digit));
        }
        if let Some(after) = self.arguments.hang_up_after {
            self.plan(after, Act::HangUp(session));
        }
    }

    /// A call is over; whether it was the last.
    fn ended(&mut self, session: SessionId) -> bool {
        let signed_in = self.signing_in.take_if(|own| *own == session).is_some();
        let words = match self.state {
            _ if signed_in => "signed in",
            State::Talking(own) if own == session => "the call is over",
            State::Ringing(own) if own == session => "the caller gave up",
            State::Registering | State::Idle | State::Ringing(_) | State::Talking(_) => "refused",
        };
        self.teller.line(words);
        if matches!(self.state, State::Talking(own) | State::Ringing(own) if own == session) {
            self.state = State::Idle;
        }
        self.calls += u32::from(!signed_in);
        if self.has_had_its_calls() {
            self.plan(FAREWELL_MAX, Act::Leave);
        }
        false
    }

    fn has_had_its_calls(&self) -> bool {
        self.arguments.calls.is_some_and(|most| self.calls >= most)
    }

    fn recorded(&self, recording: crate::base::id::RecordingId) -> Result<(), Trouble> {
        let came = self.calls;
        let file = self.arguments.record.as_deref().filter(|_| came > 0);
        let file = file.map(|file| telephone::numbered(file, came));
        if let Some(heard) = telephone::keep(&self.phone, recording, file.as_deref())? {
            let seconds = heard.length.as_secs_f64();
            let file = file.map_or_else(String::new, |file| format!(", in {}", file.display()));
            self.teller.line(&format!("heard {seconds:.1} s at {:.0} dBov{file}", heard.level));
        }
        Ok(())
    }
}
