//! What the port asks, of the database.

use std::time::{Duration, SystemTime};

use theus_core::audit::AuditRecord;
use theus_core::store::{
    Base, Beginning, Done, JournalEntry, Lease, SessionRow, SessionState, Store, StoreError, StoredAnswer,
    StoredMessage, Write,
};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::prune::PRUNE;
use crate::read;
use crate::store::PostgresStore;
use crate::values::nanos;
use crate::write::stored_base;
use crate::writer::Job;

/// Parameters of a question.
macro_rules! with {
    ($($value:expr),*) => { vec![$(Box::new($value) as Box<dyn ToSql + Sync + Send>),*] };
}

fn bytes(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

/// What a function has answered that changes something.
fn changed(rows: &[Row], session: &str, expected: u64) -> Result<(), StoreError> {
    let answer = rows.first().map(|row| (row.get::<_, i32>(0), row.get::<_, Option<i64>>(1)));
    match answer {
        Some((2, found)) => {
            let found = found.unwrap_or_default().cast_unsigned();
            Err(StoreError::Conflict { session: session.to_owned(), expected, found })
        }
        _ => Ok(()),
    }
}

impl Store for PostgresStore {
    fn name(&self) -> String {
        self.shared.name.text()
    }

    fn begin(&self) -> Result<Beginning, StoreError> {
        read::begin(&self.shared.ask(read::BEGIN, with![], true)?, &self.shared.name)
    }

    fn submit(&self, write: Write, done: Done) {
        if let Err(unsent) = self.shared.writer.send(Job::Write(Box::new(write), done))
            && let Job::Write(_, done) = unsent.0
        {
            done(Err(self.shared.name.unavailable("it is closed")));
        }
    }

    fn load(&self, session: &str) -> Result<Option<SessionState>, StoreError> {
        let rows = self.shared.ask(read::LOAD, with![bytes(session)], true)?;
        rows.first().map(|row| read::state(row, session, &self.shared.name)).transpose()
    }

    fn base(&self, session: &str) -> Result<Option<Base>, StoreError> {
        let rows = self.shared.ask(read::BASE, with![bytes(session)], true)?;
        rows.first().map(|row| read::base(row, session, &self.shared.name)).transpose()
    }

    fn prune(&self, session: &str, base: Base) -> Result<(), StoreError> {
        let parameters = with![bytes(session), read::from_step(base.step), stored_base(&base)?];
        changed(&self.shared.ask(PRUNE, parameters, true)?, session, base.step)
    }

    fn remove(&self, session: &str, step: u64) -> Result<(), StoreError> {
        let sql = "SELECT code, at_step FROM remove($1, $2)";
        // Not asked again where the answer is lost: the name may have begun anew.
        changed(&self.shared.ask(sql, with![bytes(session), read::bits(step)], false)?, session, step)
    }

    fn answer(&self, session: &str, key: &str) -> Result<Option<StoredAnswer>, StoreError> {
        let rows = self.shared.ask(read::ANSWER, with![bytes(session), bytes(key)], true)?;
        rows.first().map(|row| read::answer(row, &self.shared.name)).transpose()
    }

    fn prune_answers(&self, before: u64) -> Result<u64, StoreError> {
        let sql = "WITH gone AS (DELETE FROM answer WHERE at < $1 RETURNING 1) SELECT count(*) FROM gone";
        let rows = self.shared.ask(sql, with![read::number(before)], false)?;
        Ok(rows.first().map_or(0, |row| row.get::<_, i64>(0).cast_unsigned()))
    }

    fn outbox(
        &self,
        is_dead: bool,
        after: Option<(&str, u64)>,
        most: usize,
    ) -> Result<Vec<(String, StoredMessage)>, StoreError> {
        let most = read::page(most);
        let rows = match after {
            None => self.shared.ask(read::OUTBOX, with![is_dead, most], true)?,
            Some((session, number)) => {
                let parameters = with![is_dead, most, bytes(session), read::number(number)];
                self.shared.ask(read::OUTBOX_AFTER, parameters, true)?
            }
        };
        rows.iter().map(|row| read::message(row, &self.shared.name)).collect()
    }

    fn lease(&self, session: &str, owner: &str, lasting: Duration) -> Result<Lease, StoreError> {
        let sql = "SELECT code, at_step, said FROM lease($1, $2, $3)";
        // An interval of PostgreSQL has an end.
        let seconds = lasting.as_secs_f64().min(1e9);
        let rows = self.shared.ask(sql, with![bytes(session), bytes(owner), seconds], true)?;
        changed(&rows, session, 0)?;
        let row = rows.first().ok_or_else(|| self.shared.name.io("it gave no answer"))?;
        if row.get::<_, i32>(0) == 3 {
            let owner: Vec<u8> = row.get(2);
            let (session, owner) = (session.to_owned(), String::from_utf8_lossy(&owner).into_owned());
            return Err(StoreError::Leased { session, owner });
        }
        Ok(Lease { owner: owner.into(), fence: row.get::<_, i64>(1).cast_unsigned() })
    }

    fn give_back(&self, session: &str, lease: &Lease) -> Result<(), StoreError> {
        let sql = "UPDATE session SET leased_by = NULL, leased_until = NULL \
                   WHERE sha256(name) = sha256($1) AND leased_by = $2 AND fence = $3";
        self.shared.ask(sql, with![bytes(session), bytes(&lease.owner), read::bits(lease.fence)], true).map(drop)
    }

    fn journal(&self, session: &str, from: u64, most: usize) -> Result<Vec<JournalEntry>, StoreError> {
        let parameters = with![bytes(session), read::from_step(from), read::page(most)];
        read::journal(&self.shared.ask(read::JOURNAL, parameters, true)?, from, session, &self.shared.name)
    }

    fn sessions(&self, after: Option<&str>, most: usize) -> Result<Vec<SessionRow>, StoreError> {
        let most = read::page(most);
        let rows = match after {
            None => self.shared.ask(read::FROM, with![most], true)?,
            Some(after) => self.shared.ask(read::AFTER, with![most, bytes(after)], true)?,
        };
        rows.iter().map(|row| read::session(row, &self.shared.name)).collect()
    }

    fn unattended(&self, now: SystemTime, after: Option<&str>, most: usize) -> Result<Vec<String>, StoreError> {
        let parameters = with![read::page(most), after.map(bytes), nanos(now)];
        let rows = self.shared.ask(read::UNATTENDED, parameters, true)?;
        rows.iter().map(|row| read::name_of(row, &self.shared.name)).collect()
    }

    fn ledger(&self, from: u64, most: usize) -> Result<Vec<AuditRecord>, StoreError> {
        let parameters = with![read::from_step(from), read::page(most)];
        read::ledger(&self.shared.ask(read::LEDGER, parameters, true)?, from, &self.shared.name)
    }
}
