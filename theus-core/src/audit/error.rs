//! The errors of the audit at run time.

use std::fmt;

#[cfg(feature = "store")]
use super::for_all::Uncounted;
use super::ledger::Failure;
use super::record::{AuditRecord, Violation};
use super::shared_interlock::Unreachable;
use crate::audit::Level;

/// Why a run is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Level B: this transaction rolls back.
    #[error(transparent)]
    Block(#[from] AuditBlockError),
    /// Level A or S: the workflow ends, or the engine stops.
    #[error(transparent)]
    Interlock(#[from] AuditInterlockError),
    /// No level acted, but a sink that must have the run's records did not take them: it rolls back.
    #[error(transparent)]
    Unrecorded(#[from] Unrecorded),
    /// What a rule comes to for all sessions is not known by who counts it.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Uncounted(Box<Uncounted>),
}

/// A rule of level B refused a run: its transaction is rolled back, its workflow can branch or retry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("audit blocked `{}`: {}{}", .0.process, Acted(&.0.violations), Lacking(.0.unrecorded.as_ref()))]
pub struct AuditBlockError(Box<Refused>);

/// A rule of level A or S refused a run: its workflow ends, or the whole engine is stopped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("audit {} `{}`: {}{}", if .0.level == Level::S { "interlocked the engine at" } else { "aborted" }, .0.process, Acted(&.0.violations), Lacking(.0.unrecorded.as_ref()))]
pub struct AuditInterlockError(Box<Refused>);

/// What both errors hold; in a box, so that a run that is not refused carries a pointer's width of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Refused {
    process: &'static str,
    level: Level,
    violations: Vec<Violation>,
    /// The records of these violations are not where they must be.
    unrecorded: Option<Unrecorded>,
}

/// A run was refused because a sink that must have its records did not take them: [`SinkOptions::fail_closed`].
///
/// [`SinkOptions::fail_closed`]: super::SinkOptions::fail_closed
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the audit could not put `{}` on record: the sink `{}` does not take it: {}{}", .0.process, .0.sink, .0.reason, First(.0.violations.first()))]
pub struct Unrecorded(Box<Missing>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Missing {
    process: &'static str,
    sink: String,
    reason: String,
    violations: Vec<Violation>,
}

impl Unrecorded {
    /// Whether one of these records must be in a sink that does not have it.
    pub(super) fn of(process: &'static str, records: &[AuditRecord], failures: &[Failure]) -> Option<Self> {
        let failure = failures.iter().find(|failure| records.iter().any(|record| failure.closes(record)))?;
        let closed = records.iter().filter(|record| failure.closes(record));
        let violations = closed.filter_map(AuditRecord::violation).cloned().collect();
        let (sink, reason) = (failure.sink.to_string(), failure.error.to_string());
        Some(Self(Box::new(Missing { process, sink, reason, violations })))
    }

    /// A run that a sink started while it was given a record: to wait for the sink would be to wait for itself.
    pub(super) fn inside_a_sink(process: &'static str) -> Self {
        let (sink, reason) = ("(itself)".to_owned(), "it was run from inside of a sink".to_owned());
        Self(Box::new(Missing { process, sink, reason, violations: Vec::new() }))
    }

    /// The process that was refused.
    #[must_use]
    pub fn process(&self) -> &'static str {
        self.0.process
    }

    /// The sink.
    #[must_use]
    pub fn sink(&self) -> &str {
        &self.0.sink
    }

    /// What the sink said.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The violations that it does not have and must have.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }
}

struct First<'a>(Option<&'a Violation>);

impl fmt::Display for First<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |violation| write!(f, "; {} gate, {violation}", violation.gate))
    }
}

impl AuditBlockError {
    /// The process that was refused.
    #[must_use]
    pub fn process(&self) -> &'static str {
        self.0.process
    }

    /// The violations whose levels acted, in order.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// Set where a sink that must have these violations did not take them.
    #[must_use]
    pub fn unrecorded(&self) -> Option<&Unrecorded> {
        self.0.unrecorded.as_ref()
    }
}

impl AuditInterlockError {
    /// The process that was refused.
    #[must_use]
    pub fn process(&self) -> &'static str {
        self.0.process
    }

    /// The strongest level that acted: A or S.
    #[must_use]
    pub fn level(&self) -> Level {
        self.0.level
    }

    /// The violations whose levels acted, in order.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// Set where a sink that must have these violations did not take them.
    #[must_use]
    pub fn unrecorded(&self) -> Option<&Unrecorded> {
        self.0.unrecorded.as_ref()
    }
}

impl Refusal {
    /// The refusal that these violations make; `None` where none of their levels refuses and all is on record.
    pub(super) fn of(process: &'static str, acted: Vec<Violation>, unrecorded: Option<Unrecorded>) -> Option<Self> {
        let strongest = acted.iter().map(|violation| violation.level).filter(|level| level.refuses()).min();
        let Some(level) = strongest else { return unrecorded.map(Self::Unrecorded) };
        let refused = Box::new(Refused { process, level, violations: acted, unrecorded });
        Some(match level {
            Level::S | Level::A => AuditInterlockError(refused).into(),
            Level::B | Level::C | Level::I => AuditBlockError(refused).into(),
        })
    }

    /// The strongest level that acted; of what is not on record, the strongest level.
    #[must_use]
    pub fn level(&self) -> Level {
        match self {
            Self::Block(_) => Level::B,
            Self::Interlock(error) => error.0.level,
            Self::Unrecorded(error) => error.0.violations.iter().map(|it| it.level).min().unwrap_or_default(),
            #[cfg(feature = "store")]
            Self::Uncounted(_) => Level::default(),
        }
    }

    /// The violations whose levels acted, in order.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Block(error) => &error.0.violations,
            Self::Interlock(error) => &error.0.violations,
            Self::Unrecorded(error) => &error.0.violations,
            #[cfg(feature = "store")]
            Self::Uncounted(_) => &[],
        }
    }
}

/// The strongest violation, and how many more acted.
struct Acted<'a>(&'a [Violation]);

impl fmt::Display for Acted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(strongest) = self.0.iter().min_by_key(|violation| violation.level) else { return Ok(()) };
        write!(f, "{} gate, {strongest}", strongest.gate)?;
        match self.0.len() - 1 {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}

/// What an error adds where its violations are not on record.
struct Lacking<'a>(Option<&'a Unrecorded>);

impl fmt::Display for Lacking<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Unrecorded(missing)) = self.0 else { return Ok(()) };
        write!(f, "; not on record: the sink `{}` does not take it: {}", missing.sink, missing.reason)
    }
}

/// Why an interlock was not reset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResetError {
    /// Nobody would know later who let the engine go on.
    #[error("an interlock is reset only by somebody: say who")]
    NoOperator,
    /// Nobody would know later why the engine was let go on.
    #[error("an interlock is reset only with a reason: say why it is safe to go on")]
    NoReason,
    /// A record of it could be too long to be kept.
    #[error(
        "the operator and the reason are longer than {most} bytes together: be brief, and say where more is written"
    )]
    TooLong {
        /// How long they may be.
        most: usize,
    },
    /// There is nothing to reset.
    #[error("the engine is not interlocked: there is nothing to reset")]
    NotLatched,
    /// A sink that must have the record of it did not take it. The engine stays stopped.
    #[error(
        "the engine stays interlocked: its reset could not be put on record, the sink `{sink}` does not take it: {reason}"
    )]
    Unrecorded {
        /// The sink.
        sink: String,
        /// What it said.
        reason: String,
    },
    /// The interlock is shared, and cannot be reset there. The engine stays stopped.
    #[error("the engine stays interlocked: {0}")]
    Unreachable(Unreachable),
    /// It was asked for by a sink, while that was given a record.
    #[error("an interlock cannot be reset from inside of a sink: do it from elsewhere")]
    InsideASink,
}
