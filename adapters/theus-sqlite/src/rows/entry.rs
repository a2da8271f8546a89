//! Entries of maps that are another since the whole was written: a row each, so that a commit writes those that it has changed.

use rusqlite::{Connection, OptionalExtension, params};
use theus_core::store::{Entry, StoreError};

use super::seal::Seal;
use crate::failure::Name;

/// How many rows a field has, and the sum of their seals: no row can be missing, or be an older one, without its being seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Entries {
    pub(super) count: u64,
    pub(super) sum: i64,
}

fn seal(session: i64, path: &str, key: &[u8], value: Option<&[u8]>) -> i64 {
    Seal::of("entry").int(session).bytes(path.as_bytes()).bytes(key).maybe(value).is()
}

impl Entries {
    /// Writes one.
    pub(super) fn put(
        &mut self,
        connection: &Connection,
        session: i64,
        path: &str,
        Entry { key, value }: &Entry,
    ) -> rusqlite::Result<()> {
        let old: Option<i64> = match self.count {
            0 => None,
            _ => connection
                .prepare_cached("SELECT seal FROM entry WHERE session = ?1 AND path = ?2 AND key = ?3")?
                .query_row(params![session, path, key], |row| row.get(0))
                .optional()?,
        };
        let seal = seal(session, path, key, value.as_deref());
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO entry(session, path, key, value, seal) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![session, path, key, value, seal])?;
        self.count += u64::from(old.is_none());
        self.sum = self.sum.wrapping_sub(old.unwrap_or_default()).wrapping_add(seal);
        Ok(())
    }

    /// The field is written whole.
    pub(super) fn clear(&mut self, connection: &Connection, session: i64, path: &str) -> rusqlite::Result<()> {
        if self.count > 0 {
            let sql = "DELETE FROM entry WHERE session = ?1 AND path = ?2";
            connection.prepare_cached(sql)?.execute(params![session, path])?;
        }
        *self = Self::default();
        Ok(())
    }

    /// All of them, in the order of their keys.
    pub(super) fn read(
        self,
        connection: &Connection,
        name: &Name,
        (session, session_name): (i64, &str),
        path: &str,
    ) -> Result<Vec<Entry>, StoreError> {
        let rows = self.rows(connection, session, path).map_err(|error| name.failed(&error))?;
        rows.ok_or_else(|| {
            let place = format!("the entries of the field `{path}` of the session `{session_name}`");
            name.corrupt(place, "they are not those that were written")
        })
    }

    /// None where they are not those that were written.
    pub(super) fn rows(
        self,
        connection: &Connection,
        session: i64,
        path: &str,
    ) -> rusqlite::Result<Option<Vec<Entry>>> {
        if self.count == 0 {
            return Ok(Some(Vec::new()));
        }
        let sql = "SELECT key, value, seal FROM entry WHERE session = ?1 AND path = ?2 ORDER BY key";
        let mut look = connection.prepare_cached(sql)?;
        let rows = look.query_map(params![session, path], |row| {
            Ok((Entry { key: row.get(0)?, value: row.get(1)? }, row.get::<_, i64>(2)?))
        })?;
        let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        let is_it = |(entry, found): &(Entry, i64)| seal(session, path, &entry.key, entry.value.as_deref()) == *found;
        let found =
            Self { count: rows.len() as u64, sum: rows.iter().fold(0, |sum: i64, (_, seal)| sum.wrapping_add(*seal)) };
        let are_ordered = rows.is_sorted_by(|(one, _), (next, _)| one.key < next.key);
        if found != self || !are_ordered || !rows.iter().all(is_it) {
            return Ok(None);
        }
        Ok(Some(rows.into_iter().map(|(entry, _)| entry).collect()))
    }
}
