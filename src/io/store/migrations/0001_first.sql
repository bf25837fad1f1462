-- Times are milliseconds since 1970-01-01T00:00:00Z, spans are milliseconds, numbers are E.164
-- with their +. Ids are the 63 bits of the process that made them.

CREATE TABLE boots (
    epoch INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE interactions (
    id INTEGER PRIMARY KEY,
    came_by TEXT NOT NULL,
    caller TEXT,
    called TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    ended_at INTEGER,
    queue TEXT,
    waited INTEGER,
    agent TEXT,
    result TEXT NOT NULL,
    callback INTEGER
) STRICT;

CREATE INDEX interactions_by_time ON interactions (began_at);

CREATE TABLE callbacks (
    id INTEGER PRIMARY KEY,
    entry INTEGER NOT NULL,
    call INTEGER NOT NULL,
    number TEXT NOT NULL,
    queue TEXT NOT NULL,
    ani TEXT,
    language TEXT NOT NULL,
    priority INTEGER NOT NULL,
    enqueued_at INTEGER NOT NULL,
    registered_at INTEGER NOT NULL,
    attempts_max INTEGER NOT NULL,
    retry_after INTEGER NOT NULL,
    busy_retry_after INTEGER NOT NULL,
    trouble_retry_after INTEGER NOT NULL,
    ring INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    data TEXT NOT NULL,
    state TEXT NOT NULL,
    troubles INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

-- One live request per number and queue.
CREATE UNIQUE INDEX callbacks_alive ON callbacks (number, queue)
WHERE state IN
    ('waiting', 'offered', 'agent_media', 'dialing', 'connected', 'requeued', 'retry');

CREATE TABLE attempts (
    callback INTEGER NOT NULL REFERENCES callbacks (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    agent TEXT NOT NULL,
    trunk TEXT NOT NULL,
    outcome TEXT,
    PRIMARY KEY (callback, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE agent_media (
    callback INTEGER NOT NULL REFERENCES callbacks (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    prompt TEXT,
    recording INTEGER,
    PRIMARY KEY (callback, position),
    CHECK ((prompt IS NULL) <> (recording IS NULL))
) STRICT, WITHOUT ROWID;

-- Recordings that a promise has adopted.
CREATE TABLE recordings (
    id INTEGER PRIMARY KEY,
    callback INTEGER REFERENCES callbacks (id) ON DELETE SET NULL,
    adopted_at INTEGER NOT NULL
) STRICT;

CREATE TABLE bindings (
    account TEXT NOT NULL,
    position INTEGER NOT NULL,
    contact TEXT NOT NULL,
    transport TEXT NOT NULL,
    remote TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    call_id TEXT NOT NULL,
    cseq TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    PRIMARY KEY (account, position)
) STRICT, WITHOUT ROWID;
