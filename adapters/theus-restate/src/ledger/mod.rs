//! The ledger of many sessions, anchored in shards.
//!
//! Each session has a ledger of its own: what the audit records of it, chained by themselves whatever machine has made them; where that
//! ends is part of the session's entry. A call that has put something on record sends it, one way, in the same invocation that keeps the
//! entry: so there is no record without its run, and none twice. It goes to one of some virtual objects, `Ledger/{shard}`, always the same of a session. That keeps
//! the session's records, and writes down, in a ledger of its own, which session has come how far and to which hash: one chain over all
//! sessions of the shard, of records of core's kind ([`AuditEvent::Anchor`](theus_core::audit::AuditEvent::Anchor)).
//!
//! Whoever changes a record, or takes one away, has to do so in three places that vouch for each other: the records, the session's entry, and the
//! shard's chain, in which all that came later in any session of the shard stands upon it. [`RemoteSession::verify`](crate::RemoteSession::verify)
//! holds the three against each other, and the chain against what was known of it at an earlier time.

mod anchors;
mod check;
mod object;
mod shard;
mod told;

use std::fmt;
use std::sync::Arc;

pub use anchors::AnchorWalk;
pub use check::{Kept, check};
pub use shard::{Shard, TakeError, Taken, Write};
pub use told::{Anchors, AnchorsAsk, Cursor, Flaw, Page, TakeAsk, VerifyAsk, Whose};

pub(crate) use object::definition;

/// Where records go: an object of this name, of so many shards. A clone is the same one.
///
/// ```
/// use theus_core::prelude::*;
/// use theus_restate::{Ledger, Object};
///
/// # #[derive(Clone, Default, Context)]
/// # struct Account { balance: i64 }
/// # #[process(inputs = [domain.balance], outputs = [domain.balance])]
/// # fn deposit(ctx: Ctx<Account>, amount: i64) -> i64 { *ctx.domain.balance += amount; *ctx.domain.balance }
/// let ledger = Ledger::new("Ledger", 64);
/// let engine = Engine::builder(Account::default()).process::<Deposit>().carried().build()?;
/// let accounts = Object::new("Accounts", engine).ledger(ledger.clone()).build()?;
/// assert_eq!(ledger.shard_of("Accounts", "a-17"), ledger.shard_of("Accounts", "a-17"));
/// # let _ = accounts;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Ledger {
    name: Arc<str>,
    shards: u32,
}

impl Ledger {
    /// One whose object has this name. How many shards there are is part of the program: with another number sessions begin anew in another
    /// shard, and what is in the earlier one is told to be missing.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, shards: u32) -> Self {
        Self { name: name.into(), shards: shards.max(1) }
    }

    /// The name of the object.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which shard has the records of a session.
    #[must_use]
    pub fn shard_of(&self, object: &str, session: &str) -> u32 {
        let hash = blake3::hash(named(object, session).as_bytes());
        let first = hash.as_bytes().first_chunk().map_or(0, |first| u64::from_le_bytes(*first));
        // Less than a `u32`.
        u32::try_from(first % u64::from(self.shards)).unwrap_or_default()
    }
}

/// What a ledger calls a session: no object has a `/` in its name.
#[must_use]
pub(crate) fn named(object: &str, session: &str) -> String {
    format!("{object}/{session}")
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("name", &self.name).field("shards", &self.shards).finish()
    }
}
