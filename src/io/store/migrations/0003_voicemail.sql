-- Messages that callers have left in mailboxes. Their recordings stand in `recordings` as well.

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    mailbox TEXT NOT NULL,
    recording INTEGER NOT NULL,
    length INTEGER NOT NULL,
    call INTEGER NOT NULL,
    caller TEXT,
    name TEXT,
    called TEXT NOT NULL,
    language TEXT NOT NULL,
    left_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    kept_from INTEGER NOT NULL,
    notice_due INTEGER NOT NULL
) STRICT;

CREATE INDEX messages_by_mailbox ON messages (mailbox, left_at);
