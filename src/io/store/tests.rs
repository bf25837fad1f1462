//! What every store must do, told of SQLite.

mod figures;
mod messages;

use super::*;
use crate::base::id::{CallId, CallbackId, EntryId, TicketId};
use crate::base::language::Language;
use crate::base::number::PhoneNumber;
use crate::base::time::Utc;
use crate::callback::request::{Attempt, AttemptOutcome, Material, Promise, Row, Rules, State};
use crate::sip::event::{Path as SipPath, Transport};
use crate::sip::registrar::Binding;
use crate::sip::uri::Uri;
use crate::switchboard::store::{CallResult, Done, Interaction, Refusal, Remarks, What};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc as blocking;
use std::time::Duration;

/// A directory of its own, gone with the value.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ringback-store-{}-{next}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    fn store(&self) -> PathBuf {
        self.0.join("ringback.db")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn open(place: &Place) -> Store {
    Store::open(&place.store()).await.expect("a store").0
}

impl Store {
    /// Asks and waits for the answer.
    async fn done(&mut self, what: What) -> Result<Done, Refusal> {
        let ticket = TicketId::from(1);
        assert!(self.ask(Request { ticket, what }));
        let reply = self.reply().await.expect("an answer");
        assert_eq!(reply.ticket, ticket);
        reply.result
    }

    async fn loaded(&mut self) -> Vec<Row> {
        match self.done(What::LoadCallbacks).await {
            Ok(Done::Callbacks(rows)) => rows,
            other => panic!("{other:?}"),
        }
    }

    async fn promise(&mut self, row: &Row) -> Result<Done, Refusal> {
        self.done(What::Promise(Box::new(row.clone()))).await
    }

    async fn update(&mut self, row: &Row) -> Result<Done, Refusal> {
        self.done(What::Update(Box::new(row.clone()))).await
    }
}

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::from_e164(text).expect("a number")
}

/// The `id`-th request, each for its own number.
fn row(id: u64) -> Row {
    let at = Utc::from_millis(1_790_000_000_000 + i64::try_from(id).expect("small"));
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    Row {
        promise: Promise {
            callback: CallbackId::from(id),
            entry: EntryId::from(id + 1_000_000),
            call: CallId::from(id + 2_000_000),
            number: number(&format!("+48{}", 600_000_000 + id)),
            queue: "sales".to_owned(),
            ani: None,
            agent_media: Vec::new(),
            language: Language::new("pl").expect("a language"),
            priority: 0,
            skills: crate::base::skill::Skills::read("billing:3 polish:1"),
            enqueued_at: at,
            registered_at: at,
            rules: Rules {
                attempts: 3,
                retry_after: minutes(15),
                busy_retry_after: minutes(5),
                trouble_retry_after: minutes(1),
                ring: Duration::from_millis(30_500),
                expires_at: at + minutes(72 * 60),
            },
            data: BTreeMap::new(),
        },
        state: State::Waiting,
        attempts: Vec::new(),
        troubles: 0,
        not_before: at,
        changed_at: at,
    }
}

fn attempt(number: u32, outcome: Option<AttemptOutcome>) -> Attempt {
    let at = Utc::from_millis(1_790_000_500_000);
    Attempt { number, at, agent: "ann".to_owned(), trunk: "one".to_owned(), outcome }
}

/// Every field is set to something that its default is not.
fn full_row() -> Row {
    let mut full = row(9);
    full.promise.callback = CallbackId::from(u64::MAX >> 1);
    full.promise.number = number("+48601234567");
    full.promise.ani = Some(number("+48221234567"));
    full.promise.agent_media = vec![
        Material::Prompt("callback/intro".to_owned()),
        Material::Recording(RecordingId::from(77)),
        Material::Prompt("beep".to_owned()),
    ];
    full.promise.priority = -3;
    full.promise.data = BTreeMap::from([
        ("imię".to_owned(), "Żaneta \"Ż\" 'x'; DROP TABLE callbacks".to_owned()),
        (String::new(), "\n\u{0}\u{1F4DE}".to_owned()),
    ]);
    full.state = State::Retry;
    full.attempts = vec![
        attempt(1, Some(AttemptOutcome::TrunkTrouble)),
        attempt(2, Some(AttemptOutcome::NoAnswer)),
        attempt(3, None),
    ];
    full.troubles = 2;
    full.not_before = Utc::from_millis(-5);
    full.changed_at = Utc::from_millis(1_790_000_000_123);
    full
}

#[tokio::test]
async fn a_promise_is_given_back_as_it_was_made() {
    let place = Place::new();
    let mut store = open(&place).await;
    assert_eq!(store.promise(&full_row()).await, Ok(Done::Durable));
    assert_eq!(store.promise(&row(1)).await, Ok(Done::Durable));
    store.close().await;
    assert_eq!(open(&place).await.loaded().await, [row(1), full_row()], "by their places");
}

#[tokio::test]
async fn an_update_replaces_what_may_change() {
    let place = Place::new();
    let mut store = open(&place).await;
    let mut row = full_row();
    store.promise(&row).await.expect("stored");
    row.state = State::Dialing;
    row.attempts = vec![attempt(1, Some(AttemptOutcome::Busy)), attempt(2, None)];
    (row.troubles, row.not_before) = (0, Utc::from_millis(9));
    assert_eq!(store.update(&row).await, Ok(Done::Durable));
    assert_eq!(store.loaded().await, [row.clone()]);
    row.attempts.clear();
    store.update(&row).await.expect("stored");
    assert_eq!(store.loaded().await, [row]);
}

#[tokio::test]
async fn every_living_state_comes_back_and_no_ended_one() {
    let place = Place::new();
    let mut store = open(&place).await;
    let states = [
        State::Waiting,
        State::Offered,
        State::AgentMedia,
        State::Dialing,
        State::Connected,
        State::Requeued,
        State::Retry,
        State::Completed,
        State::Abandoned,
        State::Exhausted,
        State::Failed,
        State::Expired,
        State::Cancelled,
        State::Superseded,
    ];
    for (id, state) in (1..).zip(states) {
        let mut row = row(id);
        store.promise(&row).await.expect("stored");
        row.state = state;
        store.update(&row).await.expect("stored");
    }
    let living: Vec<State> = store.loaded().await.iter().map(|row| row.state).collect();
    assert_eq!(living, states.into_iter().filter(|state| !state.is_end()).collect::<Vec<_>>());
    let all = callbacks(&place.store()).await.expect("readable while it is in use");
    assert_eq!(all.iter().map(|row| row.state).collect::<Vec<_>>(), states);
}

#[tokio::test]
async fn a_number_has_one_living_request_in_a_queue() {
    let place = Place::new();
    let mut store = open(&place).await;
    let mut first = row(1);
    store.promise(&first).await.expect("stored");
    let mut second = row(2);
    second.promise.number = first.promise.number.clone();
    let duplicate = Err(Refusal::Duplicate(CallbackId::from(1)));
    assert_eq!(store.promise(&second).await, duplicate);
    let mut elsewhere = second.clone();
    elsewhere.promise.callback = CallbackId::from(3);
    elsewhere.promise.queue = "support".to_owned();
    assert_eq!(store.promise(&elsewhere).await, Ok(Done::Durable));
    first.state = State::Completed;
    store.update(&first).await.expect("stored");
    assert_eq!(store.promise(&second).await, Ok(Done::Durable), "the first is over");
}

#[tokio::test]
async fn a_bad_request_does_not_spoil_the_others_of_its_transaction() {
    let place = Place::new();
    let mut store = open(&place).await;
    let mut half = full_row();
    half.attempts.push(attempt(3, None));
    let mut same_id = row(1);
    same_id.promise.number = number("+48609999999");
    let wishes = [
        What::Promise(Box::new(row(1))),
        What::Promise(Box::new(row(1))),
        What::Promise(Box::new(half)),
        What::Update(Box::new(row(99))),
        What::Promise(Box::new(same_id)),
        What::Promise(Box::new(row(2))),
    ];
    for (ticket, what) in (0..).zip(wishes) {
        assert!(store.ask(Request { ticket: TicketId::from(ticket), what }));
    }
    let mut results = Vec::new();
    for ticket in 0..6 {
        let reply = store.reply().await.expect("an answer");
        assert_eq!(reply.ticket, TicketId::from(ticket), "in order");
        results.push(match reply.result {
            Ok(_) => "durable",
            Err(Refusal::Duplicate(_)) => "duplicate",
            Err(Refusal::Failed(_)) => "failed",
        });
    }
    assert_eq!(results, ["durable", "duplicate", "failed", "failed", "failed", "durable"]);
    store.close().await;
    assert_eq!(open(&place).await.loaded().await, [row(1), row(2)], "no half of a promise");
}

#[tokio::test]
async fn what_was_answered_survives_a_process_that_dies() {
    let (place, grave) = (Place::new(), Place::new());
    let mut store = open(&place).await;
    for id in 1..=50 {
        store.promise(&row(id)).await.expect("stored");
    }
    for file in std::fs::read_dir(&place.0).expect("a directory") {
        let file = file.expect("a file");
        std::fs::copy(file.path(), grave.0.join(file.file_name())).expect("copied");
    }
    let rows = open(&grave).await.loaded().await;
    assert_eq!(rows, (1..=50).map(row).collect::<Vec<_>>());
}

/// A store whose disk holds no more pages than it has already, and a few.
async fn open_nearly_full(place: &Place) -> Store {
    let mut database = sqlite::Database::open(&place.store()).await.expect("a store");
    let limit = sqlx::AssertSqlSafe("PRAGMA max_page_count = 40");
    sqlx::query(limit).execute(&mut database.connection).await.expect("a limit");
    let (requests, asked) = mpsc::channel(REQUESTS_WAITING_MAX);
    let (answer, replies) = mpsc::channel(REPLIES_WAITING_MAX);
    let (stop, stopped) = oneshot::channel();
    let writer = writer::Writer::new(database, asked, answer, Box::new(|_| {}));
    Store { requests, replies, stop, writer: tokio::spawn(writer.run(stopped)) }
}

#[tokio::test]
async fn a_full_disk_refuses_and_forgets_nothing_it_has_promised() {
    let place = Place::new();
    let mut store = open_nearly_full(&place).await;
    for id in 1..=1_000 {
        let what = What::Promise(Box::new(row(id)));
        assert!(store.ask(Request { ticket: TicketId::from(id), what }));
    }
    let mut promised = Vec::new();
    for id in 1..=1_000 {
        if store.reply().await.expect("an answer").result.is_ok() {
            promised.push(row(id));
        }
    }
    assert!(!promised.is_empty() && promised.len() < 1_000, "{}", promised.len());
    store.close().await;
    assert_eq!(open(&place).await.loaded().await, promised);
}

#[tokio::test]
async fn a_full_disk_keeps_exactly_the_calls_and_promises_that_it_confirmed() {
    let place = Place::new();
    let mut store = open_nearly_full(&place).await;
    let wishes = (1..=2_000).flat_map(|id| {
        [What::Interaction(Box::new(interaction(id))), What::Promise(Box::new(row(id)))]
    });
    for (ticket, what) in (0..).zip(wishes) {
        assert!(store.ask(Request { ticket: TicketId::from(ticket), what }));
    }
    let (mut calls, mut promised) = (0, Vec::new());
    for _ in 0..4_000 {
        let reply = store.reply().await.expect("an answer");
        match (reply.result.is_ok(), reply.ticket.raw()) {
            (true, ticket) if ticket % 2 == 0 => calls += 1,
            (true, ticket) => promised.push(row(ticket / 2 + 1)),
            (false, _) => {}
        }
    }
    let kept = (calls, promised.len());
    assert!(0 < calls && calls < 2_000 && 0 < kept.1 && kept.1 < 2_000, "{kept:?}");
    store.close().await;
    assert_eq!(check(&place.store()).await.expect("a report").interactions, calls);
    assert_eq!(open(&place).await.loaded().await, promised);
}

#[tokio::test]
async fn a_promise_whose_transaction_was_lost_is_taken_back() {
    let place = Place::new();
    let database = sqlite::Database::open(&place.store()).await.expect("a store");
    let (requests, asked) = mpsc::channel(8);
    let (answer, replies) = mpsc::channel(8);
    let (stop, stopped) = oneshot::channel();
    let mut writer = writer::Writer::new(database, asked, answer, Box::new(|_| {}));
    // The disk kept it, and yet the commit said no.
    writer.revoke_first(CallbackId::from(1));
    let mut store = Store { requests, replies, stop, writer: tokio::spawn(async {}) };
    let what = What::Promise(Box::new(row(1)));
    writer.perform(vec![Request { ticket: TicketId::from(1), what }]).await;
    assert_eq!(store.reply().await.map(|reply| reply.result), Some(Ok(Done::Durable)));
    writer.revoke_first(CallbackId::from(1));
    let what = What::LoadCallbacks;
    writer.perform(vec![Request { ticket: TicketId::from(2), what }]).await;
    let rows = store.reply().await.map(|reply| reply.result);
    assert_eq!(rows, Some(Ok(Done::Callbacks(Vec::new()))));
    drop((stopped, store));
}

#[tokio::test]
async fn a_call_that_breaks_its_transaction_leaves_nothing_of_it() {
    let place = Place::new();
    let mut database = sqlite::Database::open(&place.store()).await.expect("a store");
    let trap = "CREATE TEMP TRIGGER trap BEFORE INSERT ON interactions BEGIN \
                SELECT RAISE(ROLLBACK, 'input or output error'); END";
    sqlx::query(trap).execute(&mut database.connection).await.expect("a trap");
    let (_requests, asked) = mpsc::channel(8);
    let (answer, mut replies) = mpsc::channel(8);
    let mut writer = writer::Writer::new(database, asked, answer, Box::new(|_| {}));
    let wishes = [
        What::Promise(Box::new(row(1))),
        What::Interaction(Box::new(interaction(1))),
        What::Promise(Box::new(row(2))),
    ];
    let batch = (0..).zip(wishes);
    let batch = batch.map(|(ticket, what)| Request { ticket: TicketId::from(ticket), what });
    writer.perform(batch.collect()).await;
    for _ in 0..3 {
        assert!(replies.recv().await.expect("an answer").result.is_err());
    }
    assert_eq!(check(&place.store()).await.expect("a report").callbacks, 0);
}

#[tokio::test]
async fn every_boot_has_its_own_epoch() {
    let place = Place::new();
    for boot in 1..=3 {
        let (store, epoch) = Store::open(&place.store()).await.expect("a store");
        assert_eq!(epoch, boot);
        store.close().await;
    }
}

#[tokio::test]
async fn two_processes_do_not_share_a_store() {
    let place = Place::new();
    let _store = open(&place).await;
    let fault = Store::open(&place.store()).await.expect_err("in use");
    assert!(matches!(fault, StoreFault::InUse(_)), "{fault}");
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_left_alone() {
    let place = Place::new();
    open(&place).await.close().await;
    let mut database = sqlite::Database::open(&place.store()).await.expect("a store");
    let newer = "INSERT INTO _sqlx_migrations VALUES (9999, 'later', '', 1, x'00', 0)";
    sqlx::query(newer).execute(&mut database.connection).await.expect("inserted");
    database.close().await;
    let fault = Store::open(&place.store()).await.expect_err("newer");
    assert!(matches!(fault, StoreFault::Newer { migration: 9999, .. }), "{fault}");
}

#[tokio::test]
async fn what_is_no_store_is_said_with_its_path() {
    let place = Place::new();
    std::fs::write(place.store(), [b'x'; 8_192]).expect("written");
    let fault = Store::open(&place.store()).await.expect_err("no database");
    assert!(matches!(fault, StoreFault::Database { .. }), "{fault}");
    assert!(fault.to_string().contains("ringback.db"), "{fault}");
    let fault = Store::open(&place.store().join("below")).await.expect_err("no directory");
    assert!(matches!(fault, StoreFault::File { .. }), "{fault}");
    assert!(check(&place.0.join("nothing.db")).await.is_err());
}

#[tokio::test]
async fn nobody_else_may_read_the_files() {
    let place = Place::new();
    let mut store = open(&place).await;
    store.promise(&row(1)).await.expect("stored");
    let mut seen = 0;
    for file in std::fs::read_dir(&place.0).expect("a directory") {
        let file = file.expect("a file");
        let mode = file.metadata().expect("metadata").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.file_name());
        seen += 1;
    }
    assert_eq!(seen, 4, "the file, its log, its index, its lock");
}

fn binding(port: u16) -> Binding {
    Binding {
        contact: Uri::parse(&format!("sip:ann@192.0.2.7:{port};transport=tcp")).expect("a URI"),
        path: SipPath {
            transport: Transport::Tcp,
            remote: ([192, 0, 2, 7], port).into(),
            connection: None,
        },
        expires_at: Utc::from_millis(1_790_000_000_000),
        call_id: "a'b".to_owned(),
        cseq: u32::MAX,
        user_agent: "Téléphone/1".to_owned(),
    }
}

#[tokio::test]
async fn contacts_are_replaced_as_a_whole() {
    let place = Place::new();
    let mut store = open(&place).await;
    let put = |account: &str, bindings: Vec<Binding>| What::Bindings {
        account: account.to_owned(),
        bindings,
    };
    for what in [
        put("ann", vec![binding(5060), binding(5062)]),
        put("bob", vec![binding(1)]),
        put("eve", vec![binding(2)]),
        put("ann", vec![binding(5064), binding(5062)]),
        put("eve", Vec::new()),
    ] {
        assert_eq!(store.done(what).await, Ok(Done::Durable));
    }
    let loaded = store.done(What::LoadBindings).await;
    let ann = ("ann".to_owned(), vec![binding(5064), binding(5062)]);
    let bob = ("bob".to_owned(), vec![binding(1)]);
    assert_eq!(loaded, Ok(Done::Bindings(vec![ann, bob])));
}

fn interaction(id: u64) -> Interaction {
    Interaction {
        call: CallId::from(id),
        came_by: "one".to_owned(),
        caller: Some(number("+48601234567")),
        called: "+48221234567".to_owned(),
        began_at: Utc::from_millis(1),
        ended_at: None,
        queue: None,
        waited: None,
        agent: None,
        result: CallResult::Unfinished,
        callback: None,
        remarks: Remarks::default(),
    }
}

#[tokio::test]
async fn a_call_has_one_row_from_beginning_to_end() {
    let place = Place::new();
    let mut store = open(&place).await;
    let mut call = interaction(5);
    store.done(What::Interaction(Box::new(call.clone()))).await.expect("stored");
    call.ended_at = Some(Utc::from_millis(60_001));
    call.queue = Some("sales".to_owned());
    call.waited = Some(Duration::from_millis(1_234));
    call.result = CallResult::Registered;
    call.callback = Some(CallbackId::from(9));
    store.done(What::Interaction(Box::new(call))).await.expect("stored");
    store.close().await;
    let report = check(&place.store()).await.expect("a report");
    let expected = Report {
        complaints: Vec::new(),
        callbacks_alive: 0,
        callbacks: 0,
        interactions: 1,
        epoch: 1,
    };
    assert_eq!(report, expected);
}

#[tokio::test]
async fn a_recording_goes_with_its_file() {
    let place = Place::new();
    let (gone, deleted) = blocking::channel();
    let forget = Box::new(move |recording| gone.send(recording).expect("listened to"));
    let (mut store, _) = Store::open_with(&place.store(), forget).await.expect("a store");
    store.promise(&full_row()).await.expect("stored");
    let recording = RecordingId::from(77);
    assert_eq!(store.done(What::DeleteRecording(recording)).await, Ok(Done::Durable));
    assert_eq!(deleted.try_recv(), Ok(recording));
}

#[tokio::test]
async fn a_store_that_closes_answers_what_it_was_asked() {
    let place = Place::new();
    let store = open(&place).await;
    for id in 1..=700 {
        let what = What::Promise(Box::new(row(id)));
        assert!(store.ask(Request { ticket: TicketId::from(id), what }));
    }
    let replies = store.close().await;
    assert_eq!(replies.len(), 700);
    assert!(replies.iter().all(|reply| reply.result == Ok(Done::Durable)));
}

#[tokio::test]
async fn a_store_too_far_behind_says_so() {
    let place = Place::new();
    let store = open(&place).await;
    let asked = (0..10_000u64).take_while(|id| {
        let what = What::Interaction(Box::new(interaction(*id)));
        store.ask(Request { ticket: TicketId::from(*id), what })
    });
    assert_eq!(asked.count(), REQUESTS_WAITING_MAX);
    assert_eq!(store.close().await.len(), REQUESTS_WAITING_MAX);
}

#[tokio::test]
async fn a_call_keeps_the_tags_and_notes_that_it_had_last() {
    let place = Place::new();
    let mut store = open(&place).await;
    let mut call = interaction(5);
    call.remarks.tags = vec!["old".to_owned(), "vip".to_owned()];
    store.done(What::Interaction(Box::new(call.clone()))).await.expect("stored");
    call.remarks.tags = vec!["vip".to_owned()];
    call.remarks.notes = vec!["order 71".to_owned()];
    store.done(What::Interaction(Box::new(call))).await.expect("stored");
    store.close().await;
    let mut database = sqlite::Database::open(&place.store()).await.expect("a store");
    let select = "SELECT kind || ' ' || text FROM remarks WHERE call = 5 ORDER BY kind, position";
    let kept = sqlx::query_scalar::<_, String>(select).fetch_all(&mut database.connection).await;
    assert_eq!(kept.expect("rows"), ["note order 71", "tag vip"]);
}
