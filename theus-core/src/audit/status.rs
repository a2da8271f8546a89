//! How an engine and its audit stand.

use serde::Serialize;

use super::change::RecipeStatus;
use super::ledger::{SinkStatus, Tail};
use super::record::Interlock;
use super::text::Text;

/// How an engine stands at one moment: [`Engine::status`](crate::Engine::status).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EngineStatus {
    /// The session.
    pub session: Text,
    /// The version of the committed state.
    pub version: u64,
    /// Why nothing runs, where that is so.
    pub interlock: Option<Interlock>,
    /// The recipe that is in force, where there is one.
    pub recipe: Option<RecipeStatus>,
    /// The audit's records.
    pub records: RecordsStatus,
    /// How many events wait on the signal bus.
    pub events_waiting: u64,
    /// How each sink does, in the order in which they were given.
    pub sinks: Vec<SinkStatus>,
}

/// How the records in memory stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RecordsStatus {
    /// How many are kept.
    pub count: u64,
    /// How many had to make room.
    pub dropped: u64,
    /// The last one, by which a file can be [verified](super::LedgerFiles::verify_to).
    pub tail: Tail,
}

impl EngineStatus {
    /// What the audit shows of itself is of one moment.
    pub(crate) fn of(auditor: &super::Auditor, session: &Text, version: u64, events_waiting: u64) -> Self {
        let (interlock, recipe, records) = {
            let desk = auditor.desk.lock();
            let book = &desk.book;
            let records = RecordsStatus { count: book.len() as u64, dropped: book.dropped(), tail: book.tail() };
            (desk.interlock.clone(), desk.in_force.clone(), records)
        };
        Self {
            session: session.clone(),
            version,
            interlock,
            recipe,
            records,
            events_waiting,
            sinks: auditor.sinks.status(),
        }
    }
}
