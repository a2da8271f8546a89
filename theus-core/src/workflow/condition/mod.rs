//! Conditions and expressions of workflows: CEL over the Data zone.

mod expression;
mod facts;
mod stand_in;

pub use expression::{EvaluationError, Expression};
pub use facts::{Facts, NoFacts};
pub use stand_in::{ExpressionProblem, Scope};
