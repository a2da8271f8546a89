-- Format 1. Names are the bytes of their UTF-8: a text of PostgreSQL has no NUL, and is sorted as its collation likes.
-- Numbers without a sign are sorted as such where their highest bit is turned ("ranked").
CREATE TABLE format(one boolean PRIMARY KEY CHECK(one), format bigint NOT NULL);
CREATE TABLE session(
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name bytea NOT NULL, step bigint NOT NULL, version bigint NOT NULL,
    chain bytea NOT NULL, schema bigint NOT NULL, base_step bigint NOT NULL, base bytea NOT NULL, position bytea, settled text,
    due bigint, ready boolean NOT NULL, counts bytea, events bigint NOT NULL, last_message bigint NOT NULL, fence bigint NOT NULL,
    leased_by bytea, leased_until timestamptz
) WITH (fillfactor = 70);
-- Names are as long as they like, and rows of an index are not.
CREATE UNIQUE INDEX session_name ON session(sha256(name));
CREATE INDEX session_order ON session(substr(name, 1, 512));
CREATE TABLE field(
    session bigint NOT NULL, path bytea NOT NULL, value bytea NOT NULL, written boolean NOT NULL
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX field_path ON field(session, sha256(path));
CREATE TABLE entry(
    session bigint NOT NULL, path bytea NOT NULL, key bytea NOT NULL, value bytea
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX entry_key ON entry(session, sha256(path), sha256(key));
CREATE TABLE journal(session bigint NOT NULL, step bigint NOT NULL, body bytea NOT NULL, PRIMARY KEY(session, step));
CREATE TABLE event(
    session bigint NOT NULL, number bigint NOT NULL, body bytea NOT NULL, payload bytea, PRIMARY KEY(session, number)
);
CREATE TABLE answer(session bigint NOT NULL, key bytea NOT NULL, at bigint NOT NULL, body bytea NOT NULL);
CREATE UNIQUE INDEX answer_key ON answer(session, sha256(key));
CREATE INDEX answer_at ON answer(at);
CREATE TABLE message(
    session bigint NOT NULL, number bigint NOT NULL, name bytea NOT NULL, is_dead boolean NOT NULL, body bytea NOT NULL,
    PRIMARY KEY(session, number)
);
CREATE INDEX message_order ON message(is_dead, substr(name, 1, 512));
CREATE TABLE ledger(sequence bigint PRIMARY KEY, hash bytea NOT NULL, body text NOT NULL);
CREATE TABLE audit(one boolean PRIMARY KEY CHECK(one), last bigint NOT NULL, hash bytea NOT NULL, interlock text);
-- Who writes, and how many transactions it has done: by it is seen whether one was done whose answer was lost.
CREATE TABLE writer(
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number bigint NOT NULL, touched timestamptz NOT NULL
) WITH (fillfactor = 50);
-- What tells the store from every other one.
CREATE TABLE identity(one boolean PRIMARY KEY CHECK(one), identity bytea NOT NULL);
INSERT INTO identity VALUES (true, decode(replace(gen_random_uuid()::text, '-', ''), 'hex'));
INSERT INTO format VALUES (true, 1);
INSERT INTO audit VALUES (true, 0, decode(repeat('00', 32), 'hex'), NULL);
