-- What the agent of a callback must be able to do, as `billing:3 polish:1`.
ALTER TABLE callbacks ADD COLUMN skills TEXT NOT NULL DEFAULT '';
