//! Ready-made flows, each with its tests: take one as it is, or as the beginning of your own.
//!
//! | recipe | for |
//! | --- | --- |
//! | [`callback_only`] | nobody waits on the line: a callback, or nothing |
//! | [`callback_first`] | the callback stands in the menu, before any queue |
//! | [`calling_again`] | who has a callback already keeps it, cancels it, or takes its place |
//! | [`national_number`] | a number of one country, checked, with a word about each mistake |
//! | [`voice_message`] | the agent hears what it is about before the customer is called |
//! | [`standard`] | a queue with a callback, by one line of the configuration |
//! | [`opening_hours`] | other words after hours than on a holiday |
//! | [`voicemail`] | a message, when nobody is there |
//! | [`language_menu`] | one question in all languages, then everything in one |
//!
//! The flows are shipped inside the program: a number, a queue or another flow that names one of
//! them has it. To change one, copy its file from `config/flows` into the `flows/` of your site:
//! your own file goes before the shipped one of the same name. `ringback flow test` plays the tests
//! that stand beside it, `ringback flow run` lets you be the caller.

/// A page in words, and below it the flow as it is shipped.
macro_rules! recipe {
    ($page:ident, $flow:literal) => {
        pub mod $page {
            #![doc = include_str!(concat!(stringify!($page), ".md"))]
            #![doc = ""]
            #![doc = concat!("## `", $flow, ".flow.yaml`\n\n```yaml")]
            #![doc = include_str!(concat!("../../../config/flows/", $flow, ".flow.yaml"))]
            #![doc = "```"]
        }
    };
}

recipe!(callback_only, "callback-only");
recipe!(callback_first, "callback-first");
recipe!(calling_again, "callback-status");
recipe!(national_number, "national-number");
recipe!(voice_message, "standard-callback");
recipe!(standard, "standard");
recipe!(opening_hours, "opening-hours");
recipe!(voicemail, "after-hours");
recipe!(language_menu, "languages");
