//! The active defence: rules on the values at the two gates of each process.
//!
//! A [`Recipe`] is read from YAML and resolved against a [`Catalog`] when it is loaded, so that nothing in it can silently
//! mean nothing. An [`Auditor`] holds its rules, their counters, the records and the interlock. The engine asks it for the
//! [`ProcessRules`] of a process, lets them [`judge`](ProcessRules::judge) what a [`Subject`] shows, which changes nothing, and
//! has the [`Findings`] of a run settled once.
//!
//! # What a recipe says
//!
//! ```yaml
//! process_recipes:
//!   _money:                            # a leading underscore: a template
//!     outputs:
//!       - { field: domain.total, min: 0, level: A, message: "the books must balance" }
//!   transfer:
//!     inherits: _money                 # or a list of templates; a rule of one's own replaces theirs
//!     inputs:                          # judged before the body, on what the body will be given
//!       - { field: amount, min: 1, max: 10000, level: B }
//!     outputs:                         # judged after the body, on what would be committed
//!       - field: domain.temperature
//!         max: 90
//!         level: S
//!         min_threshold: 2
//!         max_threshold: 3
//!         reset_on_success: true
//! ```
//!
//! A field is an argument by its name (`amount`), or a path that starts with its layer (`domain.motor.speed`, `global.limit`,
//! `local.sum`). Several conditions in one entry are several rules, each with a counter of its own.
//!
//! | condition | fits | passes when |
//! |---|---|---|
//! | `min`, `max` | integers, floats | the value is at least, at most the bound |
//! | `eq`, `neq` | integers, floats, booleans, strings, characters | it is, is not the bound |
//! | `min_len`, `max_len` | strings (in characters), collections (in entries) | its length is at least, at most the bound |
//!
//! An `Option` is judged by what is in it, and `None` satisfies no condition; neither does NaN. Integers are compared as
//! integers, at any size. A type of one's own is judged by what its [`Inspect`](crate::Inspect) shows.
//!
//! | key | meaning | where not given |
//! |---|---|---|
//! | `level` | what happens when the rule acts | `B` |
//! | `max_threshold` | at which violation it acts; the counter then starts again | 1 |
//! | `min_threshold` | from which violation on it warns, below `max_threshold` | 1 |
//! | `reset_on_success` | whether a pass puts the counter back to 0 | `false` |
//! | `message` | what records and errors say besides | |
//!
//! | level | when it acts | reach |
//! |---|---|---|
//! | S Safety | the run rolls back; every later run is refused until [`Engine::reset_interlock`](crate::Engine::reset_interlock) | system |
//! | A Abort | the run rolls back, its workflow ends | workflow |
//! | B Block | the run rolls back | process |
//! | C Campaign | recorded; the run goes on | |
//!
//! Below its threshold a violation is counted and the run goes on. All rules of a gate are judged; the strongest level that
//! acts is what happens. Every violation is a record ([`Violation`]), which the caller gets too: from
//! [`Engine::run_reported`](crate::Engine::run_reported), and from the error where a level acted.
//!
//! ```
//! use theus_core::prelude::*;
//!
//! #[derive(Clone, Default, Context)]
//! struct Oven { temperature: f64 }
//!
//! #[process(outputs = [domain.temperature])]
//! fn record(ctx: Ctx<Oven>, value: f64) { ctx.domain.temperature.set(value); }
//!
//! let recipe = "
//! process_recipes:
//!   record:
//!     outputs: [ { field: domain.temperature, max: 90, level: S, max_threshold: 2 } ]
//! ";
//! let engine = Engine::builder(Oven::default()).process::<Record>().recipe("audit.yaml", recipe)?.build()?;
//!
//! let first = engine.run_reported(Record { value: 95.0 });
//! assert!(first.result.is_ok(), "one violation of two: a warning");
//! assert_eq!(first.violations[0].rule, "domain.temperature max 90");
//!
//! let second = engine.run(Record { value: 96.0 }).unwrap_err();
//! assert!(matches!(second, RunError::Interlocked(_)));
//! assert!(matches!(engine.run(Record { value: 20.0 }), Err(RunError::Halted(_))));
//! assert_eq!(*engine.snapshot()?.temperature, 95.0, "what was refused changed nothing");
//!
//! engine.reset_interlock("R. Lee", "the burner was replaced")?;
//! engine.run(Record { value: 20.0 })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # On record
//!
//! Everything that the audit does is an [`AuditRecord`]: violations and what came of them, interlocks and their resets, which
//! recipe was in force and what its changes changed, and sinks that failed. Each is chained to the one before it by its hash.
//!
//! | I want to | use |
//! |---|---|
//! | see the last records, ask and verify them | [`Engine::ledger`](crate::Engine::ledger), [`Query`] |
//! | keep them in a file | [`EngineBuilder::sink`](crate::EngineBuilder::sink) with a [`FileSink`] |
//! | keep them elsewhere | a [`Sink`] of one's own |
//! | say what happens where a sink fails or blocks | [`SinkOptions`] |
//! | read and verify files, with no engine | [`LedgerFiles`] |
//! | change the rules while the engine runs | [`Engine::reload_recipe`](crate::Engine::reload_recipe) |
//! | know beforehand what the rules would say | [`Engine::explain`](crate::Engine::explain) |
//! | see how the engine stands | [`Engine::status`](crate::Engine::status) |
//!
//! Where a sink does not take a record, it is offered again before the next one for as long as it is in memory. Until then:
//!
//! | the record tells of | the sink is closed for it (level S and A where nothing else is said) | it is not |
//! |---|---|---|
//! | a violation below its threshold | the run is refused: [`RunError::Unrecorded`](crate::RunError::Unrecorded) | the run goes on |
//! | a violation whose level acts | the level acts, and its error says what is not on record | the level acts |
//! | a reset of the interlock | the engine stays stopped | it goes on |
//! | a change of the recipe | the recipe stays | it changes |
//! | the recipe at the start | the engine is not built | it is built |
//!
//! That a sink begins to fail is a record itself, and every failure is told by `tracing`.
//!
//! # What a chain proves, and what it does not
//!
//! Whoever can write the file can write a whole new one, with a chain that is right in itself: the hash has no secret. What is
//! changed in a ledger shows as long as one later hash of it is known from elsewhere, and what is cut off its end shows only
//! then: note [`Tail`]s where others cannot write, and check against them with [`LedgerFiles::verify_to`].

mod auditor;
mod change;
mod condition;
mod delta;
mod error;
mod explain;
mod facts;
mod findings;
mod fold;
mod gate;
mod integer;
mod interlock;
mod judge;
mod ledger;
mod level;
mod recipe;
mod record;
mod reload;
mod rule;
mod set;
mod status;
mod steps;
mod test;
mod text;

pub use auditor::{Auditor, MAX_RECORDS};
pub use change::{RecipeChange, RecipeIdentity, RecipeStatus};
pub use condition::Test;
pub use error::{AuditBlockError, AuditInterlockError, Refusal, ResetError, Unrecorded};
pub use explain::{Explanation, RuleAccount, Would};
pub use facts::RuleFacts;
pub use findings::Findings;
pub use gate::Gate;
pub use judge::{ProcessRules, Subject};
pub use ledger::{
    Book, Excerpt, Fault, FileOptions, FileSink, Fsync, Hash, LedgerError, LedgerFiles, NotAHash, Opened, Place, Query,
    RuleName, Sink, SinkError, SinkOptions, SinkStatus, Tail, Tampered, Verified, WhenFull,
};
pub use level::Level;
pub use recipe::{Catalog, ProcessEntry, Recipe};
pub use record::{Action, AuditEvent, AuditRecord, Interlock, Violation};
pub use rule::Rule;
pub use status::{EngineStatus, RecordsStatus};
pub use text::Text;

pub(crate) use reload::{Beginning, NotTaken};

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;
