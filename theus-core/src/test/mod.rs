//! Tests of processes, rules and workflows, in a few lines.
//!
//! | I want to | use |
//! |---|---|
//! | run one command on a state, and see all that came of it | [`Trial`], [`Outcome`] |
//! | go through a workflow at random, and know what was never reached | [`Walk`], [`Coverage`] |
//! | have any command on any state keep a promise | `commands`, `calls`, `states`, with the feature `proptest` |
//! | have effects answer as the real ones did once | `Fixture`, with the feature `store` |
//! | know which rules of a recipe no test has broken | [`Coverage::rules`], and [`RuleCoverage`] over several trials |
//! | know what the sessions of a store have never reached | `Engine::stored_coverage`, with the feature `store` |
//! | have time go by at once | [`VirtualClock`](crate::workflow::VirtualClock), which a [`Walk`] has |
//!
//! ```
//! use theus_core::prelude::*;
//! use theus_core::test::Trial;
//!
//! #[derive(Clone, Default, Context)]
//! struct Bank { balance: i64, sig_large: bool }
//!
//! #[process(updates = [domain.balance], outputs = [domain.sig_large])]
//! fn withdraw(ctx: Ctx<Bank>, amount: i64) -> i64 {
//!     *ctx.domain.balance -= amount;
//!     ctx.domain.sig_large.set(amount >= 50);
//!     *ctx.domain.balance
//! }
//!
//! let outcome = Trial::of(Bank { balance: 100, ..Bank::default() }).run(Withdraw { amount: 60 })?;
//! assert_eq!(outcome.result.as_ref().ok(), Some(&40));
//! assert_eq!(outcome.state.as_ref().map(|state| state.balance), Some(40));
//! // All of it, as text: for a snapshot.
//! assert_eq!(outcome.to_string(), r#"withdraw {"amount":60}
//! gave 40
//! domain.sig_large: false -> true
//! domain.balance: 100 -> 40
//! raised EVT_LARGE
//! "#);
//!
//! let recipe = "process_recipes: { withdraw: { outputs: [ { field: domain.balance, min: 0, level: B } ] } }";
//! let refused = Trial::of(Bank::default()).recipe("audit.yaml", recipe).run(Withdraw { amount: 5 })?;
//! assert!(refused.result.is_err() && refused.changes.is_empty());
//! assert_eq!(refused.violations[0].path.as_str(), "domain.balance");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod coverage;
#[cfg(feature = "store")]
mod fixture;
#[cfg(feature = "proptest")]
mod generate;
mod outcome;
mod rules;
mod trial;
mod walk;

pub use coverage::{Coverage, Way};
#[cfg(feature = "store")]
pub use fixture::{Fixture, FixtureError, FixtureProblem};
#[cfg(feature = "proptest")]
pub use generate::{Call, Calls, Commands, GenerateError, States, calls, commands, states};
pub use outcome::{Change, Outcome};
pub use rules::{RuleCoverage, RuleUse};
pub use trial::Trial;
pub use walk::{Random, Step, Walk, WalkError};
