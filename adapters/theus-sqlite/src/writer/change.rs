//! What is no write of a run: leases, and what is not needed any more.

use std::time::Duration;

use rusqlite::Connection;
use theus_core::store::{Base, Lease, StoreError};

use super::apply::Memory;
use super::{Failed, Writer};
use crate::connection::Settings;
use crate::failure::Name;
use crate::rows::audit::AuditRow;
use crate::rows::journal::{self, Reading};
use crate::rows::session::{self, Session};
use crate::rows::{answer, event, message};

impl Writer {
    /// One transaction. What it refuses it has not touched.
    pub(crate) fn change<T>(
        &mut self,
        settings: &Settings,
        session: &str,
        make: impl FnOnce(&Connection, &Name) -> Result<Result<T, StoreError>, StoreError>,
    ) -> Result<T, StoreError> {
        let made = self.within(settings, |connection, name, memory: &mut Memory| {
            // Its row is another one afterwards.
            memory.known.take(session);
            make(connection, name)
        });
        match made {
            Ok(answer) => answer,
            Err(Failed::AtBegin(error) | Failed::RolledBack(error)) => Err(error),
            Err(Failed::AtCommit(error, ..)) => Err(StoreError::InDoubt {
                store: self.name.text(),
                session: session.to_owned(),
                step: 0,
                reason: error.to_string(),
            }),
        }
    }
}

/// Writes a session's row as it is now.
fn save(connection: &Connection, name: &Name, session: &str, mut row: Session) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| name.failed(&error);
    let audit = AuditRow::read(connection, name)?.seal;
    row.more.save(connection, row.id).map_err(failed)?;
    let before = row.seal;
    match row.save(connection, session, before, audit).map_err(failed)? {
        true => Ok(()),
        false => Err(name.corrupt(format!("the session `{session}`"), "its row is not found again")),
    }
}

fn conflict<T>(session: &str, expected: u64, found: u64) -> Result<T, StoreError> {
    Err(StoreError::Conflict { session: session.to_owned(), expected, found })
}

/// Takes it, or keeps it.
pub(crate) fn lease(
    connection: &Connection,
    name: &Name,
    session: &str,
    owner: &str,
    lasting: Duration,
) -> Result<Result<Lease, StoreError>, StoreError> {
    let Some(mut row) = session::find(connection, name, session)? else { return Ok(conflict(session, 0, 0)) };
    match row.more.lease(session, owner, lasting) {
        Ok(lease) => save(connection, name, session, row).map(|()| Ok(lease)),
        Err(leased) => Ok(Err(leased)),
    }
}

/// Gives it back, if it is still this one's.
pub(crate) fn give_back(connection: &Connection, name: &Name, session: &str, lease: &Lease) -> Result<(), StoreError> {
    let Some(mut row) = session::find(connection, name, session)? else { return Ok(()) };
    if row.more.leased_by.as_deref() != Some(&*lease.owner) || row.more.fence != lease.fence {
        return Ok(());
    }
    row.more.free();
    save(connection, name, session, row)
}

/// Its journal begins with this base.
pub(crate) fn prune(
    connection: &Connection,
    name: &Name,
    session: &str,
    base: &Base,
) -> Result<Result<(), StoreError>, StoreError> {
    let Some(mut row) = session::find(connection, name, session)? else { return Ok(Ok(())) };
    if base.step <= row.more.base {
        return Ok(Ok(()));
    }
    if base.step > row.step {
        return Ok(conflict(session, base.step, row.step));
    }
    let failed = |error: rusqlite::Error| name.failed(&error);
    for seq in (Reading { connection, name, session, row: &row }).until(base.step)? {
        journal::delete(connection, seq).map_err(failed)?;
    }
    journal::delete(connection, row.head).map_err(failed)?;
    row.head = journal::begin(connection, row.id, base).map_err(failed)?;
    if base.step == row.step {
        row.tail = row.head;
    }
    row.more.base = base.step;
    save(connection, name, session, row).map(Ok)
}

/// It is gone, with all that is its.
pub(crate) fn remove(
    connection: &Connection,
    name: &Name,
    session: &str,
    step: u64,
) -> Result<Result<(), StoreError>, StoreError> {
    let Some(mut row) = session::find(connection, name, session)? else { return Ok(Ok(())) };
    if row.step != step {
        return Ok(conflict(session, step, row.step));
    }
    let entries = (Reading { connection, name, session, row: &row }).until(step)?;
    let gone = || -> rusqlite::Result<()> {
        entries.iter().chain([&row.head]).try_for_each(|seq| journal::delete(connection, *seq))?;
        row.state.clear(connection, row.id)?;
        event::remove(connection, row.id)?;
        answer::remove(connection, row.id)?;
        message::remove(connection, session)?;
        connection.prepare_cached("DELETE FROM session WHERE id = ?1")?.execute([row.id]).map(drop)
    };
    let mut gone = gone;
    gone().map(Ok).map_err(|error| name.failed(&error))
}
