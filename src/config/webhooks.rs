//! The section `webhooks`: who is told what happens.

use super::outside::{EventPattern, Secret, Webhook};
use super::reader::{Reader, Sort};
use super::site::section;
use super::value;
use crate::base::code;
use crate::base::document::{Fields, Key, Node, scalar::clip};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How the scheme's secrets begin: the rest is base64.
const SECRET_PREFIX: &str = "whsec_";

/// All webhooks in the order of the text.
pub(super) fn read(root: &mut Fields, reader: &mut Reader) -> Vec<Webhook> {
    let Some(mut hooks) = section(root.take("webhooks"), "webhooks", reader) else {
        return Vec::new();
    };
    let entries = hooks.take_rest();
    entries.iter().filter_map(|(key, node)| read_one(key, node, reader)).collect()
}

fn read_one(key: &Key, node: &Node, reader: &mut Reader) -> Option<Webhook> {
    let name = reader.define(Sort::Webhook, key);
    let mut fields = Fields::of(node, "a webhook", &mut reader.complaints)?;
    let url = fields.required("url", &mut reader.complaints);
    let url = url.and_then(|node| value::web_address(node, &mut reader.complaints));
    let stated = fields.has("secret") || fields.has("secret_file");
    let secret = value::secret_named("secret", &mut fields, reader);
    let events = fields.take("events");
    let events = value::list(events, &mut reader.complaints, |node, complaints| {
        let text = node.text(complaints)?;
        let pattern = EventPattern::new(text);
        if pattern.is_none() {
            let message = format!("`{}` names no event", clip(text));
            let help = "an event such as `callback.registered`, or many: `callback.*`, `*`";
            complaints.error(code::WRONG_EVENT, &node.place, message).help(help);
        }
        pattern
    });
    fields.finish(&mut reader.complaints);
    if !stated {
        let message = format!("the webhook `{name}` needs `secret` or `secret_file`");
        let help = "the receiver knows by it that the notice is ours";
        reader.complaints.error(code::MISSING_KEY, &key.place, message).help(help);
    }
    let secret = key_of(&secret?);
    if secret.is_none() {
        let message = format!("the secret of `{name}` cannot be read: after `whsec_` comes base64");
        reader.complaints.error(code::WRONG_SECRET, &key.place, message);
    }
    Some(Webhook { name, url: url?, key: secret?, events })
}

/// The bytes of a secret: base64 after its prefix, else the text as it stands.
fn key_of(secret: &str) -> Option<Secret> {
    match secret.strip_prefix(SECRET_PREFIX) {
        Some(coded) => STANDARD.decode(coded).ok().map(Secret::new),
        None => Some(Secret::new(secret.as_bytes().to_vec())),
    }
}
