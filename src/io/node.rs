//! The one control task: it owns the heart and carries its outputs into the world.
//!
//! ```text
//!  sip ports ──┐                       ┌──► sip ports
//!  media ──────┤                       ├──► media shards
//!  store ──────┼──► Node ─► heart ─► ──┼──► store
//!  answers ────┤                       ├──► recordings, speech, web services
//!  timer ──────┘                       └──► tales, webhooks
//! ```

use super::clock::{self, Clock};
use super::mail::Mail;
use super::media_engine::MediaEngine;
use super::recordings::Recordings;
use super::sip_ports::SipPorts;
use super::speech::{Speech, SpeechError};
use super::store::Store;
use super::web::Web;
use super::webhooks::{Notice, Webhooks};
use crate::base::entropy::Entropy;
use crate::base::id::{Ids, RecordingId, TicketId};
use crate::base::json::Json;
use crate::base::language::Language;
use crate::base::outbox::Outbox;
use crate::base::time::{Deadline, Utc};
use crate::media::command::{Command, Event as MediaEvent};
use crate::sip::event::Event as SipEvent;
use crate::switchboard::heart::Switchboard;
use crate::switchboard::input::Input;
use crate::switchboard::objection::Objection;
use crate::switchboard::output::{Announcement, MessageNotice, Output, Tale};
use crate::switchboard::settings::Settings;
use crate::switchboard::store::{Refusal, Reply, Request};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

/// Answers of files and web services that wait for the heart; then their tasks wait.
const ANSWERS_WAITING_MAX: usize = 64;
/// Tales that a slow listener may be behind before it misses some.
const TALES_BEHIND_MAX: usize = 4_096;

/// The world that a node stands in.
#[derive(Debug)]
pub struct World {
    /// The clocks.
    pub clock: Clock,
    /// SIP sockets.
    pub sip: SipPorts,
    /// What comes out of them.
    pub sip_events: mpsc::Receiver<SipEvent>,
    /// RTP sockets and media threads.
    pub media: MediaEngine,
    /// What happens in them.
    pub media_events: mpsc::Receiver<MediaEvent>,
    /// The store.
    pub store: Store,
    /// Recordings on disk.
    pub recordings: Recordings,
    /// Who is told what happens.
    pub webhooks: Webhooks,
    /// Web services that flows ask.
    pub web: Web,
    /// The program that speaks texts, if there is one.
    pub speech: Option<Speech>,
    /// E-mail about messages.
    pub mail: Mail,
}

/// Words to a running node.
#[derive(Debug)]
pub enum Word {
    /// Take these settings from now on.
    Settings {
        /// All of them.
        settings: Arc<Settings>,
        /// The web services of them.
        web: Web,
        /// Hears why not; nothing if they are taken.
        answer: oneshot::Sender<Vec<Objection>>,
    },
    /// How many calls are on which version of the flows?
    Calls {
        /// Hears it.
        answer: oneshot::Sender<BTreeMap<String, usize>>,
    },
    /// Take no new calls, end when the last is over.
    Drain,
    /// End now.
    Stop,
}

/// A running server.
#[derive(Debug)]
pub struct Node {
    heart: Switchboard,
    world: World,
    out: Outbox<Output>,
    /// What the world answered at once, before the next thing is awaited.
    inbox: VecDeque<Input>,
    answers: (mpsc::Sender<Input>, mpsc::Receiver<Input>),
    words: mpsc::Receiver<Word>,
    /// Who waits to hear whether new settings are taken, and their web services.
    asked: Option<(Web, oneshot::Sender<Vec<Objection>>)>,
    stopping: bool,
    tales: Option<mpsc::Sender<Tale>>,
}

impl Node {
    /// A node that has not begun. The sender says when it shall end.
    #[must_use]
    pub fn new(
        settings: Arc<Settings>,
        ids: Ids,
        entropy: Entropy,
        world: World,
    ) -> (Self, mpsc::Sender<Word>) {
        let (say, words) = mpsc::channel(4);
        let node = Self {
            heart: Switchboard::new(settings, ids, entropy),
            world,
            out: Outbox::new(),
            inbox: VecDeque::new(),
            answers: mpsc::channel(ANSWERS_WAITING_MAX),
            words,
            asked: None,
            stopping: false,
            tales: None,
        };
        (node, say)
    }

    /// Lets somebody follow what happens. One listener; a slow one misses tales.
    pub fn tales(&mut self) -> mpsc::Receiver<Tale> {
        let (say, listen) = mpsc::channel(TALES_BEHIND_MAX);
        self.tales = Some(say);
        listen
    }

    /// Runs until told to end, then closes everything in order.
    pub async fn run(mut self) {
        self.heart.start(self.world.clock.now(), &mut self.out);
        loop {
            if self.perform() {
                break;
            }
            let input = match self.inbox.pop_front() {
                Some(input) => Some(input),
                None => self.next_input().await,
            };
            let Some(input) = input else { break };
            self.heart.handle(self.world.clock.now(), input, &mut self.out);
            if self.stopping {
                self.perform();
                break;
            }
        }
        self.close().await;
    }

    /// The next thing that happens; `None` when the node shall end.
    async fn next_input(&mut self) -> Option<Input> {
        let wake = self.heart.deadline().map(|deadline| self.wake_at(deadline));
        let timer = async {
            match wake {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            word = self.words.recv() => Some(self.heed(word)),
            Some(reply) = self.world.store.reply() => Some(Input::Stored(reply)),
            () = timer => Some(Input::Timer),
            Some(event) = self.world.media_events.recv() => Some(Input::Media(event)),
            Some(answer) = self.answers.1.recv() => Some(answer),
            Some(event) = self.world.sip_events.recv() => Some(Input::Sip(event)),
        }
    }

    /// What the heart is told of a word; of a question, only that time has passed.
    fn heed(&mut self, word: Option<Word>) -> Input {
        match word {
            Some(Word::Settings { settings, web, answer }) => {
                self.asked = Some((web, answer));
                Input::Settings(settings)
            }
            Some(Word::Calls { answer }) => {
                // Whoever asked may be gone.
                let _ = answer.send(self.heart.view().calls_by_version());
                Input::Timer
            }
            Some(Word::Drain) => Input::Drain,
            Some(Word::Stop) | None => {
                self.stopping = true;
                Input::Stop
            }
        }
    }

    fn wake_at(&self, deadline: Deadline) -> Instant {
        Instant::from_std(self.world.clock.instant_of(deadline.at))
    }

    /// Carries all outputs out; whether the node has drained.
    fn perform(&mut self) -> bool {
        let mut drained = false;
        while let Some(output) = self.out.pop() {
            match output {
                Output::Send { path, bytes } => self.world.sip.send(path, bytes),
                Output::Media { shard, command } => self.tell_media(shard, command),
                Output::Store(request) => self.ask_store(request),
                Output::Fetch { ticket, recording } => self.fetch(ticket, recording),
                Output::Ask { ticket, request } => {
                    let busy = self.world.web.ask(ticket, *request, self.answers.0.clone());
                    self.inbox.extend(busy);
                }
                Output::Speak { ticket, language, text } => self.speak(ticket, language, text),
                Output::Announce(event) => self.world.webhooks.tell(&announced(event)),
                Output::Notify(notice) => self.notify(*notice),
                Output::Tell(tale) => self.tell(tale),
                Output::Reloaded { objections } => {
                    if let Some((web, asked)) = self.asked.take() {
                        if objections.is_empty() {
                            self.world.web = web;
                        }
                        // Whoever asked may be gone.
                        let _ = asked.send(objections);
                    }
                }
                Output::Drained => drained = true,
            }
        }
        drained
    }

    /// The webhook of a mailbox is told, and its people are written to.
    fn notify(&mut self, notice: MessageNotice) {
        if let Some(webhook) = &notice.notify.webhook {
            self.world.webhooks.tell_one(webhook, &message_left(&notice));
        }
        if notice.notify.emails.is_empty() {
            let message = notice.message.id;
            return self.inbox.push_back(Input::Notified { message });
        }
        self.world.mail.send(notice, self.answers.0.clone());
    }

    /// Those who watch, in this process and elsewhere, hear of it; nothing waits for them.
    fn tell(&self, tale: Tale) {
        if self.world.webhooks.wants(tale.event) {
            self.world.webhooks.tell(&notice_of(&tale, clock::utc()));
        }
        if let Some(listener) = &self.tales {
            // A listener who is behind misses this one.
            let _ = listener.try_send(tale);
        }
    }

    /// A worker that cannot keep up loses the leg: silence on a call that goes on would be
    /// worse than its end.
    fn tell_media(&mut self, shard: usize, command: Command) {
        let port = command.port();
        if let Err(refused) = self.world.media.send(shard, command) {
            let reason = format!("the media worker does not follow: {refused:?}");
            self.inbox.push_back(Input::Media(MediaEvent::Failed { port, reason }));
        }
    }

    /// A store that cannot keep up takes no new promises: it says so instead of making the
    /// heart wait.
    fn ask_store(&mut self, request: Request) {
        let ticket = request.ticket;
        if !self.world.store.ask(request) {
            let refusal = Refusal::Failed("the store is overloaded".to_owned());
            self.inbox.push_back(Input::Stored(Reply { ticket, result: Err(refusal) }));
        }
    }

    fn fetch(&self, ticket: TicketId, recording: RecordingId) {
        let recordings = self.world.recordings.clone();
        let answer = self.answers.0.clone();
        tokio::task::spawn_blocking(move || {
            let sound = recordings.load(recording).map(Arc::new);
            if sound.is_none() {
                tracing::error!(%recording, "a recording cannot be read");
            }
            // Nobody listens any more when the node ends meanwhile.
            let _ = answer.blocking_send(Input::Fetched { ticket, sound });
        });
    }

    /// The text itself is not logged: it may tell about the caller.
    fn speak(&mut self, ticket: TicketId, language: Language, text: String) {
        let Some(speech) = self.world.speech.clone() else {
            tracing::error!("a text cannot be spoken: there is no speech.command");
            self.inbox.push_back(Input::Fetched { ticket, sound: None });
            return;
        };
        let answer = self.answers.0.clone();
        tokio::spawn(async move {
            let spoken = speech.speak(&language, &text).await;
            let failed = |error: &SpeechError| tracing::error!(%language, %error, "not spoken");
            let sound = spoken.inspect_err(failed).ok().map(Arc::new);
            // Nobody listens any more when the node ends meanwhile.
            let _ = answer.send(Input::Fetched { ticket, sound }).await;
        });
    }

    async fn close(self) {
        let World { media, store, sip, webhooks, mail, .. } = self.world;
        mail.close();
        drop(sip);
        webhooks.close().await;
        tokio::task::spawn_blocking(move || media.stop()).await.unwrap_or_default();
        // Nobody is left to hear the last replies; what was asked is durable.
        drop(store.close().await);
    }
}

/// A tale in the words of webhooks.
fn notice_of(tale: &Tale, at: Utc) -> Notice {
    let fact = |(name, value): &(&str, String)| ((*name).to_owned(), Json::from(value.as_str()));
    Notice {
        event: tale.event.to_owned(),
        at,
        call: tale.call.map(|call| call.to_string()),
        data: tale.facts.iter().map(fact).collect(),
    }
}

/// A message in the words of webhooks; the number in full, for whoever has to call back.
fn message_left(notice: &MessageNotice) -> Notice {
    let MessageNotice { message, title, .. } = notice;
    let text = |text: &str| Json::from(text);
    let number = message.caller.number.as_ref().map(ToString::to_string);
    let seconds = i64::try_from(message.length.as_secs()).unwrap_or(i64::MAX);
    let data = [
        ("message", text(&message.id.to_string())),
        ("mailbox", text(&message.mailbox)),
        ("title", text(title)),
        ("from", text(number.as_deref().unwrap_or_default())),
        ("name", text(message.caller.name.as_deref().unwrap_or_default())),
        ("called", text(&message.caller.called)),
        ("seconds", Json::from(seconds)),
    ];
    Notice {
        event: "voicemail.left".to_owned(),
        at: message.left_at,
        call: Some(message.call.to_string()),
        data: data.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}

/// What a flow tells, in the words of webhooks.
fn announced(event: Announcement) -> Notice {
    let Announcement { call, event, data } = event;
    Notice { event, at: clock::utc(), call: Some(call.to_string()), data }
}
