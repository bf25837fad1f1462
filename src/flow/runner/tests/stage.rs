//! A stage for stories: flows in few words, a call that answers by itself, a log of effects.

use crate::base::complaint::Place;
use crate::base::digit::Digit;
use crate::base::id::{CallbackId, RecordingId};
use crate::base::json::Json;
use crate::base::language::Language;
use crate::base::number::PhoneNumber;
use crate::base::outbox::Outbox;
use crate::base::time::{Moment, Now, Utc};
use crate::flow::effect::{Clip, Destination, Effect, Escalation, Event, QueueOutcome, Revocation};
use crate::flow::graph::{
    Action, Collect, Flow, FlowSet, Menu, Operand, QueueStep, Record, RegisterCallback, Step,
    Target,
};
use crate::flow::runner::Runner;
use crate::flow::value::{Facts, Row, Value};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// A runner, its clock, and a call that answers Join, Start, Dismiss, Register and Answer at
/// once unless it was told to keep silent.
pub(super) struct Stage {
    runner: Runner,
    now: Now,
    facts: World,
    seen: Vec<String>,
    steps: Vec<&'static str>,
    last_play: u32,
    silent: bool,
    refuses: Option<&'static str>,
    registration: Option<Effect>,
    question: Option<Effect>,
}

/// What the world answers.
pub(super) struct World(
    pub(super) BTreeMap<(&'static str, &'static str), Value>,
    pub(super) bool,
    pub(super) BTreeMap<&'static str, Row>,
);

impl Facts for World {
    fn fact(&self, object: &str, field: &str) -> Value {
        let found = self.0.iter().find(|((o, f), _)| *o == object && *f == field);
        found.map_or(Value::Unknown, |(_, value)| value.clone())
    }

    fn row(&self, table: &str, _key: &Value) -> Option<Row> {
        self.2.get(table).cloned()
    }

    fn open(&self, _hours: &str, _now: Now) -> Option<bool> {
        Some(self.1)
    }

    fn holiday(&self, _hours: &str, _now: Now) -> Option<bool> {
        Some(!self.1)
    }
}

impl Stage {
    /// Begins the flow `main`.
    pub(super) fn begin(flows: Vec<Flow>) -> Self {
        Self::begin_with(flows, |_| {})
    }

    /// Begins the flow `main` after `prepare`.
    pub(super) fn begin_with(flows: Vec<Flow>, prepare: impl FnOnce(&mut Self)) -> Self {
        let flows = flows.into_iter().map(|flow| (flow.name.clone(), Arc::new(flow))).collect();
        Self::begin_set(FlowSet { flows, ..FlowSet::default() }, "main", prepare)
    }

    /// Begins one flow of a set after `prepare`.
    pub(super) fn begin_set(flows: FlowSet, main: &str, prepare: impl FnOnce(&mut Self)) -> Self {
        let english = Language::new("en").expect("a language");
        let runner = Runner::new(Arc::new(flows), main, BTreeMap::new(), english).expect("a flow");
        let number = PhoneNumber::from_e164("+48221112233").expect("a number");
        let caller = (("caller", "number"), Value::Phone(number));
        let mut stage = Self {
            runner,
            now: Now { monotonic: Moment::from_millis(1_000), utc: Utc::from_millis(0) },
            facts: World(BTreeMap::from([caller]), true, BTreeMap::new()),
            seen: Vec::new(),
            steps: Vec::new(),
            last_play: 0,
            silent: false,
            refuses: None,
            registration: None,
            question: None,
        };
        prepare(&mut stage);
        let mut out = Outbox::new();
        stage.runner.begin(stage.now, &stage.facts, &mut out);
        stage.perform(out);
        stage
    }

    /// From now on nothing is answered by itself.
    pub(super) fn keeps_silent(&mut self) -> &mut Self {
        self.silent = true;
        self
    }

    /// From now on Start and Register escalate as `name`.
    pub(super) fn refuses(&mut self, name: &'static str) -> &mut Self {
        self.refuses = Some(name);
        self
    }

    /// From now on Start and Register are done again.
    pub(super) fn allows(&mut self) -> &mut Self {
        self.refuses = None;
        self
    }

    /// Something happens to the call.
    pub(super) fn gets(&mut self, event: Event) -> &mut Self {
        let mut out = Outbox::new();
        self.runner.handle(self.now, event, &self.facts, &mut out);
        self.perform(out);
        self
    }

    /// The last play comes to its end.
    pub(super) fn hears_all(&mut self) -> &mut Self {
        self.gets(Event::PlayEnded { play: self.last_play })
    }

    /// Keys, one after another at one moment.
    pub(super) fn presses(&mut self, keys: &str) -> &mut Self {
        for key in keys.chars() {
            self.gets(Event::Digit(Digit::from_char(key).expect("a key")));
        }
        self
    }

    /// Time passes; every deadline on the way is told.
    pub(super) fn waits(&mut self, millis: u64) -> &mut Self {
        let until = self.now.monotonic + Duration::from_millis(millis);
        while let Some(due) = self.runner.deadline().filter(|due| due.at <= until) {
            self.now.monotonic = due.at;
            self.gets(Event::Timer);
        }
        self.now.monotonic = until;
        self
    }

    /// A recording comes out of the `record` step.
    pub(super) fn records(&mut self, id: u64) -> &mut Self {
        self.gets(Event::Recorded { recording: Some(RecordingId::from(id)) })
    }

    /// The stay in the queue is over.
    pub(super) fn leaves(&mut self, outcome: QueueOutcome) -> &mut Self {
        self.gets(Event::LeftQueue(outcome))
    }

    /// A failure or signal from outside.
    pub(super) fn escalates(&mut self, name: &str) -> &mut Self {
        self.gets(Event::Escalated(Escalation::named(name)))
    }

    /// All effects since the last look, steps left out, are exactly these.
    #[track_caller]
    pub(super) fn sees(&mut self, expected: &str) -> &mut Self {
        assert_eq!(self.seen.join("; "), expected);
        self.seen.clear();
        self
    }

    /// The notations of the steps since the last look.
    #[track_caller]
    pub(super) fn does(&mut self, expected: &str) -> &mut Self {
        assert_eq!(self.steps.join(" "), expected);
        self.steps.clear();
        self
    }

    /// What the world answers from now on.
    pub(super) fn knows(&mut self, object: &'static str, field: &'static str, value: Value) {
        self.facts.0.insert((object, field), value);
    }

    /// From now on all opening hours are over.
    pub(super) const fn closes(&mut self) {
        self.facts.1 = false;
    }

    /// As [`Stage::sees`], for a call in Polish.
    #[track_caller]
    pub(super) fn sees_in_polish(&mut self, expected: &str) -> &mut Self {
        assert_eq!(self.seen.join("; ").replace("pl:", ""), expected);
        self.seen.clear();
        self
    }

    /// The runner, for questions.
    pub(super) const fn runner(&self) -> &Runner {
        &self.runner
    }

    /// From now on every key is found in a table.
    pub(super) fn has_row(&mut self, table: &'static str, row: Row) {
        self.facts.2.insert(table, row);
    }

    /// The last question to a web service.
    pub(super) const fn take_question(&mut self) -> Option<Effect> {
        self.question.take()
    }

    /// The last registration that the flow asked for.
    pub(super) fn take_registration(&mut self) -> Option<Effect> {
        self.registration.take()
    }

    fn perform(&mut self, mut out: Outbox<Effect>) {
        let mut answers = VecDeque::new();
        while let Some(effect) = out.pop() {
            self.note(&effect);
            answers.extend(self.answer(&effect));
        }
        for answer in answers {
            self.gets(answer);
        }
    }

    fn answer(&self, effect: &Effect) -> Option<Event> {
        if self.silent {
            return None;
        }
        let refused = self.refuses.map(|name| Event::Escalated(Escalation::named(name)));
        match effect {
            Effect::Answer => Some(Event::Answered),
            Effect::Join(_) => Some(Event::Joined),
            Effect::StartCallback { .. } => Some(refused.unwrap_or(Event::CallbackStarted)),
            Effect::RegisterCallback(_) => Some(refused.unwrap_or_else(registered)),
            Effect::DismissCallback => Some(Event::CallbackDismissed),
            Effect::ExitQueue => Some(Event::LeftQueue(QueueOutcome::Left)),
            Effect::Move(_) => Some(Event::Moved),
            Effect::RevokeCallback { take_over, .. } => {
                let done = Event::Revoked(Revocation::Done { stands: *take_over });
                Some(refused.unwrap_or(done))
            }
            Effect::Step { .. }
            | Effect::Exit { .. }
            | Effect::Ring
            | Effect::Reject { .. }
            | Effect::HangUp { .. }
            | Effect::Play { .. }
            | Effect::StopPlay
            | Effect::Record { .. }
            | Effect::OpenMailbox { .. }
            | Effect::LeaveMessage { .. }
            | Effect::Listen
            | Effect::DeleteRecording(_)
            | Effect::QueueMusic
            | Effect::Ask { .. }
            | Effect::Tag(_)
            | Effect::Remark(_)
            | Effect::Announce { .. }
            | Effect::Transfer(_)
            | Effect::Note { .. }
            | Effect::Finished { .. } => None,
        }
    }

    fn note(&mut self, effect: &Effect) {
        if let Effect::Step { notation, .. } = effect {
            return self.steps.push(notation);
        }
        if let Effect::Play { play, .. } = effect {
            self.last_play = *play;
        }
        if let Effect::RegisterCallback(_) = effect {
            self.registration = Some(effect.clone());
        }
        if let Effect::Ask { .. } = effect {
            self.question = Some(effect.clone());
        }
        if !matches!(effect, Effect::Note { .. } | Effect::Exit { .. }) {
            self.seen.push(words(effect));
        }
    }
}

/// The store's good answer.
pub(super) fn registered() -> Event {
    Event::CallbackRegistered {
        callback: CallbackId::from(7),
        position: 3,
        wait_estimate: Some(Duration::from_secs(240)),
    }
}

fn words(effect: &Effect) -> String {
    match effect {
        Effect::Ring => "ring".into(),
        Effect::Answer => "answer".into(),
        Effect::Reject { status } => format!("reject {status}"),
        Effect::HangUp { cause: None } => "hang up".into(),
        Effect::HangUp { cause: Some(status) } => format!("hang up {status}"),
        Effect::Play { clips, repeat, .. } => {
            let verb = if *repeat { "music" } else { "play" };
            format!("{verb} {}", clips.iter().map(clip_words).collect::<Vec<_>>().join(" "))
        }
        Effect::StopPlay => "stop".into(),
        Effect::Record { .. } => "record".into(),
        Effect::Listen => "listen".into(),
        Effect::OpenMailbox { mailbox } => format!("open {mailbox}"),
        Effect::LeaveMessage { mailbox, recording } => format!("leave {recording} in {mailbox}"),
        Effect::DeleteRecording(id) => format!("delete {id}"),
        Effect::Join(join) => format!("join {}", join.queue),
        Effect::QueueMusic => "queue music".into(),
        Effect::ExitQueue => "exit".into(),
        Effect::Transfer(transfer) => match &transfer.to {
            Destination::Agent(name) => format!("transfer to {name}"),
            Destination::Number { number, .. } => format!("transfer to {number}"),
        },
        Effect::Move(wish) => format!("move to {}", wish.queue),
        Effect::RevokeCallback { take_over: false, .. } => "cancel".into(),
        Effect::RevokeCallback { take_over: true, .. } => "take over".into(),
        Effect::StartCallback { .. } => "start".into(),
        Effect::RegisterCallback(r) => {
            let media: Vec<String> = r.agent_media.iter().map(clip_words).collect();
            let number = r.number.as_deref().unwrap_or("own");
            format!("register {number} [{}]", media.join(" "))
        }
        Effect::DismissCallback => "dismiss".into(),
        Effect::Ask { request, .. } => {
            let body = request.body.as_ref().map(|body| format!(" {}", body.text));
            let (word, service) = (request.method.word(), request.service.as_deref());
            let (service, address) = (service.unwrap_or("-"), &request.address);
            format!("ask {word} {service} {address}{}", body.unwrap_or_default())
        }
        Effect::Tag(text) => format!("tag {text}"),
        Effect::Remark(text) => format!("note {text}"),
        Effect::Announce { name, data } => format!("event {name} {}", Json::object(data.clone())),
        Effect::Finished { escalation: None } => "finished".into(),
        Effect::Finished { escalation: Some(e) } => format!("finished {}", e.name),
        Effect::Step { .. } | Effect::Exit { .. } | Effect::Note { .. } => String::new(),
    }
}

fn clip_words(clip: &Clip) -> String {
    match clip {
        Clip::Prompt { language, name } if language.tag() == "en" => name.clone(),
        Clip::Prompt { language, name } => format!("{language}:{name}"),
        Clip::Recording(id) => id.to_string(),
        Clip::Spoken { language, text } => format!("{language}:{text:?}"),
    }
}

/// A flow of these sections.
pub(super) fn flow(name: &str, sections: Vec<(&str, Vec<Step>)>) -> Flow {
    Flow {
        name: name.into(),
        title: None,
        language: None,
        inputs: BTreeMap::new(),
        outputs: BTreeMap::new(),
        vars: BTreeMap::new(),
        when_caller_hangs_up: None,
        catch: BTreeMap::new(),
        sections: sections.into_iter().map(|(name, steps)| (name.into(), steps)).collect(),
        spoken: BTreeSet::new(),
    }
}

/// A step without catches.
pub(super) fn step(action: Action) -> Step {
    let place = Place { file: "story".into(), line: 1, column: 1 };
    Step { place, action, catch: BTreeMap::new() }
}

/// A step that catches one escalation.
pub(super) fn catching(mut caught: Step, name: &str, target: Target) -> Step {
    caught.catch.insert(name.into(), target);
    caught
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.into())
}

pub(super) fn literal(words: &str) -> Operand {
    Operand::Literal(text(words))
}

pub(super) fn variable(path: &str) -> Operand {
    Operand::Variable(path.split('.').map(str::to_owned).collect())
}

/// Words, and variables where they begin with `$`.
pub(super) fn items(words: &str) -> Vec<Operand> {
    words
        .split_whitespace()
        .map(|word| word.strip_prefix('$').map_or_else(|| literal(word), variable))
        .collect()
}

pub(super) fn play(words: &str) -> Step {
    step(Action::Play { items: items(words), barge_in: true })
}

pub(super) fn goto(section: &str) -> Step {
    step(Action::Goto(section.into()))
}

pub(super) fn section(name: &str) -> Target {
    Target::Section(name.into())
}

pub(super) fn keys(pairs: &[(char, &str)]) -> BTreeMap<Digit, Target> {
    let pairs = pairs.iter();
    pairs.map(|(key, to)| (Digit::from_char(*key).expect("a key"), section(to))).collect()
}

pub(super) fn returns(pairs: &[(&str, &str)]) -> Step {
    let outputs = pairs.iter().map(|(name, value)| ((*name).to_owned(), literal(value)));
    step(Action::Return(outputs.collect()))
}

pub(super) fn call(flow: &str, save_as: Option<&str>) -> Step {
    let save_as = save_as.map(str::to_owned);
    step(Action::CallFlow { flow: flow.into(), with: BTreeMap::new(), save_as })
}

pub(super) fn music(seconds: Option<u64>, pairs: &[(char, &str)]) -> Step {
    let length = seconds.map(Duration::from_secs);
    step(Action::Music { name: "default".into(), length, keys: keys(pairs) })
}

/// Three tries, five seconds each.
pub(super) fn menu(pairs: &[(char, &str)], gave_up: Option<&str>) -> Menu {
    Menu {
        prompt: items("ask"),
        keys: keys(pairs),
        tries: 3,
        wait: Duration::from_secs(5),
        no_input: Target::Again,
        no_match: Target::Again,
        gave_up: gave_up.map(section),
    }
}

/// Three tries of 4 to 6 digits, saved as `typed`.
pub(super) fn collect(gave_up: Option<&str>) -> Collect {
    Collect {
        prompt: items("enter"),
        fewest: 4,
        most: 6,
        finish: Some(Digit::HASH),
        wait: Duration::from_secs(8),
        gap: Duration::from_secs(4),
        tries: 3,
        pattern: None,
        save_as: "typed".into(),
        gave_up: gave_up.map(section),
    }
}

pub(super) fn record(empty: Option<&str>) -> Step {
    step(Action::Record(Record {
        longest: Duration::from_secs(60),
        shortest: Duration::ZERO,
        silence: Some(Duration::from_secs(3)),
        finish: Some(Digit::HASH),
        beep: true,
        save_as: "note".into(),
        empty: empty.map(section),
        review: None,
    }))
}

/// A queue step for `sales`, with sections for some outcomes.
pub(super) fn queue(flow: Option<&str>, outcomes: &[(QueueOutcome, &str)]) -> Step {
    step(Action::Queue(QueueStep {
        name: literal("sales"),
        flow: flow.map(str::to_owned),
        with: BTreeMap::new(),
        priority: 0,
        skills: crate::base::skill::Skills::none(),
        timeout: None,
        outcomes: outcomes.iter().map(|(outcome, to)| (*outcome, section(to))).collect(),
    }))
}

pub(super) fn start() -> Step {
    step(Action::StartCallback { queue: None, register_on_hang_up: None })
}

pub(super) fn dismiss() -> Step {
    step(Action::DismissCallback)
}

pub(super) fn register() -> Step {
    step(Action::RegisterCallback(Box::new(RegisterCallback {
        agent_media: items("callback-for-you $note"),
        ..RegisterCallback::default()
    })))
}
