//! The state of one session: the domain's cells, the version, the rules in force, and spare workspaces.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Waker;

use super::rules::{RuleTable, Rules};
use crate::audit::AuditSession;
use crate::context::{Context, Fields};
use crate::panics::{caught, wake};
use crate::signal::Origin;

/// Workspaces that are kept for the next run; more are dropped.
const SPARES: usize = 8;

/// What the session's lock guards.
pub(super) struct State<D: Context> {
    committed: Committed<D>,
    /// The rules in force, as far as this session knows.
    rules: Arc<RuleTable>,
}

/// What a run changes, beside the rules that it is under.
pub(super) struct Committed<D: Context> {
    pub(super) fields: D::Fields,
    /// The version of the committed state: written by who holds the session, seen by everybody.
    version: Arc<AtomicU64>,
    spare: Vec<Box<D::Fields>>,
    /// Hardly ever there.
    later: Option<Box<Later>>,
}

/// What is to be done later.
#[derive(Default)]
struct Later {
    /// Who waits for a change of the state.
    waits: Option<Waker>,
    /// Signals to be put back to rest when the lease that is under way is over.
    deferred: Vec<Origin>,
}

impl<D: Context> State<D> {
    pub(super) fn new(domain: D, rules: Arc<RuleTable>) -> Self {
        let (fields, version) = (domain.into_fields(), Arc::default());
        Self { committed: Committed { fields, version, spare: Vec::new(), later: None }, rules }
    }

    /// The rules for a run that begins now.
    pub(super) fn rules(&mut self, in_force: &Rules, audit: &AuditSession) -> &Arc<RuleTable> {
        self.begin(in_force, audit).1
    }

    /// The same, beside what the run changes.
    #[inline(always)]
    pub(super) fn begin(&mut self, in_force: &Rules, audit: &AuditSession) -> (&mut Committed<D>, &Arc<RuleTable>) {
        if !in_force.is_newest(&self.rules) {
            self.rules = renewed(in_force, audit);
        }
        (&mut self.committed, &self.rules)
    }

    /// What was put off while a lease was under way.
    pub(super) fn lease_over(&mut self) {
        let deferred = self.later.as_mut().map(|later| std::mem::take(&mut later.deferred));
        for origin in deferred.unwrap_or_default() {
            self.reset_signal(&origin);
        }
    }
}

impl<D: Context> Deref for State<D> {
    type Target = Committed<D>;
    #[inline(always)]
    fn deref(&self) -> &Committed<D> {
        &self.committed
    }
}

impl<D: Context> DerefMut for State<D> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Committed<D> {
        &mut self.committed
    }
}

impl<D: Context> Committed<D> {
    /// The version of the committed state.
    #[inline]
    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::Relaxed)
    }

    /// The committed state has become this one.
    #[inline]
    pub(super) fn advance(&mut self, version: u64) {
        self.version.store(version, Ordering::Release);
    }

    /// Whoever waits for a change is woken. That is user code: it is no part of the commit, and comes after it.
    #[inline]
    pub(super) fn tell_change(&mut self) {
        if let Some(waker) = self.later.as_mut().and_then(|later| later.waits.take()) {
            wake(waker);
        }
    }

    /// Has this waker woken by the next change.
    pub(super) fn wake_by_change(&mut self, waker: &Waker) {
        match &mut self.later.get_or_insert_default().waits {
            Some(waits) => waits.clone_from(waker),
            waits => *waits = Some(waker.clone()),
        }
    }

    /// Where the version can be seen without holding the session.
    pub(super) fn shown_version(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.version)
    }

    /// An empty workspace: one used before, so that what a run costs does not follow the size of the context.
    pub(super) fn workspace(&mut self) -> Box<D::Fields> {
        self.spare.pop().unwrap_or_else(|| Box::new(D::Fields::blank()))
    }

    /// Lets go of what is kept for the next run only.
    pub(super) fn rest(&mut self) {
        self.spare = Vec::new();
        self.later = self.later.take().filter(|later| later.waits.is_some() || !later.deferred.is_empty());
    }

    /// Keeps a cleared workspace for later.
    pub(super) fn keep(&mut self, workspace: Box<D::Fields>) {
        if self.spare.len() < SPARES {
            self.spare.push(workspace);
        }
    }

    /// Puts the signal that raised an event back to rest, unless it was raised anew since.
    pub(super) fn reset_signal(&mut self, origin: &Origin) {
        if let Origin::Signal { path, version, .. } = origin {
            let next = self.version().wrapping_add(1);
            let path = path.strip_prefix("domain.").unwrap_or(path);
            // A signal's default is code of a user's type: where it panics the signal stays as it is.
            let fields = &mut self.fields;
            if caught(|| fields.reset_signal(path, *version, next)).unwrap_or(false) {
                self.advance(next);
                self.tell_change();
            }
        }
    }

    /// As [`reset_signal`](Self::reset_signal), when the lease that is under way is over: nothing changes under its run.
    pub(super) fn defer_reset(&mut self, origin: Origin) {
        self.later.get_or_insert_default().deferred.push(origin);
    }
}

#[cold]
#[inline(never)]
fn renewed(in_force: &Rules, audit: &AuditSession) -> Arc<RuleTable> {
    let table = in_force.table();
    audit.keep_those_of(table.all().flat_map(|rules| rules.all()));
    table
}
