//! The section `mail`: where e-mail is handed in.

use super::outside::{MailServer, MailTls, Secret};
use super::reader::Reader;
use super::site::section;
use super::value;
use crate::base::code;
use crate::base::document::{Fields, Node};
use crate::voicemail::settings::MailboxSettings;

const TLS: [(&str, MailTls); 3] =
    [("always", MailTls::Always), ("starttls", MailTls::StartTls), ("never", MailTls::Never)];

/// The server, if there is one.
pub(super) fn read(root: &mut Fields, reader: &mut Reader) -> Option<MailServer> {
    let mut fields = section(root.take("mail"), "mail", reader)?;
    let complaints = &mut reader.complaints;
    let host = fields.required("server", complaints).and_then(|n| value::filled(n, complaints));
    let from = fields.required("from", complaints).and_then(|n| value::filled(n, complaints));
    let tls = fields.take("tls").and_then(|node| node.choice(&TLS, complaints));
    let tls = tls.unwrap_or(MailTls::StartTls);
    let port = fields.take("port").and_then(|node| node.integer(1..=65_535, complaints));
    let port = port.and_then(|port| u16::try_from(port).ok()).unwrap_or_else(|| tls.port());
    let user = fields.take("user").and_then(|node| value::filled(node, complaints));
    let password = value::secret(&mut fields, reader);
    fields.finish(&mut reader.complaints);
    let login = user.zip(password.map(|text| Secret::new(text.into_bytes())));
    Some(MailServer { host: host?, port, tls, login, from: from? })
}

/// Who is to be written to needs a server that takes the letters.
pub(super) fn check(
    server: Option<&MailServer>,
    mailboxes: &[MailboxSettings],
    root: &Node,
    reader: &mut Reader,
) {
    for mailbox in mailboxes.iter().filter(|mailbox| !mailbox.notify.emails.is_empty()) {
        if server.is_some() || root.child("mail").is_some() {
            continue;
        }
        let path = ["mailboxes", mailbox.name.as_str(), "notify", "email"];
        let node = path.iter().try_fold(root, |node, key| node.child(key)).unwrap_or(root);
        let message =
            format!("the mailbox `{}` writes e-mail, and no server takes it", mailbox.name);
        reader
            .complaints
            .error(code::NO_MAIL_SERVER, &node.place, message)
            .help("add a section `mail` with `server` and `from`");
    }
}
