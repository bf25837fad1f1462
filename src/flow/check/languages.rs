//! Values that are spoken in a language without a grammar: the caller would hear nothing.

use super::web::Web;
use crate::base::code;
use crate::base::complaint::Complaints;
use crate::base::language::Language;
use crate::flow::graph::{Action, Flow};
use crate::flow::site::Site;
use crate::flow::wording;

/// Warns of each `say` of a flow that may run in such a language.
pub(super) fn check(flow: &Flow, web: &Web<'_>, site: &Site, complaints: &mut Complaints) {
    let mute: Vec<&str> = languages(flow, web, site)
        .into_iter()
        .filter(|language| !wording::speaks(language))
        .map(Language::tag)
        .collect();
    if mute.is_empty() {
        return;
    }
    for step in web.steps().filter(|step| matches!(step.action, Action::Say { .. })) {
        let message = format!("`say` has no words here in: {}", mute.join(", "));
        let help = "play prompts instead, or fix the `language` of the flow";
        complaints.warning(code::NO_GRAMMAR, &step.place, message).help(help);
    }
}

/// Those that a flow may be heard in: its own if it has one and keeps it, else any of the site.
fn languages<'f>(flow: &'f Flow, web: &Web<'_>, site: &'f Site) -> Vec<&'f Language> {
    let changes = web.steps().any(|step| matches!(step.action, Action::Language(_)));
    match &flow.language {
        Some(own) if !changes => vec![own],
        Some(_) | None => site.languages.iter().flatten().collect(),
    }
}
