//! A store in memory: for tests, and to see what a database would be given.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::error::StoreError;
use super::identity::by_chance;
use super::port::Store;
use super::write::{
    Audit, Base, Beginning, Committed, Done, Field, JournalEntry, Lease, Place, SessionRow, SessionState, StoredAnswer,
    StoredCount, StoredEvent, StoredMessage, Write,
};
use crate::audit::{AuditRecord, Hash};

/// Keeps sessions in memory. A clone is another handle on the same: an engine that is built on it later finds what an earlier one
/// has left, as after a restart.
///
/// It can be told to [fail](Self::fail), at any call, so that a program's way with a failing database can be tested.
///
/// ```
/// use theus_core::prelude::*;
/// use theus_core::store::MemoryStore;
///
/// #[derive(Clone, Default, Context)]
/// struct Counter { count: u64 }
/// #[process(inputs = [domain.count], outputs = [domain.count])]
/// fn add(ctx: Ctx<Counter>, by: u64) { *ctx.domain.count += by; }
///
/// let store = MemoryStore::new();
/// let build = || Engine::builder(Counter::default()).process::<Add>().store(store.clone()).build();
/// build()?.run(Add { by: 2 })?;
/// assert_eq!(*build()?.snapshot()?.count, 2, "another engine goes on where the first one was");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    shared: Arc<Mutex<Kept>>,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is done, as where a database does not answer.
    Unavailable,
    /// Nothing is done, as where a disk is full.
    Full,
    /// It is done, and no answer comes.
    DoneInDoubt,
    /// Nothing is done, and no answer comes.
    LostInDoubt,
    /// Nothing is done: the code of the store panics.
    Panics,
}

#[derive(Debug)]
struct Kept {
    identity: u128,
    sessions: BTreeMap<String, Row>,
    ledger: Vec<AuditRecord>,
    interlock: Option<AuditRecord>,
    counts: Vec<StoredCount>,
    calls: u64,
    faults: BTreeMap<u64, Fault>,
}

#[derive(Clone, Debug, Default)]
struct Row {
    base: Base,
    step: u64,
    version: u64,
    chain: super::ChainHash,
    schema: u32,
    fields: BTreeMap<String, Field>,
    place: Option<Place>,
    events: BTreeMap<u64, StoredEvent>,
    counts: Vec<StoredCount>,
    journal: Vec<JournalEntry>,
    answers: BTreeMap<String, StoredAnswer>,
    messages: BTreeMap<u64, StoredMessage>,
    last_message: u64,
    lease: Option<(Lease, Instant)>,
    fence: u64,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            identity: by_chance(),
            sessions: BTreeMap::new(),
            ledger: Vec::new(),
            interlock: None,
            counts: Vec::new(),
            calls: 0,
            faults: BTreeMap::new(),
        }
    }
}

impl MemoryStore {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The call of this number, counted from 1 over all calls of its life, fails in this way.
    pub fn fail(&self, call: u64, fault: Fault) {
        self.shared.lock().faults.insert(call, fault);
    }

    /// How many calls there were.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.shared.lock().calls
    }

    /// What is there by now, apart from this one: as another disk with a copy of it.
    #[must_use]
    pub fn copy(&self) -> Self {
        let kept = self.shared.lock();
        let Kept { identity, sessions, ledger, interlock, counts, .. } = &*kept;
        let (sessions, ledger, interlock) = (sessions.clone(), ledger.clone(), interlock.clone());
        let counts = counts.clone();
        let kept = Kept { identity: *identity, sessions, ledger, interlock, counts, calls: 0, faults: BTreeMap::new() };
        Self { shared: Arc::new(Mutex::new(kept)) }
    }

    /// Looks, unless this call is to fail.
    fn look<T>(&self, look: impl FnOnce(&Kept) -> T) -> Result<T, StoreError> {
        self.change(|kept| Ok(look(kept)))
    }

    /// Changes something, unless this call is to fail.
    #[allow(clippy::panic, reason = "what it is asked for")]
    fn change<T>(&self, change: impl FnOnce(&mut Kept) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut kept = self.shared.lock();
        match kept.next_fault() {
            None => change(&mut kept),
            Some(Fault::Panics) => {
                drop(kept);
                panic!("the store was told to panic")
            }
            Some(fault) => {
                if fault == Fault::DoneInDoubt {
                    // What becomes of it, nobody hears.
                    let _ = change(&mut kept);
                }
                Err(fault.error("", 0))
            }
        }
    }
}

const NAME: &str = "the store in memory";

impl Fault {
    fn error(self, session: &str, step: u64) -> StoreError {
        let (store, reason) = (NAME.to_owned(), "it was told to fail".to_owned());
        match self {
            Self::Full => StoreError::Full { store, reason },
            Self::DoneInDoubt | Self::LostInDoubt => {
                StoreError::InDoubt { store, session: session.to_owned(), step, reason }
            }
            Self::Unavailable | Self::Panics => StoreError::Unavailable { store, reason },
        }
    }
}

impl Kept {
    fn next_fault(&mut self) -> Option<Fault> {
        self.calls += 1;
        self.faults.remove(&self.calls)
    }

    /// The audit's part, and then the rest: the former stays where the latter is refused.
    fn apply(&mut self, write: Write) -> Result<Committed, StoreError> {
        let goes_on = write.goes_on();
        self.audit(write.audit)?;
        let session = write.session.to_string();
        let found = self.sessions.get(&session);
        if write.first.is_some() && found.is_some() {
            return Err(StoreError::Exists { session });
        }
        let step = found.map_or(0, |row| row.step);
        let is_missing = found.is_none() && write.first.is_none();
        if is_missing {
            return Err(StoreError::Conflict { session, expected: write.expected, found: step });
        }
        if let Some(found) = found {
            found.is_free_for(&session, write.lease.as_ref(), goes_on)?;
        }
        if goes_on && step != write.expected {
            return Err(StoreError::Conflict { session, expected: write.expected, found: step });
        }
        let is_run = write.entry.as_ref().is_some_and(|entry| entry.schema.is_none());
        if let (Some(latched), true) = (&self.interlock, is_run) {
            let reason = latched.violation().map_or_else(String::new, ToString::to_string);
            return Err(StoreError::Halted { reason });
        }
        if let Some(entry) = write.entry.as_ref().filter(|entry| entry.step != step.wrapping_add(1)) {
            let reason = format!("step {} does not follow step {step} of `{session}`", entry.step);
            return Err(StoreError::Io { store: NAME.to_owned(), reason });
        }
        let mut numbers = BTreeSet::new();
        let is_taken = |number| found.is_some_and(|row| row.events.contains_key(&number));
        if write.raised.iter().any(|event| is_taken(event.number) || !numbers.insert(event.number)) {
            return Err(StoreError::Conflict { session, expected: write.expected, found: step });
        }
        if let Some(StoredAnswer { key, .. }) = &write.answer
            && found.is_some_and(|row| row.answers.contains_key(key))
        {
            return Err(StoreError::Answered { session, key: key.clone() });
        }
        let row = self.sessions.entry(session).or_default();
        if let Some(first) = write.first {
            row.chain = super::ChainHash::of_first(&first);
            row.fields = first.iter().map(|field| (field.path.clone(), field.clone())).collect();
            row.schema = write.schema;
            row.base = Base { step: 0, version: 0, chain: row.chain, schema: write.schema, fields: first };
        }
        let sends = write.entry.is_some();
        if let Some(entry) = write.entry {
            if let Some(schema) = entry.schema {
                row.schema = schema;
                row.fields.clear();
            }
            entry.parts.iter().for_each(|part| {
                row.fields.entry(part.path.clone()).or_insert_with(|| Field::whole(&part.path, [], true)).take(part)
            });
            (row.step, row.version, row.chain) = (entry.step, entry.version, entry.chain);
            row.journal.push(entry);
        }
        if let Some(place) = write.place {
            row.place = Some(place);
        }
        row.events.extend(write.raised.into_iter().map(|event| (event.number, event)));
        write.taken.iter().for_each(|number| drop(row.events.remove(number)));
        if let Some(counts) = write.counts {
            row.counts = counts;
        }
        if let Some(answer) = write.answer {
            row.answers.insert(answer.key.clone(), answer);
        }
        for message in write.messages {
            if sends || row.messages.contains_key(&message.number) {
                row.last_message = row.last_message.max(message.number);
                row.messages.insert(message.number, message);
            }
        }
        write.delivered.iter().for_each(|number| drop(row.messages.remove(number)));
        Ok(Committed)
    }

    fn audit(&mut self, audit: Audit) -> Result<(), StoreError> {
        for record in audit.records {
            let (found, last) = self.ledger.last().map_or((0, Hash::START), |last| (last.sequence, last.hash));
            if record.sequence <= found {
                let place = usize::try_from(record.sequence.wrapping_sub(1)).unwrap_or(usize::MAX);
                if self.ledger.get(place).is_some_and(|stored| stored.hash == record.hash) {
                    continue;
                }
            }
            if record.sequence != found + 1 || record.previous != last {
                let (expected, previous) = (record.sequence, record.sequence.saturating_sub(1));
                return Err(StoreError::LedgerGap { expected, previous, found });
            }
            self.ledger.push(record);
        }
        if let Some(interlock) = audit.interlock {
            self.interlock = interlock;
        }
        if let Some(counts) = audit.counts {
            self.counts = counts;
        }
        Ok(())
    }
}

impl Row {
    /// Whether it is leased to nobody else.
    fn is_free_for(&self, session: &str, lease: Option<&Lease>, goes_on: bool) -> Result<(), StoreError> {
        let leased = |owner: &str| Err(StoreError::Leased { session: session.to_owned(), owner: owner.to_owned() });
        let held = self.lease.as_ref().filter(|(_, until)| Instant::now() < *until).map(|(held, _)| held);
        match (lease, held) {
            (Some(lease), _) if lease.fence != self.fence => leased(held.map_or("another since", |held| &held.owner)),
            (None, Some(held)) if goes_on => leased(&held.owner),
            _ => Ok(()),
        }
    }

    fn stored(&self) -> SessionState {
        SessionState {
            format: SessionState::FORMAT,
            step: self.step,
            version: self.version,
            chain: self.chain,
            schema: self.schema,
            fields: self.fields.values().cloned().collect(),
            position: self.place.as_ref().map(|place| place.position.to_string()),
            settled: self.place.as_ref().map(|place| place.settled.clone()).unwrap_or_default(),
            events: self.events.values().cloned().collect(),
            counts: self.counts.clone(),
            last_message: self.last_message,
            ..SessionState::default()
        }
    }
}

impl Store for MemoryStore {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn begin(&self) -> Result<Beginning, StoreError> {
        self.look(|kept| Beginning {
            identity: kept.identity,
            last_record: kept.ledger.last().cloned(),
            interlock: kept.interlock.clone(),
            counts: kept.counts.clone(),
        })
    }

    #[allow(clippy::panic, reason = "what it is asked for")]
    fn submit(&self, write: Write, done: Done) {
        let mut kept = self.shared.lock();
        let step = write.entry.as_ref().map_or(write.expected, |entry| entry.step);
        let session = Arc::clone(&write.session);
        let answer = match kept.next_fault() {
            None => kept.apply(write),
            Some(Fault::Panics) => {
                drop(kept);
                panic!("the store was told to panic")
            }
            Some(fault) => {
                if fault == Fault::DoneInDoubt {
                    // What becomes of it, nobody hears.
                    let _ = kept.apply(write);
                }
                Err(fault.error(&session, step))
            }
        };
        drop(kept);
        done(answer);
    }

    fn load(&self, session: &str) -> Result<Option<SessionState>, StoreError> {
        self.look(|kept| kept.sessions.get(session).map(Row::stored))
    }

    fn base(&self, session: &str) -> Result<Option<Base>, StoreError> {
        self.look(|kept| kept.sessions.get(session).map(|row| row.base.clone()))
    }

    fn prune(&self, session: &str, base: Base) -> Result<(), StoreError> {
        self.change(|kept| {
            if let Some(row) = kept.sessions.get_mut(session).filter(|row| row.base.step < base.step) {
                if base.step > row.step {
                    let (session, expected, found) = (session.to_owned(), base.step, row.step);
                    return Err(StoreError::Conflict { session, expected, found });
                }
                row.journal.retain(|entry| entry.step > base.step);
                row.base = base;
            }
            Ok(())
        })
    }

    fn remove(&self, session: &str, step: u64) -> Result<(), StoreError> {
        self.change(|kept| {
            let found = kept.sessions.get(session).map(|row| row.step);
            if found.is_some_and(|found| found != step) {
                let (session, found) = (session.to_owned(), found.unwrap_or_default());
                return Err(StoreError::Conflict { session, expected: step, found });
            }
            kept.sessions.remove(session);
            Ok(())
        })
    }

    fn answer(&self, session: &str, key: &str) -> Result<Option<StoredAnswer>, StoreError> {
        self.look(|kept| kept.sessions.get(session).and_then(|row| row.answers.get(key)).cloned())
    }

    fn prune_answers(&self, before: u64) -> Result<u64, StoreError> {
        self.change(|kept| {
            let mut gone = 0;
            for row in kept.sessions.values_mut() {
                let were = row.answers.len();
                row.answers.retain(|_, answer| answer.at >= before);
                gone += (were - row.answers.len()) as u64;
            }
            Ok(gone)
        })
    }

    fn outbox(
        &self,
        is_dead: bool,
        after: Option<(&str, u64)>,
        most: usize,
    ) -> Result<Vec<(String, StoredMessage)>, StoreError> {
        self.look(|kept| {
            let messages =
                kept.sessions.iter().flat_map(|(name, row)| row.messages.values().map(move |message| (name, message)));
            let later = messages.filter(|(name, message)| {
                message.dead.is_some() == is_dead && after.is_none_or(|after| (name.as_str(), message.number) > after)
            });
            later.take(most).map(|(name, message)| (name.clone(), message.clone())).collect()
        })
    }

    fn lease(&self, session: &str, owner: &str, lasting: Duration) -> Result<Lease, StoreError> {
        self.change(|kept| {
            let Some(row) = kept.sessions.get_mut(session) else {
                return Err(StoreError::Conflict { session: session.to_owned(), expected: 0, found: 0 });
            };
            let now = Instant::now();
            let fence = match &row.lease {
                Some((held, _)) if &*held.owner == owner => held.fence,
                Some((held, until)) if now < *until => {
                    let (session, owner) = (session.to_owned(), held.owner.to_string());
                    return Err(StoreError::Leased { session, owner });
                }
                _ => row.fence + 1,
            };
            let lease = Lease { owner: owner.into(), fence };
            row.fence = fence;
            row.lease = Some((lease.clone(), now + lasting));
            Ok(lease)
        })
    }

    fn give_back(&self, session: &str, lease: &Lease) -> Result<(), StoreError> {
        self.change(|kept| {
            if let Some(row) = kept.sessions.get_mut(session)
                && row.lease.as_ref().is_some_and(|(held, _)| held == lease)
            {
                row.lease = None;
            }
            Ok(())
        })
    }

    fn journal(&self, session: &str, from: u64, most: usize) -> Result<Vec<JournalEntry>, StoreError> {
        self.look(|kept| {
            let entries = kept.sessions.get(session).map(|row| row.journal.iter().filter(|entry| entry.step >= from));
            entries.map(|entries| entries.take(most).cloned().collect()).unwrap_or_default()
        })
    }

    fn sessions(&self, after: Option<&str>, most: usize) -> Result<Vec<SessionRow>, StoreError> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.look(|kept| {
            let rows = kept.sessions.range::<str, _>((from, Bound::Unbounded)).take(most);
            let row = |(name, row): (&String, &Row)| SessionRow {
                name: name.clone(),
                step: row.step,
                ready: row.place.as_ref().is_some_and(|place| place.ready) || !row.events.is_empty(),
                due: row.place.as_ref().and_then(|place| place.due),
            };
            rows.map(row).collect()
        })
    }

    fn ledger(&self, from: u64, most: usize) -> Result<Vec<AuditRecord>, StoreError> {
        self.look(|kept| kept.ledger.iter().filter(|record| record.sequence >= from).take(most).cloned().collect())
    }
}
