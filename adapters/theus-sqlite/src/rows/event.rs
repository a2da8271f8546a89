//! Events that wait.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use theus_core::signal::TraceContext;
use theus_core::store::{StoreError, StoredEvent, StoredOrigin, decode, encode};

use super::ordered;
use super::seal::Seal;
use crate::failure::Name;

struct Columns {
    number: i64,
    name: String,
    /// Of `null` too: what has no payload has none.
    payload: Option<Vec<u8>>,
    urgent: bool,
    internal: bool,
    /// As JSON, with when it came where that is known.
    origin: String,
}

/// Where it came from, when, and where in a trace it was sent.
#[derive(Serialize, Deserialize)]
struct Came<O> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trace: Option<TraceContext>,
    from: O,
}

fn written(event: &StoredEvent) -> serde_json::Result<String> {
    let StoredEvent { origin, came, trace, .. } = event;
    match (came, trace) {
        (None, None) => serde_json::to_string(origin),
        (at, trace) => serde_json::to_string(&Came { at: *at, trace: trace.clone(), from: origin }),
    }
}

fn read_back(text: &str) -> serde_json::Result<Came<StoredOrigin>> {
    match serde_json::from_str(text) {
        Ok(came) => Ok(came),
        Err(_) => Ok(Came { at: None, trace: None, from: serde_json::from_str(text)? }),
    }
}

impl Columns {
    fn of(event: &StoredEvent, store: &Name) -> Result<Self, StoreError> {
        let StoredEvent { number, name, payload, urgent, internal, .. } = event;
        let place = || format!("the event `{name}`");
        let payload = payload.as_ref().map(encode).transpose();
        Ok(Self {
            number: ordered(store, "the event's number", *number)?,
            name: name.clone(),
            payload: payload.map_err(|error| StoreError::Encode { path: place(), error })?,
            urgent: *urgent,
            internal: *internal,
            origin: written(event).map_err(|error| store.io(error.to_string()))?,
        })
    }

    fn seal(&self, session: i64) -> i64 {
        let Self { number, name, payload, urgent, internal, origin } = self;
        let seal = Seal::of("event").int(session).int(*number).bytes(name.as_bytes()).maybe(payload.as_deref());
        seal.int(i64::from(*urgent)).int(i64::from(*internal)).bytes(origin.as_bytes()).is()
    }
}

/// Whether an event of this number waits.
pub(crate) fn is_there(connection: &Connection, store: &Name, session: i64, number: u64) -> Result<bool, StoreError> {
    let number = ordered(store, "the event's number", number)?;
    let look = || -> rusqlite::Result<Option<i64>> {
        let mut look = connection.prepare_cached("SELECT 1 FROM event WHERE session = ?1 AND number = ?2")?;
        look.query_row([session, number], |row| row.get(0)).optional()
    };
    look().map(|found| found.is_some()).map_err(|error| store.failed(&error))
}

pub(crate) fn insert(
    connection: &Connection,
    store: &Name,
    session: i64,
    event: &StoredEvent,
) -> Result<(), StoreError> {
    let columns = Columns::of(event, store)?;
    let insert = || {
        let seal = columns.seal(session);
        let Columns { number, name, payload, urgent, internal, origin } = &columns;
        let sql = "INSERT INTO event(session, number, name, payload, urgent, internal, origin, seal) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        connection.prepare_cached(sql)?.execute(params![session, number, name, payload, urgent, internal, origin, seal])
    };
    insert().map(drop).map_err(|error| store.failed(&error))
}

/// Whether it was there.
pub(crate) fn delete(connection: &Connection, store: &Name, session: i64, number: u64) -> Result<bool, StoreError> {
    let Ok(number) = i64::try_from(number) else { return Ok(false) };
    let delete = || {
        connection.prepare_cached("DELETE FROM event WHERE session = ?1 AND number = ?2")?.execute([session, number])
    };
    delete().map(|rows| rows > 0).map_err(|error| store.failed(&error))
}

/// Those of a session are gone.
pub(crate) fn remove(connection: &Connection, session: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM event WHERE session = ?1")?.execute([session]).map(drop)
}

/// All of them, as many as the session says.
pub(crate) fn read(
    connection: &Connection,
    store: &Name,
    session: (i64, &str),
    expected: u64,
) -> Result<Vec<StoredEvent>, StoreError> {
    let look = || {
        let sql = "SELECT number, name, payload, urgent, internal, origin, seal FROM event WHERE session = ?1 ORDER BY number";
        connection.prepare_cached(sql)?.query_map([session.0], columns)?.collect::<rusqlite::Result<Vec<_>>>()
    };
    let rows = look().map_err(|error| store.failed(&error))?;
    let damaged =
        |place: String, reason: &str| store.corrupt(format!("{place} of the session `{}`", session.1), reason);
    if rows.len() as u64 != expected || !rows.is_sorted_by(|(one, _), (next, _)| one.number < next.number) {
        let reason = format!("{} are there, and {expected} were written", rows.len());
        return Err(damaged("the events".to_owned(), &reason));
    }
    let event = |(columns, seal): (Columns, i64)| {
        if columns.seal(session.0) != seal {
            return Err(damaged(format!("the event {}", columns.number), "its row is not the one that was written"));
        }
        let Columns { number, name, payload, urgent, internal, origin } = columns;
        let payload = payload.map(|bytes| decode(&bytes)).transpose();
        match (payload, read_back(&origin)) {
            (Ok(payload), Ok(Came { at: came, trace, from: origin })) => {
                Ok(StoredEvent { number: number.cast_unsigned(), name, payload, urgent, origin, internal, came, trace })
            }
            (Err(error), _) => Err(damaged(format!("the event {number}"), &error.to_string())),
            (_, Err(error)) => Err(damaged(format!("the event {number}"), &error.to_string())),
        }
    };
    rows.into_iter().map(event).collect()
}

fn columns(row: &Row<'_>) -> rusqlite::Result<(Columns, i64)> {
    let columns = Columns {
        number: row.get(0)?,
        name: row.get(1)?,
        payload: row.get(2)?,
        urgent: row.get(3)?,
        internal: row.get(4)?,
        origin: row.get(5)?,
    };
    Ok((columns, row.get(6)?))
}
