//! Days in the life of an agent's phone at the registrar.

use super::*;
use crate::sip::wire::read_datagram;

const PATH: &str = "198.51.100.7:5062";

struct Desk {
    registrar: Registrar,
    now: Now,
    cseq: u32,
}

impl Desk {
    fn new() -> Self {
        let limits = Limits { bindings_max: 3, ..Limits::default() };
        let now = Now { monotonic: Moment::from_millis(5_000), utc: Utc::from_millis(1_000_000) };
        Self { registrar: Registrar::new(limits), now, cseq: 0 }
    }

    fn after(&mut self, seconds: u64) -> &mut Self {
        let span = Duration::from_secs(seconds);
        self.now = Now { monotonic: self.now.monotonic + span, utc: self.now.utc + span };
        self
    }

    /// A REGISTER of the phone with the next CSeq.
    fn register(&mut self, lines: &str) -> Registered {
        self.cseq += 1;
        self.register_as("boot-1", self.cseq, lines)
    }

    fn register_as(&mut self, call_id: &str, cseq: u32, lines: &str) -> Registered {
        let text = format!(
            "REGISTER sip:ringback.example SIP/2.0\r\n\
             Via: SIP/2.0/UDP 198.51.100.7:5062;branch=z9hG4bK1\r\n\
             From: <sip:anna@ringback.example>;tag=1\r\n\
             To: <sip:anna@ringback.example>\r\n\
             Call-ID: {call_id}\r\nCSeq: {cseq} REGISTER\r\nUser-Agent: Deskphone 3\r\n\
             {lines}Content-Length: 0\r\n\r\n"
        );
        let request = read_datagram(text.as_bytes()).unwrap();
        let remote = PATH.parse().unwrap();
        let path = Path { transport: Transport::Udp, remote, connection: None };
        self.registrar.register(self.now, "anna", &request, path)
    }

    fn contacts(&self) -> Vec<String> {
        let bindings = self.registrar.bindings("anna", self.now);
        bindings.into_iter().map(|binding| binding.contact.to_string()).collect()
    }
}

fn status(done: &Registered) -> (u16, bool) {
    (done.response.status().unwrap(), done.changed)
}

fn told(done: &Registered) -> Vec<&str> {
    done.response.headers.all("Contact").collect()
}

#[test]
fn a_phone_signs_in_refreshes_and_signs_out() {
    let mut desk = Desk::new();
    let done = desk.register("Contact: <sip:anna@198.51.100.7:5062>\r\nExpires: 600\r\n");
    assert_eq!(status(&done), (200, true));
    assert_eq!(told(&done), ["<sip:anna@198.51.100.7:5062>;expires=600"]);
    desk.after(500).register("Contact: <sip:anna@198.51.100.7:5062>;expires=600\r\n");
    assert_eq!(desk.after(500).contacts().len(), 1);
    let done = desk.register("Contact: <sip:anna@198.51.100.7:5062>;expires=0\r\n");
    assert_eq!((status(&done), told(&done).len()), ((200, true), 0));
    assert!(desk.registrar.deadline().is_none());
}

#[test]
fn a_phone_that_only_asks_is_told_its_contacts_and_changes_nothing() {
    let mut desk = Desk::new();
    desk.register("Contact: <sip:a@192.0.2.1>;q=0.5;expires=300, <sip:b@192.0.2.2>\r\n");
    let done = desk.after(100).register("");
    assert_eq!(status(&done), (200, false));
    assert_eq!(
        told(&done),
        ["<sip:b@192.0.2.2>;expires=3500", "<sip:a@192.0.2.1>;expires=200;q=0.500"]
    );
}

#[test]
fn a_star_with_expires_zero_removes_all_and_without_it_is_refused() {
    let mut desk = Desk::new();
    desk.register("Contact: <sip:a@192.0.2.1>, <sip:b@192.0.2.2>\r\n");
    assert_eq!(status(&desk.register("Contact: *\r\nExpires: 60\r\n")), (400, false));
    assert_eq!(status(&desk.register("Contact: *\r\n")), (400, false));
    assert_eq!(desk.contacts().len(), 2);
    assert_eq!(status(&desk.register("Contact: *\r\nExpires: 0\r\n")), (200, true));
    assert!(desk.contacts().is_empty());
}

#[test]
fn too_brief_an_expiry_is_refused_with_the_shortest_and_too_long_a_one_is_cut() {
    let mut desk = Desk::new();
    let done = desk.register("Contact: <sip:a@192.0.2.1>, <sip:b@192.0.2.2>;expires=59\r\n");
    assert_eq!((status(&done), done.response.min_expires()), ((423, false), Some(60)));
    assert!(desk.contacts().is_empty());
    let done = desk.register("Contact: <sip:a@192.0.2.1>\r\nExpires: 99999999999\r\n");
    assert_eq!(told(&done), ["<sip:a@192.0.2.1>;expires=7200"]);
}

#[test]
fn a_late_request_of_the_same_boot_is_refused_and_a_new_boot_is_believed() {
    let mut desk = Desk::new();
    let contact = "Contact: <sip:a@192.0.2.1>\r\n";
    assert_eq!(status(&desk.register_as("boot-1", 7, contact)), (200, true));
    let removal = "Contact: <sip:a@192.0.2.1>\r\nExpires: 0\r\n";
    assert_eq!(status(&desk.register_as("boot-1", 6, removal)), (500, false));
    let all = "Contact: *\r\nExpires: 0\r\n";
    assert_eq!(status(&desk.register_as("boot-1", 7, all)), (500, false));
    assert_eq!(status(&desk.register_as("boot-2", 1, contact)), (200, true));
    assert_eq!(desk.contacts().len(), 1);
}

#[test]
fn contacts_end_by_themselves_and_the_deadline_says_when() {
    let mut desk = Desk::new();
    desk.register("Contact: <sip:a@192.0.2.1>;expires=100, <sip:b@192.0.2.2>;expires=200\r\n");
    let deadline = desk.registrar.deadline().unwrap();
    assert_eq!(deadline.at, desk.now.monotonic + Duration::from_secs(100));
    desk.after(99);
    assert!(desk.registrar.expire(desk.now).is_empty());
    desk.after(1);
    assert_eq!(desk.registrar.expire(desk.now), ["anna"]);
    assert_eq!(desk.contacts(), ["sip:b@192.0.2.2"]);
    desk.after(100);
    assert_eq!(desk.registrar.expire(desk.now), ["anna"]);
    assert!(desk.registrar.deadline().is_none());
}

#[test]
fn a_jump_of_the_wall_clock_ends_no_contact() {
    let mut desk = Desk::new();
    desk.register("Contact: <sip:a@192.0.2.1>\r\n");
    desk.now.utc = desk.now.utc + Duration::from_secs(86_400);
    assert!(desk.registrar.expire(desk.now).is_empty());
    assert_eq!(desk.contacts().len(), 1);
}

#[test]
fn an_account_has_only_so_many_contacts_and_only_its_own() {
    let mut desk = Desk::new();
    desk.register("Contact: <sip:a@192.0.2.1>, <sip:b@192.0.2.2>, <sip:c@192.0.2.3>\r\n");
    assert_eq!(status(&desk.register("Contact: <sip:d@192.0.2.4>\r\n")), (403, false));
    // The same contact by RFC 3261 §19.1.4 takes no further place.
    let same = desk.register("Contact: <sip:%61@192.0.2.1;x=y>\r\n");
    assert_eq!((status(&same), desk.contacts().len()), ((200, true), 3));
    let request = Message::request(crate::sip::method::Method::REGISTER, Uri::tel("1"))
        .with("To", "<sip:boss@ringback.example>")
        .with("Call-ID", "x")
        .with("CSeq", "1 REGISTER");
    let path = desk.registrar.bindings("anna", desk.now)[0].path;
    let done = desk.registrar.register(desk.now, "anna", &request, path);
    assert_eq!(status(&done), (403, false));
}

#[test]
fn contacts_survive_a_restart_as_plain_texts() {
    let mut desk = Desk::new();
    desk.register(
        "Contact: \"Anna\" <sip:anna@198.51.100.7:5062;ob?Route=%3Csip:x%3E>;expires=100\r\n",
    );
    let before = desk.registrar.bindings("anna", desk.now);
    let rows: Vec<[String; 7]> = before.iter().map(Binding::to_row).collect();
    let after: Vec<Binding> = rows.iter().filter_map(Binding::from_row).collect();
    assert_eq!(after, before);
    let mut next = Desk::new();
    next.after(50);
    next.registrar.load(next.now, "anna", after);
    assert_eq!(next.registrar.deadline().unwrap().at, next.now.monotonic + Duration::from_secs(50));
    assert_eq!(next.registrar.bindings("anna", next.now), before);
}
