//! Stories of letters, handed to a small server on loopback.

use super::*;
use crate::base::id::{CallId, MessageId, RecordingId};
use crate::base::language::Language;
use crate::base::number::PhoneNumber;
use crate::base::time::Utc;
use crate::config::outside::Secret;
use crate::voicemail::message::{Caller, Message, State};
use crate::voicemail::settings::Notify;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A server that takes letters, after it has refused some with this status.
struct Server {
    listener: TcpListener,
    refuses: Vec<&'static str>,
}

impl Server {
    async fn new(refuses: &[&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        Self { listener, refuses: refuses.to_vec() }
    }

    fn settings(&self) -> MailServer {
        MailServer {
            host: "127.0.0.1".to_owned(),
            port: self.listener.local_addr().expect("an address").port(),
            tls: MailTls::Never,
            login: None,
            from: "Ringback <ringback@example.com>".to_owned(),
        }
    }

    /// The next letter that it takes, headers and all, in one text.
    async fn takes(&mut self) -> String {
        loop {
            let (socket, _) = self.listener.accept().await.expect("a client");
            if let Some(letter) = self.talks(socket).await {
                return letter;
            }
        }
    }

    async fn talks(&mut self, socket: TcpStream) -> Option<String> {
        let mut socket = BufReader::new(socket);
        socket.write_all(b"220 test\r\n").await.ok()?;
        let mut letter = None;
        let mut line = String::new();
        while socket.read_line(&mut line).await.ok()? > 0 {
            let word = line.split([' ', '\r']).next().unwrap_or("").to_ascii_uppercase();
            let answer = match word.as_str() {
                "EHLO" => "250-test\r\n250 8BITMIME\r\n".to_owned(),
                "MAIL" if !self.refuses.is_empty() => format!("{} no\r\n", self.refuses.remove(0)),
                "DATA" => {
                    socket.write_all(b"354 go\r\n").await.ok()?;
                    letter = Some(read_letter(&mut socket).await?);
                    "250 taken\r\n".to_owned()
                }
                "QUIT" => {
                    let _ = socket.write_all(b"221 bye\r\n").await;
                    return letter;
                }
                _ => "250 ok\r\n".to_owned(),
            };
            socket.write_all(answer.as_bytes()).await.ok()?;
            line.clear();
            if letter.is_some() {
                return letter;
            }
        }
        letter
    }
}

async fn read_letter(socket: &mut BufReader<TcpStream>) -> Option<String> {
    let mut letter = String::new();
    loop {
        let mut line = String::new();
        if socket.read_line(&mut line).await.ok()? == 0 || line == ".\r\n" {
            return Some(letter);
        }
        letter.push_str(&line);
    }
}

fn at_once(tried: u32) -> Option<Duration> {
    (tried < 5).then_some(Duration::ZERO)
}

/// The way out to this server, and where it is told that a letter is out.
fn mail(server: &Server) -> (Mail, mpsc::Sender<Input>, mpsc::Receiver<Input>) {
    let recordings = Recordings::new("nowhere");
    let mail = Mail::start_with(Some(&server.settings()), &recordings, at_once).expect("mail");
    let (told, tells) = mpsc::channel(4);
    (mail, told, tells)
}

#[tokio::test]
async fn everybody_of_a_mailbox_is_written_to() {
    let mut server = Server::new(&[]).await;
    let (mail, told, mut tells) = mail(&server);
    mail.send(notice("en"), told);
    let letter = server.takes().await;
    for expected in [
        "From: Ringback <ringback@example.com>\r\n",
        "To: anna@example.com, jan@example.com\r\n",
        "Subject: Voice message for Support from Ewa (+48601234567)\r\n",
        "Message-ID: <message-7@example.com>\r\n",
        "left a message of 1:05 for Support",
        "call *97",
    ] {
        assert!(letter.contains(expected), "{expected} is not in\n{letter}");
    }
    assert!(matches!(tells.recv().await, Some(Input::Notified { message }) if message == id()));
}

#[tokio::test]
async fn a_letter_that_a_server_cannot_take_now_goes_out_later() {
    let mut server = Server::new(&["451", "421"]).await;
    let (mail, told, mut tells) = mail(&server);
    mail.send(notice("en"), told);
    assert!(server.takes().await.contains("Support"));
    assert!(matches!(tells.recv().await, Some(Input::Notified { .. })));
}

#[tokio::test]
async fn a_letter_that_is_refused_for_good_is_given_up() {
    let mut server = Server::new(&["550"]).await;
    let (mail, told, mut tells) = mail(&server);
    mail.send(notice("en"), told);
    let given_up = tokio::select! {
        told = tells.recv() => told,
        letter = server.takes() => panic!("it was taken: {letter}"),
    };
    assert!(matches!(given_up, Some(Input::Notified { .. })));
}

#[test]
fn a_polish_call_is_told_of_in_polish() {
    let words = text::words(&notice("pl"), true).expect("words");
    assert_eq!(words.subject, "Wiadomość głosowa dla Support: Ewa (+48601234567)");
    assert!(words.text.contains("Nagranie jest w załączniku."), "{}", words.text);
}

#[test]
fn a_name_with_line_breaks_writes_no_headers() {
    let mut notice = notice("en");
    notice.message.caller.name = Some("Ewa\r\nBcc: all@example.com".to_owned());
    let words = text::words(&notice, false).expect("words");
    assert!(!words.subject.contains(['\r', '\n']) && words.subject.contains("Ewa  Bcc"));
}

#[test]
fn a_password_is_in_no_log() {
    let secret = Secret::new(b"canary".to_vec());
    assert!(!format!("{secret:?}").contains("canary"));
}

fn id() -> MessageId {
    MessageId::from(7)
}

fn notice(language: &str) -> MessageNotice {
    let emails = vec!["anna@example.com".to_owned(), "jan@example.com".to_owned()];
    MessageNotice {
        title: "Support".to_owned(),
        notify: Notify { emails, attach: false, webhook: None },
        message: Message {
            id: id(),
            mailbox: "support".to_owned(),
            recording: RecordingId::from(1),
            length: Duration::from_secs(65),
            call: CallId::from(1),
            caller: Caller {
                number: PhoneNumber::from_e164("+48601234567"),
                name: Some("Ewa".to_owned()),
                called: "+48221234567".to_owned(),
                language: Language::new(language).expect("a language"),
            },
            left_at: Utc::from_millis(1_795_425_330_000),
            state: State::New,
            kept_from: Utc::from_millis(1_795_425_330_000),
            notice_due: true,
        },
    }
}
