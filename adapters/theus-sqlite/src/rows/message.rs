//! Messages that are to be delivered: those that are tried, and those that are not any more, each in the order in which they are asked
//! for.

use rusqlite::{Connection, Row, params};
use theus_core::store::{StoreError, StoredMessage, decode, encode};

use super::seal::Seal;
use super::{int, ranked, unranked};
use crate::failure::Name;

struct Columns {
    session: String,
    number: i64,
    step: i64,
    topic: String,
    body: Vec<u8>,
    tries: u32,
    not_before: i64,
    dead: Option<String>,
}

impl Columns {
    fn of(session: &str, message: &StoredMessage) -> Result<Self, StoreError> {
        let StoredMessage { number, step, topic, body, tries, not_before, dead } = message;
        let body =
            encode(body).map_err(|error| StoreError::Encode { path: format!("the message `{topic}`"), error })?;
        Ok(Self {
            session: session.to_owned(),
            number: ranked(*number),
            step: int(*step),
            topic: topic.clone(),
            body,
            tries: *tries,
            not_before: int(*not_before),
            dead: dead.clone(),
        })
    }

    fn seal(&self) -> i64 {
        let Self { session, number, step, topic, body, tries, not_before, dead } = self;
        let seal = Seal::of("message").bytes(session.as_bytes()).int(*number).int(*step).bytes(topic.as_bytes());
        let seal = seal.bytes(body).int(i64::from(*tries)).int(*not_before);
        seal.maybe(dead.as_ref().map(String::as_bytes)).is()
    }
}

/// Writes it, in the place of the one of its number; only there, where it is not a new one. Whether it is there.
pub(crate) fn put(
    connection: &Connection,
    store: &Name,
    session: &str,
    message: &StoredMessage,
    may_be_new: bool,
) -> Result<bool, StoreError> {
    let columns = Columns::of(session, message)?;
    if !delete(connection, store, session, message.number)? && !may_be_new {
        return Ok(false);
    }
    let insert = || {
        let seal = columns.seal();
        let Columns { session, number, step, topic, body, tries, not_before, dead } = &columns;
        let sql = "INSERT INTO message(is_dead, session, number, step, topic, body, tries, not_before, dead, seal) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let values = params![dead.is_some(), session, number, step, topic, body, tries, not_before, dead, seal];
        connection.prepare_cached(sql)?.execute(values)
    };
    insert().map(|_| true).map_err(|error| store.failed(&error))
}

/// Whether it was there.
pub(crate) fn delete(connection: &Connection, store: &Name, session: &str, number: u64) -> Result<bool, StoreError> {
    let delete = || {
        let sql = "DELETE FROM message WHERE is_dead IN (0, 1) AND session = ?1 AND number = ?2";
        connection.prepare_cached(sql)?.execute(params![session, ranked(number)])
    };
    delete().map(|rows| rows > 0).map_err(|error| store.failed(&error))
}

/// Those of a session are gone.
pub(crate) fn remove(connection: &Connection, session: &str) -> rusqlite::Result<()> {
    let sql = "DELETE FROM message WHERE is_dead IN (0, 1) AND session = ?1";
    connection.prepare_cached(sql)?.execute([session]).map(drop)
}

/// At most so many behind this one, as both lists have them.
pub(crate) fn page(
    connection: &Connection,
    store: &Name,
    is_dead: bool,
    after: Option<(&str, u64)>,
    most: usize,
) -> Result<Vec<(String, StoredMessage)>, StoreError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    // Nothing is before the empty name; its first number may be.
    let (session, number) = after.map_or(("", None), |(session, number)| (session, Some(ranked(number))));
    let look = || {
        let sql = "SELECT session, number, step, topic, body, tries, not_before, dead, seal FROM message NOT INDEXED \
                   WHERE is_dead = ?1 AND (session, number) > (?2, ?3) ORDER BY session, number LIMIT ?4";
        let again = "SELECT session, number FROM message INDEXED BY message_again \
                     WHERE is_dead = ?1 AND (session, number) > (?2, ?3) ORDER BY session, number LIMIT ?4";
        let from_first = "SELECT session, number, step, topic, body, tries, not_before, dead, seal FROM message NOT INDEXED \
                          WHERE is_dead = ?1 AND session >= ?2 AND ?3 IS NULL ORDER BY session, number LIMIT ?4";
        let again_from_first = "SELECT session, number FROM message INDEXED BY message_again \
                                WHERE is_dead = ?1 AND session >= ?2 AND ?3 IS NULL ORDER BY session, number LIMIT ?4";
        let (sql, again) = if number.is_some() { (sql, again) } else { (from_first, again_from_first) };
        let bounds = params![is_dead, session, number, most];
        let rows: Vec<_> =
            connection.prepare_cached(sql)?.query_map(bounds, columns)?.collect::<rusqlite::Result<_>>()?;
        let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let again: Vec<(String, i64)> =
            connection.prepare_cached(again)?.query_map(bounds, row)?.collect::<rusqlite::Result<_>>()?;
        rusqlite::Result::Ok((rows, again))
    };
    let (rows, again) = look().map_err(|error| store.failed(&error))?;
    let same = |((row, _), again): (&(Columns, i64), &(String, i64))| row.session == again.0 && row.number == again.1;
    if rows.len() != again.len() || !rows.iter().zip(&again).all(same) {
        return Err(store.corrupt("its messages", "one of two lists has a message that the other has not"));
    }
    let message = |(columns, seal): (Columns, i64)| {
        let number = unranked(columns.number);
        let damaged =
            |reason: &str| store.corrupt(format!("the message {number} of the session `{}`", columns.session), reason);
        if columns.seal() != seal || columns.dead.is_some() != is_dead {
            return Err(damaged("its row is not the one that was written"));
        }
        let body = decode(&columns.body).map_err(|error| damaged(&error.to_string()))?;
        let Columns { session, step, topic, tries, not_before, dead, .. } = columns;
        let (step, not_before) = (step.cast_unsigned(), not_before.cast_unsigned());
        Ok((session, StoredMessage { number, step, topic, body, tries, not_before, dead }))
    };
    rows.into_iter().map(message).collect()
}

fn columns(row: &Row<'_>) -> rusqlite::Result<(Columns, i64)> {
    let columns = Columns {
        session: row.get(0)?,
        number: row.get(1)?,
        step: row.get(2)?,
        topic: row.get(3)?,
        body: row.get(4)?,
        tries: row.get(5)?,
        not_before: row.get(6)?,
        dead: row.get(7)?,
    };
    Ok((columns, row.get(8)?))
}
