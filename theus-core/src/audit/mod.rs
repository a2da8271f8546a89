//! The active defence: rules on the values at the two gates of each process.
//!
//! A [`Recipe`] is read from YAML and resolved against a [`Catalog`] when it is loaded, so that nothing in it can silently
//! mean nothing. An [`Auditor`] holds its rules, their counters, the records and the interlock. The engine asks it for the
//! [`ProcessRules`] of a process, lets them [`judge`](ProcessRules::judge) what a [`Subject`] shows, which changes nothing, and
//! has the [`Findings`] of a run settled once.
//!
//! | level | reaction | reach |
//! |---|---|---|
//! | S Safety | interlock: every later run is refused until a reset | system |
//! | A Abort | the run rolls back, its workflow ends | workflow |
//! | B Block | the run rolls back | process |
//! | C Campaign | recorded | |

mod auditor;
mod condition;
mod error;
mod findings;
mod gate;
mod integer;
mod judge;
mod level;
mod recipe;
mod record;
mod rule;

pub use auditor::{Auditor, MAX_RECORDS};
pub use condition::Test;
pub use error::{AuditBlockError, AuditInterlockError, Refusal, ResetError};
pub use findings::Findings;
pub use gate::Gate;
pub use judge::{ProcessRules, Subject};
pub use level::Level;
pub use recipe::{Catalog, ProcessEntry, Recipe};
pub use record::{Action, AuditRecord, Interlock, Violation};
pub use rule::Rule;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;
