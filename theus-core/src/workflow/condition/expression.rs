//! One expression: checked when the file is loaded, evaluated when a guard or a step needs it.

use std::sync::Arc;

use thiserror::Error;

use super::facts::Facts;

/// An expression that was parsed and checked against the schema.
#[derive(Clone)]
pub struct Expression {
    inner: Arc<Inner>,
}

struct Inner {
    text: String,
    evaluate: Box<dyn Fn(&dyn Facts) -> Result<serde_json::Value, EvaluationError> + Send + Sync>,
}

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
    /// An expression made of a function, for tests of what only needs some expression.
    #[cfg(test)]
    pub(crate) fn of(
        text: &str,
        evaluate: impl Fn(&dyn Facts) -> Result<serde_json::Value, EvaluationError> + Send + Sync + 'static,
    ) -> Self {
        Self { inner: Arc::new(Inner { text: text.to_owned(), evaluate: Box::new(evaluate) }) }
    }

    /// As the file has it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// Its value.
    ///
    /// # Errors
    /// [`EvaluationError`] where it has none.
    pub fn evaluate(&self, facts: &dyn Facts) -> Result<serde_json::Value, EvaluationError> {
        (self.inner.evaluate)(facts)
    }

    /// Whether it holds; of a guard, which is checked to be a `bool` when it is loaded.
    ///
    /// # Errors
    /// [`EvaluationError`] where it has no value, or none that is true or false.
    pub fn holds(&self, facts: &dyn Facts) -> Result<bool, EvaluationError> {
        match self.evaluate(facts)? {
            serde_json::Value::Bool(holds) => Ok(holds),
            other => Err(EvaluationError {
                expression: self.text().to_owned(),
                problem: format!("it gives {other}, which is neither true nor false"),
            }),
        }
    }
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Expression").field(&self.inner.text).finish()
    }
}
