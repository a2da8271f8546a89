//! Conditions and expressions of workflows: CEL over the Data zone.

mod bounds;
mod check;
mod evaluate;
mod expression;
mod facts;
mod node;
mod operand;
mod parse;
mod problem;
mod scope;
mod token;
mod types;

pub use expression::{EvaluationError, Expression};
pub use facts::{Facts, NoFacts};
pub use problem::ExpressionProblem;
pub use scope::Scope;

#[cfg(test)]
mod tests;
