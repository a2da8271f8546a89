//! Connections that read: each call has one of its own, and sees all of one moment.

use parking_lot::Mutex;
use rusqlite::Connection;
use theus_core::store::StoreError;

use crate::connection::{self, Settings};
use crate::failure::Name;

/// How many are kept when nobody uses them.
const KEPT: usize = 8;

#[derive(Default)]
pub(crate) struct Readers {
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// Looks, in one transaction.
    pub(crate) fn look<T>(
        &self,
        settings: &Settings,
        name: &Name,
        look: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let kept = self.idle.lock().pop();
        let connection = kept.map_or_else(|| connection::reader(settings, name), Ok)?;
        let run = |sql: &str| connection.prepare_cached(sql).and_then(|mut statement| statement.execute([]).map(drop));
        run("BEGIN").map_err(|error| name.failed(&error))?;
        let found = look(&connection);
        let ended = run("COMMIT").is_ok();
        if ended && found.is_ok() {
            let mut idle = self.idle.lock();
            if idle.len() < KEPT {
                idle.push(connection);
            }
        }
        found
    }

    /// Others from now on.
    pub(crate) fn reopen(&self) {
        self.idle.lock().clear();
    }
}
