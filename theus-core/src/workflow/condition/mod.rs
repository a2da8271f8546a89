//! Conditions and expressions of workflows: CEL over the Data zone.

mod expression;
mod facts;

pub use expression::{EvaluationError, Expression};
pub use facts::{Facts, NoFacts};
