//! All that came of one run.

use std::fmt;

use serde_json::Value as Json;

use crate::audit::{AuditRecord, Violation};
use crate::context::{Context, Fields, REDACTED, to_json};
use crate::process::{Contract, Process, RunError};
use crate::signal::Event;

/// All that came of one run. As text it is the same each time, for a snapshot: it has no times, and nothing that people are not shown.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<P: Process> {
    /// The process.
    pub process: &'static str,
    /// Its arguments.
    pub arguments: Json,
    /// What it returned, or why it changed nothing.
    pub result: Result<P::Output, RunError<P::Error>>,
    /// What it returned, as JSON; none where its type has none.
    pub gave: Option<Json>,
    /// The state after it; none where the run has left the session out of reach.
    pub state: Option<P::Domain>,
    /// The fields that it has changed, in the order of its contract.
    pub changes: Vec<Change>,
    /// The events that it raised.
    pub events: Vec<Event>,
    /// The violations that it was counted for, those that acted and those that did not.
    pub violations: Vec<Violation>,
    /// What the audit has on record.
    pub records: Vec<AuditRecord>,
}

/// A field that a run has changed.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Change {
    /// Its path.
    pub path: &'static str,
    /// The value before, where it can be looked into.
    pub before: Option<Json>,
    /// The value after it.
    pub after: Option<Json>,
}

/// What is different of what the contract lets be written.
pub(super) fn changes<D: Context>(contract: &Contract, before: &D::Fields, after: &D::Fields) -> Vec<Change> {
    let schema = D::schema();
    let mut changes = Vec::new();
    for access in contract.outputs {
        let names: Vec<&str> = access.path.split('.').skip(1).collect();
        let Ok(found) = schema.resolve(&names) else { continue };
        let look = |fields: &D::Fields| to_json(fields.inspect_committed(&found.indexes), &found.field.shape);
        let (before, after) = (look(before), look(after));
        if before == after && after.is_some() {
            continue;
        }
        let shown =
            |value: Option<Json>| if schema.redacts(names.iter().copied()) { Some(REDACTED.into()) } else { value };
        changes.push(Change { path: access.path, before: shown(before), after: shown(after) });
    }
    changes
}

impl<P: Process> fmt::Display for Outcome<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.process, self.arguments)?;
        match (&self.result, &self.gave) {
            (Err(error), _) => writeln!(f, "failed: {error}")?,
            (Ok(_), Some(gave)) if !gave.is_null() => writeln!(f, "gave {gave}")?,
            (Ok(_), _) => {}
        }
        for change in &self.changes {
            writeln!(f, "{change}")?;
        }
        for event in &self.events {
            writeln!(f, "raised {}", event.name)?;
        }
        for violation in &self.violations {
            writeln!(f, "violated {violation}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, "{}: {before} -> {after}", self.path),
            // What cannot be looked into may be as it was.
            _ => write!(f, "{}: written", self.path),
        }
    }
}
