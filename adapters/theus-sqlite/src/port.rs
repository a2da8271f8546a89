//! What the port asks, of the rows.

use std::time::Duration;

use rusqlite::{Connection, Row};
use theus_core::audit::AuditRecord;
use theus_core::store::{
    Base, Beginning, Done, JournalEntry, Lease, SessionRow, SessionState, Store, StoreError, StoredAnswer,
    StoredMessage, Write,
};

use crate::failure::Name;
use crate::rows::audit::{self, AuditRow};
use crate::rows::journal::Reading;
use crate::rows::session::{self, Session};
use crate::rows::{answer, event, identity, message};
use crate::store::{Shared, SqliteStore};
use crate::writer::change;

impl Store for SqliteStore {
    fn name(&self) -> String {
        self.shared.name.text()
    }

    fn begin(&self) -> Result<Beginning, StoreError> {
        let Shared { name, .. } = &*self.shared;
        self.shared.look(|connection| {
            let end = AuditRow::read(connection, name)?;
            let last_record = match end.last {
                0 => None,
                last => audit::read(connection, name, &end, last, 1)?.pop(),
            };
            let identity = identity::read(connection, name)?;
            Ok(Beginning { identity, last_record, interlock: end.interlock(name)?, counts: end.counts(name)? })
        })
    }

    fn submit(&self, write: Write, done: Done) {
        self.shared.submit(write, done);
    }

    fn load(&self, session: &str) -> Result<Option<SessionState>, StoreError> {
        self.shared.look(|connection| match session::find(connection, &self.shared.name, session)? {
            Some(row) => state(connection, &self.shared.name, session, row).map(Some),
            None => Ok(None),
        })
    }

    fn base(&self, session: &str) -> Result<Option<Base>, StoreError> {
        let Shared { name, .. } = &*self.shared;
        self.shared.look(|connection| match session::find(connection, name, session)? {
            Some(row) => Reading { connection, name, session, row: &row }.base().map(Some),
            None => Ok(None),
        })
    }

    fn prune(&self, session: &str, base: Base) -> Result<(), StoreError> {
        self.shared.change(session, |connection, name| change::prune(connection, name, session, &base))
    }

    fn remove(&self, session: &str, step: u64) -> Result<(), StoreError> {
        self.shared.change(session, |connection, name| change::remove(connection, name, session, step))
    }

    fn answer(&self, session: &str, key: &str) -> Result<Option<StoredAnswer>, StoreError> {
        let Shared { name, .. } = &*self.shared;
        self.shared.look(|connection| match session::find(connection, name, session)? {
            Some(row) => answer::find(connection, name, (row.id, session), key),
            None => Ok(None),
        })
    }

    fn prune_answers(&self, before: u64) -> Result<u64, StoreError> {
        self.shared.change("", |connection, name| {
            answer::prune(connection, before).map(Ok).map_err(|error| name.failed(&error))
        })
    }

    fn outbox(
        &self,
        is_dead: bool,
        after: Option<(&str, u64)>,
        most: usize,
    ) -> Result<Vec<(String, StoredMessage)>, StoreError> {
        self.shared.look(|connection| message::page(connection, &self.shared.name, is_dead, after, most))
    }

    fn lease(&self, session: &str, owner: &str, lasting: Duration) -> Result<Lease, StoreError> {
        self.shared.change(session, |connection, name| change::lease(connection, name, session, owner, lasting))
    }

    fn give_back(&self, session: &str, lease: &Lease) -> Result<(), StoreError> {
        self.shared.change(session, |connection, name| change::give_back(connection, name, session, lease).map(Ok))
    }

    fn journal(&self, session: &str, from: u64, most: usize) -> Result<Vec<JournalEntry>, StoreError> {
        let Shared { name, .. } = &*self.shared;
        self.shared.look(|connection| match session::find(connection, &self.shared.name, session)? {
            Some(row) => Reading { connection, name, session, row: &row }.page(from, most),
            None => Ok(Vec::new()),
        })
    }

    fn sessions(&self, after: Option<&str>, most: usize) -> Result<Vec<SessionRow>, StoreError> {
        self.shared.look(|connection| list(connection, &self.shared.name, after, most))
    }

    fn ledger(&self, from: u64, most: usize) -> Result<Vec<AuditRecord>, StoreError> {
        let Shared { name, .. } = &*self.shared;
        self.shared.look(|connection| audit::read(connection, name, &AuditRow::read(connection, name)?, from, most))
    }
}

/// All that there is of a session.
fn state(connection: &Connection, name: &Name, session: &str, row: Session) -> Result<SessionState, StoreError> {
    let Session { id, step, version, chain, state, position, settled, events, counts, more, .. } = row;
    Ok(SessionState {
        step,
        version,
        chain,
        schema: more.schema,
        fields: state.read(connection, name, (id, session))?,
        position,
        settled: Session::list(settled.as_deref(), name, session)?,
        events: event::read(connection, name, (id, session), events)?,
        counts: Session::list(counts.as_deref(), name, session)?,
        last_message: more.last_message,
        ..SessionState::default()
    })
}

/// Sessions in the order of their names, as both indexes have them.
fn list(connection: &Connection, name: &Name, after: Option<&str>, most: usize) -> Result<Vec<SessionRow>, StoreError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    // All names are at least the empty one.
    let (from, sql, sql_again) = match after {
        None => (
            "",
            session::FROM_NAME,
            "SELECT name, id FROM session INDEXED BY session_again WHERE name >= ?1 ORDER BY name LIMIT ?2",
        ),
        Some(after) => (
            after,
            session::AFTER_NAME,
            "SELECT name, id FROM session INDEXED BY session_again WHERE name > ?1 ORDER BY name LIMIT ?2",
        ),
    };
    let rows = || {
        let rows: Vec<_> =
            connection.prepare_cached(sql)?.query_map((from, most), session::raw)?.collect::<Result<_, _>>()?;
        let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let again: Vec<(String, i64)> =
            connection.prepare_cached(sql_again)?.query_map((from, most), row)?.collect::<Result<_, _>>()?;
        rusqlite::Result::Ok((rows, again))
    };
    let (rows, again) = rows().map_err(|error| name.failed(&error))?;
    let same = |(row, again): (&session::Raw, &(String, i64))| row.0 == again.0 && row.2.id == again.1;
    if rows.len() != again.len() || !rows.iter().zip(&again).all(same) {
        return Err(session::indexes_differ(name));
    }
    rows.into_iter().map(|raw| session::checked(raw, name, None).map(|(name, session)| session.in_list(name))).collect()
}
