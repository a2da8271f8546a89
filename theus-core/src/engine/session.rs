//! The state of one session: the domain's cells, the version, the rules in force, and spare workspaces.

use std::sync::Arc;

use crate::audit::ProcessRules;
use crate::context::{Context, Fields};

/// Workspaces that are kept for the next run; more are dropped.
const SPARES: usize = 8;

/// The rules of each registered process, by its place in the registry. It is here because every run holds the session
/// anyway: so that a recipe can be changed between runs at no cost to them.
pub(super) type RuleTable = Box<[Option<Arc<ProcessRules>>]>;

/// What the session's lock guards.
pub(super) struct State<D: Context> {
    pub(super) fields: D::Fields,
    pub(super) version: u64,
    rules: RuleTable,
    spare: Vec<Box<D::Fields>>,
}

impl<D: Context> State<D> {
    pub(super) fn new(domain: D, rules: RuleTable) -> Self {
        Self { fields: domain.into_fields(), version: 0, rules, spare: Vec::new() }
    }

    /// The rules of the process at this place in the registry.
    #[inline]
    pub(super) fn rules(&self, place: usize) -> Option<&Arc<ProcessRules>> {
        self.rules.get(place)?.as_ref()
    }

    /// Other rules for every run that begins from now on.
    pub(super) fn change_rules(&mut self, rules: RuleTable) {
        self.rules = rules;
    }

    /// An empty workspace: one used before, so that what a run costs does not follow the size of the context.
    pub(super) fn workspace(&mut self) -> Box<D::Fields> {
        self.spare.pop().unwrap_or_else(|| Box::new(D::Fields::blank()))
    }

    /// Keeps a cleared workspace for later.
    pub(super) fn keep(&mut self, workspace: Box<D::Fields>) {
        if self.spare.len() < SPARES {
            self.spare.push(workspace);
        }
    }
}
