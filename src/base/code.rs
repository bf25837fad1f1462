//! Every kind of mistake that can be told, in one table: nothing can be complained about without
//! a row here, and each row has a section in the handbook.

use std::fmt;

/// The stable name of one kind of mistake. Only this file makes them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code {
    name: &'static str,
    severity: Severity,
    about: About,
    meaning: &'static str,
}

/// What a mistake is found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// Any file: its YAML, its keys, its values.
    Text,
    /// Flows.
    Flow,
    /// The configuration of a site.
    Site,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The text cannot be used.
    Error,
    /// The text can be used, but probably does not do what was meant.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

impl Code {
    /// The name, such as `unknown-key`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// How bad it is.
    #[must_use]
    pub const fn severity(self) -> Severity {
        self.severity
    }

    /// What it is found in.
    #[must_use]
    pub const fn about(self) -> About {
        self.about
    }

    /// What it means, one line.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        self.meaning
    }

    /// The code of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ALL.iter().copied().find(|code| code.name == name)
    }
}

/// Its name.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Its name: a failing test shows what it would say.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.name)
    }
}

/// A code is as good as its name.
impl PartialEq<&str> for Code {
    fn eq(&self, name: &&str) -> bool {
        self.name == *name
    }
}

macro_rules! codes {
    ($($severity:ident $about:ident $constant:ident $name:literal $meaning:literal)*) => {
        $(
            #[doc = $meaning]
            pub const $constant: Code = Code {
                name: $name,
                severity: Severity::$severity,
                about: About::$about,
                meaning: $meaning,
            };
        )*

        /// All of them.
        pub const ALL: &[Code] = &[$($constant),*];
    };
}

codes! {
    Error Text ALIAS "alias"
        "an anchor, an alias or a merge key of YAML"
    Error Text ANOTHER_FILE "another-file"
        "a file is given to a command for other files"
    Warning Text CURLY_QUOTES "curly-quotes"
        "quotes that YAML takes for letters"
    Error Text DUPLICATE_KEY "duplicate-key"
        "a key stands twice where it may stand once"
    Error Text DUPLICATE_NAME "duplicate-name"
        "two things have one name"
    Warning Text KEY_IN_COMMENT "key-in-comment"
        "a line for the key `#` is read as a comment"
    Error Text KEY_NOT_A_WORD "key-not-a-word"
        "a list or a map stands where a key must"
    Error Text MISSING_KEY "missing-key"
        "a key that must be there is not"
    Error Text ODD_SPACE "odd-space"
        "a letter that only looks like a space"
    Error Text SECOND_DOCUMENT "second-document"
        "a file holds a second YAML document"
    Error Text TAG "tag"
        "a tag of YAML"
    Error Text TOO_DEEP "too-deep"
        "lists and maps stand inside each other too deep"
    Error Text TOO_LARGE "too-large"
        "a file has more in it than anybody writes"
    Error Text UNKNOWN_DEED "unknown-deed"
        "a line that scripts of tests do not have"
    Error Text UNKNOWN_KEY "unknown-key"
        "a key that nothing reads"
    Error Text WRONG_ENCODING "wrong-encoding"
        "a file is saved in another encoding than UTF-8"
    Error Text WRONG_NAME "wrong-name"
        "a name has letters that names do not have"
    Error Text WRONG_VALUE "wrong-value"
        "a value is not what its key takes"
    Error Text YAML "yaml"
        "the text is no YAML"
    Warning Flow ASKED_UNANSWERED "asked-unanswered"
        "a caller is asked before the call is answered"
    Error Flow DUPLICATE_FLOW "duplicate-flow"
        "two files hold flows of one name"
    Error Flow EMPTY_SECTION "empty-section"
        "a section has no steps"
    Error Flow EMPTY_STEP "empty-step"
        "a step has no notation"
    Warning Flow ESCALATES_TO_NOBODY "escalates-to-nobody"
        "the caller gives up and nothing says where to go on"
    Error Flow EXPRESSION_SYNTAX "expression-syntax"
        "a condition cannot be read"
    Error Flow FILE_NAME "file-name"
        "a file is not named after its flow"
    Warning Flow FORGOTTEN_DOLLAR "forgotten-dollar"
        "the name of a variable stands as a text"
    Warning Flow GAVE_UP_AGAIN "gave-up-again"
        "giving up leads to asking again, without end"
    Warning Flow KEY_NEVER_PRESSED "key-never-pressed"
        "a key that no caller can press here"
    Error Flow LOOP_WITHOUT_WAIT "loop-without-wait"
        "steps go round without anything that takes time"
    Error Flow MISSING_INPUT "missing-input"
        "a flow is run without an input that it needs"
    Warning Flow MISSING_OUTPUT "missing-output"
        "a flow returns without one of its outputs"
    Error Flow MISSING_PROMPT "missing-prompt"
        "a prompt is not recorded in a language of the site"
    Error Flow MISSING_START "missing-start"
        "a flow has no section `start`"
    Warning Flow NEVER_ANSWERED "never-answered"
        "a caller hears something, and is hung up on without an answer"
    Warning Flow NEVER_SET "never-set"
        "a variable is read where nothing can have set it"
    Warning Flow NO_GRAMMAR "no-grammar"
        "a value is spoken in a language that has no words for values"
    Error Flow NO_SPEECH "no-speech"
        "a text, and no program that speaks it"
    Error Flow NOT_BUILT "not-built"
        "part of the language that this version does not run"
    Error Flow NOT_PLAYABLE "not-playable"
        "a value that is no recording is to be played"
    Warning Flow NUMBER_NOT_VERIFIED "number-not-verified"
        "a callback goes to a number that was never verified"
    Warning Flow PROMISE_DELAYED "promise-delayed"
        "callers who believe that all is done hang up before it is"
    Error Flow QUOTED_CONDITION "quoted-condition"
        "a condition stands in quotes"
    Error Flow RECURSION "recursion"
        "a flow runs itself"
    Warning Flow REGISTER_MAYBE_WITHOUT_START "register-maybe-without-start"
        "on some path no callback was started"
    Error Flow REGISTER_WITHOUT_START "register-without-start"
        "no callback can have been started"
    Error Flow RESERVED_NAME "reserved-name"
        "a name that means something else already"
    Error Flow RUN_OFF "run-off"
        "a section ends without saying where to go on"
    Warning Flow SECRET_IN_FLOW "secret-in-flow"
        "a secret stands in a flow"
    Warning Flow STARTED_WITHOUT_DECISION "started-without-decision"
        "a started callback is neither registered nor dismissed"
    Error Flow TWO_NOTATIONS "two-notations"
        "one step has two notations"
    Error Flow TYPE_MISMATCH "type-mismatch"
        "a value of one type stands where another is needed"
    Error Flow UNKNOWN_COUNTRY "unknown-country"
        "a country that this site does not call"
    Error Flow UNKNOWN_ESCALATION "unknown-escalation"
        "an escalation that nothing raises"
    Error Flow UNKNOWN_FLOW "unknown-flow"
        "a flow that is not there"
    Error Flow UNKNOWN_FORMAT "unknown-format"
        "a format of flow files that this version does not read"
    Error Flow UNKNOWN_FUNCTION "unknown-function"
        "a function that conditions do not have"
    Error Flow UNKNOWN_HOURS "unknown-hours"
        "opening hours that this site does not have"
    Error Flow UNKNOWN_INPUT "unknown-input"
        "a flow is given an input that it does not have"
    Error Flow UNKNOWN_LANGUAGE "unknown-language"
        "a language that this site does not speak"
    Error Flow UNKNOWN_MAILBOX "unknown-mailbox"
        "a mailbox that this site does not have"
    Error Flow UNKNOWN_MUSIC "unknown-music"
        "music that this site does not have"
    Error Flow UNKNOWN_NAME "unknown-name"
        "a variable or a fact that is not there"
    Error Flow UNKNOWN_NOTATION "unknown-notation"
        "a word that is no notation"
    Error Flow UNKNOWN_OUTPUT "unknown-output"
        "a flow returns an output that it does not have"
    Error Flow UNKNOWN_PROMPT "unknown-prompt"
        "a prompt that is recorded in no language"
    Error Flow UNKNOWN_QUEUE "unknown-queue"
        "a queue that this site does not have"
    Error Flow UNKNOWN_SECTION "unknown-section"
        "a section that this flow does not have"
    Error Flow UNKNOWN_SERVICE "unknown-service"
        "a web service that this site does not have"
    Error Flow UNKNOWN_SKILL "unknown-skill"
        "a skill that no agent of this site has"
    Error Flow UNKNOWN_TABLE "unknown-table"
        "a table that this site does not have"
    Warning Flow UNREACHED_SECTION "unreached-section"
        "nothing leads to a section"
    Warning Flow UNREACHED_STEP "unreached-step"
        "a step stands behind one that always leads elsewhere"
    Warning Flow UNUSED_VARIABLE "unused-variable"
        "nothing reads a variable"
    Error Flow WRONG_ADDRESS "wrong-address"
        "an address of the web that cannot be asked"
    Error Flow WRONG_ARGUMENTS "wrong-arguments"
        "a function is given too much, too little or something else"
    Error Flow WRONG_EVENT "wrong-event"
        "a name that no event has, or only our own"
    Error Flow WRONG_HEADER "wrong-header"
        "a header that cannot be sent"
    Error Flow WRONG_KEY "wrong-key"
        "a key that no telephone has"
    Error Flow WRONG_PATTERN "wrong-pattern"
        "a pattern that is no regular expression"
    Error Site ANI_NOT_ALLOWED "ani-not-allowed"
        "no trunk may show the number of a queue"
    Error Site CANNOT_REGISTER "cannot-register"
        "a trunk registers without a login or a peer"
    Warning Site DEMO_PASSWORD "demo-password"
        "everybody knows this password"
    Error Site EMPTY "empty"
        "nothing stands where something must"
    Error Site EMPTY_TABLE "empty-table"
        "a table without a first line"
    Error Site IDLE_TRUNK "idle-trunk"
        "a trunk that neither takes calls nor makes them"
    Error Site LISTED_TWICE "listed-twice"
        "a list names something twice"
    Error Site MISSING_CELL "missing-cell"
        "a row of a table has no key"
    Error Site NEVER_DIALLED "never-dialled"
        "a kind of number that is never called back"
    Error Site NO_MAIL_SERVER "no-mail-server"
        "a mailbox writes e-mail, and no server takes it"
    Warning Site NO_MUSIC "no-music"
        "a queue has no music"
    Warning Site NO_NUMBERS "no-numbers"
        "no called number leads to a flow"
    Warning Site NO_TRUNKS "no-trunks"
        "no call can come or go"
    Warning Site NO_WAY_OUT "no-way-out"
        "a queue has no trunk that calls out"
    Warning Site NOBODY_SERVES "nobody-serves"
        "a queue has no agents"
    Warning Site NOT_A_NETWORK "not-a-network"
        "a network is written as an address inside it"
    Error Site ODD_PORTS "odd-ports"
        "a range of RTP ports that cuts a pair in two"
    Warning Site PORTS_FEW "ports-few"
        "fewer RTP ports than calls may need"
    Error Site PORTS_OVERLAP "ports-overlap"
        "SIP and RTP want one port"
    Error Site PORTS_TOO_FEW "ports-too-few"
        "fewer RTP ports than media workers"
    Error Site REGISTER_OFTEN "register-often"
        "a trunk registers more often than registrars bear"
    Warning Site SERVES_NOTHING "serves-nothing"
        "an agent serves no queue"
    Error Site SOURCES_OVERLAP "sources-overlap"
        "two trunks take calls from one address"
    Error Site TABLE_TOO_LONG "table-too-long"
        "a table with more rows than are read"
    Error Site TOO_SHORT "too-short"
        "a time in which nobody can answer"
    Error Site TWO_SECRETS "two-secrets"
        "a password and a file with a password"
    Error Site UNKNOWN_AGENT "unknown-agent"
        "an agent that is not there"
    Error Site UNKNOWN_COLUMN "unknown-column"
        "a column that the table does not have"
    Error Site UNKNOWN_TRUNK "unknown-trunk"
        "a trunk that is not there"
    Error Site UNKNOWN_WEBHOOK "unknown-webhook"
        "a webhook that is not there"
    Error Site UNKNOWN_ZONE "unknown-zone"
        "a time zone that is not there"
    Error Site UNREADABLE "unreadable"
        "a file with a secret cannot be read"
    Error Site WAITING_FLOW_INPUTS "waiting-flow-inputs"
        "a flow that cannot run for those who wait in a queue"
    Warning Site WEAK_PASSWORD "weak-password"
        "a password that is easily guessed"
    Error Site WRONG_CELL "wrong-cell"
        "a value in a table that its column does not take"
    Error Site WRONG_COLUMN "wrong-column"
        "a name that columns cannot have"
    Error Site WRONG_CREDENTIALS "wrong-credentials"
        "a service with half a login, or with two"
    Error Site WRONG_HOURS "wrong-hours"
        "opening hours that cannot be read"
    Error Site WRONG_NUMBER "wrong-number"
        "a telephone number that cannot be one"
    Error Site WRONG_OVERRIDE "wrong-override"
        "a variable of the environment that names no setting"
    Error Site WRONG_ROW "wrong-row"
        "a row that cannot be read"
    Error Site WRONG_SECRET "wrong-secret"
        "a secret of a webhook that cannot be read"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_plain_name_and_a_meaning() {
        let mut names: Vec<&str> = ALL.iter().map(|code| code.name).collect();
        for code in ALL {
            let plain = |letter: char| letter.is_ascii_lowercase() || letter == '-';
            assert!(code.name.chars().all(plain), "{code}");
            assert!(!code.meaning.is_empty(), "{code}");
            assert_eq!(Code::named(code.name), Some(*code));
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
