//! A contract as plain data: what a process reads, writes, touches outside and can fail with.

use std::fmt;

use serde::Serialize;

use crate::context::{Layer, Zone};

/// The contract of a process, written by `#[process]` as `Transfer::CONTRACT`.
///
/// ```
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Default, Context)]
/// struct Tank { level: f64, sig_full: bool }
///
/// #[process(inputs = [domain.level], outputs = [domain.level, domain.sig_full])]
/// fn fill(ctx: Ctx<Tank>, litres: f64) {
///     *ctx.domain.level += litres;
///     if *ctx.domain.level >= 100.0 { ctx.domain.sig_full.set(true); }
/// }
///
/// #[process(inputs = [domain.level])]
/// fn measure(ctx: Ctx<Tank>) -> f64 { *ctx.domain.level }
///
/// assert!(Fill::CONTRACT.reads("domain.level") && Fill::CONTRACT.writes("domain.sig_full"));
/// let conflicts = Fill::CONTRACT.conflicts(&Measure::CONTRACT);
/// assert_eq!(conflicts[0].to_string(), "`fill` writes domain.level, which `measure` reads");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Contract {
    /// The name of the process: that of its function.
    pub process: &'static str,
    /// The read set, in the order in which it was declared.
    pub inputs: &'static [Access],
    /// The write set, in the order in which it was declared.
    pub outputs: &'static [Access],
    /// The handles to the world outside. A process without any is pure: it may be run again.
    pub effects: &'static [&'static str],
    /// The types of the messages that it may send, as written.
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    pub messages: &'static [&'static str],
    /// The errors that it can fail with, as written.
    pub errors: &'static [&'static str],
    /// The arguments, in order.
    pub arguments: &'static [Argument],
    /// The type of its local scratch, if it has one.
    pub local: Option<&'static str>,
    /// Whether it is an `async fn`.
    pub is_async: bool,
    /// Whether it is a `fn` that says `blocking`: its body may block its thread for long, so a workflow gives it another one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_blocking: bool,
}

/// One path of a read or a write set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Access {
    /// The layer that the path starts with.
    pub layer: Layer,
    /// The whole path, its layer included: `domain.user.balance`.
    pub path: &'static str,
    /// The zone of the field.
    pub zone: Zone,
}

/// One argument of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// Its type, as written in the source.
    pub type_name: &'static str,
    /// Whether no value of it is shown to people: `#[redact]`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub redact: bool,
}

/// Why two processes may not run side by side on one state: a path that both touch and at least one writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AccessConflict {
    /// The path.
    pub path: &'static str,
    /// The process that writes it.
    pub writer: &'static str,
    /// The other process.
    pub other: &'static str,
    /// What the other one does there.
    pub kind: AccessKind,
}

/// What a process does with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AccessKind {
    /// It reads it.
    Reads,
    /// It writes it.
    Writes,
}

impl Contract {
    /// Whether the process has no effects: it may be run again, and is, after a conflict.
    #[must_use]
    #[inline]
    pub const fn is_pure(&self) -> bool {
        self.effects.is_empty()
    }

    /// Whether a workflow waits for its body while others go on: that of an `async fn`, and that of a `fn` that blocks a thread
    /// of its own. It is stopped when its time is over or its state is left, and nothing of it is committed then.
    #[must_use]
    #[inline]
    pub const fn is_awaited(&self) -> bool {
        self.is_async || self.is_blocking
    }

    /// Whether `path` (with its layer) is in the read set.
    #[must_use]
    pub fn reads(&self, path: &str) -> bool {
        self.inputs.iter().any(|access| access.path == path)
    }

    /// Whether `path` (with its layer) is in the write set.
    #[must_use]
    pub fn writes(&self, path: &str) -> bool {
        self.outputs.iter().any(|access| access.path == path)
    }

    /// Every path that one of the two writes and the other reads or writes; empty where they can run side by side.
    ///
    /// Paths that only overlap do not occur: a nested context is never one field of a contract.
    #[must_use]
    pub fn conflicts(&self, other: &Self) -> Vec<AccessConflict> {
        let mut conflicts = Vec::new();
        let mut add = |path, writer: &Self, other: &Self, kind| {
            conflicts.push(AccessConflict { path, writer: writer.process, other: other.process, kind });
        };
        for access in self.outputs {
            if other.writes(access.path) {
                add(access.path, self, other, AccessKind::Writes);
            } else if other.reads(access.path) {
                add(access.path, self, other, AccessKind::Reads);
            }
        }
        for access in other.outputs {
            if self.reads(access.path) && !self.writes(access.path) {
                add(access.path, other, self, AccessKind::Reads);
            }
        }
        conflicts
    }
}

impl fmt::Display for AccessConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, writer, other, kind } = self;
        match kind {
            AccessKind::Reads => write!(f, "`{writer}` writes {path}, which `{other}` reads"),
            AccessKind::Writes => write!(f, "`{writer}` and `{other}` both write {path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn access(path: &'static str) -> Access {
        Access { layer: Layer::Domain, path, zone: Zone::Data }
    }

    const fn contract(process: &'static str, inputs: &'static [Access], outputs: &'static [Access]) -> Contract {
        Contract {
            process,
            inputs,
            outputs,
            effects: &[],
            messages: &[],
            errors: &[],
            arguments: &[],
            local: None,
            is_async: false,
            is_blocking: false,
        }
    }

    const READS_A: Contract = contract("reads_a", &[access("domain.a")], &[]);
    const WRITES_A: Contract = contract("writes_a", &[], &[access("domain.a")]);
    const UPDATES_A: Contract = contract("updates_a", &[access("domain.a")], &[access("domain.a")]);
    const WRITES_B: Contract = contract("writes_b", &[access("domain.c")], &[access("domain.b")]);

    #[test]
    fn readers_and_disjoint_writers_do_not_conflict() {
        assert_eq!(READS_A.conflicts(&READS_A), []);
        assert_eq!(WRITES_A.conflicts(&WRITES_B), []);
    }

    #[test]
    fn a_conflict_is_the_same_seen_from_either_side() {
        let one = READS_A.conflicts(&WRITES_A);
        assert_eq!(one, WRITES_A.conflicts(&READS_A));
        assert_eq!(one[0].to_string(), "`writes_a` writes domain.a, which `reads_a` reads");
    }

    #[test]
    fn a_path_that_both_update_is_named_once() {
        let conflicts = UPDATES_A.conflicts(&UPDATES_A);
        assert_eq!(conflicts.len(), 1);
        assert_eq!(conflicts[0].kind, AccessKind::Writes);
        assert_eq!(UPDATES_A.conflicts(&READS_A).len(), 1);
    }
}
