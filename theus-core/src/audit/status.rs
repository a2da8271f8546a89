//! How an engine and its audit stand.

use std::fmt;

use serde::Serialize;

use super::change::RecipeStatus;
use super::ledger::{SinkStatus, Tail};
use super::record::Interlock;
use crate::audit::Text;
use crate::timestamp;

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
    /// How many counters of rules with `per` had to make room for those of other values though they counted something.
    #[serde(skip_serializing_if = "is_none")]
    pub counters_dropped: u64,
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

/// A few lines that an operator reads: what stands still first.
impl fmt::Display for EngineStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { session, version, interlock, recipe, records, events_waiting, counters_dropped, sinks } = self;
        let session = if session.is_empty() { String::new() } else { format!("session `{session}`, ") };
        match interlock {
            None => write!(f, "{session}running at version {version}")?,
            Some(interlock) => {
                let since = timestamp::text(interlock.since);
                write!(f, "{session}HALTED at version {version} since {since}: {interlock}")?;
            }
        }
        match recipe {
            None => write!(f, "\nrecipe: none")?,
            Some(RecipeStatus { identity, loaded }) => {
                let (rules, loaded) = (counted(identity.rules, "rule"), timestamp::text(*loaded));
                write!(f, "\nrecipe: {}, {rules}, since {loaded}, digest {}", identity.recipe, identity.digest)?;
            }
        }
        let RecordsStatus { count, dropped, tail } = records;
        write!(f, "\nrecords: {count} kept, {dropped} dropped, the last is {} with hash {}", tail.sequence, tail.hash)?;
        write!(f, "\nsignal bus: {} waiting", counted(*events_waiting, "event"))?;
        if *counters_dropped > 0 {
            write!(f, "\ncounters: {counters_dropped} dropped for those of other values (`per`)")?;
        }
        sinks.iter().try_for_each(|sink| {
            let SinkStatus { name, failure, written, waiting, lost } = sink;
            write!(f, "\nsink `{name}`: ")?;
            if let Some(failure) = failure {
                write!(f, "FAILING ({failure}), ")?;
            }
            write!(f, "written up to {written}, {waiting} waiting, {lost} lost")
        })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
const fn is_none(number: &u64) -> bool {
    *number == 0
}

fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

impl EngineStatus {
    /// What the audit shows of itself is of one moment.
    pub(crate) fn of(auditor: &super::Auditor, session: &Text, version: u64, events_waiting: u64) -> Self {
        let (interlock, recipe, records) = {
            let state = auditor.state.lock();
            let log = &state.log;
            let records = RecordsStatus { count: log.len() as u64, dropped: log.dropped(), tail: log.tail() };
            (state.interlock.clone(), state.in_force.clone(), records)
        };
        Self {
            session: session.clone(),
            version,
            interlock: interlock.or_else(|| auditor.interlock()),
            recipe,
            records,
            events_waiting,
            counters_dropped: auditor.gave_way(),
            sinks: auditor.sinks.status(),
        }
    }
}
