//! The story, scene by scene; each ends with a proof, or ends the demonstration.

use super::ladder::{Arrow, Ladder, Made};
use super::listener::Listener;
use super::stage::{Stage, Who};
use super::{Customer, Missed};
use crate::audio::sound::Sound;
use crate::audio::tone;
use crate::base::id::SessionId;
use crate::base::language::Language;
use crate::base::number::PhoneNumber;
use crate::callback::request::{AttemptOutcome, Material, Row, State};
use crate::flow::graph::SayKind;
use crate::flow::value::Value;
use crate::flow::wording;
use crate::io::softphone::Heard;
use crate::io::store;
use crate::media::command::Totals;
use crate::sip::message::Message;
use crate::sip::uri::{NameAddr, Uri};
use std::sync::Arc;
use std::time::Duration;

/// The number that is called, and shown when the server calls.
const LINE: &str = "+48221234567";
/// Where the customer calls from.
const OFFICE: &str = "+48221112233";
/// Where the customer wants to be called.
const MOBILE: &str = "+48601234567";
/// How it is keyed.
const MOBILE_KEYED: &str = "601234567#";
/// What Anna dials to sign in.
const SIGN_IN: &str = "*10";
/// Tones of the two who talk, in Hz, and their level in dBov.
const AGENT_HZ: f32 = 700.0;
const CUSTOMER_HZ: f32 = 900.0;
const TONE_DBOV: f32 = -20.0;
/// How long a telephone rings.
const RING: Duration = Duration::from_millis(700);
/// How long signalling may take.
const SOON: Duration = Duration::from_secs(10);
/// How long the counters of a call may take after its end.
const LAST_COUNTERS: Duration = Duration::from_millis(300);
/// How long the store may take to say what has happened.
const STORED_MAX: Duration = Duration::from_secs(8);

/// The story as far as it is told.
pub(super) struct Story {
    listener: Listener,
    customer: Customer,
}

impl Story {
    /// Tells it from beginning to end.
    pub(super) async fn tell(customer: Customer, password: Option<&str>) -> Result<(), Missed> {
        let ladder = Ladder::start();
        ladder
            .line("Ringback's demonstration: real SIP and RTP over loopback. What somebody should");
        ladder.line(
            "hear is looked for in what their telephone recorded (1.00: sample by sample).\n",
        );
        ladder.head();
        let stage = Stage::build(password).await?;
        let mut story = Self { listener: Listener::new(stage, ladder), customer };
        let scenes = tokio::select! {
            scenes = story.scenes() => scenes,
            _ = tokio::signal::ctrl_c() => Err(Missed::new("the whole", "it was interrupted")),
        };
        match scenes {
            Ok(promise) => story.ends(&promise).await,
            Err(missed) => {
                // What was missed matters more than how the rest ends.
                let _ = story.listener.stage.clear().await;
                Err(missed)
            }
        }
    }

    /// All scenes with people in them; gives what was promised.
    async fn scenes(&mut self) -> Result<Row, Missed> {
        self.anna_registers().await?;
        let call = self.the_customer_calls().await?;
        self.asks_for_a_callback(call).await?;
        self.leaves_a_message(call).await?;
        let promise = self.is_promised(call).await?;
        self.anna_signs_in().await?;
        let offer = self.anna_hears_the_message().await?;
        let (callback, invite) = self.the_customer_is_called().await?;
        self.judges(&invite)?;
        match self.customer {
            Customer::Answers | Customer::Silent => self.they_talk(callback, offer).await?,
            Customer::Busy => self.the_customer_is_busy(callback, offer).await?,
        }
        Ok(promise)
    }

    async fn anna_registers(&mut self) -> Result<(), Missed> {
        let what = "Anna's telephone registers";
        let registered = |heard: &Heard| {
            if let Heard::NotRegistered(status) = heard {
                return Some(Err(*status));
            }
            matches!(heard, Heard::Registered(true)).then_some(Ok(()))
        };
        let registered = self.listener.event(Who::Agent, what, SOON, registered).await?;
        registered
            .map_err(|status| Missed::new(what, format!("the server refuses it: {status}")))?;
        self.signal(Arrow::AgentToServer, "REGISTER", "Anna's telephone is known, Anna is not in");
        Ok(())
    }

    async fn the_customer_calls(&mut self) -> Result<SessionId, Missed> {
        let server = self.listener.stage.server;
        let uri = Uri::sip(Some(LINE), server.ip(), Some(server.port()));
        let address = self.listener.stage.customer.phone.address();
        let from = NameAddr::new(Uri::sip(Some(OFFICE), address.ip(), Some(address.port())));
        let call = self.listener.stage.customer.phone.call(uri, from, Vec::new());
        let call = call.map_err(|fault| Missed::new("calling the server", fault.to_string()))?;
        self.signal(Arrow::CustomerToServer, "INVITE", &format!("a customer calls {LINE}"));
        self.answered(Who::Customer, call, "the server answers the call").await?;
        self.signal(Arrow::ServerToCustomer, "200 OK", "the call is answered");
        self.listener.stage.customer.listen(call)?;
        self.listener.hears_beginning(Who::Customer, call, "demo-menu").await?;
        self.press(call, "1", "press 1", "to the queue of sales");
        self.listener.hears_beginning(Who::Customer, call, "music/default").await?;
        self.listener.ladder.note("nobody is signed in: the customer waits");
        Ok(call)
    }

    async fn asks_for_a_callback(&mut self, call: SessionId) -> Result<(), Missed> {
        self.listener.hears_beginning(Who::Customer, call, "press-1-for-callback").await?;
        self.press(call, "1", "press 1", "a callback, please; the place is held");
        self.listener.hears_beginning(Who::Customer, call, "callback-on-this-number").await?;
        self.press(call, "2", "press 2", "on another number");
        self.listener.hears_beginning(Who::Customer, call, "enter-number").await?;
        self.press(call, MOBILE_KEYED, "10 keys", MOBILE_KEYED);
        self.listener.hears_all(Who::Customer, call, "you-entered").await?;
        let number = self.spoken_number()?;
        self.listener.hears_sound(Who::Customer, call, (&number, "601 234 567")).await?;
        self.listener.hears_beginning(Who::Customer, call, "confirm-number").await?;
        self.press(call, "1", "press 1", "the number is right");
        Ok(())
    }

    /// The customer's number as the server must speak it.
    fn spoken_number(&self) -> Result<Sound, Missed> {
        let number = PhoneNumber::from_e164(MOBILE).map(Value::Phone);
        let words =
            number.and_then(|n| wording::say(&Language::english(), SayKind::Phone(None), &n));
        let missing = || Missed::new("speaking a number", "English has no words for it");
        let mut samples = Vec::new();
        for word in words.ok_or_else(missing)? {
            samples.extend_from_slice(self.listener.stage.prompt(&word)?.samples());
        }
        Ok(Sound::new(samples))
    }

    async fn leaves_a_message(&mut self, call: SessionId) -> Result<(), Missed> {
        self.listener.hears_all(Who::Customer, call, "leave-a-note").await?;
        let beep = "the beep before the message";
        let long = Duration::from_millis(100);
        self.listener.hears_tone(Who::Customer, call, (1_000.0, long, beep)).await?;
        if self.customer == Customer::Silent {
            self.listener.ladder.note("the customer says nothing");
            return Ok(());
        }
        let note = self.listener.stage.prompt("demo-note")?;
        self.listener.stage.customer.phone.play(call, note);
        let text = Listener::quoted("demo-note");
        self.sound(Arrow::CustomerToServer, "speech", &format!("says {text}"));
        let told = |heard: &Heard| matches!(heard, Heard::Played(at) if *at == call).then_some(());
        self.listener.event(Who::Customer, "the customer speaks to the end", SOON, told).await?;
        self.press(call, "#", "press #", "that was the message");
        Ok(())
    }

    /// The customer hears the promise, and at that moment it is in the store.
    async fn is_promised(&mut self, call: SessionId) -> Result<Row, Missed> {
        self.listener.hears_beginning(Who::Customer, call, "callback-registered").await?;
        let row = self.row().await?;
        let what = "the promise is in the store when it is spoken";
        let material: usize = if self.customer == Customer::Silent { 1 } else { 2 };
        let promise = &row.promise;
        check(what, "the number", promise.number.as_str(), MOBILE)?;
        check(what, "the queue", promise.queue.as_str(), "sales")?;
        check(
            what,
            "the number to show",
            promise.ani.as_ref().map_or("", |ani| ani.as_str()),
            LINE,
        )?;
        check(what, "the state", &row.state, &State::Waiting)?;
        check(what, "pieces for the agent", &promise.agent_media.len(), &material)?;
        let message = |one: &Material| matches!(one, Material::Recording(_));
        check(what, "a message", &promise.agent_media.iter().any(message), &(material == 2))?;
        let waited = promise.registered_at.since(promise.enqueued_at).as_secs_f64();
        self.listener.ladder.note(&format!("stored, with the place of {waited:.0} s ago"));
        self.listener.stage.customer.phone.hang_up(call);
        let over =
            |heard: &Heard| matches!(heard, Heard::Ended(at, _) if *at == call).then_some(());
        self.listener.event(Who::Customer, "the customer hangs up", SOON, over).await?;
        self.signal(Arrow::CustomerToServer, "BYE", "the customer hangs up");
        Ok(row)
    }

    async fn anna_signs_in(&mut self) -> Result<(), Missed> {
        let aor = self.listener.stage.agent_address();
        let uri = Uri::sip(Some(SIGN_IN), aor.host().clone(), aor.port());
        let call = self.listener.stage.agent.phone.call(uri, NameAddr::new(aor), Vec::new());
        let call = call.map_err(|fault| Missed::new("dialling *10", fault.to_string()))?;
        self.signal(Arrow::AgentToServer, "INVITE", "Anna dials *10 (401, then with her digest)");
        self.answered(Who::Agent, call, "Anna signs in by *10").await?;
        self.listener.stage.agent.listen(call)?;
        self.listener.hears_all(Who::Agent, call, "agent-signed-in").await
    }

    async fn anna_hears_the_message(&mut self) -> Result<SessionId, Missed> {
        let (offer, invite) = self.is_called(Who::Agent, "Anna's telephone rings").await?;
        let shown = invite.from().and_then(|from| from.display).unwrap_or_default();
        let what = "Anna's telephone shows who waits";
        check(what, "the display", &shown, &format!("sales callback: {MOBILE}"))?;
        self.signal(Arrow::ServerToAgent, "INVITE", &format!("\"{shown}\""));
        self.accepts(Who::Agent, offer, "Anna answers").await?;
        self.signal(
            Arrow::AgentToServer,
            "200 OK",
            "Anna answers, and first hears what it is about",
        );
        self.listener.stage.agent.listen(offer)?;
        self.listener.hears_all(Who::Agent, offer, "callback-for-you").await?;
        self.listener.hears_all(Who::Agent, offer, "demo-note").await?;
        self.listener.ladder.note("the customer's own voice, from the recording");
        Ok(offer)
    }

    async fn the_customer_is_called(&mut self) -> Result<(SessionId, Box<Message>), Missed> {
        self.is_called(Who::Customer, "the customer's telephone rings").await
    }

    /// Whom the server called, and what it showed.
    fn judges(&mut self, invite: &Message) -> Result<(), Missed> {
        let user = |uri: &Uri| uri.user().map(|user| user.into_owned()).unwrap_or_default();
        let asserted = invite.headers.first("P-Asserted-Identity").and_then(NameAddr::parse);
        let what = "the server calls the customer as it promised";
        let dialled = invite.uri().map(user).unwrap_or_default();
        check(what, "the request URI", dialled.as_str(), MOBILE)?;
        let from = invite.from().map(|from| user(&from.uri)).unwrap_or_default();
        check(what, "From", from.as_str(), LINE)?;
        let asserted = asserted.map(|asserted| user(&asserted.uri)).unwrap_or_default();
        check(what, "P-Asserted-Identity", asserted.as_str(), LINE)?;
        self.signal(Arrow::ServerToCustomer, "INVITE", &format!("to {MOBILE}, as {LINE}"));
        Ok(())
    }

    async fn they_talk(&mut self, callback: SessionId, offer: SessionId) -> Result<(), Missed> {
        self.accepts(Who::Customer, callback, "the customer answers").await?;
        self.signal(Arrow::CustomerToServer, "200 OK", "the customer answers");
        self.listener.stage.customer.listen(callback)?;
        let agent_says = self.sentence("demo-agent", AGENT_HZ)?;
        let customer_says = self.sentence("demo-customer", CUSTOMER_HZ)?;
        self.listener.stage.agent.phone.play(offer, agent_says);
        self.listener.stage.customer.phone.play(callback, customer_says);
        self.listener.ladder.talk("both speak at once, each a sentence and a tone");
        self.listener.hears_all(Who::Customer, callback, "demo-agent").await?;
        self.listener.hears_all(Who::Agent, offer, "demo-customer").await?;
        let long = Duration::from_millis(900);
        let agents = "Anna's tone";
        self.listener.hears_tone(Who::Customer, callback, (AGENT_HZ, long, agents)).await?;
        let customers = "the customer's tone";
        self.listener.hears_tone(Who::Agent, offer, (CUSTOMER_HZ, long, customers)).await?;
        self.listener.stage.customer.phone.hang_up(callback);
        self.signal(Arrow::CustomerToServer, "BYE", "the customer hangs up");
        self.anna_is_free(offer).await
    }

    fn sentence(&self, prompt: &str, hz: f32) -> Result<Arc<Sound>, Missed> {
        let mut samples = self.listener.stage.prompt(prompt)?.samples().to_vec();
        samples.extend_from_slice(Sound::silence(100).samples());
        samples.extend(tone::steady(&[hz], TONE_DBOV, 1_200));
        Ok(Arc::new(Sound::new(samples)))
    }

    async fn the_customer_is_busy(
        &mut self,
        callback: SessionId,
        offer: SessionId,
    ) -> Result<(), Missed> {
        self.listener.stage.customer.phone.refuse(callback, 486);
        self.signal(Arrow::CustomerToServer, "486", "the customer is busy");
        self.listener.hears_all(Who::Agent, offer, "customer-busy").await?;
        self.anna_is_free(offer).await
    }

    async fn anna_is_free(&mut self, offer: SessionId) -> Result<(), Missed> {
        let over =
            |heard: &Heard| matches!(heard, Heard::Ended(at, _) if *at == offer).then_some(());
        self.listener.event(Who::Agent, "the server hangs up Anna's telephone", SOON, over).await?;
        self.signal(Arrow::ServerToAgent, "BYE", "Anna is free");
        Ok(())
    }

    /// The server is ended; then the store tells the same, and the figures are told.
    async fn ends(mut self, promise: &Row) -> Result<(), Missed> {
        let (state, outcome) = match self.customer {
            Customer::Answers | Customer::Silent => (State::Completed, AttemptOutcome::Answered),
            Customer::Busy => (State::Retry, AttemptOutcome::Busy),
        };
        let until = self.listener.ladder.elapsed() + STORED_MAX;
        while self.row().await?.state != state && self.listener.ladder.elapsed() < until {
            self.listener.pause(Duration::from_millis(50)).await;
        }
        // The last counters come when the sound of the last calls is closed.
        self.listener.pause(LAST_COUNTERS).await;
        let Listener { stage, ladder, proofs } = self.listener;
        let totals = [stage.customer.totals(), stage.agent.totals()];
        let path = stage.store();
        let dir = stage.clear().await?;
        let what = "the store, after the server has ended";
        let rows = store::callbacks(&path).await;
        let rows = rows.map_err(|fault| Missed::new(what, fault.to_string()))?;
        drop(dir);
        let row = rows.first().ok_or_else(|| Missed::new(what, "it holds no callback"))?;
        let attempt = row.attempts.first();
        let attempt = attempt.ok_or_else(|| Missed::new(what, "it holds no attempt"))?;
        check(what, "the number of callbacks", &rows.len(), &1)?;
        check(what, "the state", &row.state, &state)?;
        check(what, "the number of attempts", &row.attempts.len(), &1)?;
        check(what, "the attempt's outcome", &attempt.outcome, &Some(outcome))?;
        check(what, "the agent", attempt.agent.as_str(), "anna")?;
        check(what, "the trunk", attempt.trunk.as_str(), "carrier")?;
        check(what, "the place", &row.promise.enqueued_at, &promise.promise.enqueued_at)?;
        ladder.line("");
        ladder.line(&format!(
            "  callback  {MOBILE}: {state:?}; attempt 1 by anna over carrier: {outcome:?}"
        ));
        if self.customer == Customer::Busy {
            let next = row.not_before.since(attempt.at).as_secs();
            ladder.line(&format!("  place     kept; the next attempt comes {next} s later"));
        }
        tell_figures(&ladder, &proofs, totals);
        Ok(())
    }

    /// The only callback of the store.
    async fn row(&self) -> Result<Row, Missed> {
        let what = "reading the store";
        let rows = store::callbacks(&self.listener.stage.store()).await;
        let mut rows = rows.map_err(|fault| Missed::new(what, fault.to_string()))?;
        rows.pop().ok_or_else(|| Missed::new(what, "it holds no callback"))
    }

    async fn answered(&mut self, who: Who, call: SessionId, what: &str) -> Result<(), Missed> {
        let answer = |heard: &Heard| {
            if let Heard::Failed(at, failure) = heard
                && *at == call
            {
                return Some(Err(format!("{failure:?}")));
            }
            matches!(heard, Heard::Answered(at) if *at == call).then_some(Ok(()))
        };
        let answer = self.listener.event(who, what, SOON, answer).await?;
        answer.map_err(|why| Missed::new(what, why))
    }

    async fn is_called(
        &mut self,
        who: Who,
        what: &str,
    ) -> Result<(SessionId, Box<Message>), Missed> {
        let called = |heard: &Heard| {
            let Heard::Incoming(session, invite) = heard else { return None };
            Some((*session, invite.clone()))
        };
        self.listener.event(who, what, SOON, called).await
    }

    /// Rings for a moment, then answers.
    async fn accepts(&mut self, who: Who, session: SessionId, what: &str) -> Result<(), Missed> {
        self.listener.stage.who(who).phone.ring(session);
        self.listener.pause(RING).await;
        let accepted = self.listener.stage.who(who).phone.accept(session);
        accepted.map_err(|why| Missed::new(what, why))?;
        let stands =
            |heard: &Heard| matches!(heard, Heard::Confirmed(at) if *at == session).then_some(());
        self.listener.event(who, what, SOON, stands).await
    }

    fn press(&mut self, call: SessionId, keys: &str, label: &str, text: &str) {
        let digits = keys.chars().filter_map(crate::base::digit::Digit::from_char).collect();
        self.listener.stage.customer.phone.press(call, digits);
        self.signal(Arrow::CustomerToServer, label, text);
    }

    fn signal(&self, arrow: Arrow, label: &str, text: &str) {
        self.listener.ladder.arrow(arrow, Made::Signal, label, text);
    }

    fn sound(&self, arrow: Arrow, label: &str, text: &str) {
        self.listener.ladder.arrow(arrow, Made::Sound, label, text);
    }
}

fn tell_figures(ladder: &Ladder, proofs: &[f32], totals: [Totals; 2]) {
    let sum = |of: fn(&Totals) -> u64| totals.iter().map(of).sum::<u64>();
    let (sent, received) = (sum(|one| one.sent), sum(|one| one.received));
    let lost = sum(|one| one.lost);
    let least = proofs.iter().copied().fold(f32::INFINITY, f32::min);
    let count = proofs.len();
    ladder.line(&format!("  by ear    {count} sounds recognised, the least alike by {least:.2}"));
    ladder.line(&format!("  packets   {sent} sent, {received} heard, {lost} lost"));
    let seconds = ladder.elapsed().as_secs_f64();
    ladder.good(&format!("  All of it happened, in {seconds:.1} s."));
}

/// What must be so.
fn check<T>(what: &str, which: &str, is: &T, wanted: &T) -> Result<(), Missed>
where
    T: PartialEq + std::fmt::Debug + ?Sized,
{
    if is == wanted {
        return Ok(());
    }
    Err(Missed::new(what, format!("{which} is {is:?}, not {wanted:?}")))
}
