//! The section `services`: web services that flows ask by name, so that no token stands in a
//! flow.

use super::outside::{Credentials, Secret, Service};
use super::reader::{Reader, Sort};
use super::site::section;
use super::value;
use crate::base::code;
use crate::base::document::{Fields, Key, Node, scalar::clip};
use std::collections::BTreeMap;

/// All services.
pub(super) fn read(root: &mut Fields, reader: &mut Reader) -> BTreeMap<String, Service> {
    let Some(mut services) = section(root.take("services"), "services", reader) else {
        return BTreeMap::new();
    };
    let entries = services.take_rest();
    entries.iter().filter_map(|(key, node)| read_one(key, node, reader)).collect()
}

fn read_one(key: &Key, node: &Node, reader: &mut Reader) -> Option<(String, Service)> {
    let name = reader.define(Sort::Service, key);
    let mut fields = Fields::of(node, "a service", &mut reader.complaints)?;
    let url = fields.required("url", &mut reader.complaints);
    let url = url.and_then(|node| value::web_address(node, &mut reader.complaints));
    let headers = read_headers(fields.take("headers"), reader);
    let credentials = read_credentials(&mut fields, key, reader);
    fields.finish(&mut reader.complaints);
    Some((name, Service { url: url?, headers, credentials }))
}

fn read_headers(node: Option<&Node>, reader: &mut Reader) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    let Some(mut fields) = section(node, "headers", reader) else { return headers };
    for (key, node) in fields.take_rest() {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if key.text.is_empty() || !key.text.bytes().all(plain) {
            let message = format!("`{}` is no name of a header", clip(&key.text));
            reader.complaints.error(code::WRONG_HEADER, &key.place, message);
        }
        let Some(text) = node.text(&mut reader.complaints) else { continue };
        if text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            headers.insert(key.text.to_ascii_lowercase(), text.to_owned());
        } else {
            let message = "a header's value is plain ASCII on one line";
            reader.complaints.error(code::WRONG_HEADER, &node.place, message);
        }
    }
    headers
}

/// `token`, or `user` with `password`; each secret also from a file.
fn read_credentials(fields: &mut Fields, key: &Key, reader: &mut Reader) -> Option<Credentials> {
    let token = value::secret_named("token", fields, reader);
    let password = value::secret(fields, reader);
    let user = fields.take("user").and_then(|n| value::filled(n, &mut reader.complaints));
    let secret = |text: String| Secret::new(text.into_bytes());
    let (message, help) = match (token, user, password) {
        (None, None, None) => return None,
        (Some(token), None, None) => return Some(Credentials::Bearer(secret(token))),
        (None, Some(user), Some(password)) => {
            return Some(Credentials::Basic { user, password: secret(password) });
        }
        (Some(_), ..) => ("either `token`, or `user` and `password`", "leave one of them out"),
        (None, Some(_), None) | (None, None, Some(_)) => {
            ("`user` and `password` belong together", "give both, or a `token`")
        }
    };
    let message = format!("the service `{}`: {message}", key.text);
    reader.complaints.error(code::WRONG_CREDENTIALS, &key.place, message).help(help);
    None
}
