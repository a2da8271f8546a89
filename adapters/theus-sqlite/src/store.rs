//! The store.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::{Connection, Row};
use theus_core::audit::AuditRecord;
use theus_core::store::{Beginning, Done, Field, JournalEntry, SessionRow, SessionState, Store, StoreError, Write};

use crate::combiner::Combiner;
use crate::connection::{self, Settings};
use crate::durability::Durability;
use crate::failure::Name;
use crate::readers::Readers;
use crate::rows::audit::{self, AuditRow};
use crate::rows::event;
use crate::rows::journal::Reading;
use crate::rows::session::{self, Session};
use crate::writer::Writer;

/// How many writes are one transaction at most.
const GROUP: usize = 256;

/// How long a write waits for another program, unless it is told otherwise.
const BUSY: Duration = Duration::from_secs(5);

/// Keeps sessions in a file, by SQLite. A clone is another handle on the same.
///
/// Several programs may have the file open: a commit that does not go on from what the file has is a
/// [`Conflict`](StoreError::Conflict).
///
/// ```
/// use theus_core::prelude::*;
/// use theus_sqlite::SqliteStore;
///
/// #[derive(Clone, Default, Context)]
/// struct Counter { count: u64 }
/// #[process(inputs = [domain.count], outputs = [domain.count])]
/// fn add(ctx: Ctx<Counter>, by: u64) { *ctx.domain.count += by; }
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("counter.db");
/// let build = || -> Result<Engine<Counter>, Box<dyn std::error::Error>> {
///     Ok(Engine::builder(Counter::default()).process::<Add>().store(SqliteStore::open(&path)?).build()?)
/// };
/// build()?.run(Add { by: 2 })?;
/// assert_eq!(*build()?.snapshot()?.count, 2, "the next program goes on where the last one was");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    shared: Arc<Shared>,
}

struct Shared {
    name: Name,
    settings: Mutex<Arc<Settings>>,
    group: Combiner<(Write, Done)>,
    writer: Mutex<Writer>,
    readers: Readers,
    /// A commit got no answer, and nobody has looked yet what became of it.
    is_in_doubt: AtomicBool,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SqliteStore").field(&*self.shared.settings.lock()).finish()
    }
}

impl SqliteStore {
    /// Opens the file, or makes it. Its log stands beside it, in `-wal`, and belongs to it: where a copy of the file is made, the log is
    /// copied too.
    ///
    /// # Errors
    /// [`StoreError::Newer`] where a later version has made it; [`StoreError::Corrupt`] where it is no store, or damaged;
    /// [`StoreError::ReadOnly`], [`StoreError::Io`] where it cannot be opened; [`StoreError::Unavailable`] where another program
    /// holds it for too long.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let name = Name(format!("the store {}", path.display()).into());
        let settings = Settings { path: path.to_owned(), durability: Durability::default(), busy: BUSY };
        let writer = connection::writer(&settings, &name)?;
        let writer = Mutex::new(Writer::new(name.clone(), writer));
        let (group, readers) = (Combiner::new(GROUP), Readers::default());
        let (settings, is_in_doubt) = (Mutex::new(Arc::new(settings)), AtomicBool::new(false));
        Ok(Self { shared: Arc::new(Shared { name, settings, group, writer, readers, is_in_doubt }) })
    }

    /// What a commit survives: [`Durability::PowerLoss`] unless it is said otherwise.
    #[must_use]
    pub fn durability(self, durability: Durability) -> Self {
        self.set(|settings| settings.durability = durability)
    }

    /// How long a call waits while another program holds the file, before it is [`StoreError::Unavailable`]: 5 seconds unless it is
    /// said otherwise.
    #[must_use]
    pub fn busy_timeout(self, busy: Duration) -> Self {
        // SQLite counts milliseconds in 32 bits.
        self.set(|settings| settings.busy = busy.min(Duration::from_millis(i32::MAX.unsigned_abs().into())))
    }

    /// The next use of the file opens it with them.
    fn set(self, set: impl FnOnce(&mut Settings)) -> Self {
        let mut writer = self.shared.writer.lock();
        set(Arc::make_mut(&mut self.shared.settings.lock()));
        writer.reopen();
        self.shared.readers.reopen();
        drop(writer);
        self
    }
}

impl Shared {
    fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.lock())
    }

    /// Writes a group, and then answers: an answer is code of others, and may lead to another write.
    fn lead(&self, group: Vec<(Write, Done)>) {
        let answers = {
            let mut writer = self.writer.lock();
            let writes: Vec<_> = group.iter().map(|(write, _)| write).collect();
            let answers = writer.write(&self.settings(), &writes);
            self.is_in_doubt.store(writer.is_in_doubt(), Ordering::Release);
            answers
        };
        for ((_, done), answer) in group.into_iter().zip(answers) {
            if catch_unwind(AssertUnwindSafe(|| done(answer))).is_err() {
                tracing::error!(target: "theus::store", store = %self.name.0, "who was told how a write ended has panicked");
            }
        }
    }

    fn look<T>(&self, look: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let settings = self.settings();
        if self.is_in_doubt.load(Ordering::Acquire) {
            let mut writer = self.writer.lock();
            writer.settle(&settings)?;
            self.is_in_doubt.store(false, Ordering::Release);
        }
        self.readers.look(&settings, &self.name, look)
    }

    fn session(&self, connection: &Connection, session: &str) -> Result<Option<Session>, StoreError> {
        session::find(connection, &self.name, session)
    }

    /// All that there is of a session.
    fn state(&self, connection: &Connection, name: &str, row: Session) -> Result<SessionState, StoreError> {
        let Session { id, step, version, chain, state, position, settled, events, counts, .. } = row;
        Ok(SessionState {
            step,
            version,
            chain,
            fields: state.read(connection, &self.name, (id, name))?,
            position,
            settled: Session::list(settled.as_deref(), &self.name, name)?,
            events: event::read(connection, &self.name, (id, name), events)?,
            counts: Session::list(counts.as_deref(), &self.name, name)?,
            ..SessionState::default()
        })
    }
}

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
            Ok(Beginning { last_record, interlock: end.interlock(name)? })
        })
    }

    fn submit(&self, write: Write, done: Done) {
        self.shared.group.submit((write, done), |group| self.shared.lead(group));
    }

    fn load(&self, session: &str) -> Result<Option<SessionState>, StoreError> {
        self.shared.look(|connection| match self.shared.session(connection, session)? {
            Some(row) => self.shared.state(connection, session, row).map(Some),
            None => Ok(None),
        })
    }

    fn first(&self, session: &str) -> Result<Option<Vec<Field>>, StoreError> {
        let Shared { name, .. } = &*self.shared;
        self.shared.look(|connection| match self.shared.session(connection, session)? {
            Some(row) => Reading { connection, name, session, row: &row }.first().map(Some),
            None => Ok(None),
        })
    }

    fn journal(&self, session: &str, from: u64, most: usize) -> Result<Vec<JournalEntry>, StoreError> {
        let Shared { name, .. } = &*self.shared;
        self.shared.look(|connection| match self.shared.session(connection, session)? {
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
