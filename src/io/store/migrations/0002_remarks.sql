-- What flows write down for agents, by call; a callback is found by the call that made it.
CREATE TABLE remarks (
    call INTEGER NOT NULL,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('tag', 'note')),
    text TEXT NOT NULL,
    PRIMARY KEY (call, kind, position)
) STRICT, WITHOUT ROWID;
