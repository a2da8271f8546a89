//! The Data zone of a session: small values in the session's own row, large ones each in a row of `field`.

use rusqlite::{Connection, OptionalExtension, params};
use theus_core::store::{Field, Part, StoreError};

use super::entry::Entries;
use super::framing::{Framed, Frames};
use super::parts::{ELSEWHERE, ENTRIES, WRITTEN};
use super::seal::Seal;
use crate::failure::Name;

/// How many bytes of values a session's row has: with them a commit writes one page.
const SMALL: usize = 2048;

/// Of fewer entries it is not asked whether they have outgrown their value.
const MANY: u64 = 1024;

/// The fields, in the order of their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    fields: Vec<Kept>,
    /// The bytes of the values that are here.
    small: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    path: String,
    written: bool,
    value: Place,
    /// Those that are another since, each in a row of `entry`.
    entries: Entries,
}

/// Where a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Here(Vec<u8>),
    /// In the row of this number, with this seal.
    Row {
        id: i64,
        seal: i64,
    },
}

fn seal(session: i64, path: &str, value: &[u8]) -> i64 {
    Seal::of("field").int(session).bytes(path.as_bytes()).bytes(value).is()
}

impl Kept {
    /// Its whole value.
    fn put_whole(
        &mut self,
        connection: &Connection,
        session: i64,
        value: &[u8],
        small: &mut usize,
    ) -> rusqlite::Result<()> {
        let path = &self.path;
        if let Place::Here(old) = &self.value {
            *small -= old.len();
        }
        let is_small = *small + value.len() <= SMALL;
        if is_small {
            *small += value.len();
        }
        match (&mut self.value, is_small) {
            (Place::Here(here), true) => {
                here.clear();
                here.extend_from_slice(value);
            }
            (Place::Here(_), false) => {
                let sql = "INSERT INTO field(session, path, value) VALUES (?1, ?2, ?3)";
                connection.prepare_cached(sql)?.execute(params![session, path, value])?;
                self.value = Place::Row { id: connection.last_insert_rowid(), seal: seal(session, path, value) };
            }
            (Place::Row { id, .. }, true) => {
                connection.prepare_cached("DELETE FROM field WHERE id = ?1")?.execute([*id])?;
                self.value = Place::Here(value.to_vec());
            }
            (Place::Row { id, seal: of_value }, false) => {
                connection.prepare_cached("UPDATE field SET value = ?2 WHERE id = ?1")?.execute(params![*id, value])?;
                *of_value = seal(session, path, value);
            }
        }
        Ok(())
    }
}

impl Kept {
    /// Where the entries have outgrown the value: the whole of it in their place. What is damaged stays as it is, for who reads it to
    /// be told.
    fn make_one(&mut self, connection: &Connection, session: i64, small: &mut usize) -> rusqlite::Result<()> {
        if self.entries.count < MANY {
            return Ok(());
        }
        let value = match &self.value {
            Place::Here(value) => value.clone(),
            Place::Row { id, seal: of_value } => match row(connection, *id)? {
                Some(value) if seal(session, &self.path, &value) == *of_value => value,
                _ => return Ok(()),
            },
        };
        let Some(entries) = self.entries.rows(connection, session, &self.path)? else { return Ok(()) };
        let field = Field { path: self.path.clone(), value, entries, written: self.written };
        if field.has_outgrown()
            && let Ok(whole) = field.merged()
        {
            self.entries.clear(connection, session, &self.path)?;
            self.put_whole(connection, session, &whole, small)?;
        }
        Ok(())
    }
}

impl State {
    /// Of a session that is new.
    pub(crate) fn first(connection: &Connection, session: i64, fields: &[Field]) -> rusqlite::Result<Self> {
        let mut state = Self::default();
        let mut shortest_first: Vec<_> = fields.iter().collect();
        shortest_first.sort_by_key(|field| field.value.len());
        for field in shortest_first {
            let part =
                Part { path: field.path.clone(), value: Some(field.value.clone()), entries: field.entries.clone() };
            state.put(connection, session, &part, field.written)?;
        }
        Ok(state)
    }

    /// With what a commit has written.
    pub(crate) fn take(&mut self, connection: &Connection, session: i64, parts: &[Part]) -> rusqlite::Result<()> {
        parts.iter().try_for_each(|part| self.put(connection, session, part, true))
    }

    /// Nothing is left.
    pub(crate) fn clear(&mut self, connection: &Connection, session: i64) -> rusqlite::Result<()> {
        for Kept { path, value, entries, .. } in &mut self.fields {
            if let Place::Row { id, .. } = value {
                connection.prepare_cached("DELETE FROM field WHERE id = ?1")?.execute([*id])?;
            }
            entries.clear(connection, session, path)?;
        }
        *self = Self::default();
        Ok(())
    }

    /// Whether that changes the session's row alone.
    pub(crate) fn has_room(&self, parts: &[Part]) -> bool {
        let mut small = self.small;
        parts.iter().all(|part| {
            let found = self.fields.binary_search_by(|kept| kept.path.as_str().cmp(&part.path));
            small += part.value.as_ref().map_or(0, Vec::len);
            match found.ok().and_then(|at| self.fields.get(at)) {
                _ if !part.entries.is_empty() => false,
                Some(Kept { value: Place::Row { .. }, .. }) => false,
                Some(Kept { entries, .. }) if entries.count > 0 => false,
                // A path that is there twice counts twice: that errs on the safe side.
                Some(_) | None => small <= SMALL,
            }
        })
    }

    fn put(
        &mut self,
        connection: &Connection,
        session: i64,
        Part { path, value, entries }: &Part,
        written: bool,
    ) -> rusqlite::Result<()> {
        let found = self.fields.binary_search_by(|kept| kept.path.as_str().cmp(path));
        let at = found.unwrap_or_else(|at| {
            let (value, entries) = (Place::Here(Vec::new()), Entries::default());
            self.fields.insert(at, Kept { path: path.to_owned(), written, value, entries });
            at
        });
        let Some(kept) = self.fields.get_mut(at) else { return Ok(()) };
        kept.written = written;
        if let Some(value) = value {
            kept.entries.clear(connection, session, path)?;
            kept.put_whole(connection, session, value, &mut self.small)?;
        }
        let before = kept.entries.count;
        entries.iter().try_for_each(|entry| kept.entries.put(connection, session, path, entry))?;
        // Looked at as often as it has doubled: reading the value takes longer than writing an entry.
        if kept.entries.count.checked_ilog2() > before.checked_ilog2() {
            kept.make_one(connection, session, &mut self.small)?;
        }
        Ok(())
    }

    /// As it stands in the session's row.
    pub(crate) fn encoded(&self) -> Vec<u8> {
        let mut frames = Frames(Vec::with_capacity(self.small + 32 * self.fields.len() + 8));
        frames.number(self.fields.len() as u64);
        for Kept { path, written, value, entries } in &self.fields {
            let says = if *written { WRITTEN } else { 0 } | if entries.count > 0 { ENTRIES } else { 0 };
            frames.bytes(path.as_bytes());
            match value {
                Place::Here(value) => {
                    frames.number(says);
                    frames.bytes(value);
                }
                Place::Row { id, seal } => {
                    frames.number(says | ELSEWHERE);
                    frames.number(id.cast_unsigned());
                    frames.number(seal.cast_unsigned());
                }
            }
            if entries.count > 0 {
                frames.number(entries.count);
                frames.number(entries.sum.cast_unsigned());
            }
        }
        frames.0
    }

    /// None where these bytes are no state.
    pub(crate) fn decoded(bytes: &[u8]) -> Option<Self> {
        let fields = Framed(bytes).list(|framed| {
            let path = framed.text()?;
            let flags = framed.number()?;
            let value = match flags & ELSEWHERE {
                0 => Place::Here(framed.bytes()?.to_vec()),
                _ => Place::Row { id: framed.number()?.cast_signed(), seal: framed.number()?.cast_signed() },
            };
            let entries = match flags & ENTRIES {
                0 => Entries::default(),
                _ => Entries { count: framed.number()?, sum: framed.number()?.cast_signed() },
            };
            Some(Kept { path, written: flags & WRITTEN != 0, value, entries })
        })?;
        let here = |kept: &Kept| if let Place::Here(value) = &kept.value { value.len() } else { 0 };
        Some(Self { small: fields.iter().map(here).sum(), fields })
    }

    /// The whole of it, in the order of the paths.
    pub(crate) fn read(
        self,
        connection: &Connection,
        name: &Name,
        session: (i64, &str),
    ) -> Result<Vec<Field>, StoreError> {
        let one = |Kept { path, written, value, entries }: Kept| {
            let value = match value {
                Place::Here(value) => value,
                Place::Row { id, seal: of_value } => {
                    let value = row(connection, id).map_err(|error| name.failed(&error))?;
                    let place = || format!("the field `{path}` of the session `{}`", session.1);
                    let value = value.ok_or_else(|| name.corrupt(place(), "its row is missing"))?;
                    if seal(session.0, &path, &value) != of_value {
                        return Err(name.corrupt(place(), "its value is not the one that was written"));
                    }
                    value
                }
            };
            let entries = entries.read(connection, name, session, &path)?;
            Ok(Field { path, value, entries, written })
        };
        self.fields.into_iter().map(one).collect()
    }

    /// About how many bytes of memory it takes.
    pub(crate) fn size(&self) -> usize {
        self.small + self.fields.iter().map(|kept| size_of::<Kept>() + kept.path.len()).sum::<usize>()
    }
}

fn row(connection: &Connection, id: i64) -> rusqlite::Result<Option<Vec<u8>>> {
    connection.prepare_cached("SELECT value FROM field WHERE id = ?1")?.query_row([id], |row| row.get(0)).optional()
}
