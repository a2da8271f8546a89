//! The tables, and whether a file has them.

use rusqlite::{Connection, OptionalExtension};
use theus_core::store::StoreError;

use crate::failure::Name;
use crate::rows::{audit, identity};

/// The format of the tables, in `PRAGMA user_version`.
const FORMAT: i64 = 4;

/// What marks a file as one of ours: `Thus`, in `PRAGMA application_id`.
const APPLICATION: i64 = 0x5468_7573;

/// How the tables are made; each is there word for word in a file of this format.
///
/// Every row has a seal over its key and its columns, and what can be missing is counted or named by another row: SQLite does not
/// notice a bit that its disk has turned.
const TABLES: [(&str, &str); 17] = [
    (
        "session",
        "CREATE TABLE session(id INTEGER PRIMARY KEY, name TEXT NOT NULL, revision INTEGER NOT NULL, step INTEGER NOT NULL, \
         version INTEGER NOT NULL, chain BLOB NOT NULL, head INTEGER NOT NULL, tail INTEGER NOT NULL, state BLOB NOT NULL, position TEXT, settled TEXT, due INTEGER, ready INTEGER NOT NULL, \
         events INTEGER NOT NULL, counts TEXT, seal INTEGER NOT NULL, schema INTEGER NOT NULL DEFAULT 0, \
         base INTEGER NOT NULL DEFAULT 0, last_message INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT NULL DEFAULT 0, \
         leased_by TEXT, leased_until INTEGER NOT NULL DEFAULT 0) STRICT",
    ),
    ("session_name", "CREATE UNIQUE INDEX session_name ON session(name)"),
    // Asked where the other one has nothing: that a session is not there is never said on the word of one page.
    ("session_again", "CREATE UNIQUE INDEX session_again ON session(name, id)"),
    // Values that are too long for `session.state`, which names them.
    (
        "field",
        "CREATE TABLE field(id INTEGER PRIMARY KEY, session INTEGER NOT NULL, path TEXT NOT NULL, value BLOB NOT NULL) STRICT",
    ),
    // Entries of maps that are another since the whole was written; `session.state` counts them.
    (
        "entry",
        "CREATE TABLE entry(session INTEGER NOT NULL, path TEXT NOT NULL, key BLOB NOT NULL, value BLOB, seal INTEGER NOT NULL, \
         PRIMARY KEY(session, path, key)) STRICT, WITHOUT ROWID",
    ),
    // In the order of commits, whichever session they are of: so a commit touches the last page alone. Each row names the one before.
    (
        "journal",
        "CREATE TABLE journal(seq INTEGER PRIMARY KEY, session INTEGER NOT NULL, step INTEGER NOT NULL, before INTEGER NOT NULL, \
         version INTEGER NOT NULL, at INTEGER NOT NULL, process TEXT NOT NULL, command BLOB NOT NULL, parts BLOB NOT NULL, raised TEXT, \
         chain BLOB NOT NULL, seal INTEGER NOT NULL, schema INTEGER, entries BLOB, answers BLOB, code BLOB) STRICT",
    ),
    // Where a page of a journal is found without reading all that follows it: one row of 64 is in it.
    ("journal_mark", "CREATE INDEX journal_mark ON journal(session, step) WHERE step % 64 = 0"),
    (
        "event",
        "CREATE TABLE event(session INTEGER NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, payload BLOB, urgent INTEGER NOT NULL, \
         internal INTEGER NOT NULL, origin TEXT NOT NULL, seal INTEGER NOT NULL, PRIMARY KEY(session, number)) STRICT, WITHOUT ROWID",
    ),
    (
        "answer",
        "CREATE TABLE answer(session INTEGER NOT NULL, key TEXT NOT NULL, step INTEGER NOT NULL, asked BLOB NOT NULL, \
         gave BLOB NOT NULL, at INTEGER NOT NULL, seal INTEGER NOT NULL, PRIMARY KEY(session, key)) STRICT, WITHOUT ROWID",
    ),
    // Asked where the other one has nothing: a run whose answer is missing would be done again.
    ("answer_again", "CREATE UNIQUE INDEX answer_again ON answer(key, session)"),
    // In the order in which they are asked for.
    (
        "message",
        "CREATE TABLE message(is_dead INTEGER NOT NULL, session TEXT NOT NULL, number INTEGER NOT NULL, step INTEGER NOT NULL, \
         topic TEXT NOT NULL, body BLOB NOT NULL, tries INTEGER NOT NULL, not_before INTEGER NOT NULL, dead TEXT, \
         seal INTEGER NOT NULL, PRIMARY KEY(is_dead, session, number)) STRICT, WITHOUT ROWID",
    ),
    ("message_again", "CREATE UNIQUE INDEX message_again ON message(is_dead, session, number)"),
    (
        "ledger",
        "CREATE TABLE ledger(sequence INTEGER PRIMARY KEY, session TEXT NOT NULL, body TEXT NOT NULL, hash BLOB NOT NULL, seal INTEGER NOT NULL) STRICT",
    ),
    // The end of the ledger, the interlock, and the counters of all sessions together: one row, always there.
    (
        "audit",
        "CREATE TABLE audit(one INTEGER PRIMARY KEY CHECK(one = 1), last INTEGER NOT NULL, hash BLOB NOT NULL, interlock TEXT, seal INTEGER NOT NULL, counts TEXT) STRICT",
    ),
    // What tells the file from every other store: one row, always there.
    (
        "identity",
        "CREATE TABLE identity(one INTEGER PRIMARY KEY CHECK(one = 1), identity BLOB NOT NULL, seal INTEGER NOT NULL) STRICT",
    ),
    // Written to when a commit has failed, so that what it left behind in the log is overwritten or seen.
    ("recovery", "CREATE TABLE recovery(one INTEGER PRIMARY KEY CHECK(one = 1), times INTEGER NOT NULL) STRICT"),
    ("recovery_row", "INSERT INTO recovery(one, times) VALUES (1, 0)"),
];

/// What brings a file of format 1 to format 2: columns behind those that there are, with what seals say nothing of.
const SINCE_1: [&str; 9] = [
    "ALTER TABLE session ADD COLUMN schema INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE session ADD COLUMN base INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE session ADD COLUMN last_message INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE session ADD COLUMN fence INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE session ADD COLUMN leased_by TEXT",
    "ALTER TABLE session ADD COLUMN leased_until INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE journal ADD COLUMN schema INTEGER",
    "ALTER TABLE journal ADD COLUMN entries BLOB",
    "ALTER TABLE journal ADD COLUMN answers BLOB",
];

/// What brings one of format 2 to format 3.
const SINCE_2: &str = "ALTER TABLE journal ADD COLUMN code BLOB";

/// And what brings one of format 3 here.
const SINCE_3: &str = "ALTER TABLE audit ADD COLUMN counts TEXT";

/// The tables that are new since format 1.
const NEW_SINCE_1: [&str; 6] = ["entry", "answer", "answer_again", "message", "message_again", "identity"];

/// What a file is.
#[derive(PartialEq)]
enum Found {
    Empty,
    /// Of an earlier format: this one.
    Older(i64),
    Ours,
}

/// Makes the tables in an empty file, and what one of an earlier format lacks; refuses one that is not ours, or of the future, or damaged.
pub(crate) fn prepare(connection: &Connection, name: &Name) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| name.failed(&error);
    if look(connection, name)? == Found::Ours {
        return Ok(());
    }
    connection.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
    // Another program may have made them meanwhile.
    let made = look(connection, name).and_then(|found| {
        match found {
            Found::Empty => make(connection).map_err(failed)?,
            Found::Older(format) => bring_up(connection, format).map_err(failed)?,
            Found::Ours => return Ok(()),
        }
        look(connection, name).map(drop)
    });
    match made {
        Ok(()) => connection.execute_batch("COMMIT").map_err(failed),
        Err(error) => {
            // What it says is the error; the connection is dropped.
            let _ = connection.execute_batch("ROLLBACK");
            Err(error)
        }
    }
}

fn make(connection: &Connection) -> rusqlite::Result<()> {
    TABLES.iter().try_for_each(|(_, sql)| connection.execute_batch(sql))?;
    audit::begin(connection)?;
    identity::begin(connection)?;
    connection.pragma_update(None, "application_id", APPLICATION)?;
    connection.pragma_update(None, "user_version", FORMAT)
}

fn bring_up(connection: &Connection, format: i64) -> rusqlite::Result<()> {
    if format < 2 {
        SINCE_1.iter().try_for_each(|sql| connection.execute_batch(sql))?;
        let new = TABLES.iter().filter(|(table, _)| NEW_SINCE_1.contains(table));
        new.into_iter().try_for_each(|(_, sql)| connection.execute_batch(sql))?;
        identity::begin(connection)?;
    }
    if format < 3 {
        connection.execute_batch(SINCE_2)?;
    }
    connection.execute_batch(SINCE_3)?;
    connection.pragma_update(None, "user_version", FORMAT)
}

/// What the file is; an error where it is none of ours.
fn look(connection: &Connection, name: &Name) -> Result<Found, StoreError> {
    let failed = |error: rusqlite::Error| name.failed(&error);
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).map_err(failed);
    let (application, format) = (number("application_id")?, number("user_version")?);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    match (application, format, tables) {
        (0, 0, 0) => return Ok(Found::Empty),
        (APPLICATION, 1..=FORMAT, _) => {}
        (APPLICATION, newer, _) if newer > FORMAT => {
            let (found, known) = (newer.unsigned_abs(), FORMAT.unsigned_abs());
            return Err(StoreError::Newer { store: name.text(), found, known });
        }
        (APPLICATION, format, _) => {
            return Err(name.corrupt("its header", format!("there is no format {format}")));
        }
        _ => return Err(name.corrupt("its header", "it is a database of another program")),
    }
    let encoding: String = connection.pragma_query_value(None, "encoding", |row| row.get(0)).map_err(failed)?;
    if encoding != "UTF-8" || number("auto_vacuum")? != 0 {
        return Err(name.corrupt("its header", "it has settings that no store is made with"));
    }
    if format != FORMAT {
        return Ok(Found::Older(format));
    }
    let mut look = connection.prepare("SELECT sql FROM sqlite_schema WHERE name = ?").map_err(failed)?;
    for (table, sql) in TABLES.iter().filter(|(_, sql)| sql.starts_with("CREATE")) {
        let found: Option<String> = look.query_row([table], |row| row.get(0)).optional().map_err(failed)?;
        if found.as_deref() != Some(sql) {
            let found = found.map_or_else(|| "it is not there".to_owned(), |found| format!("it is `{found}`"));
            return Err(name.corrupt(format!("its table `{table}`"), found));
        }
    }
    Ok(Found::Ours)
}
