//! The section `agents`: people who answer, and the passwords of their phones.

use super::reader::{Reader, Sort};
use super::value;
use crate::base::code;
use crate::base::document::{Fields, Key, Node};
use crate::base::skill::Skills;
use crate::switchboard::settings::{Agent, Login};

/// All agents.
pub(super) fn read(root: &mut Fields, reader: &mut Reader) -> Vec<Agent> {
    let Some(mut agents) = reader.names_in(root, "agents", Sort::Agent) else {
        return Vec::new();
    };
    let entries = agents.take_rest();
    entries.iter().filter_map(|(key, node)| read_one(key, node, reader)).collect()
}

fn read_one(key: &Key, node: &Node, reader: &mut Reader) -> Option<Agent> {
    let name = reader.define(Sort::Agent, key);
    let mut fields = Fields::of(node, "an agent", &mut reader.complaints)?;
    let stated = fields.has("password") || fields.has("password_file");
    let password = value::secret(&mut fields, reader);
    let complaints = &mut reader.complaints;
    if !stated {
        let message = format!("the agent `{name}` needs `password` or `password_file`");
        complaints.error(code::MISSING_KEY, &key.place, message);
    }
    let title = fields.take("title").and_then(|n| value::filled(n, complaints));
    let auto_ready = fields.take("auto_ready").and_then(|n| n.yes_no(complaints));
    let mut skills = Skills::none();
    for (name, level, _) in fields.take("skills").map(|n| n.skills(complaints)).unwrap_or_default()
    {
        skills.set(&name, level);
    }
    fields.finish(complaints);
    Some(Agent {
        title: title.unwrap_or_else(|| name.clone()),
        login: Login { user: name.clone(), password: password.unwrap_or_default() },
        auto_ready: auto_ready.unwrap_or(false),
        skills,
        name,
    })
}
