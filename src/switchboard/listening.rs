//! Agents who listen to their messages, between their phone's keys and the mailboxes.

use super::heart::{Alarm, Switchboard};
use super::mailroom::Listener;
use super::turn::Turn;
use crate::base::id::{CallId, MessageId};
use crate::base::outbox::Outbox;
use crate::flow::effect::{Clip, Event as FlowEvent};
use crate::voicemail::event::Event as MailboxEvent;
use crate::voicemail::listening::{Effect, Event, Listening, Sound};
use crate::voicemail::message::Message;

impl Switchboard {
    /// The agent on the line hears the messages of all their mailboxes.
    pub(super) fn listen(&mut self, call: CallId, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get(&call) else { return };
        let agent = self.agent_of_account(&record.party.came_by);
        let messages: Vec<Message> = self
            .mailboxes
            .of_agent(&agent)
            .flat_map(|mailbox| self.mailboxes.messages_of(&mailbox.name))
            .cloned()
            .collect();
        turn.tell(Some(call), "messages.listening", vec![("agent", agent)]);
        let mut out = Outbox::new();
        let listening = Listening::begin(messages, &mut out);
        self.listeners.insert(call, Listener { listening, play: 0 });
        self.on_listening(call, out, turn);
    }

    /// Whether keys and the ends of plays belong to an agent who listens.
    pub(super) fn is_listening(&self, call: CallId) -> bool {
        self.listeners.contains_key(&call)
    }

    /// A play is over; one that was stopped before means nothing any more.
    pub(super) fn listener_heard(&mut self, call: CallId, play: u32, turn: &mut Turn<'_>) {
        if self.listeners.get(&call).is_some_and(|listener| listener.play == play) {
            self.tell_listener(call, Event::PlayEnded, turn);
        }
    }

    /// A message is gone, or could not be deleted.
    pub(super) fn message_gone(&mut self, message: MessageId, gone: bool, turn: &mut Turn<'_>) {
        let waits = |listener: &Listener| listener.listening.is_deleting(message);
        let waiting = self.listeners.iter().filter(|(_, listener)| waits(listener));
        let calls: Vec<CallId> = waiting.map(|(call, _)| *call).collect();
        for call in calls {
            self.tell_listener(call, Event::Deleted { gone }, turn);
        }
    }

    pub(super) fn tell_listener(&mut self, call: CallId, event: Event, turn: &mut Turn<'_>) {
        let Some(listener) = self.listeners.get_mut(&call) else { return };
        let mut out = Outbox::new();
        listener.listening.handle(turn.now, event, &mut out);
        self.on_listening(call, out, turn);
    }

    /// The agent listens no more.
    pub(super) fn stop_listening(&mut self, call: CallId) {
        self.listeners.remove(&call);
        self.timers.stop(Alarm::Listener(call));
    }

    fn on_listening(&mut self, call: CallId, mut out: Outbox<Effect>, turn: &mut Turn<'_>) {
        for effect in out.drain() {
            match effect {
                Effect::Play(sounds) => self.play_to_listener(call, sounds, turn),
                Effect::Heard(message) => self.tell_mailboxes(MailboxEvent::Heard(message), turn),
                Effect::Save(message) => self.tell_mailboxes(MailboxEvent::Save(message), turn),
                Effect::Delete(message) if self.mailboxes.message(message).is_none() => {
                    // Retention, or another agent, was faster.
                    self.tell_listener(call, Event::Deleted { gone: true }, turn);
                }
                Effect::Delete(message) => self.tell_mailboxes(MailboxEvent::Delete(message), turn),
                Effect::Over => {
                    self.stop_listening(call);
                    return self.tell_flow(call, FlowEvent::ListenedOut, turn);
                }
            }
        }
        let deadline = self.listeners.get(&call).and_then(|one| one.listening.deadline());
        self.timers.follow(Alarm::Listener(call), deadline);
    }

    fn play_to_listener(&mut self, call: CallId, sounds: Vec<Sound>, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get(&call) else { return };
        let Some(listener) = self.listeners.get_mut(&call) else { return };
        listener.play = listener.play.wrapping_add(1);
        let play = listener.play;
        let language = record.runner.as_ref().map(|runner| runner.language().clone());
        let language = language.unwrap_or_else(|| self.settings.site.language.clone());
        let clips: Vec<Clip> = sounds
            .into_iter()
            .map(|sound| match sound {
                Sound::Prompt(name) => Clip::Prompt { language: language.clone(), name },
                Sound::Recording(recording) => Clip::Recording(recording),
            })
            .collect();
        self.play(record.leg, play, &clips, turn);
    }
}
