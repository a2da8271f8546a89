//! The rules in force, for all sessions of an engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::audit::Gates;

/// The rules of each registered process, by its place in the registry.
pub(super) struct RuleTable {
    /// Which table it is: a later one has a greater number.
    generation: u64,
    /// Up to the last that has any: where no process has rules there is no place to look at.
    rules: Box<[Option<Arc<Gates>>]>,
}

/// The table in force. A session keeps a handle on it, and looks for another when it begins a run: so that a recipe can be
/// changed between the runs of each session at no cost to them.
pub(super) struct Rules {
    newest: AtomicU64,
    table: Mutex<Arc<RuleTable>>,
}

impl RuleTable {
    fn new(generation: u64, rules: Box<[Option<Arc<Gates>>]>) -> Arc<Self> {
        let mut rules = Vec::from(rules);
        rules.truncate(rules.iter().rposition(Option::is_some).map_or(0, |last| last + 1));
        Arc::new(Self { generation, rules: rules.into() })
    }

    /// The rules of the process at this place in the registry.
    #[inline]
    pub(super) fn of(&self, place: usize) -> Option<&Gates> {
        self.rules.get(place)?.as_deref()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Gates> {
        self.rules.iter().flatten().map(Arc::as_ref)
    }
}

impl Rules {
    pub(super) fn new(rules: Box<[Option<Arc<Gates>>]>) -> Self {
        Self { newest: AtomicU64::new(0), table: Mutex::new(RuleTable::new(0, rules)) }
    }

    /// The table in force.
    pub(super) fn table(&self) -> Arc<RuleTable> {
        Arc::clone(&self.table.lock())
    }

    /// Whether this table is in force.
    #[inline]
    pub(super) fn is_newest(&self, table: &RuleTable) -> bool {
        self.newest.load(Ordering::Acquire) == table.generation
    }

    /// Other rules for every run that begins from now on.
    pub(super) fn change(&self, rules: Box<[Option<Arc<Gates>>]>) {
        let mut table = self.table.lock();
        let generation = table.generation + 1;
        *table = RuleTable::new(generation, rules);
        self.newest.store(generation, Ordering::Release);
    }
}
