//! A phone: one address, any number of calls, and manners for those who call it.

use super::digest;
use super::ear::Catalogue;
use super::light::Light;
use super::line::{Line, Media, State};
use super::post::Post;
use super::text::{self, Own, Sip};
use ringback::base::time::Moment;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

/// What a phone does when somebody calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// Rings until the test answers it.
    Rings,
    /// Rings, and answers by itself after this long.
    AnswersAfter(Duration),
    /// Answers after this long, talks this long, and hangs up.
    AnswersAndTalks(Duration, Duration),
    /// Rings this long, then refuses with this status.
    RingsThenRefuses(Duration, u16),
    /// Refuses at once.
    Refuses(u16),
    /// Says only that it tries (100), as a network that looks for the phone.
    Tries,
    /// Not a word, as if the address were dead.
    Dead,
}

/// Something the phone will do by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Plan {
    Answer,
    HangUp,
    Refuse(u16),
}

/// A phone, or a carrier with many numbers behind one address. Table: all that it has and does.
pub struct Phone {
    pub name: String,
    pub sip: SocketAddr,
    pub server: SocketAddr,
    pub login: Option<(String, String)>,
    pub lines: Vec<Line>,
    /// By dialled user; the empty name is for all others.
    pub manners: BTreeMap<String, Manner>,
    pub laws: String,
    pub registration: Registration,
    pub light: Light,
    pub(super) post: Post,
    plans: Vec<(Moment, String, Plan)>,
    pub(super) catalogue: Rc<Catalogue>,
    pub(super) minted: u32,
}

/// What a phone asked of the registrar, and whether it was granted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Registration {
    pub seconds: u32,
    pub stands: bool,
}

/// What a phone sends.
pub type Sent = Vec<(SocketAddr, SocketAddr, Vec<u8>)>;

impl Phone {
    pub fn new(name: &str, address: IpAddr, server: SocketAddr, catalogue: Rc<Catalogue>) -> Self {
        Self {
            name: name.to_owned(),
            sip: SocketAddr::new(address, 5060),
            server,
            login: None,
            lines: Vec::new(),
            manners: BTreeMap::from([(String::new(), Manner::Rings)]),
            laws: "0 8".to_owned(),
            registration: Registration::default(),
            light: Light::default(),
            post: Post::default(),
            plans: Vec::new(),
            catalogue,
            minted: 0,
        }
    }

    /// Takes one datagram.
    pub fn receive(&mut self, now: Moment, to: SocketAddr, bytes: &[u8], out: &mut Sent) {
        if to.port() != self.sip.port() {
            let line = self.lines.iter_mut().rev().find(|line| line.media.local == to);
            if let Some(line) = line {
                let events = line.media.events.then_some(101);
                line.media.ear.take(now, bytes, events);
            }
            return;
        }
        let message = Sip::read(bytes);
        if message.is_request() {
            self.on_request(now, message, out);
        } else {
            self.on_response(now, &message, out);
        }
    }

    /// Whatever is due by itself.
    pub fn time(&mut self, now: Moment, out: &mut Sent) {
        let (again, lost) = self.post.due(now);
        out.extend(again.into_iter().map(|(to, bytes)| (self.sip, to, bytes)));
        for key in lost {
            if let Some(line) = self.lines.iter_mut().find(|line| key.ends_with(&line.call_id)) {
                line.state = State::Over("lost".to_owned());
            }
        }
        let due: Vec<_> = self.plans.iter().filter(|(at, ..)| *at <= now).cloned().collect();
        self.plans.retain(|(at, ..)| *at > now);
        for (_, call_id, plan) in due {
            let Some(index) = self.lines.iter().position(|line| line.call_id == call_id) else {
                continue;
            };
            let rings = self.lines[index].state == State::Ringing;
            match plan {
                Plan::Answer if rings => self.answer(now, index, out),
                Plan::Refuse(status) if rings => self.refuse(now, index, status, out),
                Plan::HangUp => self.hang_up(now, index, out),
                Plan::Answer | Plan::Refuse(_) => {}
            }
        }
        for line in &mut self.lines {
            while let Some((from, to, packet)) = line.speak(now) {
                out.push((from, to, packet));
            }
        }
    }

    /// When [`Phone::time`] has something to do.
    pub fn deadline(&self) -> Option<Moment> {
        let lines = self.lines.iter().filter_map(Line::deadline);
        let plans = self.plans.iter().map(|(at, ..)| *at);
        lines.chain(plans).chain(self.post.deadline()).min()
    }

    fn on_request(&mut self, now: Moment, request: Sip, out: &mut Sent) {
        let method = request.method().to_owned();
        if let Some(answer) = self.post.answer_given(request.branch(), &method) {
            out.push((self.sip, self.server, answer));
            return;
        }
        let index = self.lines.iter().position(|line| line.call_id == request.call_id());
        match (method.as_str(), index) {
            ("INVITE", None) => self.on_invite(now, request, out),
            ("INVITE", Some(index)) => self.on_reinvite(now, index, &request, out),
            ("ACK", Some(index)) => self.on_ack(index, &request),
            ("ACK", None) => {}
            ("BYE", Some(index)) => {
                self.lines[index].state = State::Over("bye received".to_owned());
                self.reply(&request, 200, "", out);
                self.lines[index].bye = Some(request);
            }
            ("CANCEL", Some(index)) => {
                self.reply(&request, 200, "", out);
                if matches!(self.lines[index].state, State::Ringing) {
                    self.refuse(now, index, 487, out);
                    self.lines[index].state = State::Over("cancelled".to_owned());
                }
            }
            ("BYE" | "CANCEL", None) => self.reply(&request, 481, "", out),
            ("NOTIFY", _) => {
                self.on_notify(&request);
                self.reply(&request, 200, "", out);
            }
            ("OPTIONS", _) => self.reply(&request, 200, "", out),
            _ => self.reply(&request, 501, "", out),
        }
    }

    fn on_invite(&mut self, now: Moment, invite: Sip, out: &mut Sent) {
        let dialled = text::user_in(invite.request_uri()).to_owned();
        let manner = self.manners.get(&dialled).or_else(|| self.manners.get(""));
        let manner = manner.cloned().unwrap_or(Manner::Rings);
        if manner == Manner::Dead {
            return;
        }
        let local_tag = self.mint("tag");
        let mut media = self.media(now);
        media.learn(&invite.body);
        let contact = text::uri_in(invite.header("Contact")).to_owned();
        let far_sip = text::address_in(&contact).unwrap_or(self.server);
        let line = Line {
            state: State::Ringing,
            call_id: invite.call_id().to_owned(),
            local: format!("{};tag={local_tag}", invite.header("To")),
            remote: invite.header("From").to_owned(),
            local_tag,
            target: contact,
            far_sip,
            cseq: 100,
            branch: String::new(),
            invite,
            media,
            rang: Some(now),
            bye: None,
        };
        let call_id = line.call_id.clone();
        self.lines.push(line);
        let index = self.lines.len() - 1;
        let plans = match manner {
            Manner::Rings | Manner::Tries | Manner::Dead => vec![],
            Manner::AnswersAfter(delay) => vec![(delay, Plan::Answer)],
            Manner::AnswersAndTalks(delay, talk) => {
                vec![(delay, Plan::Answer), (delay + talk, Plan::HangUp)]
            }
            Manner::RingsThenRefuses(delay, status) => vec![(delay, Plan::Refuse(status))],
            Manner::Refuses(status) => return self.refuse(now, index, status, out),
        };
        self.provisional(index, if manner == Manner::Tries { 100 } else { 180 }, out);
        let plans = plans.into_iter().map(|(delay, plan)| (now + delay, call_id.clone(), plan));
        self.plans.extend(plans);
    }

    fn provisional(&mut self, index: usize, status: u16, out: &mut Sent) {
        let line = &self.lines[index];
        let own = Own { tag: &line.local_tag, user: "phone", address: self.sip };
        let invite = line.invite.clone();
        let bytes = text::response(&invite, status, &own, "");
        self.post.keep_answer(invite.branch(), "INVITE", bytes.clone());
        out.push((self.sip, self.server, bytes));
    }

    /// Answers a call that rings.
    pub fn answer(&mut self, now: Moment, index: usize, out: &mut Sent) {
        let body = self.own_sdp(index, "sendrecv");
        self.lines[index].state = State::Answered;
        self.final_answer(now, index, 200, &body, out);
    }

    /// Refuses a call that rings.
    pub fn refuse(&mut self, now: Moment, index: usize, status: u16, out: &mut Sent) {
        self.lines[index].state = State::Over(status.to_string());
        self.final_answer(now, index, status, "", out);
    }

    /// Repeated until the ACK comes.
    fn final_answer(&mut self, now: Moment, index: usize, status: u16, body: &str, out: &mut Sent) {
        let line = &self.lines[index];
        let own = Own { tag: &line.local_tag, user: "phone", address: self.sip };
        let bytes = text::response(&line.invite, status, &own, body);
        self.post.keep_answer(line.invite.branch(), "INVITE", bytes.clone());
        let key = format!("final {}", line.call_id);
        self.post.repeat(now, key, self.server, bytes.clone());
        out.push((self.sip, self.server, bytes));
    }

    fn on_ack(&mut self, index: usize, ack: &Sip) {
        let line = &mut self.lines[index];
        line.media.learn(&ack.body);
        self.post.answered(&format!("final {}", line.call_id));
        if line.state == State::Answered {
            line.state = State::Up;
        }
    }

    fn on_reinvite(&mut self, now: Moment, index: usize, request: &Sip, out: &mut Sent) {
        let line = &mut self.lines[index];
        line.media.learn(&request.body);
        line.media.version += 1;
        let body = self.own_sdp(index, "sendrecv");
        let own = Own { tag: "", user: "phone", address: self.sip };
        let bytes = text::response(request, 200, &own, &body);
        self.post.keep_answer(request.branch(), "INVITE", bytes.clone());
        let key = format!("final {}", self.lines[index].call_id);
        self.post.repeat(now, key, self.server, bytes.clone());
        out.push((self.sip, self.server, bytes));
    }

    fn reply(&mut self, request: &Sip, status: u16, body: &str, out: &mut Sent) {
        let own = Own { tag: "late", user: "phone", address: self.sip };
        let bytes = text::response(request, status, &own, body);
        self.post.keep_answer(request.branch(), request.method(), bytes.clone());
        out.push((self.sip, self.server, bytes));
    }

    fn on_response(&mut self, now: Moment, response: &Sip, out: &mut Sent) {
        let key = format!("{} {}", response.method(), response.call_id());
        match response.method() {
            "INVITE" => self.on_invite_response(now, response, out),
            "REGISTER" => {
                if self.post.answered(&key) {
                    self.on_register_response(now, response, out);
                }
            }
            "SUBSCRIBE" => {
                if self.post.answered(&key) {
                    self.on_subscribe_response(now, response, out);
                }
            }
            _ => {
                if response.status() >= 200 {
                    self.post.answered(&key);
                }
            }
        }
    }

    fn on_invite_response(&mut self, now: Moment, response: &Sip, out: &mut Sent) {
        let Some(index) = self.lines.iter().position(|l| l.call_id == response.call_id()) else {
            return;
        };
        self.post.answered(&format!("INVITE {}", response.call_id()));
        let status = response.status();
        let line = &mut self.lines[index];
        if status < 200 {
            if let State::Calling(_) = line.state {
                line.state = State::Calling(status);
                line.media.learn(&response.body);
            }
            return;
        }
        if status >= 300 {
            self.ack(index, response, false, out);
            let challenge = matches!(status, 401 | 407) && self.login.is_some();
            let line = &mut self.lines[index];
            if matches!(line.state, State::Calling(_)) {
                if challenge && !line.invite.first.is_empty() && line.cseq < 3 {
                    return self.call_again(now, index, response, out);
                }
                line.state = State::Over(status.to_string());
            }
            return;
        }
        line.media.learn(&response.body);
        line.remote = response.header("To").to_owned();
        line.target = text::uri_in(response.header("Contact")).to_owned();
        line.far_sip = text::address_in(&line.target).unwrap_or(line.far_sip);
        let came_too_late = line.is_over();
        if !came_too_late {
            line.state = State::Up;
        }
        self.ack(index, response, true, out);
        if came_too_late {
            self.say_bye(now, index, out);
        }
    }

    /// A branch or tag that nobody else makes.
    pub(super) fn mint(&mut self, what: &str) -> String {
        self.minted += 1;
        format!("{what}-{}-{}", self.name.replace([' ', '+'], ""), self.minted)
    }

    pub(super) fn media(&mut self, now: Moment) -> Media {
        let port = 20_000 + 2 * u16::try_from(self.lines.len()).expect("few calls");
        Media::new(now, SocketAddr::new(self.sip.ip(), port), &self.catalogue)
    }

    /// Our offer; once the far end has said what it can do, only the code we both use
    /// (RFC 3264 §6.1).
    pub(super) fn own_sdp(&self, index: usize, direction: &str) -> String {
        let media = &self.lines[index].media;
        let agreed = media.far.as_ref().map(|far| far.payload_type.to_string());
        let laws = agreed.unwrap_or_else(|| self.laws.clone());
        text::sdp(media.local, media.version, direction, &laws)
    }

    pub(super) fn challenge_in(response: &Sip) -> Option<(&'static str, String)> {
        let names =
            [("WWW-Authenticate", "Authorization"), ("Proxy-Authenticate", "Proxy-Authorization")];
        names.into_iter().find_map(|(name, answer)| {
            let challenge = response.all(name).find(|value| digest::is_md5(value))?;
            Some((answer, challenge.to_owned()))
        })
    }

    /// The newest call that is not over.
    pub fn newest(&self) -> Option<usize> {
        self.lines.iter().rposition(|line: &Line| !line.is_over())
    }
}
