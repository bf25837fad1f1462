//! A store in memory that keeps its word, fails when told to, and survives a crash.
//!
//! A request becomes durable at the moment its reply is given, not before; a crash in between
//! keeps some of what was asked, in order, as a disk would.

use crate::base::entropy::Entropy;
use crate::base::id::{CallId, CallbackId, MessageId, RecordingId};
use crate::base::time::Moment;
use crate::callback::request::Row;
use crate::sip::registrar::Binding;
use crate::switchboard::store::{Done, Interaction, Refusal, Reply, Request, What};
use crate::voicemail::event::Change;
use crate::voicemail::message::Message;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// How the store behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Temper {
    /// From request to reply.
    pub takes: Duration,
    /// So many of the next requests that would change something fail.
    pub fails_next: u32,
    /// All requests that would change something fail.
    pub fails: bool,
    /// No request is answered until it is mended.
    pub hangs: bool,
}

impl Temper {
    /// A millisecond each, no failure.
    pub const GOOD: Self =
        Self { takes: Duration::from_millis(1), fails_next: 0, fails: false, hangs: false };
}

/// The store.
#[derive(Debug)]
pub struct MemoryStore {
    /// How it behaves from now on.
    pub temper: Temper,
    rows: BTreeMap<CallbackId, Row>,
    interactions: BTreeMap<CallId, Interaction>,
    bindings: BTreeMap<String, Vec<Binding>>,
    messages: BTreeMap<MessageId, Message>,
    deleted: Vec<RecordingId>,
    asked: VecDeque<(Moment, Request)>,
}

impl MemoryStore {
    /// An empty store in good temper.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            temper: Temper::GOOD,
            rows: BTreeMap::new(),
            interactions: BTreeMap::new(),
            bindings: BTreeMap::new(),
            messages: BTreeMap::new(),
            deleted: Vec::new(),
            asked: VecDeque::new(),
        }
    }

    /// Takes a request; its reply comes in order, not before all earlier ones.
    pub fn ask(&mut self, now: Moment, request: Request) {
        let earliest = self.asked.back().map_or(Moment::ZERO, |(at, _)| *at);
        let at = earliest.max(now + self.temper.takes);
        self.asked.push_back((at, request));
    }

    /// Performs one request that is due.
    pub fn reply(&mut self, now: Moment) -> Option<Reply> {
        if self.temper.hangs || self.asked.front().is_none_or(|(at, _)| *at > now) {
            return None;
        }
        let (_, request) = self.asked.pop_front()?;
        let result = if self.fails_at(&request.what) {
            Err(Refusal::Failed("the disk is full".to_owned()))
        } else {
            self.perform(request.what)
        };
        Some(Reply { ticket: request.ticket, result })
    }

    /// When the next reply is due.
    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        let next = self.asked.front().map(|(at, _)| *at);
        next.filter(|_| !self.temper.hangs)
    }

    /// The process dies: of what was asked and not answered, a first part is durable.
    pub fn crash(&mut self, entropy: &mut Entropy) {
        let asked = std::mem::take(&mut self.asked);
        let kept = entropy.below(u64::try_from(asked.len()).unwrap_or(0) + 1);
        let kept = usize::try_from(kept).unwrap_or(0);
        for (_, request) in asked.into_iter().take(kept) {
            if !self.fails_at(&request.what) {
                let _ = self.perform(request.what);
            }
        }
    }

    /// All callback requests ever promised.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// All calls ever noted.
    pub fn interactions(&self) -> impl Iterator<Item = &Interaction> {
        self.interactions.values()
    }

    /// Recordings whose files are to be deleted, since the last call.
    pub fn take_deleted(&mut self) -> Vec<RecordingId> {
        std::mem::take(&mut self.deleted)
    }

    /// All messages of all mailboxes, the oldest first.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.messages.values()
    }

    fn fails_at(&mut self, what: &What) -> bool {
        let loads = [&What::LoadCallbacks, &What::LoadBindings, &What::LoadMessages];
        let changes = !loads.contains(&what);
        if !changes {
            return false;
        }
        if self.temper.fails_next > 0 {
            self.temper.fails_next -= 1;
            return true;
        }
        self.temper.fails
    }

    fn perform(&mut self, what: What) -> Result<Done, Refusal> {
        match what {
            What::Promise(row) => self.promise(*row),
            What::Update(row) => {
                let callback = row.promise.callback;
                match self.rows.get_mut(&callback) {
                    Some(old) => {
                        let promise = old.promise.clone();
                        *old = Row { promise, ..*row };
                        Ok(Done::Durable)
                    }
                    None => Err(Refusal::Failed(format!("there is no {callback}"))),
                }
            }
            What::LoadCallbacks => {
                let alive = self.rows.values().filter(|row| !row.state.is_end());
                Ok(Done::Callbacks(alive.cloned().collect()))
            }
            What::Interaction(interaction) => {
                self.interactions.insert(interaction.call, *interaction);
                Ok(Done::Durable)
            }
            What::Bindings { account, bindings } => {
                if bindings.is_empty() {
                    self.bindings.remove(&account);
                } else {
                    self.bindings.insert(account, bindings);
                }
                Ok(Done::Durable)
            }
            What::LoadBindings => Ok(Done::Bindings(
                self.bindings.iter().map(|(name, all)| (name.clone(), all.clone())).collect(),
            )),
            What::Message(change) => self.change(*change),
            What::LoadMessages => Ok(Done::Messages(self.messages.values().cloned().collect())),
            What::DeleteRecording(recording) => {
                self.deleted.push(recording);
                Ok(Done::Durable)
            }
        }
    }

    /// A change of a message that is not there is none; deleting it once more is.
    fn change(&mut self, change: Change) -> Result<Done, Refusal> {
        let id = change.message();
        let is_marked = matches!(change, Change::Mark { .. } | Change::Told(_));
        if is_marked && !self.messages.contains_key(&id) {
            return Err(Refusal::Failed(format!("there is no {id}")));
        }
        if let Change::Delete { recording, .. } = &change {
            self.deleted.push(*recording);
        }
        change.apply(&mut self.messages);
        Ok(Done::Durable)
    }

    /// One request per number and queue is alive.
    fn promise(&mut self, row: Row) -> Result<Done, Refusal> {
        let same = |other: &&Row| {
            !other.state.is_end()
                && other.promise.number == row.promise.number
                && other.promise.queue == row.promise.queue
        };
        if let Some(existing) = self.rows.values().find(same) {
            return Err(Refusal::Duplicate(existing.promise.callback));
        }
        self.rows.insert(row.promise.callback, row);
        Ok(Done::Durable)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::{EntryId, TicketId};
    use crate::base::language::Language;
    use crate::base::number::PhoneNumber;
    use crate::base::time::Utc;
    use crate::callback::request::{Promise, Rules, State};
    use std::collections::BTreeSet;

    #[test]
    fn a_promise_is_durable_when_its_reply_is_given() {
        let mut store = MemoryStore::new();
        ask(&mut store, 1, What::Promise(Box::new(row(1, State::Waiting))));
        assert_eq!(store.reply(Moment::ZERO), None);
        assert_eq!(store.rows().count(), 0);
        assert_eq!(store.deadline(), Some(Moment::from_millis(1)));
        assert_eq!(answer(&mut store), Ok(Done::Durable));
        assert_eq!(store.rows().count(), 1);
    }

    #[test]
    fn a_second_promise_for_the_same_number_and_queue_is_refused_while_the_first_lives() {
        let mut store = MemoryStore::new();
        ask(&mut store, 1, What::Promise(Box::new(row(1, State::Waiting))));
        ask(&mut store, 2, What::Promise(Box::new(row(2, State::Waiting))));
        ask(&mut store, 3, What::Update(Box::new(row(1, State::Completed))));
        ask(&mut store, 4, What::Promise(Box::new(row(2, State::Waiting))));
        assert_eq!(answer(&mut store), Ok(Done::Durable));
        assert_eq!(answer(&mut store), Err(Refusal::Duplicate(CallbackId::from(1))));
        assert_eq!(answer(&mut store), Ok(Done::Durable));
        assert_eq!(answer(&mut store), Ok(Done::Durable));
    }

    #[test]
    fn a_failing_store_changes_nothing() {
        let mut store = MemoryStore::new();
        store.temper.fails_next = 1;
        ask(&mut store, 1, What::Promise(Box::new(row(1, State::Waiting))));
        ask(&mut store, 2, What::LoadCallbacks);
        assert!(matches!(answer(&mut store), Err(Refusal::Failed(_))));
        assert_eq!(answer(&mut store), Ok(Done::Callbacks(Vec::new())));
    }

    #[test]
    fn a_store_that_hangs_answers_when_it_is_mended() {
        let mut store = MemoryStore::new();
        store.temper.hangs = true;
        ask(&mut store, 1, What::LoadCallbacks);
        assert_eq!((store.deadline(), store.reply(Moment::from_millis(9_999))), (None, None));
        store.temper.hangs = false;
        assert_eq!(answer(&mut store), Ok(Done::Callbacks(Vec::new())));
    }

    #[test]
    fn a_crash_keeps_what_was_answered_and_a_first_part_of_the_rest() {
        let mut kept = BTreeSet::new();
        for seed in 0..32 {
            let mut store = MemoryStore::new();
            ask(&mut store, 1, What::Promise(Box::new(row(1, State::Waiting))));
            assert_eq!(answer(&mut store), Ok(Done::Durable));
            for id in 2..5 {
                let mut other = row(id, State::Waiting);
                other.promise.queue = format!("queue-{id}");
                ask(&mut store, id, What::Promise(Box::new(other)));
            }
            store.crash(&mut Entropy::from_number(seed));
            assert_eq!(store.deadline(), None);
            kept.insert(store.rows().map(|r| r.promise.callback.raw()).collect::<Vec<_>>());
        }
        let parts = [vec![1], vec![1, 2], vec![1, 2, 3], vec![1, 2, 3, 4]];
        assert_eq!(kept, parts.into_iter().collect());
    }

    fn ask(store: &mut MemoryStore, ticket: u64, what: What) {
        store.ask(Moment::ZERO, Request { ticket: TicketId::from(ticket), what });
    }

    fn answer(store: &mut MemoryStore) -> Result<Done, Refusal> {
        store.reply(Moment::from_millis(10)).expect("a reply").result
    }

    fn row(id: u64, state: State) -> Row {
        let promise = Promise {
            callback: CallbackId::from(id),
            entry: EntryId::from(id),
            call: CallId::from(id),
            number: PhoneNumber::from_e164("+48601234567").expect("a number"),
            queue: "sales".to_owned(),
            ani: None,
            agent_media: Vec::new(),
            language: Language::new("en").expect("a language"),
            priority: 0,
            skills: crate::base::skill::Skills::none(),
            enqueued_at: Utc::default(),
            registered_at: Utc::default(),
            rules: Rules {
                attempts: 3,
                retry_after: Duration::from_secs(900),
                busy_retry_after: Duration::from_secs(300),
                trouble_retry_after: Duration::from_secs(60),
                ring: Duration::from_secs(30),
                expires_at: Utc::default(),
            },
            data: BTreeMap::new(),
        };
        Row {
            promise,
            state,
            attempts: Vec::new(),
            troubles: 0,
            not_before: Utc::default(),
            changed_at: Utc::default(),
        }
    }
}
