//! One letter after another, each again until the server took it.

use super::text::words;
use crate::io::recordings::Recordings;
use crate::io::webhooks::BackOff;
use crate::switchboard::input::Input;
use crate::switchboard::output::MessageNotice;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::collections::BTreeMap;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// Letters that wait to be tried again; while there are more, no fresh one is taken.
const AGAIN_MAX: usize = 1_024;

/// One notice, who hears of its end, and how often it was tried.
#[derive(Debug)]
pub(super) struct Letter {
    notice: MessageNotice,
    told: mpsc::Sender<Input>,
    tried: u32,
}

/// Hands letters in.
pub(super) struct Courier {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    recordings: Recordings,
    back_off: BackOff,
    /// By the moment of the next try; the number keeps equal moments apart.
    again: BTreeMap<(Instant, u64), Letter>,
    counted: u64,
}

/// Why a letter is not out.
enum Fault {
    /// It may go another time.
    Later(String),
    /// It never will.
    Never(String),
}

impl Letter {
    pub(super) const fn new(notice: MessageNotice, told: mpsc::Sender<Input>) -> Self {
        Self { notice, told, tried: 0 }
    }
}

impl Courier {
    pub(super) const fn new(
        transport: AsyncSmtpTransport<Tokio1Executor>,
        from: Mailbox,
        recordings: Recordings,
        back_off: BackOff,
    ) -> Self {
        Self { transport, from, recordings, back_off, again: BTreeMap::new(), counted: 0 }
    }

    /// Until nobody writes any more.
    pub(super) async fn run(mut self, mut letters: mpsc::Receiver<Letter>) {
        loop {
            let due = self.again.first_key_value().map(|((at, _), _)| *at);
            let letter = tokio::select! {
                letter = letters.recv(), if self.again.len() < AGAIN_MAX => match letter {
                    Some(letter) => Some(letter),
                    None => return,
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.again.pop_first().map(|(_, letter)| letter)
                }
            };
            if let Some(letter) = letter {
                self.carry(letter).await;
            }
        }
    }

    async fn carry(&mut self, mut letter: Letter) {
        letter.tried += 1;
        let message = letter.notice.message.id;
        let wait = match self.deliver(&letter.notice).await {
            Ok(()) => {
                tracing::info!(%message, "the e-mail about a message is out");
                None
            }
            Err(Fault::Never(fault)) => {
                tracing::error!(%message, fault, "the e-mail about a message is refused");
                None
            }
            Err(Fault::Later(fault)) => {
                let wait = (self.back_off)(letter.tried);
                let again = wait.map(|wait| wait.as_secs());
                tracing::warn!(%message, fault, ?again, "the e-mail about a message is not out");
                wait
            }
        };
        match wait {
            Some(wait) => {
                self.counted += 1;
                self.again.insert((Instant::now() + wait, self.counted), letter);
            }
            None => {
                // The heart has ended: it asks again at its next start.
                let _ = letter.told.send(Input::Notified { message }).await;
            }
        }
    }

    async fn deliver(&self, notice: &MessageNotice) -> Result<(), Fault> {
        let letter = self.write(notice).await?;
        match self.transport.send(letter).await {
            Ok(_) => Ok(()),
            Err(fault) if fault.is_permanent() => Err(Fault::Never(fault.to_string())),
            Err(fault) => Err(Fault::Later(fault.to_string())),
        }
    }

    /// The same message has the same Message-ID each time it is written, so that a reader can
    /// tell a second copy.
    async fn write(&self, notice: &MessageNotice) -> Result<Message, Fault> {
        let sound = if notice.notify.attach { self.sound(notice).await } else { None };
        let words = words(notice, sound.is_some()).map_err(Fault::Never)?;
        let domain = self.from.email.domain();
        let mut builder = Message::builder()
            .from(self.from.clone())
            .subject(words.subject)
            .message_id(Some(format!("<{}@{domain}>", notice.message.id)));
        for address in &notice.notify.emails {
            let to: Mailbox = address.parse().map_err(|_| {
                Fault::Never(format!("{address} is no address that can be written to"))
            })?;
            builder = builder.to(to);
        }
        let text = SinglePart::plain(words.text);
        let letter = match sound {
            Some(bytes) => {
                let name = format!("{}.wav", notice.message.id);
                let kind = ContentType::parse("audio/wav")
                    .map_err(|fault| Fault::Never(fault.to_string()))?;
                let attached = Attachment::new(name).body(bytes, kind);
                builder.multipart(MultiPart::mixed().singlepart(text).singlepart(attached))
            }
            None => builder.singlepart(text),
        };
        letter.map_err(|fault| Fault::Never(fault.to_string()))
    }

    async fn sound(&self, notice: &MessageNotice) -> Option<Vec<u8>> {
        let (recordings, recording) = (self.recordings.clone(), notice.message.recording);
        let read = move || std::fs::read(recordings.find(recording)?).ok();
        tokio::task::spawn_blocking(read).await.ok().flatten()
    }
}
