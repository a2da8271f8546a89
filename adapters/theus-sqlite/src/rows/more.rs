//! What hardly any commit changes of a session's row: where its journal begins, its messages, its lease.

use std::time::{Duration, SystemTime};

use rusqlite::{Connection, params};
use theus_core::store::{Lease, StoreError};

use super::seal::Seal;
use super::{int, nanos};

/// What hardly any commit changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct More {
    /// The version of the context.
    pub(crate) schema: u32,
    /// The step with which its journal begins.
    pub(crate) base: u64,
    /// The number of the last message that it has sent.
    pub(crate) last_message: u64,
    /// How often it was leased to another program.
    pub(crate) fence: u64,
    pub(crate) leased_by: Option<String>,
    /// By the system's clock, in nanoseconds since 1970.
    pub(crate) leased_until: i64,
}

impl More {
    /// Whose it is at this moment.
    pub(crate) fn holder(&self) -> Option<&str> {
        self.leased_by.as_deref().filter(|_| nanos(SystemTime::now()) < self.leased_until)
    }

    /// Whether it is leased to nobody else.
    pub(crate) fn is_free_for(&self, session: &str, lease: Option<&Lease>, goes_on: bool) -> Result<(), StoreError> {
        let leased = |owner: &str| Err(StoreError::Leased { session: session.to_owned(), owner: owner.to_owned() });
        match (lease, self.holder()) {
            (Some(lease), held) if lease.fence != self.fence => leased(held.unwrap_or("another since")),
            (None, Some(held)) if goes_on => leased(held),
            _ => Ok(()),
        }
    }

    /// It is this program's, until then.
    pub(crate) fn lease(&mut self, session: &str, owner: &str, lasting: Duration) -> Result<Lease, StoreError> {
        let is_mine = self.leased_by.as_deref() == Some(owner);
        if let Some(held) = self.holder().filter(|_| !is_mine) {
            return Err(StoreError::Leased { session: session.to_owned(), owner: held.to_owned() });
        }
        if !is_mine {
            self.fence += 1;
            self.leased_by = Some(owner.to_owned());
        }
        let lasting = i64::try_from(lasting.as_nanos()).unwrap_or(i64::MAX);
        self.leased_until = nanos(SystemTime::now()).saturating_add(lasting);
        Ok(Lease { owner: owner.into(), fence: self.fence })
    }

    /// It is given back.
    pub(crate) fn free(&mut self) {
        (self.leased_by, self.leased_until) = (None, 0);
    }

    /// Writes it into the row.
    pub(crate) fn save(&self, connection: &Connection, session: i64) -> rusqlite::Result<()> {
        let Self { schema, base, last_message, fence, leased_by, leased_until } = self;
        let sql = "UPDATE session SET schema = ?2, base = ?3, last_message = ?4, fence = ?5, leased_by = ?6, leased_until = ?7 \
                   WHERE id = ?1";
        let values = params![session, schema, int(*base), int(*last_message), int(*fence), leased_by, leased_until];
        connection.prepare_cached(sql)?.execute(values).map(drop)
    }

    /// Behind what the row has else: nothing where there is nothing of it, as in format 1.
    pub(super) fn sealed(&self, seal: Seal) -> Seal {
        if *self == Self::default() {
            return seal;
        }
        let Self { schema, base, last_message, fence, leased_by, leased_until } = self;
        let seal = seal.int(i64::from(*schema)).int(int(*base)).int(int(*last_message)).int(int(*fence));
        seal.maybe(leased_by.as_ref().map(String::as_bytes)).int(*leased_until)
    }
}
