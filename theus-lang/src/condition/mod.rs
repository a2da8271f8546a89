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
//!
//! `now` is what time it is: the same in all of one decision, in a rule the same at both gates of an attempt. The difference of two moments is a
//! number of seconds, exact, as a `Duration` is one; `duration('1h 30m')` is one that is written out, and a moment and a number of
//! seconds make a moment: `now - domain.opened > duration('30m')`, `domain.opened + domain.allowed < now`. What the calendar says of a
//! moment are the functions of CEL, in UTC or in a zone: `getFullYear`, `getMonth` (from 0 on), `getDate` (the day of the month), `getDayOfMonth`
//! (the same from 0 on), `getDayOfWeek` (0 is Sunday), `getDayOfYear` (from 0 on), `getHours`, `getMinutes`, `getSeconds`,
//! `getMilliseconds`: `now.getHours('Europe/Berlin') >= 6`.

mod activation;
mod always;
mod bounds;
mod check;
mod element_test;
mod evaluate;
mod expression;
mod foreign;
mod literal;
mod moved;
mod named;
mod node;
mod nothing;
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
pub(crate) use moved::{moved, moved_among};
pub use problem::ExpressionProblem;
pub use scope::{RunScope, Scope, States, UnknownState};
pub(crate) use time::{is_length, is_moment};

#[cfg(test)]
mod tests;
