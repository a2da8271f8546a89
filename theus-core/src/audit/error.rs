//! The errors of the audit at run time.

use std::fmt;

use super::level::Level;
use super::record::Violation;

/// Why a run is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Level B: this transaction rolls back.
    #[error(transparent)]
    Block(#[from] AuditBlockError),
    /// Level A or S: the workflow ends, or the engine stops.
    #[error(transparent)]
    Interlock(#[from] AuditInterlockError),
}

/// A rule of level B refused a run: its transaction is rolled back, its workflow can branch or retry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("audit blocked `{}`: {}", .0.process, Acted(&.0.violations))]
pub struct AuditBlockError(Box<Refused>);

/// A rule of level A or S refused a run: its workflow ends, or the whole engine is stopped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("audit {} `{}`: {}", if .0.level == Level::S { "interlocked the engine at" } else { "aborted" }, .0.process, Acted(&.0.violations))]
pub struct AuditInterlockError(Box<Refused>);

/// What both errors hold; in a box, so that a run that is not refused carries a pointer's width of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Refused {
    process: &'static str,
    level: Level,
    violations: Vec<Violation>,
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
}

impl Refusal {
    /// The refusal that these violations make; `None` where none of their levels refuses.
    pub(super) fn of(process: &'static str, acted: Vec<Violation>) -> Option<Self> {
        let level = acted.iter().map(|violation| violation.level).filter(|level| level.refuses()).min()?;
        let refused = Box::new(Refused { process, level, violations: acted });
        Some(match level {
            Level::S | Level::A => AuditInterlockError(refused).into(),
            Level::B | Level::C | Level::I => AuditBlockError(refused).into(),
        })
    }

    /// The strongest level that acted.
    #[must_use]
    pub fn level(&self) -> Level {
        match self {
            Self::Block(_) => Level::B,
            Self::Interlock(error) => error.0.level,
        }
    }

    /// The violations whose levels acted, in order.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Block(error) => &error.0.violations,
            Self::Interlock(error) => &error.0.violations,
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

/// Why an interlock was not reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResetError {
    /// Nobody would know later why the engine was let go on.
    #[error("an interlock is reset only with a reason: say why it is safe to go on")]
    NoReason,
    /// There is nothing to reset.
    #[error("the engine is not interlocked: there is nothing to reset")]
    NotLatched,
}
