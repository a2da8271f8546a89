//! The journal of a session: what it was at each step, and whether the runs that made it make the same again.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;
use thiserror::Error;

use super::handle::Engine;
use crate::audit::Text;
use crate::context::Context;
use crate::store::{Base, Field, JournalEntry, Store, StoreError, Write, called, shown};

mod lines;
mod prune;
mod replay;
#[cfg(test)]
mod tests;

pub use lines::LinesError;
pub use replay::{Changed, Diverged, Divergence, Replay, TakenOver};

/// How many entries are read at once.
const PAGE: usize = 256;

/// The journal of one session in a store.
///
/// ```
/// # use theus_core::prelude::*;
/// # use theus_core::store::MemoryStore;
/// # #[derive(Clone, Default, Context)]
/// # struct Account { balance: i64, owner: String }
/// # #[process(inputs = [domain.balance], outputs = [domain.balance])]
/// # fn deposit(ctx: Ctx<Account>, amount: i64) { *ctx.domain.balance += amount; }
/// let engine = Engine::builder(Account::default()).process::<Deposit>().store(MemoryStore::new()).build()?;
/// for amount in [5, 10, -3] {
///     engine.run(Deposit { amount })?;
/// }
/// let journal = engine.journal("main")?;
/// assert_eq!(journal.at(2)?.get("balance"), Some(&serde_json::json!(15)));
/// let changed = journal.difference(1, 3)?;
/// assert_eq!(changed[0].to_string(), "balance: 5 -> 12");
/// let replay = engine.replay("main")?;
/// assert_eq!((replay.steps, replay.made, replay.divergence), (3, 3, None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Journal {
    source: Source,
    session: Text,
    base: Arc<Base>,
}

/// Where its entries are.
#[derive(Clone)]
enum Source {
    Store(Arc<dyn Store>),
    /// They were read from a file.
    Lines(Arc<[JournalEntry]>),
}

/// Why a journal cannot be read, or is not what was written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store has no session of that name.
    #[error("the store has no session `{session}`")]
    NoSession {
        /// The name.
        session: String,
    },
    /// The session has not had so many steps.
    #[error("the session `{session}` has no step {step}: its last one is {last}")]
    NoStep {
        /// The session.
        session: String,
        /// The step that was asked for.
        step: u64,
        /// The last one that there is.
        last: u64,
    },
    /// The steps until there are not kept any more.
    #[error("step {step} of the session `{session}` was pruned: its journal begins after step {first}")]
    Pruned {
        /// The session.
        session: String,
        /// The step that was asked for.
        step: u64,
        /// The step that the journal begins after.
        first: u64,
    },
    /// A step is missing, or is not the one that was written.
    #[error("the journal of `{session}` is damaged at step {step}: {reason}")]
    Damaged {
        /// The session.
        session: String,
        /// The step.
        step: u64,
        /// What is wrong.
        reason: String,
    },
}

/// One field that is not the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The field.
    pub path: String,
    /// Its value before; none where it was not there.
    pub before: Option<Json>,
    /// Its value after.
    pub after: Option<Json>,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |value: &Option<Json>| value.as_ref().map_or_else(|| "nothing".to_owned(), Json::to_string);
        write!(f, "{}: {} -> {}", self.path, text(&self.before), text(&self.after))
    }
}

type Fields = BTreeMap<String, Field>;

fn by_path(fields: &[Field]) -> Fields {
    fields.iter().map(|field| (field.path.clone(), field.clone())).collect()
}

/// The fields are as the entry says from then on.
fn take(fields: &mut Fields, entry: &JournalEntry) {
    if entry.schema.is_some() {
        fields.clear();
    }
    for part in &entry.parts {
        fields.entry(part.path.clone()).or_insert_with(|| Field::whole(&part.path, [], true)).take(part);
    }
}

fn text(value: &Option<Json>) -> String {
    value.as_ref().map_or_else(|| "not written".to_owned(), Json::to_string)
}

impl Journal {
    /// The session.
    #[must_use]
    pub fn session(&self) -> &str {
        &self.session
    }

    /// At most so many entries from this step on, in order.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn entries(&self, from: u64, most: usize) -> Result<Vec<JournalEntry>, JournalError> {
        match &self.source {
            Source::Store(store) => Ok(called(&**store, |store| store.journal(&self.session, from, most))?),
            Source::Lines(entries) => {
                let from = entries.partition_point(|entry| entry.step < from);
                Ok(entries.iter().skip(from).take(most).cloned().collect())
            }
        }
    }

    /// Shows each entry in turn, held against the chain, until it says that it is enough. Returns how many there were.
    fn each(&self, mut look: impl FnMut(&JournalEntry) -> Result<bool, JournalError>) -> Result<u64, JournalError> {
        let (mut step, mut chain) = (self.base.step, self.base.chain);
        loop {
            let entries = self.entries(step + 1, PAGE)?;
            if entries.is_empty() {
                return Ok(step);
            }
            for entry in entries {
                let damaged = |reason: &str| {
                    let (session, reason) = (self.session.to_string(), reason.to_owned());
                    JournalError::Damaged { session, step: step + 1, reason }
                };
                if entry.step != step + 1 {
                    return Err(damaged(&format!("step {} follows step {step}", entry.step)));
                }
                chain = chain.after(&entry);
                if chain != entry.chain {
                    return Err(damaged("what is stored of it is not what was written: its hash is another"));
                }
                step = entry.step;
                if !look(&entry)? {
                    return Ok(step);
                }
            }
        }
    }

    /// The fields as they were after this step, encoded; 0 is the first state.
    fn fields_at(&self, step: u64) -> Result<Fields, JournalError> {
        let mut fields = by_path(&self.base.fields);
        if step == self.base.step {
            return Ok(fields);
        }
        if step < self.base.step {
            let (session, first) = (self.session.to_string(), self.base.step);
            return Err(JournalError::Pruned { session, step, first });
        }
        let last = self.each(|entry| {
            take(&mut fields, entry);
            Ok(entry.step < step)
        })?;
        match last == step {
            true => Ok(fields),
            false => Err(JournalError::NoStep { session: self.session.to_string(), step, last }),
        }
    }

    /// The Data zone after this step, as JSON; 0 is the first state.
    ///
    /// # Errors
    /// Where there is no such step, or the journal is damaged before it.
    pub fn at(&self, step: u64) -> Result<BTreeMap<String, Json>, JournalError> {
        let fields = self.fields_at(step)?;
        fields.into_iter().map(|(path, field)| Ok((path, shown(&self.whole(&field, step)?)))).collect()
    }

    /// The fields that are not the same after two steps.
    ///
    /// # Errors
    /// As [`at`](Self::at).
    pub fn difference(&self, before: u64, after: u64) -> Result<Vec<Difference>, JournalError> {
        let (one, two) = (self.fields_at(before)?, self.fields_at(after)?);
        let paths: std::collections::BTreeSet<&String> = one.keys().chain(two.keys()).collect();
        let value = |fields: &Fields, path, step| fields.get(path).map(|field| self.whole(field, step)).transpose();
        let mut differences = Vec::new();
        for path in paths {
            let (before, after) = (value(&one, path, before)?, value(&two, path, after)?);
            if before != after {
                let shown = |value: Option<Vec<u8>>| value.as_deref().map(shown);
                differences.push(Difference { path: path.clone(), before: shown(before), after: shown(after) });
            }
        }
        Ok(differences)
    }

    fn whole(&self, field: &Field, step: u64) -> Result<Vec<u8>, JournalError> {
        field.merged().map_err(|error| JournalError::Damaged {
            session: self.session.to_string(),
            step,
            reason: format!("`{}`: {error}", field.path),
        })
    }

    /// After which step it begins: 0, unless earlier ones were pruned.
    #[must_use]
    pub fn begins_after(&self) -> u64 {
        self.base.step
    }

    /// Holds every step against the chain, and the last against the state that is stored. Returns how many steps there are.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] at the first that is not what was written.
    pub fn verify(&self) -> Result<u64, JournalError> {
        let (mut version, mut chain) = (self.base.version, self.base.chain);
        let steps = self.each(|entry| {
            (version, chain) = (entry.version, entry.chain);
            Ok(true)
        })?;
        let damaged = |reason: String| JournalError::Damaged { session: self.session.to_string(), step: steps, reason };
        // What was read from a file has no state beside it.
        let Source::Store(store) = &self.source else { return Ok(steps) };
        let stored = called(&**store, |store| store.load(&self.session))?;
        let Some(stored) = stored else { return Err(JournalError::NoSession { session: self.session.to_string() }) };
        if stored.step != steps || stored.chain != chain || (steps > self.base.step && stored.version != version) {
            return Err(damaged(format!("the journal ends there, and the state is of step {}", stored.step)));
        }
        let fields = self.fields_at(steps)?;
        for field in &stored.fields {
            let made = fields.get(&field.path).map(|made| self.whole(made, steps)).transpose()?;
            if made != Some(self.whole(field, steps)?) {
                return Err(damaged(format!("`{}` is not what the steps have made of it", field.path)));
            }
        }
        match stored.fields.len() == fields.len() {
            true => Ok(steps),
            false => Err(damaged("a field of the state is missing".to_owned())),
        }
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal").field("session", &self.session).finish_non_exhaustive()
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// The journal of a session in the store.
    ///
    /// # Errors
    /// Where there is no store, or no such session in it.
    pub fn journal(&self, session: &str) -> Result<Journal, JournalError> {
        let store = Arc::clone(&self.durable_engine()?.store.store);
        let base = called(&*store, |store| store.base(session))?;
        let base = base.ok_or_else(|| JournalError::NoSession { session: session.to_owned() })?;
        Ok(Journal { source: Source::Store(store), session: session.into(), base: Arc::new(base) })
    }

    /// Begins a session of another name in the store with the state that this one had after a step. Its counters, its workflow and
    /// what waited are not taken along.
    ///
    /// # Errors
    /// Where there is no such step, or a session of that name is there already.
    pub fn fork(&self, session: &str, step: u64, name: &str) -> Result<(), JournalError> {
        let journal = self.journal(session)?;
        let mut schema = journal.base.schema;
        let mut fields = Vec::new();
        for field in journal.fields_at(step)?.into_values() {
            let value = journal.whole(&field, step)?;
            fields.push(Field::whole(field.path, value, field.written));
        }
        journal.each(|entry| {
            schema = entry.schema.filter(|_| entry.step <= step).unwrap_or(schema);
            Ok(entry.step < step)
        })?;
        let write = Write { session: name.into(), first: Some(fields), schema, ..Write::default() };
        Ok(self.durable_engine()?.store.write(&self.core.shared.auditor, write)?)
    }
}
