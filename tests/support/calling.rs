//! What a phone does on its own account: call, cancel, hang up, hold, register.

use super::digest;
use super::line::{Line, State};
use super::phone::{Phone, Sent};
use super::text::{self, Sip};
use ringback::base::time::Moment;

/// How a call is presented.
#[derive(Debug, Clone, Default)]
pub struct Presented {
    /// The user part of From.
    pub from: String,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
}

impl Phone {
    /// Sends an INVITE with an offer; tells the index of the new line.
    pub fn call(&mut self, now: Moment, user: &str, shown: &Presented, out: &mut Sent) -> usize {
        let (call_id, local_tag) = (self.mint("call"), self.mint("tag"));
        let target = format!("sip:{user}@{}", self.server);
        let local = format!("<sip:{}@{}>;tag={local_tag}", shown.from, self.sip.ip());
        let remote = format!("<{target}>");
        let media = self.media(now);
        let invite = Sip {
            first: format!("INVITE {target} SIP/2.0"),
            headers: shown.headers.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect(),
            body: String::new(),
        };
        self.lines.push(Line {
            state: State::Calling(0),
            call_id,
            local,
            remote,
            local_tag,
            target,
            far_sip: self.server,
            cseq: 1,
            branch: String::new(),
            invite,
            media,
            rang: None,
            bye: None,
        });
        let index = self.lines.len() - 1;
        self.send_invite(now, index, None, out);
        index
    }

    fn send_invite(
        &mut self,
        now: Moment,
        index: usize,
        authorization: Option<(&'static str, String)>,
        out: &mut Sent,
    ) {
        let body = self.own_sdp(index, "sendrecv");
        let branch = self.mint("z9hG4bK");
        let extra: Vec<(String, String)> = self.lines[index].invite.headers.clone();
        let mut headers = self.request_headers(index, "INVITE", &branch);
        headers.extend(extra.iter().map(|(n, v)| (n.as_str(), v.clone())));
        headers.extend(authorization);
        let bytes = text::write(&self.lines[index].invite.first, &headers, &body);
        let line = &mut self.lines[index];
        line.branch = branch;
        let key = format!("INVITE {}", line.call_id);
        let to = line.far_sip;
        self.post.repeat(now, key, to, bytes.clone());
        out.push((self.sip, to, bytes));
    }

    /// After a challenge: the same INVITE with an answer to it.
    pub(super) fn call_again(&mut self, now: Moment, index: usize, response: &Sip, out: &mut Sent) {
        let Some((name, challenge)) = Self::challenge_in(response) else { return };
        let (user, password) = self.login.clone().expect("a login");
        let line = &mut self.lines[index];
        line.cseq += 1;
        let uri = line.target.clone();
        let answer = digest::answer(&challenge, (&user, &password), "INVITE", &uri, 1);
        self.send_invite(now, index, Some((name, answer)), out);
    }

    fn request_headers(
        &self,
        index: usize,
        method: &str,
        branch: &str,
    ) -> Vec<(&'static str, String)> {
        let line = &self.lines[index];
        let user = text::user_in(text::uri_in(&line.local));
        vec![
            ("Via", format!("SIP/2.0/UDP {};branch={branch};rport", self.sip)),
            ("Max-Forwards", "70".to_owned()),
            ("From", line.local.clone()),
            ("To", line.remote.clone()),
            ("Call-ID", line.call_id.clone()),
            ("CSeq", format!("{} {method}", line.cseq)),
            ("Contact", format!("<sip:{user}@{}>", self.sip)),
        ]
    }

    /// The ACK: within the dialog after 2xx, hop by hop after a refusal (RFC 3261 §17.1.1.3).
    pub(super) fn ack(&mut self, index: usize, response: &Sip, good: bool, out: &mut Sent) {
        let branch = if good { self.mint("z9hG4bK") } else { response.branch().to_owned() };
        let mut headers = self.request_headers(index, "ACK", &branch);
        headers.retain(|(name, _)| *name != "Contact");
        for (name, value) in &mut headers {
            match *name {
                "To" => *value = response.header("To").to_owned(),
                "CSeq" => *value = format!("{} ACK", response.cseq()),
                _ => {}
            }
        }
        let line = &self.lines[index];
        let uri = if good { line.target.as_str() } else { line.invite.request_uri() };
        let bytes = text::write(&format!("ACK {uri} SIP/2.0"), &headers, "");
        out.push((self.sip, line.far_sip, bytes));
    }

    /// Ends a call in whatever way its state demands.
    pub fn hang_up(&mut self, now: Moment, index: usize, out: &mut Sent) {
        match self.lines[index].state.clone() {
            State::Calling(_) => {
                self.cancel(now, index, out);
                self.lines[index].state = State::Over("cancelled".to_owned());
            }
            State::Ringing => self.refuse(now, index, 480, out),
            State::Answered | State::Up => {
                self.say_bye(now, index, out);
                self.lines[index].state = State::Over("bye sent".to_owned());
            }
            State::Over(_) => {}
        }
    }

    pub(super) fn say_bye(&mut self, now: Moment, index: usize, out: &mut Sent) {
        self.post.answered(&format!("final {}", self.lines[index].call_id));
        self.request(now, index, "BYE", "", out);
    }

    /// A request within the dialog.
    fn request(&mut self, now: Moment, index: usize, method: &str, body: &str, out: &mut Sent) {
        self.lines[index].cseq += 1;
        let branch = self.mint("z9hG4bK");
        let headers = self.request_headers(index, method, &branch);
        let line = &self.lines[index];
        let bytes = text::write(&format!("{method} {} SIP/2.0", line.target), &headers, body);
        let key = format!("{method} {}", line.call_id);
        let to = line.far_sip;
        self.post.repeat(now, key, to, bytes.clone());
        out.push((self.sip, to, bytes));
    }

    /// A re-INVITE: `sendonly` holds, `sendrecv` takes back.
    pub fn reoffer(&mut self, now: Moment, index: usize, direction: &str, out: &mut Sent) {
        self.lines[index].media.version += 1;
        let body = self.own_sdp(index, direction);
        self.request(now, index, "INVITE", &body, out);
    }

    fn cancel(&mut self, now: Moment, index: usize, out: &mut Sent) {
        let branch = self.lines[index].branch.clone();
        self.post.answered(&format!("INVITE {}", self.lines[index].call_id));
        let headers = self.request_headers(index, "CANCEL", &branch);
        let line = &self.lines[index];
        let first = format!("CANCEL {} SIP/2.0", line.invite.request_uri());
        let bytes = text::write(&first, &headers, "");
        let key = format!("CANCEL {}", line.call_id);
        let to = line.far_sip;
        self.post.repeat(now, key, to, bytes.clone());
        out.push((self.sip, to, bytes));
    }

    /// Registers the phone's address for its login, or takes it back with 0 seconds.
    pub fn register(&mut self, now: Moment, seconds: u32, out: &mut Sent) {
        self.send_register(now, seconds, None, out);
    }

    fn send_register(
        &mut self,
        now: Moment,
        seconds: u32,
        authorization: Option<(&'static str, String)>,
        out: &mut Sent,
    ) {
        let (user, _) = self.login.clone().expect("a login");
        let branch = self.mint("z9hG4bK");
        let call_id = format!("register-{}", self.name);
        let address = format!("sip:{user}@{}", self.server.ip());
        let mut headers = vec![
            ("Via", format!("SIP/2.0/UDP {};branch={branch};rport", self.sip)),
            ("Max-Forwards", "70".to_owned()),
            ("From", format!("<{address}>;tag=reg")),
            ("To", format!("<{address}>")),
            ("Call-ID", call_id.clone()),
            ("CSeq", format!("{} REGISTER", self.minted)),
            ("Contact", format!("<sip:{user}@{}>", self.sip)),
            ("Expires", seconds.to_string()),
        ];
        headers.extend(authorization);
        let first = format!("REGISTER sip:{} SIP/2.0", self.server.ip());
        let bytes = text::write(&first, &headers, "");
        self.post.repeat(now, format!("REGISTER {call_id}"), self.server, bytes.clone());
        out.push((self.sip, self.server, bytes));
        self.registration.seconds = seconds;
    }

    pub(super) fn on_register_response(&mut self, now: Moment, response: &Sip, out: &mut Sent) {
        match response.status() {
            200 => self.registration.stands = self.registration.seconds > 0,
            401 => {
                let (name, challenge) = Self::challenge_in(response).expect("an MD5 challenge");
                let (user, password) = self.login.clone().expect("a login");
                let uri = format!("sip:{}", self.server.ip());
                let login = (user.as_str(), password.as_str());
                let answer = digest::answer(&challenge, login, "REGISTER", &uri, 1);
                let seconds = self.registration.seconds;
                self.send_register(now, seconds, Some((name, answer)), out);
            }
            status => panic!("{} could not register: {status}", self.name),
        }
    }
}
