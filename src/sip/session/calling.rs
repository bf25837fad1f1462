//! Our INVITE until its final answer, and the 2xx of other forks after it.
//!
//! ```text
//!  Sent ── 1xx ──► Proceeding ── hang up: CANCEL ──► Cancelling
//!    │                                                   ▲
//!    └── hang up ──► Unwanted ─────── 1xx: CANCEL ───────┘
//!
//!  2xx: Confirmed; when unwanted or cancelling: ACK, BYE (RFC 3261 §9.1, §15)
//! ```

use super::credentials::Credentials;
use super::renewal::Renewal;
use super::{Purpose, Session, SessionTimer, State, Step, description_of};
use crate::base::outbox::Outbox;
use crate::base::time::Moment;
use crate::sip::dialog::{Dialog, Reach};
use crate::sip::event::{Effect, Failure, Invite};
use crate::sip::identity::{ALLOW, Context, PRODUCT};
use crate::sip::message::Message;
use crate::sip::method::Method;
use crate::sip::transaction::PATIENCE;
use crate::sip::transaction::key::Branch;

/// Most forks that may ring at once; requests from further ones get 481.
const EARLY_MAX: usize = 16;

/// A call that we make, not answered yet.
#[derive(Debug)]
pub(super) struct Calling {
    /// As ordered, for a second try with credentials.
    invite: Invite,
    /// Of the INVITE that is out.
    branch: Branch,
    progress: Progress,
    /// Whether any 18x came.
    rang: bool,
    /// To tags of early dialogs.
    early: Vec<String>,
    /// How the dialog will be reached.
    reach: Reach,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Sent,
    Proceeding,
    Unwanted,
    Cancelling,
}

impl Session {
    /// Calls somebody.
    pub fn calling(
        invite: Invite,
        reach: Reach,
        credentials: Option<Credentials>,
        context: &mut Context,
        out: &mut Outbox<Step>,
    ) -> Self {
        let tag = context.tag();
        let dialog = Dialog {
            call_id: context.entropy.token(24),
            local: invite.from.clone().with_tag(&tag),
            remote: invite.to.clone(),
            local_cseq: 0,
            remote_cseq: None,
            target: invite.uri.clone(),
            routes: Vec::new(),
            path: invite.path,
            // The first request goes where it was ordered to go.
            reach: Reach::Pinned,
        };
        let mut session = Self {
            id: invite.session,
            dialog,
            state: State::Over { offer: None },
            renewal: Renewal::Quiet,
            wanted: None,
            credentials,
            acks: Vec::new(),
            open: 0,
            made_the_call: true,
            cause: None,
            told: false,
        };
        let branch = session.send_invite(&invite, context, out);
        let (progress, rang, early) = (Progress::Sent, false, Vec::new());
        let calling = Calling { invite, branch, progress, rang, early, reach };
        session.state = State::Calling(Box::new(calling));
        session
    }

    fn send_invite(
        &mut self,
        invite: &Invite,
        context: &mut Context,
        out: &mut Outbox<Step>,
    ) -> Branch {
        let (branch, message) = self.dialog.request(&Method::INVITE, context);
        let mut message = message
            .with("Contact", context.identity.contact(&self.dialog.path))
            .with("Allow", ALLOW)
            .with("User-Agent", PRODUCT);
        for (name, value) in &invite.headers {
            message.headers.push(name, value.clone());
        }
        let body = &invite.body;
        let mut message = message.with_body(&body.content_type, body.bytes.clone());
        self.authorize(&mut message);
        self.send(branch, message, Purpose::Invite(self.dialog.local_cseq), out);
        branch
    }

    /// Whether a fork of our INVITE with this tag rings.
    pub(super) fn has_early(&self, tag: &str) -> bool {
        match &self.state {
            State::Calling(calling) => calling.early.iter().any(|early| early == tag),
            State::Called(_) | State::Accepted(_) | State::Confirmed | State::Over { .. } => false,
        }
    }

    pub(super) fn invite_answered(
        &mut self,
        cseq: u32,
        status: u16,
        message: &Message,
        context: &mut Context,
        out: &mut Outbox<Step>,
    ) {
        match status {
            ..200 => self.provisional(status, message, context.now, out),
            200..300 => self.answered(cseq, message, context, out),
            300.. => self.refused(status, message, context, out),
        }
    }

    fn provisional(&mut self, status: u16, message: &Message, now: Moment, out: &mut Outbox<Step>) {
        let State::Calling(calling) = &mut self.state else { return };
        calling.rang |= status >= 180;
        if let Some(tag) = message.to_tag()
            && calling.early.len() < EARLY_MAX
            && !calling.early.contains(&tag)
        {
            calling.early.push(tag);
        }
        match calling.progress {
            Progress::Sent => calling.progress = Progress::Proceeding,
            Progress::Unwanted => {
                calling.progress = Progress::Cancelling;
                out.push(Step::Cancel(calling.branch));
                out.push(Step::Set(SessionTimer::CancelLimit, now + PATIENCE));
            }
            Progress::Proceeding | Progress::Cancelling => {}
        }
        if status > 100 {
            let (session, body) = (self.id, description_of(message));
            self.tell(Effect::Progress { session, status, body }, out);
        }
    }

    fn answered(
        &mut self,
        cseq: u32,
        message: &Message,
        context: &mut Context,
        out: &mut Outbox<Step>,
    ) {
        if self.acknowledge_again(cseq, message, out) {
            return;
        }
        let mut dialog = self.dialog.answered(message);
        let State::Calling(calling) = &self.state else {
            self.dismiss_fork(dialog, cseq, context, out);
            return;
        };
        dialog.reach = calling.reach;
        self.dialog = dialog.clone();
        self.acknowledge(&dialog, cseq, context, out);
        out.push(Step::Stop(SessionTimer::CancelLimit));
        if self.told {
            self.leave(context, out);
        } else {
            self.state = State::Confirmed;
            let (session, body) = (self.id, description_of(message));
            self.tell(Effect::Answered { session, body }, out);
        }
    }

    /// A second phone answered the same INVITE: it is thanked and let go (RFC 3261 §13.2.2.4).
    fn dismiss_fork(
        &mut self,
        mut fork: Dialog,
        cseq: u32,
        context: &mut Context,
        out: &mut Outbox<Step>,
    ) {
        if fork.remote_tag() == self.dialog.remote_tag() || self.acks.len() >= ACKS_OF_FORKS_MAX {
            return;
        }
        fork.local_cseq = cseq;
        self.acknowledge(&fork, cseq, context, out);
        let (branch, bye) = fork.request(&Method::BYE, context);
        self.open += 1;
        let (path, message) = (fork.next_hop(), Box::new(bye));
        out.push(Step::Request { branch, message, path, purpose: Purpose::Dismiss });
    }

    fn refused(
        &mut self,
        status: u16,
        message: &Message,
        context: &mut Context,
        out: &mut Outbox<Step>,
    ) {
        let State::Calling(calling) = &self.state else { return };
        let rang = calling.rang;
        if matches!(status, 401 | 407) && !self.told && self.learn_challenge(message, context) {
            self.call_again(context, out);
            return;
        }
        let failure = Failure::Refused {
            status,
            reason: message.reason().to_owned(),
            retry_after: message.retry_after(),
            rang,
        };
        self.fail(failure, out);
        self.over(context.now, out);
    }

    /// The same INVITE once more, with credentials (RFC 3261 §22.2).
    fn call_again(&mut self, context: &mut Context, out: &mut Outbox<Step>) {
        let State::Calling(mut calling) =
            std::mem::replace(&mut self.state, State::Over { offer: None })
        else {
            return;
        };
        calling.branch = self.send_invite(&calling.invite, context, out);
        calling.progress = Progress::Sent;
        calling.early.clear();
        self.state = State::Calling(calling);
    }

    pub(super) fn invite_lost(&mut self, now: Moment, out: &mut Outbox<Step>) {
        if let State::Calling(calling) = &self.state {
            let rang = calling.rang;
            self.fail(Failure::Unreachable { rang }, out);
            self.over(now, out);
        }
    }

    /// The switchboard does not want this call any more; CANCEL waits for a provisional answer
    /// (RFC 3261 §9.1).
    pub(super) fn give_up(&mut self, now: Moment, out: &mut Outbox<Step>) {
        let State::Calling(calling) = &mut self.state else { return };
        match calling.progress {
            Progress::Sent => calling.progress = Progress::Unwanted,
            Progress::Proceeding => {
                calling.progress = Progress::Cancelling;
                out.push(Step::Cancel(calling.branch));
                out.push(Step::Set(SessionTimer::CancelLimit, now + PATIENCE));
            }
            Progress::Unwanted | Progress::Cancelling => {}
        }
        self.fail(Failure::Cancelled, out);
    }

    /// The callee hangs up before it answered, which only broken ones do.
    pub(super) fn left_early(&mut self, now: Moment, out: &mut Outbox<Step>) {
        let State::Calling(calling) = &self.state else { return };
        let (status, rang) = (487, calling.rang);
        let reason = "BYE before an answer".to_owned();
        self.fail(Failure::Refused { status, reason, retry_after: None, rang }, out);
        self.give_up(now, out);
    }

    /// 64·T1 after the CANCEL the INVITE counts as cancelled (RFC 3261 §9.1).
    pub(super) fn cancel_unanswered(&mut self, now: Moment, out: &mut Outbox<Step>) {
        if let State::Calling(calling) = &self.state {
            out.push(Step::Abandon(calling.branch));
            self.over(now, out);
        }
    }
}

/// Forks that are dismissed; a 2xx beyond goes unanswered and its sender gives up by itself.
const ACKS_OF_FORKS_MAX: usize = 8;
