//! What every store must do with the messages of mailboxes.

use super::*;
use crate::base::id::MessageId;
use crate::voicemail::event::{Change, Why};
use crate::voicemail::message::{Caller, Message, State as MessageState};

#[tokio::test]
async fn a_message_comes_back_as_it_was_left() {
    let place = Place::new();
    let mut store = open(&place).await;
    store.change(Change::Keep(message(1))).await.expect("stored");
    let bare = Message {
        caller: Caller { number: None, name: None, ..message(2).caller },
        notice_due: false,
        ..message(2)
    };
    store.change(Change::Keep(bare.clone())).await.expect("stored");
    store.close().await;
    let mut store = open(&place).await;
    assert_eq!(store.messages().await, [message(1), bare]);
    assert_eq!(messages(&place.store()).await.expect("a store"), store.messages().await);
}

#[tokio::test]
async fn a_message_is_marked_and_its_notice_told() {
    let place = Place::new();
    let mut store = open(&place).await;
    let (id, kept_from) = (MessageId::from(1), Utc::from_millis(1_790_000_999_000));
    store.change(Change::Keep(message(1))).await.expect("stored");
    let state = MessageState::Saved;
    store.change(Change::Mark { message: id, state, kept_from }).await.expect("stored");
    store.change(Change::Told(id)).await.expect("stored");
    let expected = Message { state, kept_from, notice_due: false, ..message(1) };
    assert_eq!(store.messages().await, [expected]);
}

#[tokio::test]
async fn a_message_that_is_not_there_cannot_be_marked() {
    let place = Place::new();
    let mut store = open(&place).await;
    let told = store.change(Change::Told(MessageId::from(1))).await;
    assert!(matches!(told, Err(Refusal::Failed(_))), "{told:?}");
}

#[tokio::test]
async fn a_deleted_message_takes_its_recording_along() {
    let place = Place::new();
    let (gone, deleted) = blocking::channel();
    let forget = Box::new(move |recording| gone.send(recording).expect("listened to"));
    let (mut store, _) = Store::open_with(&place.store(), forget).await.expect("a store");
    store.change(Change::Keep(message(1))).await.expect("stored");
    let recording = RecordingId::from(101);
    let delete = Change::Delete { message: MessageId::from(1), recording, why: Why::Unwanted };
    store.change(delete).await.expect("deleted");
    assert_eq!((store.messages().await, deleted.try_recv()), (Vec::new(), Ok(recording)));
}

impl Store {
    async fn change(&mut self, change: Change) -> Result<Done, Refusal> {
        self.done(What::Message(Box::new(change))).await
    }

    async fn messages(&mut self) -> Vec<Message> {
        match self.done(What::LoadMessages).await {
            Ok(Done::Messages(messages)) => messages,
            other => panic!("{other:?}"),
        }
    }
}

/// Every field is set to something that its default is not.
fn message(id: u64) -> Message {
    let left_at = Utc::from_millis(1_790_000_000_000 + i64::try_from(id).expect("small"));
    Message {
        id: MessageId::from(id),
        mailbox: "support".to_owned(),
        recording: RecordingId::from(id + 100),
        length: Duration::from_millis(4_260),
        call: CallId::from(id + 200),
        caller: Caller {
            number: Some(number("+48601234567")),
            name: Some("Żaneta 'Ż'".to_owned()),
            called: "+48221234567".to_owned(),
            language: Language::new("pl").expect("a language"),
        },
        left_at,
        state: MessageState::Heard,
        kept_from: left_at + Duration::from_secs(60),
        notice_due: true,
    }
}
