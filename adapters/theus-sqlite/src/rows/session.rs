//! A session's row.

use std::time::{Duration, SystemTime};

use rusqlite::{Connection, OptionalExtension, Row, params};
use theus_core::store::{ChainHash, Place, SessionRow, StoreError};

use super::more::More;
use super::seal::Seal;
use super::state::State;
use super::{int, nanos};
use crate::failure::Name;

/// A session, as its row has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) id: i64,
    /// How often it was written: no two of its rows are the same.
    pub(crate) revision: u64,
    pub(crate) step: u64,
    pub(crate) version: u64,
    pub(crate) chain: ChainHash,
    /// The first row of its journal, which has its first state, and the last.
    pub(crate) head: i64,
    pub(crate) tail: i64,
    pub(crate) state: State,
    pub(crate) position: Option<String>,
    /// As JSON.
    pub(crate) settled: Option<String>,
    /// In nanoseconds since 1970.
    pub(crate) due: Option<i64>,
    pub(crate) ready: bool,
    /// How many events wait.
    pub(crate) events: u64,
    /// As JSON.
    pub(crate) counts: Option<String>,
    pub(crate) more: More,
    pub(crate) seal: i64,
}

macro_rules! columns {
    () => {
        "id, name, revision, step, version, chain, head, tail, state, position, settled, due, ready, events, counts, seal, \
         schema, base, last_message, fence, leased_by, leased_until"
    };
}

pub(crate) const FROM_NAME: &str =
    concat!("SELECT ", columns!(), " FROM session INDEXED BY session_name WHERE name >= ?1 ORDER BY name LIMIT ?2");
pub(crate) const AFTER_NAME: &str =
    concat!("SELECT ", columns!(), " FROM session INDEXED BY session_name WHERE name > ?1 ORDER BY name LIMIT ?2");
const FIND: &str = concat!("SELECT ", columns!(), " FROM session INDEXED BY session_name WHERE name = ?1");

const UPDATE: &str = "UPDATE session SET step = ?2, version = ?3, chain = ?4, head = ?5, tail = ?6, state = ?7, position = ?8, \
                      settled = ?9, due = ?10, ready = ?11, events = ?12, counts = ?13, seal = ?14, revision = ?15 \
                      WHERE id = ?1 AND seal = ?16 AND (SELECT seal FROM audit WHERE one = 1) = ?17";

impl Session {
    /// A row for a session that is new, which is still to be [saved](Self::save).
    pub(crate) fn insert(connection: &Connection, session: &str, chain: ChainHash) -> rusqlite::Result<Self> {
        let sql = "INSERT INTO session(name, revision, step, version, chain, head, tail, state, ready, events, seal) \
                   VALUES (?1, 0, 0, 0, ?2, 0, 0, x'', 0, 0, 0)";
        connection.prepare_cached(sql)?.execute(params![session, chain.0])?;
        Ok(Self {
            id: connection.last_insert_rowid(),
            revision: 0,
            step: 0,
            version: 0,
            chain,
            head: 0,
            tail: 0,
            state: State::default(),
            position: None,
            settled: None,
            due: None,
            ready: false,
            events: 0,
            counts: None,
            more: More::default(),
            seal: 0,
        })
    }

    /// Writes the row, if it and the audit's still have the seals that they had: of no other state of a session they are the same,
    /// as the number of its writes is under them. Whether they have.
    pub(crate) fn save(
        &mut self,
        connection: &Connection,
        session: &str,
        before: i64,
        audit: i64,
    ) -> rusqlite::Result<bool> {
        let state = self.state.encoded();
        self.revision += 1;
        self.seal = self.sealed(session, &state);
        let rows = connection.prepare_cached(UPDATE)?.execute(params![
            self.id,
            int(self.step),
            int(self.version),
            self.chain.0,
            self.head,
            self.tail,
            state,
            self.position,
            self.settled,
            self.due,
            self.ready,
            int(self.events),
            self.counts,
            self.seal,
            int(self.revision),
            before,
            audit
        ])?;
        Ok(rows == 1)
    }

    /// Where the workflow is now.
    pub(crate) fn take_place(&mut self, place: &Place, name: &Name) -> Result<(), StoreError> {
        let Place { position, settled, due, ready } = place;
        self.position = Some(position.to_string());
        self.settled = match settled.is_empty() {
            true => None,
            false => Some(serde_json::to_string(settled).map_err(|error| name.io(error.to_string()))?),
        };
        (self.due, self.ready) = (due.map(nanos), *ready);
        Ok(())
    }

    /// A list of the row, from its JSON.
    pub(crate) fn list<T: serde::de::DeserializeOwned>(
        json: Option<&str>,
        name: &Name,
        session: &str,
    ) -> Result<Vec<T>, StoreError> {
        let Some(json) = json else { return Ok(Vec::new()) };
        let place = || format!("the session `{session}`");
        serde_json::from_str(json).map_err(|error| name.corrupt(place(), error.to_string()))
    }

    pub(crate) fn in_list(self, name: String) -> SessionRow {
        SessionRow { name, step: self.step, ready: self.ready || self.events > 0, due: self.due.map(time) }
    }

    fn sealed(&self, session: &str, state: &[u8]) -> i64 {
        let Self {
            id,
            revision,
            step,
            version,
            chain,
            head,
            tail,
            position,
            settled,
            due,
            ready,
            events,
            counts,
            more,
            ..
        } = self;
        let seal = Seal::of("session").int(*id).bytes(session.as_bytes()).int(int(*revision));
        let seal = seal.int(int(*step)).int(int(*version));
        let seal = seal.bytes(&chain.0).int(*head).int(*tail).bytes(state);
        let text = |seal: Seal, text: &Option<String>| seal.maybe(text.as_ref().map(String::as_bytes));
        let seal = text(text(seal, position), settled);
        let due = due.map(i64::to_le_bytes);
        let seal = seal.maybe(due.as_ref().map(<[u8; 8]>::as_slice)).int(i64::from(*ready)).int(int(*events));
        more.sealed(text(seal, counts)).is()
    }

    /// About how many bytes of memory it takes.
    pub(crate) fn size(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        size_of::<Self>()
            + self.state.size()
            + text(&self.position)
            + text(&self.settled)
            + text(&self.counts)
            + text(&self.more.leased_by)
    }
}

/// The session of this name; both indexes are asked before it is said that there is none.
pub(crate) fn find(connection: &Connection, name: &Name, session: &str) -> Result<Option<Session>, StoreError> {
    let failed = |error: rusqlite::Error| name.failed(&error);
    let one =
        || -> rusqlite::Result<Option<Raw>> { connection.prepare_cached(FIND)?.query_row([session], raw).optional() };
    if let Some(found) = one().map_err(failed)? {
        return checked(found, name, Some(session)).map(|(_, found)| Some(found));
    }
    let again = || -> rusqlite::Result<Option<i64>> {
        let sql = "SELECT id FROM session INDEXED BY session_again WHERE name = ?1";
        connection.prepare_cached(sql)?.query_row([session], |row| row.get(0)).optional()
    };
    match again().map_err(failed)? {
        None => Ok(None),
        Some(_) => Err(indexes_differ(name)),
    }
}

pub(crate) fn indexes_differ(name: &Name) -> StoreError {
    name.corrupt("the index of its sessions", "one of two lists has a session that the other has not")
}

/// A row, and what it says that it is called.
pub(crate) type Raw = (String, Vec<u8>, Session);

/// By the places of the columns in `columns!`: to look for each by its name was an eighth of what a service did.
pub(crate) fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    let number = |place: usize| row.get::<_, i64>(place).map(i64::cast_unsigned);
    let session = Session {
        id: row.get(0)?,
        revision: number(2)?,
        step: number(3)?,
        version: number(4)?,
        chain: ChainHash(row.get(5)?),
        head: row.get(6)?,
        tail: row.get(7)?,
        state: State::default(),
        position: row.get(9)?,
        settled: row.get(10)?,
        due: row.get(11)?,
        ready: row.get(12)?,
        events: number(13)?,
        counts: row.get(14)?,
        seal: row.get(15)?,
        more: More {
            schema: row.get(16)?,
            base: number(17)?,
            last_message: number(18)?,
            fence: number(19)?,
            leased_by: row.get(20)?,
            leased_until: row.get(21)?,
        },
    };
    Ok((row.get(1)?, row.get(8)?, session))
}

/// As it was written, and of the name that was asked for.
pub(crate) fn checked(
    (found, state, mut session): Raw,
    name: &Name,
    asked: Option<&str>,
) -> Result<(String, Session), StoreError> {
    let damaged = |reason: &str| name.corrupt(format!("the session `{}`", asked.unwrap_or(&found)), reason);
    if asked.is_some_and(|asked| asked != found) || session.sealed(&found, &state) != session.seal {
        return Err(damaged("its row is not the one that was written"));
    }
    session.state = State::decoded(&state).ok_or_else(|| damaged("its state is none"))?;
    Ok((found, session))
}

fn time(nanos: i64) -> SystemTime {
    let since = Duration::from_nanos(nanos.unsigned_abs());
    let time =
        if nanos < 0 { SystemTime::UNIX_EPOCH.checked_sub(since) } else { SystemTime::UNIX_EPOCH.checked_add(since) };
    time.unwrap_or(SystemTime::UNIX_EPOCH)
}
