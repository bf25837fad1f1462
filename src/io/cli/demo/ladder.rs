//! Draws what happens as a ladder: the customer's phone, the server, the agent's phone.

use crate::io::cli::output::answer;
use std::io::{self, IsTerminal};
use std::time::Duration;
use tokio::time::Instant;

/// Letters between two uprights.
const LANE: usize = 13;

/// Between which two an arrow runs, and to where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrow {
    CustomerToServer,
    ServerToCustomer,
    AgentToServer,
    ServerToAgent,
}

/// What an arrow is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    /// SIP, and keys.
    Signal,
    /// Sound.
    Sound,
}

/// The ladder, drawn from top to bottom.
#[derive(Debug)]
pub(super) struct Ladder {
    began: Instant,
    colour: bool,
}

impl Ladder {
    /// One that begins now.
    pub(super) fn start() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { began: Instant::now(), colour: io::stdout().is_terminal() && !plain }
    }

    /// The time since the beginning.
    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// The names above the uprights.
    pub(super) fn head(&self) {
        answer(&self.painted(Paint::Bold, "  time  customer      server        anna"));
    }

    /// One arrow, and what it means.
    pub(super) fn arrow(&self, arrow: Arrow, made: Made, label: &str, text: &str) {
        let paint = match made {
            Made::Signal => Paint::Signal,
            Made::Sound => Paint::Sound,
        };
        let blank = " ".repeat(LANE);
        let to_right = matches!(arrow, Arrow::CustomerToServer | Arrow::ServerToAgent);
        let shaft = self.painted(paint, &shaft(label, made, to_right));
        let (left, right) = match arrow {
            Arrow::CustomerToServer | Arrow::ServerToCustomer => (shaft, blank),
            Arrow::AgentToServer | Arrow::ServerToAgent => (blank, shaft),
        };
        self.row(&left, &right, text);
    }

    /// Sound both ways, from end to end.
    pub(super) fn talk(&self, text: &str) {
        let shaft = self.painted(Paint::Sound, "<~~~ talk ~~>");
        self.row(&shaft, &shaft, text);
    }

    /// Something that no arrow shows.
    pub(super) fn note(&self, text: &str) {
        let blank = " ".repeat(LANE);
        self.row(&blank, &blank, text);
    }

    /// A line below the ladder.
    pub(super) fn line(&self, text: &str) {
        answer(text);
    }

    /// The last word.
    pub(super) fn good(&self, text: &str) {
        answer(&self.painted(Paint::Good, text));
    }

    fn row(&self, left: &str, right: &str, text: &str) {
        let seconds = format!("{:6.2}", self.began.elapsed().as_secs_f64());
        let seconds = self.painted(Paint::Dim, &seconds);
        answer(format!("{seconds}  |{left}|{right}|  {text}").trim_end());
    }

    fn painted(&self, paint: Paint, text: &str) -> String {
        if self.colour { format!("\x1b[{}m{text}\x1b[0m", paint.code()) } else { text.to_owned() }
    }
}

#[derive(Debug, Clone, Copy)]
enum Paint {
    Bold,
    Dim,
    Good,
    Signal,
    Sound,
}

impl Paint {
    /// Its SGR code (ECMA-48 §8.3.117).
    const fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Good => "1;32",
            Self::Signal => "36",
            Self::Sound => "33",
        }
    }
}

/// An arrow as long as a lane, with its label in the middle.
fn shaft(label: &str, made: Made, to_right: bool) -> String {
    let line = match made {
        Made::Signal => "-",
        Made::Sound => "~",
    };
    let room = LANE.saturating_sub(label.chars().count() + 3);
    let (before, after) = (room / 2, room - room / 2);
    if to_right {
        format!("{} {label} {}>", line.repeat(before), line.repeat(after))
    } else {
        format!("<{} {label} {}", line.repeat(before), line.repeat(after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_arrow_fills_its_lane() {
        assert_eq!(shaft("INVITE", Made::Signal, true), "-- INVITE -->");
        assert_eq!(shaft("INVITE", Made::Signal, false), "<-- INVITE --");
        assert_eq!(shaft("speech", Made::Sound, false), "<~~ speech ~~");
        for label in ["", "BYE", "180", "press 1", "REGISTER"] {
            assert_eq!(shaft(label, Made::Signal, true).chars().count(), LANE, "{label}");
        }
    }
}
