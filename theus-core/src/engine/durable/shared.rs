//! What the sessions of one engine share of a store.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use parking_lot::Mutex;

use super::bell::Bell;
use super::fields;
use super::lease::Leasing;
use super::migrate::Migrations;
use crate::audit::Auditor;
use crate::context::{Context, DurableFields, Schema, Zone};
use crate::panics::tell;
use crate::process::Contract;
use crate::store::{self, Audit, CodePrint, Field, Part, Store, StoreError, Write};
use crate::timestamp::nanos;

/// What the sessions of one engine share of a store: the store itself, and what is known of the context's fields.
pub(in crate::engine) struct DurableEngine<D: Context> {
    pub(in crate::engine) store: Arc<Handle>,
    pub(in crate::engine) fields: FieldFns<D::Fields>,
    pub(in crate::engine) migrations: Migrations,
    /// Of each registered process the Data fields that it writes, by its place in the registry.
    pub(in crate::engine) outputs: Box<[Paths]>,
    /// And its code, by the same place.
    pub(in crate::engine) code: Box<[CodePrint]>,
}

/// Where fields are in a context: the index of each name, from the outside inwards.
pub(in crate::engine) type Paths = Box<[Box<[usize]>]>;

/// Looks what a run has written to these fields.
type WrittenFn<F> = fn(&F, &[Box<[usize]>], &mut Vec<Part>) -> Result<(), StoreError>;

/// What a context whose Data zone can be stored does for it: its types are known where the engine is built.
pub(in crate::engine) struct FieldFns<F> {
    pub(in crate::engine) written: WrittenFn<F>,
    pub(in crate::engine) whole: fn(&F) -> Result<Vec<Field>, StoreError>,
    pub(in crate::engine) bring_back: fn(&mut F, &str, Vec<Field>) -> Result<(), StoreError>,
}

impl<F: DurableFields> FieldFns<F> {
    pub(in crate::engine) const fn new<D: Context<Fields = F>>() -> Self {
        Self { written: fields::written::<F>, whole: fields::whole::<F>, bring_back: fields::bring_back::<D> }
    }
}

/// The Data fields among the outputs of a process.
pub(in crate::engine) fn data_outputs(contract: &Contract, domain: &Schema) -> Paths {
    let outputs = contract.outputs.iter().filter(|output| matches!(output.zone, Zone::Data));
    let indexes = outputs.filter_map(|output| {
        let names: Vec<&str> = output.path.split('.').skip(1).collect();
        Some(domain.resolve(&names).ok()?.indexes.into())
    });
    indexes.collect()
}

/// How often another program may come before with its records until a write gives up.
const OVERTAKEN: u32 = 100;

/// What time it is.
type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// A store, and the order in which the audit's records reach it.
pub(in crate::engine) struct Handle {
    pub(in crate::engine) store: Arc<dyn Store>,
    /// Held by whoever writes records, until they are stored or given back: what was handed over last and got no answer.
    records: Mutex<Option<Audit>>,
    /// Whether somebody has taken records and not yet stored them.
    is_taken: AtomicBool,
    clock: Clock,
    /// Whether sessions are leased for processes with effects.
    pub(in crate::engine) leasing: Option<Leasing>,
    /// Messages have come.
    pub(in crate::engine) sent: Bell,
    /// Whether it could not do what was asked of it last.
    is_unwell: AtomicBool,
    /// Whether it has nothing to do with the audit's records: they are in the ring and the sinks alone.
    is_apart: bool,
}

impl Handle {
    pub(in crate::engine) fn new(store: Arc<dyn Store>, clock: Clock, leasing: Option<Leasing>) -> Self {
        Self {
            store,
            clock,
            leasing,
            records: Mutex::default(),
            is_taken: AtomicBool::new(false),
            sent: Bell::default(),
            is_unwell: AtomicBool::new(false),
            is_apart: false,
        }
    }

    /// Whether it has done what was asked of it last, or has refused it with reason.
    pub(in crate::engine) fn is_well(&self) -> bool {
        !self.is_unwell.load(Ordering::Relaxed)
    }

    /// Writes what no record of the audit goes along with.
    pub(in crate::engine) fn write_alone(&self, write: Write) -> Result<(), StoreError> {
        let answer = store::write(&*self.store, write);
        let is_unwell = matches!(
            answer,
            Err(StoreError::Unavailable { .. }
                | StoreError::Full { .. }
                | StoreError::ReadOnly { .. }
                | StoreError::InDoubt { .. }
                | StoreError::Io { .. })
        );
        if is_unwell != self.is_unwell.load(Ordering::Relaxed) {
            self.is_unwell.store(is_unwell, Ordering::Relaxed);
        }
        answer
    }

    /// One that the audit's records do not go to.
    pub(in crate::engine) fn apart(mut self, is_apart: bool) -> Self {
        self.is_apart = is_apart;
        self
    }

    /// One like it, for a session of its own.
    pub(in crate::engine) fn beside(&self, store: Arc<dyn Store>) -> Self {
        Self::new(store, Arc::clone(&self.clock), None).apart(true)
    }

    pub(in crate::engine) const fn is_apart(&self) -> bool {
        self.is_apart
    }

    /// The time, in nanoseconds since 1970.
    pub(in crate::engine) fn now(&self) -> u64 {
        nanos((self.clock)())
    }

    /// Writes, with what the audit has recorded until now before it: no state is stored whose records are not.
    pub(in crate::engine) fn write(&self, auditor: &Auditor, write: Write) -> Result<(), StoreError> {
        // Asked in this order: who takes records says so before.
        if self.is_apart || !auditor.has_unsaved() && !self.is_taken.load(Ordering::Acquire) {
            return self.write_alone(write);
        }
        let mut doubted = self.records.lock();
        self.is_taken.store(true, Ordering::Release);
        let answer = self.write_records_too(auditor, write, &mut doubted);
        self.is_taken.store(false, Ordering::Release);
        answer
    }

    fn write_records_too(
        &self,
        auditor: &Auditor,
        mut write: Write,
        doubted: &mut Option<Audit>,
    ) -> Result<(), StoreError> {
        if let Some(audit) = &*doubted {
            if self.has(audit)? {
                auditor.are_saved(audit);
            }
            *doubted = None;
        }
        let mut audit = auditor.take_unsaved();
        write.audit = audit.clone();
        let mut answer = self.write_alone(write.clone());
        for _ in 0..OVERTAKEN {
            if !matches!(answer, Err(StoreError::LedgerGap { .. })) {
                break;
            }
            // Another program has recorded something meanwhile, and nothing of this was written.
            match store::called(&*self.store, Store::begin) {
                Ok(beginning) => {
                    auditor.put_unsaved(audit);
                    auditor.follow_store(&beginning);
                    audit = auditor.take_unsaved();
                    write.audit = audit.clone();
                    answer = self.write_alone(write.clone());
                }
                Err(error) => {
                    answer = Err(error);
                    break;
                }
            }
        }
        // Where only the session's part is refused it has them.
        let has_them = matches!(
            answer,
            Ok(())
                | Err(StoreError::Conflict { .. }
                    | StoreError::Halted { .. }
                    | StoreError::Exists { .. }
                    | StoreError::Leased { .. }
                    | StoreError::Answered { .. })
        );
        if !has_them {
            if matches!(answer, Err(StoreError::InDoubt { .. })) {
                *doubted = Some(audit.clone());
            }
            auditor.put_unsaved(audit);
        }
        answer
    }

    /// Whether the store has these records: it has all of a write, or nothing.
    ///
    /// They are not simply written again, though it would pass over them: where another program has recorded something behind them
    /// they would be put behind that, and where it has latched the interlock, or reset it, that would be undone.
    fn has(&self, audit: &Audit) -> Result<bool, StoreError> {
        let Some(last) = audit.records.last() else { return Ok(false) };
        let stored = store::called(&*self.store, |store| store.ledger(last.sequence, 1))?;
        Ok(stored.first().is_some_and(|stored| (stored.sequence, stored.hash) == (last.sequence, last.hash)))
    }

    /// What was recorded of sessions that are in memory alone: they have no commit that it would go along with.
    pub(in crate::engine) fn write_records(&self, auditor: &Auditor, session: &str) {
        if self.is_apart || !auditor.has_unsaved() {
            return;
        }
        let write = Write { session: session.into(), ..Write::default() };
        match self.write(auditor, write) {
            // There is no such session in the store, and its records are.
            Ok(()) | Err(StoreError::Conflict { .. }) => {}
            // They go with the next write.
            Err(error) => {
                tell(|| tracing::error!(target: "theus::store", session, %error, "records are not stored yet"))
            }
        }
    }
}
