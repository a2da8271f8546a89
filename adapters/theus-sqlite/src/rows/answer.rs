//! What was given under keys.

use rusqlite::{Connection, OptionalExtension, Row, params};
use theus_core::store::{StoreError, StoredAnswer};

use super::seal::Seal;
use super::{int, ranked};
use crate::failure::Name;

fn seal(session: i64, answer: &StoredAnswer) -> i64 {
    let StoredAnswer { key, step, asked, gave, at } = answer;
    let seal = Seal::of("answer").int(session).bytes(key.as_bytes()).int(int(*step));
    seal.bytes(asked).bytes(gave).int(int(*at)).is()
}

pub(crate) fn insert(connection: &Connection, session: i64, answer: &StoredAnswer) -> rusqlite::Result<()> {
    let StoredAnswer { key, step, asked, gave, at } = answer;
    let sql = "INSERT INTO answer(session, key, step, asked, gave, at, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let values = params![session, key, int(*step), asked, gave, ranked(*at), seal(session, answer)];
    connection.prepare_cached(sql)?.execute(values).map(drop)
}

/// Both lists are asked (`NOT INDEXED` is the table itself, by its primary key) before it is said that there is none: a run would be done again.
pub(crate) fn find(
    connection: &Connection,
    name: &Name,
    (session, session_name): (i64, &str),
    key: &str,
) -> Result<Option<StoredAnswer>, StoreError> {
    let damaged = |reason: &str| name.corrupt(format!("the answer `{key}` of the session `{session_name}`"), reason);
    let look = || -> rusqlite::Result<Option<(StoredAnswer, i64)>> {
        let sql = "SELECT step, asked, gave, at, seal FROM answer NOT INDEXED WHERE session = ?1 AND key = ?2";
        let answer = |row: &Row<'_>| {
            let (step, at) = (row.get::<_, i64>(0)?.cast_unsigned(), super::unranked(row.get(3)?));
            Ok((StoredAnswer { key: key.to_owned(), step, asked: row.get(1)?, gave: row.get(2)?, at }, row.get(4)?))
        };
        connection.prepare_cached(sql)?.query_row(params![session, key], answer).optional()
    };
    match look().map_err(|error| name.failed(&error))? {
        Some((answer, found)) if seal(session, &answer) == found => Ok(Some(answer)),
        Some(_) => Err(damaged("its row is not the one that was written")),
        None => {
            let again = || -> rusqlite::Result<Option<i64>> {
                let sql = "SELECT 1 FROM answer INDEXED BY answer_again WHERE key = ?1 AND session = ?2";
                connection.prepare_cached(sql)?.query_row(params![key, session], |row| row.get(0)).optional()
            };
            match again().map_err(|error| name.failed(&error))? {
                None => Ok(None),
                Some(_) => Err(damaged("one of two lists has it, and the other has not")),
            }
        }
    }
}

/// Those from before then are gone.
pub(crate) fn prune(connection: &Connection, before: u64) -> rusqlite::Result<u64> {
    let rows = connection.prepare_cached("DELETE FROM answer WHERE at < ?1")?.execute([ranked(before)])?;
    Ok(rows as u64)
}

/// Those of a session are gone.
pub(crate) fn remove(connection: &Connection, session: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM answer WHERE session = ?1")?.execute([session]).map(drop)
}
