//! One call as a story tells it: hears, presses, speaks, hangs up.

use super::line::{Line, State};
use super::town::{Inner, Town};
use std::cell::Cell;
use std::time::Duration;

/// One call of one phone.
pub struct Handset {
    pub(super) town: Town,
    pub(super) phone: usize,
    pub(super) line: usize,
    /// How many of the prompts heard were named by the story.
    pub(super) cursor: Cell<usize>,
}

impl Handset {
    /// Waits until this prompt is heard, after those that the story named before.
    #[track_caller]
    pub fn hears(&self, prompt: &str) -> &Self {
        let found = Cell::new(None);
        self.wait(&format!("hears {prompt}"), |line| {
            let heard = &line.media.ear.heard[self.cursor.get()..];
            found.set(heard.iter().position(|heard| heard.name == prompt));
            found.get().is_some()
        });
        self.cursor.set(self.cursor.get() + found.get().unwrap_or(0) + 1);
        self
    }

    /// Waits until this prompt was heard to its end.
    #[track_caller]
    pub fn hears_all_of(&self, prompt: &str) -> &Self {
        self.hears(prompt);
        let index = self.cursor.get() - 1;
        self.wait(&format!("hears {prompt} to its end"), |line| line.media.ear.heard[index].whole);
        self
    }

    /// This prompt was never heard in this call.
    #[track_caller]
    pub fn never_heard(&self, prompt: &str) -> &Self {
        let heard = self.with(|line| line.media.ear.heard.iter().any(|h| h.name == prompt));
        assert!(!heard, "{prompt} was heard\n{}", self.town.report());
        self
    }

    /// Waits until the far end is heard to speak at this pitch from now on.
    #[track_caller]
    pub fn hears_tone(&self, hz: u32) -> &Self {
        self.change(|line, _| line.media.ear.speech.clear());
        self.wait(&format!("hears {hz} Hz"), |line| line.media.ear.tone_among(&[hz]) == Some(hz));
        self
    }

    /// Presses keys and waits until all are sent.
    #[track_caller]
    pub fn presses(&self, keys: &str) -> &Self {
        self.change(|line, now| line.media.mouth.press(now, keys));
        self.wait("presses keys", |line| line.media.mouth.is_silent());
        self
    }

    /// Begins to press keys.
    pub fn begins_to_press(&self, keys: &str) -> &Self {
        self.change(|line, now| line.media.mouth.press(now, keys));
        self
    }

    /// Speaks at a pitch, and waits until that is said.
    #[track_caller]
    pub fn speaks(&self, hz: u32, length: Duration) -> &Self {
        self.begins_to_speak(hz, length);
        self.wait("speaks", |line| line.media.mouth.is_silent());
        self
    }

    /// Begins to speak at a pitch.
    pub fn begins_to_speak(&self, hz: u32, length: Duration) -> &Self {
        self.change(|line, now| line.media.mouth.say(now, hz, length));
        self
    }

    /// Lets time pass.
    pub fn waits(&self, span: Duration) -> &Self {
        self.town.runs(span);
        self
    }

    /// Answers a call that rings, and waits until that is agreed.
    #[track_caller]
    pub fn answers(&self) -> &Self {
        self.lifts().is_up()
    }

    /// Answers a call that rings; the answer is on its way.
    pub fn lifts(&self) -> &Self {
        let (phone, line) = (self.phone, self.line);
        let mut inner = self.town.0.borrow_mut();
        inner.act(|phones, now, out| phones[phone].answer(now, line, out));
        drop(inner);
        self
    }

    /// Refuses a call that rings.
    pub fn refuses(&self, status: u16) -> &Self {
        let (phone, line) = (self.phone, self.line);
        let mut inner = self.town.0.borrow_mut();
        inner.act(|phones, now, out| phones[phone].refuse(now, line, status, out));
        drop(inner);
        self
    }

    /// Ends the call in whatever way its state demands.
    pub fn hangs_up(&self) -> &Self {
        let (phone, line) = (self.phone, self.line);
        let mut inner = self.town.0.borrow_mut();
        inner.act(|phones, now, out| phones[phone].hang_up(now, line, out));
        drop(inner);
        self
    }

    /// Sends a re-INVITE: `sendonly` holds, `sendrecv` takes back.
    pub fn reoffers(&self, direction: &str) -> &Self {
        let (phone, line) = (self.phone, self.line);
        let mut inner = self.town.0.borrow_mut();
        inner.act(|phones, now, out| phones[phone].reoffer(now, line, direction, out));
        drop(inner);
        self
    }

    /// Waits until the call stands.
    #[track_caller]
    pub fn is_up(&self) -> &Self {
        self.wait("the call stands", Line::is_up);
        self
    }

    /// Waits until the far end rings.
    #[track_caller]
    pub fn hears_ringing(&self) -> &Self {
        self.wait("hears ringing", |line| line.state == State::Calling(180));
        self
    }

    /// Waits until the call is over; tells how it ended, such as `bye received` or `486`.
    #[track_caller]
    pub fn ends(&self) -> String {
        self.wait("the call ends", Line::is_over);
        self.with(|line| {
            let State::Over(how) = &line.state else { return String::new() };
            how.clone()
        })
    }

    /// A header of the INVITE that reached this phone.
    pub fn invite_header(&self, name: &str) -> String {
        self.with(|line| line.invite.header(name).to_owned())
    }

    /// A header of the BYE that reached this phone; empty if there was none.
    pub fn bye_header(&self, name: &str) -> String {
        self.with(|line| {
            line.bye.as_ref().map_or_else(String::new, |bye| bye.header(name).to_owned())
        })
    }

    /// Looks at the call.
    pub fn with<T>(&self, look: impl FnOnce(&Line) -> T) -> T {
        look(&self.town.0.borrow().phones[self.phone].lines[self.line])
    }

    fn change(&self, change: impl FnOnce(&mut Line, ringback::base::time::Moment)) {
        let mut inner = self.town.0.borrow_mut();
        let now = inner.world.now().monotonic;
        change(&mut inner.phones[self.phone].lines[self.line], now);
    }

    #[track_caller]
    fn wait(&self, what: &str, so: impl Fn(&Line) -> bool) {
        let (phone, line) = (self.phone, self.line);
        let name = self.town.0.borrow().phones[phone].name.clone();
        let look = |inner: &Inner| so(&inner.phones[phone].lines[line]);
        self.town.until(&format!("{name}: {what}"), look);
    }
}
