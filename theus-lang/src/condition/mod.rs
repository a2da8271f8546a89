//! Conditions and expressions of workflows and of audit rules: CEL over the Data zone.
//!
//! An expression is bounded where it is written (4,096 bytes, nested no deeper than anyone writes) and where it is evaluated: what
//! takes more than [`MOST_STEPS`] is an [`EvaluationError`] of the kind [`TooMuch`](EvaluationErrorKind::TooMuch), so that lists
//! within lists cannot hold a session up.
//!
//! `in('STATE')` is whether a state of the workflow is active.
//!
//! Besides the operators of CEL there are `has`, `size`, `all`, `exists`, `exists_one`, `filter`, `map`; of texts `contains`, `startsWith`,
//! `endsWith`, `matches`; of lists `sum`, `mean`, `min`, `max`, which are exact; `int`, `double`, `string`, `timestamp`.

mod activation;
mod always;
mod bounds;
mod check;
mod element_test;
mod evaluate;
mod expression;
mod foreign;
mod literal;
mod named;
mod node;
mod operand;
mod parse;
mod problem;
mod scope;
mod syntax;
mod time;
mod token;
mod types;

pub use bounds::MOST_STEPS;
pub use expression::{EvaluationError, EvaluationErrorKind, Expression};

pub use activation::{Activation, EmptyActivation};
pub use problem::ExpressionProblem;
pub use scope::{RunScope, Scope, States, UnknownState};
pub(crate) use time::{is_length, is_moment};

#[cfg(test)]
mod tests;
