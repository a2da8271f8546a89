//! A connection, with every setting read back, and the tables.

use std::time::Duration;

use theus_core::store::StoreError;
use tokio::time::{Instant, sleep};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, NoTls, Socket};

use crate::durability::Durability;
use crate::failure::Name;

/// The format of the tables.
const FORMAT: i64 = 1;

/// The version of `functions.sql`: one more with each change of it, so that it is brought to where the tables are already.
const FUNCTIONS: i64 = 3;

/// How the database is opened.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) config: Config,
    /// The schema that the tables are in.
    pub(crate) schema: String,
    pub(crate) durability: Durability,
    /// How long a statement waits for another program.
    pub(crate) patience: Duration,
    /// None where connections are not encrypted.
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<crate::Tls>,
}

/// A new connection, driven by the runtime that this is called in.
pub(crate) async fn connect(settings: &Settings, name: &Name) -> Result<Client, StoreError> {
    #[cfg(feature = "tls")]
    let client = match &settings.tls {
        Some(tls) => connect_by(settings, name, tls.connector()).await?,
        None => connect_by(settings, name, NoTls).await?,
    };
    #[cfg(not(feature = "tls"))]
    let client = connect_by(settings, name, NoTls).await?;
    let failed = |error: tokio_postgres::Error| name.failed(&error);
    let Settings { schema, durability, patience, .. } = settings;
    // 0 would be no limit.
    let wait = patience.as_millis().clamp(1, i32::MAX.unsigned_abs().into());
    // Who is stopped in the middle of a group has its sessions locked: the server rolls back before the others lose patience.
    let idle = wait.div_ceil(2);
    let set = format!(
        "SET search_path = {schema}, pg_catalog; SET synchronous_commit = {}; SET lock_timeout = {wait}; \
         SET idle_in_transaction_session_timeout = {idle}; SET default_transaction_isolation = 'read committed'; \
         SET plan_cache_mode = force_generic_plan",
        durability.setting()
    );
    client.batch_execute(&set).await.map_err(failed)?;
    let sql = "SELECT current_setting('synchronous_commit'), current_setting('fsync')";
    let row = client.query_one(sql, &[]).await.map_err(failed)?;
    let (commit, flush): (String, String) = (row.get(0), row.get(1));
    if commit != durability.setting() {
        return Err(
            name.io(format!("it does not take `synchronous_commit = {}`: it has {commit}", durability.setting()))
        );
    }
    if flush != "on" && *durability == Durability::PowerLoss {
        return Err(name.io(
            "its server runs with `fsync = off`, so no commit survives that the power goes: turn it on, or ask for \
             `Durability::Crash`",
        ));
    }
    Ok(client)
}

async fn connect_by<T>(settings: &Settings, name: &Name, tls: T) -> Result<Client, StoreError>
where
    T: MakeTlsConnect<Socket, Stream: Send + 'static>,
{
    let connecting = settings.config.connect(tls);
    let connected = tokio::time::timeout(settings.patience.max(Duration::from_secs(1)), connecting).await;
    let (client, connection) =
        connected.map_err(|_| name.unavailable("it does not answer"))?.map_err(|error| name.failed(&error))?;
    tokio::spawn(async move {
        // What it ends with, the client's next use tells.
        let _ = connection.await;
    });
    Ok(client)
}

/// The same, which waits for a server that is not there, as one that is started again is for a while.
pub(crate) async fn connect_in_time(settings: &Settings, name: &Name) -> Result<Client, StoreError> {
    let mut patience = Patience::of(settings);
    loop {
        let answer = connect(settings, name).await;
        if !matches!(answer, Err(StoreError::Unavailable { .. })) || !patience.is_left().await {
            return answer;
        }
    }
}

/// How long somebody tries again, with longer and longer waits between.
pub(crate) struct Patience {
    until: Instant,
    wait: Duration,
}

impl Patience {
    pub(crate) fn of(settings: &Settings) -> Self {
        Self { until: Instant::now() + settings.patience, wait: Duration::from_millis(10) }
    }

    /// Waits a little; tells at once when there is no time left for it.
    pub(crate) async fn is_left(&mut self) -> bool {
        let left = self.until.saturating_duration_since(Instant::now());
        sleep(self.wait.min(left)).await;
        self.wait = (self.wait * 2).min(Duration::from_millis(500));
        !left.is_zero()
    }
}

/// Makes the tables where there are none; refuses those of the future.
pub(crate) async fn prepare(client: &mut Client, schema: &str, name: &Name) -> Result<(), StoreError> {
    let failed = |error: tokio_postgres::Error| name.failed(&error);
    if is_there(client, schema, name).await? && has_functions(client).await.map_err(failed)? {
        return Ok(());
    }
    let transaction = client.transaction().await.map_err(failed)?;
    // Another program may make them at the same time.
    transaction.execute("SELECT pg_advisory_xact_lock(1416132969)", &[]).await.map_err(failed)?;
    if !is_there(transaction.client(), schema, name).await? {
        let make = format!("CREATE SCHEMA IF NOT EXISTS {schema}; {}", include_str!("tables.sql"));
        transaction.batch_execute(&make).await.map_err(failed)?;
    }
    if !has_functions(transaction.client()).await.map_err(failed)? {
        let make = format!("{} COMMENT ON TABLE format IS '{FUNCTIONS}'", include_str!("functions.sql"));
        transaction.batch_execute(&make).await.map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)
}

/// Whether the functions are these, or those of a later version: of one format any of them do. An earlier version said nothing of them.
async fn has_functions(client: &Client) -> Result<bool, tokio_postgres::Error> {
    let row = client.query_one("SELECT obj_description('format'::regclass, 'pg_class')", &[]).await?;
    let found = row.get::<_, Option<String>>(0).and_then(|found| found.parse().ok());
    Ok(found.is_some_and(|found: i64| found >= FUNCTIONS))
}

async fn is_there(client: &Client, schema: &str, name: &Name) -> Result<bool, StoreError> {
    let failed = |error: tokio_postgres::Error| name.failed(&error);
    // By the catalog's rows: a name that was not found before is not looked for again by `to_regclass` in the same transaction, though another
    // program has made it meanwhile.
    let sql = "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE n.nspname = $1 AND c.relname = 'format')";
    let row = client.query_one(sql, &[&schema]).await.map_err(failed)?;
    if !row.get::<_, bool>(0) {
        return Ok(false);
    }
    let row = client.query_opt("SELECT format FROM format WHERE one", &[]).await.map_err(failed)?;
    match row.map(|row| row.get::<_, i64>(0)) {
        Some(FORMAT) => Ok(true),
        Some(newer) if newer > FORMAT => {
            let (found, known) = (newer.unsigned_abs(), FORMAT.unsigned_abs());
            Err(StoreError::Newer { store: name.text(), found, known })
        }
        found => Err(name.corrupt("its table `format`", format!("there is no format {found:?}"))),
    }
}

/// Whether it can be a schema's name as it is.
pub(crate) fn is_name(schema: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let bytes = schema.as_bytes();
    let begins = bytes.first().copied().is_some_and(is_letter) && !schema.starts_with("pg_");
    begins && bytes.len() < 64 && bytes.iter().all(|byte| is_letter(*byte) || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FNV-1a, which is enough to notice a change.
    #[test]
    fn functions_that_are_others_have_another_number() {
        let step = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = include_str!("functions.sql").bytes().fold(0xcbf2_9ce4_8422_2325, step);
        assert_eq!(
            (FUNCTIONS, hash),
            (3, 9_735_988_758_025_306_387),
            "count `FUNCTIONS` on, and write the new hash here"
        );
    }
}
