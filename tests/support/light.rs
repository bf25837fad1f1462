//! The light of a phone that says whether messages wait (RFC 3842).

use super::digest;
use super::phone::{Phone, Sent};
use super::text::{self, Sip};
use super::town::AgentPhone;
use ringback::base::time::Moment;

/// What a phone was told of waiting messages.
#[derive(Debug, Clone, Default)]
pub struct Light {
    /// New and old, as in `2/5 (0/0)`, each time.
    pub told: Vec<String>,
    /// Our tag and theirs with their Contact, once it is granted.
    granted: Option<(String, String)>,
    seconds: u32,
}

impl AgentPhone {
    /// Subscribes for so long, or renews; zero ends it.
    pub fn subscribes(&self, seconds: u32) -> &Self {
        let phone = self.phone;
        let mut inner = self.town.0.borrow_mut();
        inner.act(|phones, now, out| phones[phone].subscribe(now, seconds, None, out));
        drop(inner);
        self
    }

    /// Waits until the light was told this as its latest.
    #[track_caller]
    pub fn light_shows(&self, counts: &str) -> &Self {
        let phone = self.phone;
        self.town.until(&format!("the light shows {counts}"), |inner| {
            inner.phones[phone].light.told.last().is_some_and(|told| told == counts)
        });
        self
    }

    /// How often the light was told anything.
    pub fn light_was_told(&self) -> usize {
        self.town.look(|inner| inner.phones[self.phone].light.told.len())
    }
}

impl Phone {
    pub fn subscribe(
        &mut self,
        now: Moment,
        seconds: u32,
        authorization: Option<(&'static str, String)>,
        out: &mut Sent,
    ) {
        let (user, _) = self.login.clone().expect("a login");
        let branch = self.mint("z9hG4bK");
        let call_id = format!("light-{}", self.name);
        let address = format!("sip:{user}@{}", self.server.ip());
        let (uri, to) = match &self.light.granted {
            Some((tag, contact)) => (contact.clone(), format!("<{address}>;tag={tag}")),
            None => (address.clone(), format!("<{address}>")),
        };
        let mut headers = vec![
            ("Via", format!("SIP/2.0/UDP {};branch={branch};rport", self.sip)),
            ("Max-Forwards", "70".to_owned()),
            ("From", format!("<{address}>;tag=light")),
            ("To", to),
            ("Call-ID", call_id.clone()),
            ("CSeq", format!("{} SUBSCRIBE", self.minted)),
            ("Contact", format!("<sip:{user}@{}>", self.sip)),
            ("Event", "message-summary".to_owned()),
            ("Accept", "application/simple-message-summary".to_owned()),
            ("Expires", seconds.to_string()),
        ];
        headers.extend(authorization);
        let bytes = text::write(&format!("SUBSCRIBE {uri} SIP/2.0"), &headers, "");
        self.post.repeat(now, format!("SUBSCRIBE {call_id}"), self.server, bytes.clone());
        out.push((self.sip, self.server, bytes));
        self.light.seconds = seconds;
    }

    pub(super) fn on_subscribe_response(&mut self, now: Moment, response: &Sip, out: &mut Sent) {
        match response.status() {
            200 => {
                let tag = response.tag("To").expect("a tag").to_owned();
                let contact = text::uri_in(response.header("Contact")).to_owned();
                self.light.granted = Some((tag, contact));
            }
            401 => {
                let (name, challenge) = Self::challenge_in(response).expect("an MD5 challenge");
                let (user, password) = self.login.clone().expect("a login");
                let uri = format!("sip:{user}@{}", self.server.ip());
                let login = (user.as_str(), password.as_str());
                let answer = digest::answer(&challenge, login, "SUBSCRIBE", &uri, 1);
                self.subscribe(now, self.light.seconds, Some((name, answer)), out);
            }
            status => panic!("{} could not subscribe: {status}", self.name),
        }
    }

    /// What a NOTIFY says; another event or type is the server's fault.
    pub(super) fn on_notify(&mut self, notify: &Sip) {
        assert_eq!(notify.header("Event"), "message-summary");
        assert_eq!(notify.header("Content-Type"), "application/simple-message-summary");
        let line = notify.body.lines().find_map(|line| line.strip_prefix("Voice-Message: "));
        let waits = notify.body.lines().find_map(|line| line.strip_prefix("Messages-Waiting: "));
        let counts = line.expect("a count").to_owned();
        assert_eq!(waits == Some("yes"), !counts.starts_with("0/"), "{}", notify.body);
        if notify.header("Subscription-State").starts_with("terminated") {
            self.light.granted = None;
        }
        self.light.told.push(counts);
    }
}
