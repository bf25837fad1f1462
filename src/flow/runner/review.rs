//! The review of a recording: hear it, make it again, or keep it.
//!
//! ```text
//!             kept on disk        keep, silence or other keys too often
//! Recording ─────────────► Review ──────────────────────────────────────► next step
//!     ▲                     │  ▲
//!     └──── again ──────────┤  │ hear: the recording, then the question
//!                           └──┘
//! ```

use super::asking::{Asking, Menu};
use super::moves::Move;
use super::pending::Pending;
use super::scope::as_recording;
use super::{Runner, Turn};
use crate::base::digit::Digit;
use crate::flow::effect::{Clip, Effect};
use crate::flow::graph::{Action, Record, Review};
use crate::flow::value::Value;

/// How often the question is asked without an answer; then the recording is kept.
const TRIES: u32 = 3;

impl Runner {
    /// The first question after a recording; `None` where its step offers no review.
    pub(super) fn begin_review(&mut self, turn: &mut Turn<'_>) -> Option<Move> {
        let (_, review) = self.reviewed()?;
        Some(self.ask_review(&review, None, Asking::first_of(TRIES), turn))
    }

    /// A key for the question.
    pub(super) fn review_key(&mut self, digit: Digit, turn: &mut Turn<'_>) -> Option<Move> {
        let Pending::Reviewing(waiting) = &self.pending else { return None };
        let asking = waiting.asking;
        let (record, review) = self.reviewed()?;
        self.stop_play(turn);
        let pressed = Some(digit);
        Some(if pressed == review.again {
            self.drop_recording(&record.save_as, turn);
            self.record(&record, turn)
        } else if pressed == review.keep {
            Move::Advance
        } else if pressed == review.hear {
            let heard = self.frames.last()?.variables.get(&record.save_as).and_then(as_recording);
            self.ask_review(&review, heard.map(Clip::Recording), Asking::first_of(TRIES), turn)
        } else {
            self.ask_again(&review, asking, turn)
        })
    }

    /// No key came.
    pub(super) fn review_silence(&mut self, asking: Asking, turn: &mut Turn<'_>) -> Option<Move> {
        let (_, review) = self.reviewed()?;
        Some(self.ask_again(&review, asking, turn))
    }

    fn ask_again(&mut self, review: &Review, asking: Asking, turn: &mut Turn<'_>) -> Move {
        match asking.again() {
            Some(next) => self.ask_review(review, None, next, turn),
            None => Move::Advance,
        }
    }

    fn ask_review(
        &mut self,
        review: &Review,
        first: Option<Clip>,
        mut asking: Asking,
        turn: &mut Turn<'_>,
    ) -> Move {
        let mut clips: Vec<Clip> = first.into_iter().collect();
        clips.extend(self.clips(&review.prompt, turn));
        let mut until = None;
        if clips.is_empty() {
            until = Some(turn.now.monotonic + review.wait);
        } else {
            asking.play = Some(self.start_play(clips, false, turn));
        }
        Move::Wait(Pending::Reviewing(Menu { asking, until }))
    }

    /// Deletes what the variable holds; it is unknown until something is recorded again.
    fn drop_recording(&mut self, name: &str, turn: &mut Turn<'_>) {
        let Some(top) = self.frames.last_mut() else { return };
        let before = top.variables.insert(name.to_owned(), Value::Unknown);
        self.delete_unless_held(before.as_ref(), turn);
    }

    /// Deletes a recording that no variable means any more.
    pub(super) fn delete_unless_held(&self, before: Option<&Value>, turn: &mut Turn<'_>) {
        if let Some(old) = before.and_then(as_recording)
            && !self.is_held(old)
        {
            turn.out.push(Effect::DeleteRecording(old));
        }
    }

    /// The `record` step that the top frame stands at, with its review.
    fn reviewed(&self) -> Option<(Record, Review)> {
        let Action::Record(record) = &self.frames.last()?.step()?.action else { return None };
        Some((record.clone(), record.review.clone()?))
    }
}
