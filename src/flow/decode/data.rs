//! Steps of the data group: asking web services, looking up, telling.

use super::Decoder;
use super::parameters::Parameters;
use super::value::UNREADABLE;
use crate::base::code;
use crate::base::document::scalar::clip;
use crate::base::document::{Fields, Key, Kind, Node};
use crate::flow::graph::{Action, Announce, Http, HttpBody, Lookup, Take};
use crate::flow::template::{Part, Template};
use crate::flow::types::{READ, Type};
use crate::flow::web::Method;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long an answer is waited for where nobody says.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Longer, a caller would not stay.
const TIMEOUT_MAX: Duration = Duration::from_secs(60);

const METHODS: [(&str, Method); 5] = [
    ("get", Method::Get),
    ("post", Method::Post),
    ("put", Method::Put),
    ("patch", Method::Patch),
    ("delete", Method::Delete),
];

/// Headers that belong to the connection and not to a flow.
const OUR_HEADERS: [&str; 5] =
    ["connection", "content-length", "content-type", "host", "transfer-encoding"];

/// First words of events that the house itself tells.
const OUR_NOUNS: [&str; 8] =
    ["agent", "call", "callback", "flow", "queue", "recording", "trunk", "voicemail"];

impl<'a> Decoder<'a> {
    pub(super) fn http(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let (service, address) = self.address(parameters);
        let query = self.any_values(parameters.take("query"));
        let headers = self.headers(parameters.take("headers"));
        let body = parameters.take("body").map(|node| match &node.kind {
            Kind::Scalar { .. } => HttpBody::Text(self.template(Some(node))),
            Kind::Map(_) | Kind::List(_) | Kind::Null => HttpBody::Json(self.shape(node)),
        });
        let method = self.method(parameters.take("method"), body.is_some());
        let node = parameters.take("timeout");
        let timeout = self.span(node, TIMEOUT);
        if let Some(node) = node.filter(|_| timeout > TIMEOUT_MAX || timeout.is_zero()) {
            let message = "an answer is waited for 60s at most: no caller stays longer";
            self.complaints.error(code::WRONG_VALUE, &node.place, message);
        }
        let music = parameters.take("music").and_then(|node| self.music_name(node));
        let take = self.take(parameters.take("take"));
        let missing = self.outcome(parameters.take("missing"));
        Action::Http(Box::new(Http {
            service,
            address,
            method,
            query,
            headers,
            body,
            timeout,
            music,
            take,
            missing,
        }))
    }

    /// Either a service with a path, or a whole address.
    fn address(&mut self, parameters: &mut Parameters<'a>) -> (Option<String>, Template) {
        let (service, url) = (parameters.take("service"), parameters.take("url"));
        let path = parameters.take("path");
        match (service, url) {
            (Some(service), None) => {
                let name = self.service(service);
                (Some(name), self.template(path))
            }
            (None, Some(url)) => {
                if let Some(node) = path {
                    let message = "`path` belongs to a `service`; `url` is a whole address";
                    self.complaints.error(code::WRONG_VALUE, &node.place, message);
                }
                (None, self.url(url))
            }
            (Some(_), Some(url)) => {
                let message = "either `service` or `url`, not both";
                self.complaints.error(code::WRONG_VALUE, &url.place, message);
                (None, Template::default())
            }
            (None, None) => {
                let help = "`service: NAME` of the site's `services`, or `url: https://…`";
                self.complaints
                    .error(code::MISSING_KEY, &parameters.place, "`http` needs to know whom to ask")
                    .help(help);
                (None, Template::default())
            }
        }
    }

    fn service(&mut self, node: &Node) -> String {
        let name = node.text(self.complaints).unwrap_or_default();
        if let Some(known) = &self.around.site.services
            && !known.contains(name)
        {
            let message = format!("there is no service `{}`", clip(name));
            let complaint = self.complaints.error(code::UNKNOWN_SERVICE, &node.place, message);
            complaint.help("services stand in the site's configuration, under `services`");
            complaint.suggest(name, known.iter().map(String::as_str));
        }
        name.to_owned()
    }

    /// A whole address: variables may stand in its path and query, never in its host.
    fn url(&mut self, node: &'a Node) -> Template {
        let template = self.template(Some(node));
        let start = match template.parts.first() {
            Some(Part::Text(text)) => text.as_str(),
            Some(Part::Variable(_)) | None => "",
        };
        let host = start.strip_prefix("https://").or_else(|| start.strip_prefix("http://"));
        let (name, rest) = host.map_or(("", None), |host| match host.find(['/', '?', '#']) {
            Some(end) => (host.get(..end).unwrap_or_default(), host.get(end..)),
            None => (host, None),
        });
        let is_whole = template.is_plain() || rest.is_some();
        if name.is_empty() || name.contains('@') || !is_whole {
            let message = "an address begins with `https://` and a host without variables";
            self.complaints.error(code::WRONG_ADDRESS, &node.place, message);
        }
        template
    }

    fn method(&mut self, node: Option<&Node>, has_body: bool) -> Method {
        let stated = node.and_then(|node| node.choice(&METHODS, self.complaints));
        if let (Some(node), Some(Method::Get), true) = (node, stated, has_body) {
            let message = "`get` sends no `body`";
            self.complaints.error(code::WRONG_VALUE, &node.place, message).help("`method: post`");
        }
        stated.unwrap_or(if has_body { Method::Post } else { Method::Get })
    }

    fn headers(&mut self, node: Option<&'a Node>) -> BTreeMap<String, Template> {
        let mut headers = BTreeMap::new();
        for (key, template) in self.templates(node, "names and values of headers") {
            let name = key.text.to_ascii_lowercase();
            let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
            if name.is_empty() || !plain || OUR_HEADERS.contains(&name.as_str()) {
                let message = format!("a flow cannot set the header `{}`", clip(&key.text));
                self.complaints.error(code::WRONG_HEADER, &key.place, message);
            } else if matches!(name.as_str(), "authorization" | "x-api-key") && template.is_plain()
            {
                let message = "a secret in a flow is seen by everybody who reads flows";
                let help = "put it into the site's `services`, and name the `service` here";
                self.complaints.warning(code::SECRET_IN_FLOW, &key.place, message).help(help);
            }
            headers.insert(name, template);
        }
        headers
    }

    /// `take: { tier: text, balance: { at: account.balance, type: number } }`
    fn take(&mut self, node: Option<&'a Node>) -> Vec<Take> {
        let entries = self.entries(node, "variables and their types");
        entries.into_iter().filter_map(|(key, node)| self.take_one(key, node)).collect()
    }

    fn take_one(&mut self, key: &'a Key, node: &'a Node) -> Option<Take> {
        let (kind, at) = match &node.kind {
            Kind::Scalar { .. } => (node.choice(&READ, self.complaints), None),
            Kind::Map(_) | Kind::List(_) | Kind::Null => {
                let mut fields = Fields::of(node, "a taken variable", self.complaints)?;
                let kind = fields.required("type", self.complaints);
                let kind = kind.and_then(|node| node.choice(&READ, self.complaints));
                let at = fields.take("at").and_then(|node| self.path_of(node));
                fields.finish(self.complaints);
                (kind, at)
            }
        };
        let kind = kind?;
        self.comes_into(&key.text, kind, &key.place);
        let at = at.unwrap_or_else(|| vec![key.text.clone()]);
        Some(Take { name: key.text.clone(), kind, at })
    }

    /// `customer.orders.0.id`
    fn path_of(&mut self, node: &Node) -> Option<Vec<String>> {
        let text = node.text(self.complaints)?;
        let parts: Vec<String> = text.split('.').map(str::to_owned).collect();
        if parts.iter().any(String::is_empty) || text.starts_with('$') {
            node.wrong("names with dots between them, such as `customer.tier`", self.complaints);
            return None;
        }
        Some(parts)
    }

    pub(super) fn lookup(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let table = parameters.take("table").map(|node| self.table(node));
        let key = parameters.take("key").map(|node| self.operand(node, &KEYS));
        let save_as = self.save_as(parameters.take("save_as"), Type::Record);
        let missing = self.outcome(parameters.take("missing"));
        Action::Lookup(Lookup {
            table: table.unwrap_or_default(),
            key: key.unwrap_or(UNREADABLE),
            save_as: save_as.unwrap_or_default(),
            missing,
        })
    }

    fn table(&mut self, node: &Node) -> String {
        let name = node.text(self.complaints).unwrap_or_default();
        if let Some(known) = &self.around.site.tables
            && !known.contains_key(name)
        {
            let message = format!("there is no table `{}`", clip(name));
            let complaint = self.complaints.error(code::UNKNOWN_TABLE, &node.place, message);
            complaint.help("tables stand in the site's configuration, under `tables`");
            complaint.suggest(name, known.keys().map(String::as_str));
        }
        name.to_owned()
    }

    pub(super) fn event(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let name = parameters.take("name");
        let name = name.and_then(|node| Some((node, node.text(self.complaints)?)));
        if let Some((node, name)) = name {
            self.event_name(name, node);
        }
        let data = match parameters.take("data").map(|node| (node, &node.kind)) {
            Some((_, Kind::Map(entries))) => self.shapes(entries),
            Some((node, Kind::List(_) | Kind::Scalar { .. })) => {
                node.wrong("names and values", self.complaints);
                BTreeMap::new()
            }
            Some((_, Kind::Null)) | None => BTreeMap::new(),
        };
        let name = name.map(|(_, name)| name.to_owned()).unwrap_or_default();
        Action::Event(Announce { name, data })
    }

    fn event_name(&mut self, name: &str, node: &Node) {
        let letter =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        let parts: Vec<&str> = name.split('.').collect();
        let is_word = |part: &&str| !part.is_empty() && part.chars().all(letter);
        if parts.len() < 2 || !parts.iter().all(is_word) {
            let message = format!("`{}` is no name of an event", clip(name));
            let help = "small letters, and a dot between noun and verb: `order.placed`";
            self.complaints.error(code::WRONG_EVENT, &node.place, message).help(help);
        } else if let Some(noun) = parts.first().filter(|noun| OUR_NOUNS.contains(noun)) {
            let message = format!("events that begin with `{noun}.` are told by the server itself");
            self.complaints.error(code::RESERVED_NAME, &node.place, message);
        }
    }
}

/// What a row can be found by.
const KEYS: [Type; 3] = [Type::Phone, Type::Text, Type::Number];
