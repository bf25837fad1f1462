//! The handbook: for those who run a Ringback, and those who write its flows.
//!
//! It tells what the program does today; what it does not do yet stands in one list on the page
//! [`decisions`]. Its examples are loaded by tests, and the pages that list keys and words are
//! held against the code.
//!
//! | page | for |
//! | --- | --- |
//! | [`first_call`] | the first call, the first callback, the first agent |
//! | [`trunks`] | trunks, phones, who may do what, addresses and NAT |
//! | [`flows`] | the flow language: shape, values, conditions, escalations |
//! | [`publishing`] | versions of flows, reloading, going back |
//! | [`notations`] | every notation with its keys |
//! | [`recipes`] | flows for the usual cases, ready to take |
//! | [`testing`] | tests of flows, and being the caller in a terminal |
//! | [`mistakes`], [`mistakes_in_calls`], [`mistakes_in_files`] | what complaints mean |
//! | [`callbacks`] | the three notations, the life of a request, restart, policy |
//! | [`queues`] | who is next, offers, agents, estimates, counters |
//! | [`voicemail`] | mailboxes, messages, how long they are kept |
//! | [`configuration`] | every setting with its default |
//! | [`prompts`] | what is spoken, and your own recordings |
//! | [`spoken_english`], [`spoken_polish`] | numbers, times, dates and money in words |
//! | [`web`] | other systems: web services that flows ask, webhooks that are told |
//! | [`commands`] | the command line and its exit codes |
//! | [`store`] | what is kept on the disk, and what survives |
//! | [`figures`] | what was measured, and how to measure it |
//! | [`conformance`] | SIP and RTP: what is spoken, and where we differ |
//! | [`decisions`] | why it is built like this, and what it does not do yet |

// Where the pages are read as files, the last line of a page with a picture links to it. Compiled
// documentation has no files beside it: there the picture itself follows the page, and the style
// that the page carries hides the link's empty frame.

pub mod first_call {
    #![doc = include_str!("first_call.md")]
}
pub mod trunks {
    #![doc = include_str!("trunks.md")]
}
pub mod flows {
    #![doc = include_str!("flows.md")]
    #![doc = ""]
    #![doc = include_str!("pictures/main-line.svg")]
}
pub mod publishing {
    #![doc = include_str!("publishing.md")]
}
pub mod notations {
    #![doc = include_str!("notations.md")]
}
pub mod recipes;
pub mod testing {
    #![doc = include_str!("testing.md")]
}
pub mod mistakes {
    #![doc = include_str!("mistakes.md")]
}
pub mod mistakes_in_calls {
    #![doc = include_str!("mistakes_in_calls.md")]
}
pub mod mistakes_in_files {
    #![doc = include_str!("mistakes_in_files.md")]
}
pub mod callbacks {
    #![doc = include_str!("callbacks.md")]
    #![doc = ""]
    #![doc = include_str!("pictures/custom-callback.svg")]
}
pub mod queues {
    #![doc = include_str!("queues.md")]
}
pub mod voicemail {
    #![doc = include_str!("voicemail.md")]
}
pub mod configuration {
    #![doc = include_str!("configuration.md")]
}
pub mod web {
    #![doc = include_str!("web.md")]
}
pub mod prompts {
    #![doc = include_str!("prompts.md")]
}
pub mod spoken_english {
    #![doc = include_str!("spoken_english.md")]
}
pub mod spoken_polish {
    #![doc = include_str!("spoken_polish.md")]
}
pub mod commands {
    #![doc = include_str!("commands.md")]
}
pub mod store {
    #![doc = include_str!("store.md")]
}
pub mod figures {
    #![doc = include_str!("figures.md")]
}
pub mod conformance {
    #![doc = include_str!("conformance.md")]
}
pub mod decisions {
    #![doc = include_str!("decisions.md")]
}
