//! The one connection that writes, and the transaction of a group.

mod apply;
pub(crate) mod change;
mod known;
#[cfg(test)]
mod tests;

use rusqlite::Connection;
use theus_core::store::{Audit, StoreError, Write};

use crate::connection::{self, Settings};
use crate::failure::Name;
use crate::rows::audit::AuditRow;
use crate::rows::session;
use apply::{Answer, Mark, Memory, apply};

/// Who writes.
pub(crate) struct Writer {
    name: Name,
    /// None where the last one has failed: the next write opens another.
    connection: Option<Connection>,
    memory: Memory,
    /// A commit got no answer: what it left behind is still to be found out.
    is_in_doubt: bool,
}

/// How a transaction failed.
enum Failed<T> {
    /// It could not begin.
    AtBegin(StoreError),
    /// It was rolled back.
    RolledBack(StoreError),
    /// Nobody knows yet. With what is to be answered if it was done.
    AtCommit(rusqlite::Error, T, Option<Mark>),
}

impl Writer {
    pub(crate) fn new(name: Name, connection: Connection) -> Self {
        Self { name, connection: Some(connection), memory: Memory::default(), is_in_doubt: false }
    }

    /// Another connection from now on: settings have changed.
    pub(crate) fn reopen(&mut self) {
        self.connection = None;
        self.memory = Memory::default();
    }

    pub(crate) const fn is_in_doubt(&self) -> bool {
        self.is_in_doubt
    }

    /// Writes them, and says of each what became of it, in their order.
    pub(crate) fn write(&mut self, settings: &Settings, writes: &[&Write]) -> Vec<Answer> {
        let failed = match self.transaction(settings, writes) {
            Ok(answers) => return answers,
            Err(failed) => failed,
        };
        match failed {
            Failed::AtBegin(error) => writes.iter().map(|_| Err(error.clone())).collect(),
            // One of them has brought the others down: each by itself.
            Failed::RolledBack(_) if writes.len() > 1 => {
                writes.iter().flat_map(|write| self.write(settings, &[*write])).collect()
            }
            Failed::RolledBack(error) => {
                self.audit_alone(settings, writes);
                vec![Err(error)]
            }
            Failed::AtCommit(error, answers, mark) => self.look(settings, writes, &error, answers, mark.as_ref()),
        }
    }

    /// What the audit has found stays, whatever becomes of the rest.
    fn audit_alone(&mut self, settings: &Settings, writes: &[&Write]) {
        for Write { audit, .. } in writes.iter().copied().filter(|write| write.audit != Audit::default()) {
            // Where that fails too, it comes again with the next write.
            let _ = self.within(settings, |connection, name, memory| {
                apply::audit(connection, name, memory, audit)
                    .map(|answer| vec![answer.map(|()| theus_core::store::Committed)])
            });
        }
    }

    fn transaction(&mut self, settings: &Settings, writes: &[&Write]) -> Result<Vec<Answer>, Failed<Vec<Answer>>> {
        self.within(settings, |connection, name, memory| {
            writes.iter().map(|write| apply(connection, name, memory, write)).collect()
        })
    }

    fn within<T>(
        &mut self,
        settings: &Settings,
        make: impl FnOnce(&Connection, &Name, &mut Memory) -> Result<T, StoreError>,
    ) -> Result<T, Failed<T>> {
        self.settle(settings).map_err(Failed::AtBegin)?;
        let Self { name, connection: open, memory, .. } = self;
        let connection = match open {
            Some(connection) => connection,
            none => none.insert(connection::writer(settings, name).map_err(Failed::AtBegin)?),
        };
        if let Err(error) = run(connection, "BEGIN IMMEDIATE") {
            let error = name.failed(&error);
            if is_bad(&error) {
                self.reopen();
            }
            return Err(Failed::AtBegin(error));
        }
        memory.last = None;
        let made = make(connection, name, memory);
        let answers = match made {
            Ok(answers) => answers,
            Err(error) => {
                let is_rolled_back = connection.is_autocommit() || run(connection, "ROLLBACK").is_ok();
                if !is_rolled_back || is_bad(&error) {
                    // A connection that is closed rolls back what it has begun.
                    self.reopen();
                }
                self.memory = Memory::default();
                return Err(Failed::RolledBack(error));
            }
        };
        match run(connection, "COMMIT") {
            Ok(()) => Ok(answers),
            Err(error) => {
                let mark = memory.last.take();
                self.reopen();
                self.is_in_doubt = true;
                Err(Failed::AtCommit(error, answers, mark))
            }
        }
    }

    /// After a commit that failed. Its last page may be in the log all the same, and what opens the file next may find it there: so
    /// something else is written behind it, or over it. After that what is seen is what is there.
    pub(crate) fn settle(&mut self, settings: &Settings) -> Result<(), StoreError> {
        if !self.is_in_doubt {
            return Ok(());
        }
        let failed = |name: &Name, error: rusqlite::Error| {
            name.unavailable(format!("a commit has failed, and what became of it cannot be found out yet: {error}"))
        };
        let connection = connection::writer(settings, &self.name)?;
        let touched = run(&connection, "BEGIN IMMEDIATE")
            .and_then(|()| run(&connection, "UPDATE recovery SET times = times + 1"))
            .and_then(|()| run(&connection, "COMMIT"));
        touched.map_err(|error| failed(&self.name, error))?;
        // What the system has dropped of the log in the failure is in the file after this; where others read, it is done later.
        let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        (self.connection, self.is_in_doubt) = (Some(connection), false);
        self.memory = Memory::default();
        Ok(())
    }

    /// Finds out whether a commit was done that failed.
    fn look(
        &mut self,
        settings: &Settings,
        writes: &[&Write],
        error: &rusqlite::Error,
        answers: Vec<Answer>,
        mark: Option<&Mark>,
    ) -> Vec<Answer> {
        let found = self.settle(settings).and_then(|()| self.is_done(writes, mark));
        let failed = self.name.failed(error);
        // Then its last page was not written, or not whole: no look is needed.
        let is_refused = matches!(failed, StoreError::Full { .. } | StoreError::ReadOnly { .. });
        match found {
            Ok(Some(true)) => answers,
            Ok(Some(false)) => writes.iter().map(|_| Err(failed.clone())).collect(),
            _ if is_refused => {
                self.is_in_doubt = false;
                writes.iter().map(|_| Err(failed.clone())).collect()
            }
            Ok(None) | Err(_) => {
                let doubt = |write: &Write| StoreError::InDoubt {
                    store: self.name.text(),
                    session: write.session.to_string(),
                    step: write.entry.as_ref().map_or(write.expected, |entry| entry.step),
                    reason: error.to_string(),
                };
                writes.iter().map(|write| Err(doubt(write))).collect()
            }
        }
    }

    /// Whether the file has what the group was to write: all of it or nothing. None where it does not show, because somebody else has
    /// written meanwhile.
    fn is_done(&self, writes: &[&Write], mark: Option<&Mark>) -> Result<Option<bool>, StoreError> {
        let Some(connection) = &self.connection else { return Ok(None) };
        if let Some(Mark { session, revision, seal }) = mark {
            let found =
                session::find(connection, &self.name, session)?.map_or((0, 0), |found| (found.revision, found.seal));
            return Ok((found.0 <= *revision).then_some(found == (*revision, *seal)));
        }
        match writes.iter().filter_map(|write| write.audit.records.last()).next_back() {
            Some(record) => Ok(Some(AuditRow::read(connection, &self.name)?.hash == *record.hash.as_bytes())),
            None => Ok(None),
        }
    }
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

/// Whether the connection is to be dropped with it.
const fn is_bad(error: &StoreError) -> bool {
    matches!(error, StoreError::Io { .. } | StoreError::Corrupt { .. })
}
