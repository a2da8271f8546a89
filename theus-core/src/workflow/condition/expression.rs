//! One expression: checked when the file is loaded, evaluated when a guard or a step needs it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use thiserror::Error;

use super::check::Checker;
use super::evaluate::{Problem, evaluate, is_not_brought, to_json};
use super::facts::Facts;
use super::node::Node;
use super::operand::Operand;
use super::parse::with_parsed;
use super::problem::ExpressionProblem;
use super::scope::Scope;
use super::types::Type;
use crate::context::Shape;
use crate::process::Panicked;
use crate::transaction::shed;

/// An expression that was parsed and checked against the schema.
#[derive(Clone)]
pub struct Expression {
    inner: Arc<Inner>,
    /// Whether a key that the event did not bring is no error: null stands for it.
    lenient: bool,
}

struct Inner {
    text: String,
    kind: Type,
    reads: Vec<String>,
    program: Program,
}

enum Program {
    Checked(Node),
    #[cfg(test)]
    Function(Box<Function>),
}

#[cfg(test)]
type Function = dyn Fn(&dyn Facts) -> Result<serde_json::Value, EvaluationError> + Send + Sync;

/// Why an expression that was fine when it was loaded has no value now.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{expression}` has no value: {problem}")]
pub struct EvaluationError {
    /// The expression.
    pub expression: String,
    /// What is wrong: a division by zero, an index beyond the end, a key that is not there.
    pub problem: String,
}

impl Expression {
    /// Parses an expression and checks it: names, zones, types, calls.
    ///
    /// # Errors
    /// [`ExpressionProblem`], the first one in the order of evaluation.
    pub fn compile(text: &str, scope: &Scope<'_>) -> Result<Self, ExpressionProblem> {
        let inner = with_parsed(text, |parsed| {
            let mut checker = Checker::new(parsed, scope);
            let whole = checker.whole()?;
            let program = Program::Checked(whole.node);
            Ok(Inner { text: text.trim().to_owned(), kind: whole.kind, reads: checker.reads, program })
        })?;
        Ok(Self { inner: Arc::new(inner), lenient: false })
    }

    /// The same for a guard: it must be true or false.
    ///
    /// # Errors
    /// [`ExpressionProblem`], also where the value is neither.
    pub fn compile_condition(text: &str, scope: &Scope<'_>) -> Result<Self, ExpressionProblem> {
        let expression = Self::compile(text, scope)?;
        match &expression.inner.kind {
            Type::Bool | Type::Any => Ok(expression),
            other => {
                let problem =
                    ExpressionProblem::new(0..text.len(), format!("a condition is true or false, and this is {other}"));
                Err(match other {
                    kind if kind.is_number() => problem.help("compare it, as in `.. > 0`"),
                    Type::Collection(_) | Type::List(_) | Type::Text => {
                        problem.help("ask for its size, as in `.. .size() > 0`")
                    }
                    Type::Optional(_) => problem.help("compare it, as in `.. != null`"),
                    _ => problem,
                })
            }
        }
    }

    /// An expression made of a function, for tests of what only needs some expression.
    #[cfg(test)]
    pub(crate) fn of(
        text: &str,
        evaluate: impl Fn(&dyn Facts) -> Result<serde_json::Value, EvaluationError> + Send + Sync + 'static,
    ) -> Self {
        let program = Program::Function(Box::new(evaluate));
        let inner = Inner { text: text.to_owned(), kind: Type::Any, reads: Vec::new(), program };
        Self { inner: Arc::new(inner), lenient: false }
    }

    /// The same where nothing is a value too: null stands for a key that the event did not bring.
    pub(in crate::workflow) fn lenient(self) -> Self {
        Self { lenient: true, ..self }
    }

    /// As the file has it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// The shape of its value; [`Shape::Opaque`] where that is not known before there is one.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.inner.kind.shape()
    }

    /// The Data fields that it reads, each with its layer: `domain.user.name`. In the order of the text, each once.
    #[must_use]
    pub fn reads(&self) -> &[String] {
        &self.inner.reads
    }

    /// Its value.
    ///
    /// # Errors
    /// [`EvaluationError`] where it has none.
    pub fn evaluate(&self, facts: &dyn Facts) -> Result<serde_json::Value, EvaluationError> {
        match &self.inner.program {
            Program::Checked(node) => {
                let value = guarded(|| to_json(&evaluate(node, facts, &mut Vec::new())?, &self.inner.kind));
                match value {
                    Err(_) if self.lenient && is_not_brought(node, facts) => Ok(serde_json::Value::Null),
                    value => value.map_err(|problem| self.failed(problem)),
                }
            }
            #[cfg(test)]
            Program::Function(evaluate) => evaluate(facts),
        }
    }

    /// Whether it holds; of a guard, which is checked to be a `bool` when it is loaded.
    ///
    /// # Errors
    /// [`EvaluationError`] where it has no value, or none that is true or false.
    pub fn holds(&self, facts: &dyn Facts) -> Result<bool, EvaluationError> {
        match &self.inner.program {
            Program::Checked(node) => guarded(|| match evaluate(node, facts, &mut Vec::new())? {
                Operand::Bool(holds) => Ok(holds),
                other => Err(format!("it gives {}, which is neither true nor false", other.kind()).into()),
            })
            .map_err(|problem| self.failed(problem)),
            #[cfg(test)]
            Program::Function(evaluate) => match evaluate(facts)? {
                serde_json::Value::Bool(holds) => Ok(holds),
                other => Err(self.failed(format!("it gives {other}, which is neither true nor false").into())),
            },
        }
    }

    #[cold]
    fn failed(&self, problem: Problem) -> EvaluationError {
        EvaluationError { expression: self.text().to_owned(), problem: problem.into_owned() }
    }
}

/// How a value looks can be a user's code: where it panics there is no value.
fn guarded<T>(evaluate: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(evaluate)).unwrap_or_else(|panic| {
        let message = Panicked::message_of(&*panic);
        shed(panic);
        Err(format!("it panicked: {message}").into())
    })
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Expression").field(&self.inner.text).finish()
    }
}
