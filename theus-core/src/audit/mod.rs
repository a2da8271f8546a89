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
//! Several conditions in one entry are several rules, each with a counter of its own.
//!
//! ## Fields
//!
//! A field is an argument by its name (`amount`), or a path that starts with its layer (`domain.motor.speed`,
//! `global.limit`, `local.sum`). It goes on from there, as far as there is something to go to, and may be chained:
//!
//! | in a path | means | of |
//! |---|---|---|
//! | `.speed`, `.0` | a field | structs that [derive `Inspect`](derive@crate::Inspect), tuples |
//! | `.Running.speed` | a field of a variant; missing where it is another one | enums |
//! | `[3]`, `[-1]` | an element, counted from the first or from the last | lists |
//! | `["alice"]`, `[42]` | the value under a key | maps |
//! | `len()` | the number of entries, or of characters | collections, strings |
//! | `first()`, `last()` | an element; missing where there is none | lists, sorted sets, strings |
//! | `keys()`, `values()` | a part of a map, as a collection | maps |
//! | `sum()` | the sum; 0 of nothing. Of integers exact, whatever comes between | numbers |
//! | `mean()` | the mean, a float; missing where there are none | integers, floats |
//! | `min()`, `max()` | the least, the greatest; missing where there are none | numbers, times |
//! | `norm()` | a method of the type's own, named by `#[inspect(methods(norm -> f64))]` | structs, enums, contexts |
//!
//! An `Option` is looked through, and so is a newtype. Put a path with brackets in quotes: YAML has a meaning for them.
//! A missing element makes a sum, a mean, a `min()` or a `max()` missing too, and NaN makes it NaN. A sum of integers beyond
//! 128 bits satisfies no condition.
//!
//! ## Conditions
//!
//! | condition | fits | passes when |
//! |---|---|---|
//! | `min`, `max` | numbers, times | the value is at least, at most the bound |
//! | `between: [1, 5]` | numbers, times | it is neither below the first nor above the second |
//! | `eq`, `neq` | all but collections and structs | it is, is not the bound; of an enum, the variant of that name |
//! | `in`, `not_in` | the same but booleans | it is one of the list, none of it |
//! | `min_len`, `max_len` | strings (in characters), collections (in entries) | its length is at least, at most the bound |
//! | `regex` | strings | the expression matches somewhere in it: anchor it with `^` and `$` |
//! | `multiple_of` | integers, decimals | it is a whole number of times the bound |
//! | `finite: true` | floats | it is neither infinite nor NaN |
//! | `unique: true` | lists of scalars | no two elements are the same |
//! | `exists: true` | what need not be there | it is there; with `false`, it is not |
//! | `changed: true`, `unchanged: true` | all, see below | it is another than the committed value; it is the same |
//! | `max_delta` | numbers, see below | it is no further than that from the committed value |
//! | `monotonic: true` | numbers, times, see below | it is not below the committed value |
//!
//! The last three compare what is proposed with what is committed: they fit the domain, at the output gate. Where there was no
//! value before, every value is a change, and neither too far from it nor below it.
//!
//! `None` and NaN satisfy no condition, whatever it asks, but for `exists: false`. Integers are compared as integers, at any
//! size, and decimals as decimals; a decimal bound of more than 15 digits is written in quotes. Floats are subtracted as floats:
//! `max_delta: 0.1` is at the mercy of their rounding. Times are compared with RFC 3339 texts, UUIDs with what is written with
//! hyphens. A type of one's own is judged by what its [`Inspect`](crate::Inspect) shows; a foreign one behind a feature of this
//! crate (`rust_decimal`, `chrono`, `jiff`, `uuid`) or by an [`InspectAs`](crate::context::InspectAs).
//!
//! Looking at a value and asking allocates nothing, but for the `unique` of more than 32 elements; `regex` makes its tables when it
//! is first asked.
//!
//! ## Settings
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
//! engine.reset_interlock("the burner was replaced")?;
//! engine.run(Record { value: 20.0 })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod auditor;
mod change;
mod condition;
mod error;
mod findings;
mod fold;
mod gate;
mod integer;
mod judge;
mod level;
mod plan;
mod recipe;
mod record;
mod rule;
mod set;
mod steps;
mod test;

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
