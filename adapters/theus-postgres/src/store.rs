//! The store.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use parking_lot::Mutex;
use theus_core::store::StoreError;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Config, Row};

use crate::connection::{self, Settings};
use crate::durability::Durability;
use crate::failure::Name;
use crate::read::Readers;
use crate::writer::{Job, Writer};

/// How long a statement waits for another program, unless it is told otherwise.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keeps sessions in PostgreSQL. A clone is another handle on the same.
///
/// It has two threads of its own, on which its connections are driven: a program needs no runtime for it, and may have one. Calls
/// that read wait for the database with the thread blocked.
#[derive(Clone)]
pub struct PostgresStore {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) name: Name,
    /// With how often they have been changed.
    settings: Arc<Mutex<(u64, Settings)>>,
    pub(crate) writer: UnboundedSender<Job>,
    readers: Readers,
    is_in_doubt: Arc<AtomicBool>,
    /// None when it ends.
    runtime: Option<Runtime>,
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let durability = self.shared.settings().durability;
        f.debug_struct("PostgresStore").field("name", &self.shared.name.0).field("durability", &durability).finish()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Who drops it may be a task of another runtime, which must not wait.
            runtime.shutdown_background();
        }
    }
}

impl PostgresStore {
    /// Opens the database, with tables in its schema `theus`, which are made where there are none. The address is as of `psql`:
    /// `postgres://user:password@host/database`, or `host=/run/postgresql dbname=desk`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the server does not answer; [`StoreError::Newer`] where a later version has made the tables;
    /// [`StoreError::ReadOnly`] where they may not be made; [`StoreError::Io`] where the address is none.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_in(url, "theus")
    }

    /// The same with tables in another schema: several stores in one database.
    ///
    /// # Errors
    /// As [`open`](Self::open); [`StoreError::Io`] where the schema's name is not one of lower case letters, digits and `_`.
    pub fn open_in(url: &str, schema: &str) -> Result<Self, StoreError> {
        Self::opened(url, schema, |_| {})
    }

    /// The same by encrypted connections alone, to a server that can prove its name.
    ///
    /// # Errors
    /// As [`open_in`](Self::open_in); [`StoreError::Unavailable`] where the server does not encrypt, or its certificate is not of its
    /// name, or of nobody who is trusted.
    #[cfg(feature = "tls")]
    pub fn open_encrypted(url: &str, schema: &str, tls: &crate::Tls) -> Result<Self, StoreError> {
        Self::opened(url, schema, |settings| {
            settings.config.ssl_mode(tokio_postgres::config::SslMode::Require);
            settings.tls = Some(tls.clone());
        })
    }

    fn opened(url: &str, schema: &str, set: impl FnOnce(&mut Settings)) -> Result<Self, StoreError> {
        let unnamed = Name("the store in PostgreSQL".into());
        let config: Config = url.parse().map_err(|error| unnamed.io(format!("its address cannot be read: {error}")))?;
        let name = Name(format!("the store {schema} in {}", config.get_dbname().unwrap_or("PostgreSQL")).into());
        if !connection::is_name(schema) {
            return Err(name.io(format!(
                "`{schema}` is no name of a schema: at most 63 lower case letters, digits and `_`, and not `pg_..`"
            )));
        }
        let unstarted = |error: std::io::Error| name.io(format!("its threads cannot be started: {error}"));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("theus-postgres-read")
            .enable_all()
            .build()
            .map_err(unstarted)?;
        let mut settings = Settings {
            config,
            schema: schema.to_owned(),
            durability: Durability::default(),
            patience: PATIENCE,
            #[cfg(feature = "tls")]
            tls: None,
        };
        set(&mut settings);
        let (writer, jobs) = tokio::sync::mpsc::unbounded_channel();
        let (readers, is_in_doubt) = (Readers::new(name.clone()), Arc::<AtomicBool>::default());
        let store = Self {
            shared: Arc::new(Shared {
                name: name.clone(),
                settings: Arc::new(Mutex::new((0, settings))),
                writer,
                readers,
                is_in_doubt: Arc::clone(&is_in_doubt),
                runtime: Some(runtime),
            }),
        };
        let (settings, of) = (store.shared.settings(), name.clone());
        store.shared.wait(async move {
            let mut client = connection::connect(&settings, &of).await?;
            connection::prepare(&mut client, &settings.schema, &of).await
        })?;
        // A thread of its own: from who asks to the connection and back nothing else has to wake, and an answer, which is code of
        // others, may wait there.
        let driver = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(unstarted)?;
        let settings = Arc::clone(&store.shared.settings);
        let writer = Writer::new(name.clone(), is_in_doubt);
        std::thread::Builder::new()
            .name("theus-postgres-write".to_owned())
            .spawn(move || driver.block_on(writer.run(jobs, move || settings.lock().clone())))
            .map_err(unstarted)?;
        Ok(store)
    }

    /// What a commit survives: [`Durability::PowerLoss`] unless it is said otherwise.
    #[must_use]
    pub fn durability(self, durability: Durability) -> Self {
        self.set(|settings| settings.durability = durability)
    }

    /// How long a call waits for another program or for the server, before it is [`StoreError::Unavailable`]: 5 seconds unless it is
    /// said otherwise.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        self.set(|settings| settings.patience = patience)
    }

    /// The next use of the database opens it with them.
    fn set(self, set: impl FnOnce(&mut Settings)) -> Self {
        {
            let mut settings = self.shared.settings.lock();
            settings.0 += 1;
            set(&mut settings.1);
        }
        self.shared.readers.reopen();
        self
    }
}

impl Shared {
    pub(crate) fn settings(&self) -> Settings {
        self.settings.lock().1.clone()
    }

    /// Runs it on the store's own threads, with this one blocked.
    fn wait<T: Send + 'static>(
        &self,
        run: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, told) = mpsc::sync_channel(1);
        let Some(runtime) = &self.runtime else { return Err(self.name.unavailable("it is closed")) };
        runtime.spawn(async move {
            // Nobody hears where the one who asked has panicked.
            let _ = tell.send(run.await);
        });
        told.recv().unwrap_or_else(|_| Err(self.name.io("it gave no answer")))
    }

    /// Asks one question. While it is not known what became of a write nothing is read: what is seen may not be the last word.
    pub(crate) fn ask(
        &self,
        sql: &'static str,
        parameters: Vec<Box<dyn ToSql + Sync + Send>>,
        may_ask_again: bool,
    ) -> Result<Vec<Row>, StoreError> {
        let (readers, settings) = (self.readers.clone(), self.settings());
        let settle = self.is_in_doubt.load(Ordering::Acquire).then(|| {
            let (tell, told) = oneshot::channel();
            // Where the writer is gone nobody answers.
            let _ = self.writer.send(Job::Settle(tell));
            told
        });
        self.wait(async move {
            if let Some(told) = settle {
                told.await.unwrap_or_else(|_| Err(readers.name.unavailable("it is closed")))?;
            }
            let parameters: Vec<&(dyn ToSql + Sync)> =
                parameters.iter().map(|parameter| &**parameter as &(dyn ToSql + Sync)).collect();
            readers.ask(&settings, sql, &parameters, may_ask_again).await
        })
    }
}
