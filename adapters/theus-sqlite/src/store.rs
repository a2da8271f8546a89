//! The store.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::Connection;
use theus_core::store::{Done, StoreError, Write};

use crate::combiner::Combiner;
use crate::connection::{self, Settings};
use crate::durability::Durability;
use crate::failure::Name;
use crate::readers::Readers;
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
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) name: Name,
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
    pub(crate) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.lock())
    }

    /// Joins a group that is written together.
    pub(crate) fn submit(&self, write: Write, done: Done) {
        self.group.submit((write, done), |group| self.lead(group));
    }

    /// One transaction that is no write of a run.
    pub(crate) fn change<T>(
        &self,
        session: &str,
        make: impl FnOnce(&Connection, &Name) -> Result<Result<T, StoreError>, StoreError>,
    ) -> Result<T, StoreError> {
        let mut writer = self.writer.lock();
        let answer = writer.change(&self.settings(), session, make);
        self.is_in_doubt.store(writer.is_in_doubt(), Ordering::Release);
        answer
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

    /// Reads, in one transaction.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let settings = self.settings();
        if self.is_in_doubt.load(Ordering::Acquire) {
            let mut writer = self.writer.lock();
            writer.settle(&settings)?;
            self.is_in_doubt.store(false, Ordering::Release);
        }
        self.readers.look(&settings, &self.name, look)
    }
}
