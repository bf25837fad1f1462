//! Steps that take keys: menu, collect, and the keys of music.

use super::asking::{Asking, Collecting, Menu};
use super::moves::Move;
use super::pending::Pending;
use super::position::{Exit, target};
use super::{Runner, Turn, condition};
use crate::base::digit::Digit;
use crate::flow::collect::{Collector, Entry, Limits, Why};
use crate::flow::graph;
use crate::flow::graph::{Action, Target};
use crate::flow::value::Value;
use std::sync::Arc;

impl Runner {
    /// `menu`, at its first try.
    pub(super) fn menu(&mut self, menu: &graph::Menu, turn: &mut Turn<'_>) -> Move {
        self.menu_try(menu, Asking::first_of(menu.tries), turn)
    }

    /// One try: a key typed ahead answers it without the prompt.
    fn menu_try(&mut self, menu: &graph::Menu, asking: Asking, turn: &mut Turn<'_>) -> Move {
        let mut asking = asking;
        while let Some(digit) = self.keys.take() {
            if menu.keys.contains_key(&digit) {
                return Move::Take(Exit::Key(digit));
            }
            match next_try(asking, &menu.no_match, Exit::NoMatch) {
                Ok(next) => asking = next,
                Err(exit) => return Move::Take(exit),
            }
        }
        let clips = self.clips(&menu.prompt, turn);
        let mut until = None;
        if clips.is_empty() {
            until = Some(turn.now.monotonic + menu.wait);
        } else {
            asking.play = Some(self.start_play(clips, false, turn));
        }
        Move::Wait(Pending::Menu(Menu { asking, until }))
    }

    /// A key for the menu that waits.
    fn menu_key(&mut self, digit: Digit, turn: &mut Turn<'_>) -> Option<Move> {
        let Pending::Menu(waiting) = &self.pending else { return None };
        let asking = waiting.asking;
        self.stop_play(turn);
        let flow = Arc::clone(&self.frames.last()?.flow);
        let Action::Menu(menu) = &self.frames.last()?.position.step(&flow)?.action else {
            return None;
        };
        if menu.keys.contains_key(&digit) {
            return Some(Move::Take(Exit::Key(digit)));
        }
        Some(match next_try(asking, &menu.no_match, Exit::NoMatch) {
            Ok(next) => self.menu_try(menu, next, turn),
            Err(exit) => Move::Take(exit),
        })
    }

    /// `collect`, at its first try.
    pub(super) fn collect(&mut self, collect: &graph::Collect, turn: &mut Turn<'_>) -> Move {
        self.collect_try(collect, Asking::first_of(collect.tries), turn)
    }

    fn collect_try(
        &mut self,
        collect: &graph::Collect,
        asking: Asking,
        turn: &mut Turn<'_>,
    ) -> Move {
        let mut asking = asking;
        let mut collector = Collector::new(limits(collect));
        let mut typed_ahead = false;
        while let Some(digit) = self.keys.take() {
            typed_ahead = true;
            let Some(entry) = collector.press(digit, turn.now.monotonic) else { continue };
            match self.entered(collect, &entry, asking, turn) {
                Ok(done) => return done,
                Err(next) => asking = next,
            }
            collector = Collector::new(limits(collect));
            typed_ahead = false;
        }
        let clips = self.clips(&collect.prompt, turn);
        if clips.is_empty() || typed_ahead {
            collector.listen(turn.now.monotonic);
        } else {
            asking.play = Some(self.start_play(clips, false, turn));
        }
        Move::Wait(Pending::Collecting(Box::new(Collecting { asking, collector })))
    }

    /// What an entry means: the end of the step, or the next try.
    fn entered(
        &mut self,
        collect: &graph::Collect,
        entry: &Entry,
        asking: Asking,
        turn: &Turn<'_>,
    ) -> Result<Move, Asking> {
        if let (Why::Full, Some(finish)) = (entry.why, collect.finish) {
            self.keys.expect_finish(finish, turn.now.monotonic + collect.gap);
        }
        let pattern = collect.pattern.as_deref();
        let fits = pattern.is_none_or(|pattern| condition::matches_whole(pattern, &entry.keys));
        if !entry.complete || !fits {
            return asking.again().map_or(Ok(Move::Take(Exit::GaveUp)), Err);
        }
        if let Some(top) = self.frames.last_mut() {
            let keys = Value::Text(entry.keys.clone());
            top.variables.insert(collect.save_as.clone(), keys);
        }
        Ok(Move::Advance)
    }

    /// An entry came to its end while the collect waited, by a key or by silence.
    fn collected(&mut self, entry: &Entry, turn: &mut Turn<'_>) -> Option<Move> {
        let Pending::Collecting(collecting) = &self.pending else { return None };
        let asking = collecting.asking;
        let flow = Arc::clone(&self.frames.last()?.flow);
        let Action::Collect(collect) = &self.frames.last()?.position.step(&flow)?.action else {
            return None;
        };
        Some(match self.entered(collect, entry, asking, turn) {
            Ok(done) => done,
            Err(next) => self.collect_try(collect, next, turn),
        })
    }

    /// A key while music plays: `None` if it leads nowhere.
    pub(super) fn music_key(&self, digit: Digit, turn: &mut Turn<'_>) -> Option<Move> {
        let top = self.frames.last()?;
        let exit = Exit::Key(digit);
        target(&top.flow, top.step()?, &exit)?;
        self.stop_play(turn);
        Some(Move::Take(exit))
    }

    /// A key.
    pub(super) fn digit(&mut self, digit: Digit, turn: &mut Turn<'_>) -> Option<Move> {
        if self.keys.is_late_finish(digit, turn.now.monotonic) {
            return None;
        }
        match &self.pending {
            Pending::Playing { barge_in: true, .. } => {
                self.keys.keep(digit);
                self.stop_play(turn);
                Some(Move::Advance)
            }
            Pending::Voicemail(_) => self.greeting_key(turn),
            Pending::Music { .. } if self.music_takes_keys() => self.music_key(digit, turn),
            Pending::Menu(_) => self.menu_key(digit, turn),
            Pending::Collecting(_) => self.collect_key(digit, turn),
            Pending::Reviewing(_) => self.review_key(digit, turn),
            Pending::Answering { .. }
            | Pending::Playing { .. }
            | Pending::Music { .. }
            | Pending::Waiting { .. }
            | Pending::Asking(_)
            | Pending::Joining
            | Pending::Leaving
            | Pending::Starting
            | Pending::Registering
            | Pending::Moving
            | Pending::Transferring
            | Pending::Revoking
            | Pending::Dismissing(_) => {
                self.keys.keep(digit);
                None
            }
            Pending::Running
            | Pending::Recording
            | Pending::Listening
            | Pending::QueueMusic
            | Pending::Connected
            | Pending::Transferred
            | Pending::Over => None,
        }
    }

    /// A key for the collect that waits.
    fn collect_key(&mut self, digit: Digit, turn: &mut Turn<'_>) -> Option<Move> {
        self.stop_play(turn);
        let Pending::Collecting(collecting) = &mut self.pending else { return None };
        collecting.asking.play = None;
        let entry = collecting.collector.press(digit, turn.now.monotonic)?;
        self.collected(&entry, turn)
    }

    fn music_takes_keys(&self) -> bool {
        let step = self.frames.last().and_then(|top| top.step());
        step.is_some_and(|s| matches!(&s.action, Action::Music { keys, .. } if !keys.is_empty()))
    }

    /// The prompt of a question is over: silence is measured from here.
    pub(super) fn prompt_over(&mut self, play: u32, turn: &Turn<'_>) {
        let step = self.frames.last().and_then(|top| top.step()).map(|step| &step.action);
        if let (Pending::Menu(menu), Some(Action::Menu(step))) = (&mut self.pending, step)
            && menu.asking.play == Some(play)
        {
            menu.asking.play = None;
            menu.until = Some(turn.now.monotonic + step.wait);
        }
        if let (Pending::Reviewing(menu), Some(Action::Record(step))) = (&mut self.pending, step)
            && menu.asking.play == Some(play)
        {
            menu.asking.play = None;
            menu.until = step.review.as_ref().map(|review| turn.now.monotonic + review.wait);
        }
        if let Pending::Collecting(collecting) = &mut self.pending
            && collecting.asking.play == Some(play)
        {
            collecting.asking.play = None;
            collecting.collector.listen(turn.now.monotonic);
        }
    }

    /// The deadline of a menu or collect has come.
    pub(super) fn question_time(&mut self, turn: &mut Turn<'_>) -> Option<Move> {
        if let Pending::Menu(menu) = &self.pending {
            let asking = menu.asking;
            return self.menu_silence(asking, turn);
        }
        let Pending::Collecting(collecting) = &mut self.pending else { return None };
        let entry = collecting.collector.time_passed(turn.now.monotonic)?;
        self.collected(&entry, turn)
    }

    fn menu_silence(&mut self, asking: Asking, turn: &mut Turn<'_>) -> Option<Move> {
        let flow = Arc::clone(&self.frames.last()?.flow);
        let Action::Menu(menu) = &self.frames.last()?.position.step(&flow)?.action else {
            return None;
        };
        Some(match next_try(asking, &menu.no_input, Exit::NoInput) {
            Ok(next) => self.menu_try(menu, next, turn),
            Err(exit) => Move::Take(exit),
        })
    }
}

/// After a try that failed: the next try, or the exit that is taken. `again` counts tries.
fn next_try(asking: Asking, on_failure: &Target, exit: Exit) -> Result<Asking, Exit> {
    match on_failure {
        Target::Again => match asking.again() {
            Some(next) => Ok(next),
            None => Err(Exit::GaveUp),
        },
        Target::Section(_) | Target::Steps(_) | Target::End => Err(exit),
    }
}

const fn limits(collect: &graph::Collect) -> Limits {
    Limits {
        fewest: collect.fewest,
        most: collect.most,
        finish: collect.finish,
        first_key: collect.wait,
        key_gap: collect.gap,
    }
}
