//! `ringback call`: a test caller that speaks, presses keys, listens and judges.

use super::keys::Keys;
use super::output::{answer, tell};
use super::telephone::{self, Codec, HeardSound, Teller, Trouble};
use crate::audio::sound::Sound;
use crate::base::digit::Digit;
use crate::base::id::SessionId;
use crate::io::softphone::settings::{SoftphoneSettings, address_towards};
use crate::io::softphone::{Heard, Softphone};
use crate::io::temporary::Temporary;
use crate::media::command::Totals;
use crate::sip::event::{Ending, Path};
use crate::sip::message::reason_phrase;
use crate::sip::uri::{NameAddr, Uri};
use serde_json::json;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long the last words of a call may take.
const FAREWELL_MAX: Duration = Duration::from_secs(5);

/// Whom to call, and what to do there.
#[derive(Debug, clap::Args)]
pub(super) struct CallArguments {
    /// Whom to call, such as sip:5000@127.0.0.1:5060
    uri: String,
    /// Who calls: a user or a number, such as +48601234567
    #[arg(long, value_name = "USER|+E164", default_value = "tester")]
    from: String,
    /// A WAV file that is spoken once the call is answered
    #[arg(long, value_name = "FILE.wav")]
    play: Option<PathBuf>,
    /// Keys, from a second after the answer; a comma is a pause of a second: "1,2,601234567#"
    #[arg(long, value_name = "KEYS", default_value = "")]
    press: Keys,
    /// Where to keep what is heard, from the first sound on
    #[arg(long, value_name = "FILE.wav")]
    record: Option<PathBuf>,
    /// The final status that is right; another one ends with exit code 1
    #[arg(long, value_name = "STATUS", default_value_t = 200, value_parser = clap::value_parser!(u16).range(200..700))]
    expect: u16,
    /// Hang up so long after the answer
    #[arg(long = "for", value_name = "TIME", default_value = "20s", value_parser = telephone::span)]
    lasts: Duration,
    /// Give up when nobody answers for so long
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = telephone::span)]
    wait: Duration,
    /// The only codec to offer; default: pcma, then pcmu
    #[arg(long, value_name = "CODEC")]
    codec: Option<Codec>,
    /// Call over TCP
    #[arg(long)]
    tcp: bool,
    /// One more header of the INVITE, such as "Privacy: id"; may be given several times
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(String, String)>,
    /// Print one JSON object at the end, and nothing else
    #[arg(long)]
    json: bool,
}

/// Calls, and tells how it went.
pub(super) fn call(arguments: &CallArguments) -> ExitCode {
    telephone::run(run(arguments))
}

async fn run(arguments: &CallArguments) -> Result<ExitCode, Trouble> {
    let voice = arguments.play.as_deref().map(telephone::voice).transpose()?;
    let (uri, server) = telephone::target(&arguments.uri, arguments.tcp).await?;
    let kept = Temporary::new().map_err(|fault| {
        Trouble::missing(
            format!("no temporary directory can be made: {fault}"),
            "set TMPDIR to a directory that you may write to",
        )
    })?;
    let phone = start(arguments, server, &kept).await?;
    let teller = Teller::start(arguments.json);
    let caller = Caller {
        arguments,
        server,
        teller,
        phone,
        voice,
        diary: Diary::default(),
        acts: BTreeMap::new(),
    };
    caller.run(uri).await
}

async fn start(
    arguments: &CallArguments,
    server: Path,
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
        login: None,
        register: None,
    };
    Softphone::start(settings).await.map_err(no_way)
}

/// What is done at a moment that was set before.
#[derive(Debug, Clone, Copy)]
enum Act {
    GiveUp,
    HangUp,
    Press(Digit),
    /// The last words take too long.
    Leave,
}

/// The test caller at work.
struct Caller<'a> {
    arguments: &'a CallArguments,
    server: Path,
    teller: Teller,
    phone: Softphone,
    voice: Option<Arc<Sound>>,
    diary: Diary,
    /// What is to be done, by its moment; several at one moment in their order.
    acts: BTreeMap<(Instant, usize), Act>,
}

/// What happened.
#[derive(Debug, Default)]
struct Diary {
    status: Option<u16>,
    words: String,
    ringing: Option<Duration>,
    answered: Option<Duration>,
    ended: Option<Duration>,
    ended_by: Option<&'static str>,
    totals: Option<Totals>,
    heard: Option<HeardSound>,
    mute: Option<String>,
}

impl Diary {
    /// Nothing more can come.
    const fn is_complete(&self) -> bool {
        self.ended.is_some() && (self.totals.is_some() || self.mute.is_some())
    }
}

impl Caller<'_> {
    async fn run(mut self, uri: Uri) -> Result<ExitCode, Trouble> {
        let address = self.phone.address();
        let from = Uri::sip(Some(&self.arguments.from), address.ip(), Some(address.port()));
        self.teller.line(&format!(
            "calling {uri} at {} over {}, from {address}",
            self.server.remote,
            telephone::name_of(self.server.transport)
        ));
        let headers = self.arguments.headers.clone();
        let session = self.phone.call(uri, NameAddr::new(from), headers).map_err(|fault| {
            Trouble::missing(format!("the sound cannot start: {fault}"), "end other programs")
        })?;
        self.plan(self.arguments.wait, Act::GiveUp);
        while !self.diary.is_complete() {
            let until = self.acts.first_key_value().map(|((at, _), _)| *at);
            let heard = self.phone.next(until).await;
            if !matches!(heard, Heard::Moment) {
                self.hear(heard)?;
            } else if self.act(session) {
                break;
            }
        }
        self.phone.stop().await;
        self.diary.tell(self.arguments, &self.teller);
        let right = self.diary.status == Some(self.arguments.expect);
        Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn plan(&mut self, after: Duration, act: Act) {
        let number = self.acts.len();
        self.acts.insert((Instant::now() + after, number), act);
    }

    /// Does what is due; whether it is time to leave.
    fn act(&mut self, session: SessionId) -> bool {
        let Some((_, act)) = self.acts.pop_first() else { return false };
        match act {
            Act::GiveUp => {
                self.teller.line("nobody answers; giving up");
                self.phone.hang_up(session);
            }
            Act::HangUp => {
                self.teller.line("hanging up");
                self.phone.hang_up(session);
            }
            Act::Press(digit) => {
                self.teller.line(&format!("pressing {digit}"));
                self.phone.press(session, vec![digit]);
            }
            Act::Leave => return true,
        }
        false
    }

    fn hear(&mut self, heard: Heard) -> Result<(), Trouble> {
        let now = self.teller.elapsed();
        match heard {
            Heard::Ringing(_, status) => {
                self.diary.ringing.get_or_insert(now);
                self.teller.line(&format!("{status} {}", reason_phrase(status)));
            }
            Heard::Answered(session) => self.answered(session, now),
            Heard::Failed(_, failure) => {
                let (status, words) = telephone::in_words(&failure, self.server.remote);
                self.diary.status = Some(status);
                self.over(now, None, words);
            }
            Heard::Ended(_, ending) => {
                let (by, words) = match ending {
                    Ending::ByPeer => ("far end", "the far end hung up"),
                    Ending::ByUs => ("us", "we hung up"),
                    Ending::Cancelled => ("far end", "cancelled"),
                    Ending::Lost => ("nobody", "the far end is gone"),
                };
                self.over(now, Some(by), words.to_owned());
            }
            Heard::Played(_) => self.teller.line("spoke to the end"),
            Heard::Recorded(_, recording, _) => {
                let wanted = self.arguments.record.as_deref();
                self.diary.heard = telephone::keep(&self.phone, recording, wanted)?;
            }
            Heard::Closed(_, totals) => self.diary.totals = Some(totals),
            Heard::Mute(_, reason) => {
                self.teller.line(&format!("there is no sound: {reason}"));
                self.diary.mute = Some(reason);
            }
            Heard::Incoming(session, _) => self.phone.refuse(session, 486),
            Heard::Confirmed(_)
            | Heard::Digit(..)
            | Heard::Registered(_)
            | Heard::NotRegistered(_)
            | Heard::Moment => {}
        }
        Ok(())
    }

    fn answered(&mut self, session: SessionId, now: Duration) {
        self.diary.answered = Some(now);
        self.diary.status = Some(200);
        self.teller.line("200 OK: answered, sound flows");
        self.acts.clear();
        self.phone.record(session);
        if let Some(voice) = &self.voice {
            self.phone.play(session, Arc::clone(voice));
        }
        for (after, digit) in self.arguments.press.iter() {
            self.plan(after, Act::Press(digit));
        }
        self.plan(self.arguments.lasts, Act::HangUp);
    }

    fn over(&mut self, now: Duration, by: Option<&'static str>, words: String) {
        self.teller.line(&words);
        self.diary.ended = Some(now);
        self.diary.ended_by = by;
        self.diary.words = words;
        self.acts.clear();
        self.plan(FAREWELL_MAX, Act::Leave);
    }
}

impl Diary {
    fn tell(&self, arguments: &CallArguments, teller: &Teller) {
        if arguments.json {
            return answer(&self.json(arguments).to_string());
        }
        if let Some(totals) = self.totals.filter(|_| self.answered.is_some()) {
            teller.line(&format!(
                "{} packets sent, {} received, {} lost",
                totals.sent, totals.received, totals.lost
            ));
        }
        match (self.heard, &arguments.record) {
            (Some(heard), file) => {
                let file =
                    file.as_ref().map_or_else(String::new, |f| format!(", in {}", f.display()));
                let seconds = heard.length.as_secs_f64();
                teller.line(&format!("heard {seconds:.1} s at {:.0} dBov{file}", heard.level));
            }
            (None, Some(file)) if self.answered.is_some() => {
                teller.line(&format!("nothing was heard; {} is not written", file.display()));
            }
            (None, _) => {}
        }
        let status = self.status.unwrap_or(0);
        if status != arguments.expect {
            tell(&format!(
                "error: the call ended with {status}, not with {}: {}\n  help: {}",
                arguments.expect,
                self.words,
                help(status)
            ));
        }
    }

    fn json(&self, arguments: &CallArguments) -> serde_json::Value {
        let millis = |span: Option<Duration>| span.map(|span| span.as_millis());
        let totals = self.totals.unwrap_or_default();
        json!({
            "uri": arguments.uri,
            "status": self.status,
            "expected": arguments.expect,
            "result": self.words,
            "ringing_ms": millis(self.ringing),
            "answered_ms": millis(self.answered),
            "ended_ms": millis(self.ended),
            "ended_by": self.ended_by,
            "packets": {
                "sent": totals.sent,
                "received": totals.received,
                "lost": totals.lost,
            },
            "recorded_s": self.heard.map_or(0.0, |heard| heard.length.as_secs_f64()),
            "level_dbov": self.heard.map(|heard| heard.level),
            "record": self.heard.and(arguments.record.as_ref()),
        })
    }
}

/// What to do about a status.
fn help(status: u16) -> &'static str {
    match status {
        401 | 407 => "this number is for agents' phones; see `ringback phone --help`",
        403 => "the server knows neither this address nor this user; add it to `trunks`",
        404 => "no flow has this number; `ringback run` lists those that have one",
        408 => "check the address, and that `ringback run` listens there",
        480 | 486 | 487 | 600 => "the phone was not answered; try again, or give --expect",
        488 => "the codecs do not fit; try without --codec",
        503 => "the server is full or about to end; try again",
        _ => "look at the server's log; or give --expect if this is right",
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("write it as \"Name: value\"")?;
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty() || value.contains(['\r', '\n']) {
        return Err("write it as \"Name: value\", in one line".to_owned());
    }
    Ok((name.to_owned(), value.to_owned()))
}
