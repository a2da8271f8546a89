//! One expression: checked when the file is loaded, evaluated when a guard or a step needs it.

use std::sync::Arc;

use thiserror::Error;

use super::activation::{Activation, EmptyActivation};
use super::always::always;
use super::bounds::MOST_STEPS;
use super::check::Checker;
use super::evaluate::{Problem, Work, evaluate, is_not_brought, is_way_into_event, to_json};
use super::named::{Named, named};
use super::node::Node;
use super::nothing::fails_without_event;
use super::operand::Operand;
use super::parse::parse;
use super::problem::ExpressionProblem;
use super::scope::{RunScope, Scope, States};
use super::types::Type;
use crate::context::{REDACTED, Shape, Value};
use crate::panics::caught;

/// An expression that was parsed and checked against the schema.
#[derive(Clone)]
pub struct Expression {
    inner: Arc<Inner>,
    /// Whether a key that the event did not bring is no error: null stands for it.
    lenient: bool,
    /// Whether null is no value of what it is for.
    needed: bool,
}

struct Inner {
    text: String,
    kind: Type,
    reads: Vec<String>,
    asks: Box<[u32]>,
    asks_now: bool,
    program: Program,
    /// Of the condition of a rule: the paths whose values a violation tells.
    named: Box<[Named]>,
    /// Whether it reads what people are not shown: then neither are they told why it has no value.
    redacts: bool,
    /// Whether it looks at what the event has brought.
    reads_event: bool,
    /// Of the condition of a rule: what it is whatever the values are.
    always: Option<bool>,
}

/// Who is shown paths, their values and their units.
type See<'s> = dyn FnMut(&str, Option<Value<'_>>, Option<&str>) + 's;

enum Program {
    Checked(Node),
    #[cfg(test)]
    Function(Box<Function>),
}

#[cfg(test)]
type Function = dyn Fn(&dyn Activation) -> Result<serde_json::Value, EvaluationError> + Send + Sync;

/// Why an expression that was fine when it was loaded has no value now.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{expression}` has no value: {problem}")]
#[non_exhaustive]
pub struct EvaluationError {
    /// The expression.
    pub expression: String,
    /// What is wrong: a division by zero, an index beyond the end, a key that is not there.
    pub problem: Box<str>,
    /// Which kind of wrong it is.
    pub kind: EvaluationErrorKind,
}

/// The kinds of reasons for which an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EvaluationErrorKind {
    /// There is none of these data.
    NoValue,
    /// It takes more than [`MOST_STEPS`].
    TooMuch,
}

impl EvaluationError {
    /// There is no value of these data.
    pub fn no_value(expression: impl Into<String>, problem: impl Into<Box<str>>) -> Self {
        Self { expression: expression.into(), problem: problem.into(), kind: EvaluationErrorKind::NoValue }
    }
}

impl Expression {
    /// Parses an expression and checks it: names, zones, types, calls.
    ///
    /// # Errors
    /// [`ExpressionProblem`], the first one in the order of evaluation.
    pub fn compile(text: &str, scope: &Scope<'_>) -> Result<Self, ExpressionProblem> {
        Self::checked(text, scope, None, None)
    }

    /// The same for an expression of a workflow, which can ask for its states: `in('STATE')`.
    ///
    /// # Errors
    /// [`ExpressionProblem`].
    pub fn compile_in(text: &str, scope: &Scope<'_>, states: &dyn States) -> Result<Self, ExpressionProblem> {
        Self::checked(text, scope, None, Some(states))
    }

    fn checked(
        text: &str,
        scope: &Scope<'_>,
        run: Option<&RunScope<'_>>,
        states: Option<&dyn States>,
    ) -> Result<Self, ExpressionProblem> {
        let root = parse(text)?;
        let mut checker = Checker::new(text, scope, run, states);
        let whole = checker.whole(&root)?;
        let (reads, asks) = (std::mem::take(&mut checker.reads), std::mem::take(&mut checker.asks).into());
        let (mut told, mut known) = (Box::default(), None);
        if run.is_some() && matches!(whole.kind, Type::Bool) {
            told = named(&root, &mut checker);
            known = always(&root, &mut checker);
        }
        let (redacts, reads_event, asks_now) = (checker.reads_redacted, checker.reads_event, checker.asks_now);
        let (text, kind, program) = (text.trim().to_owned(), whole.kind, Program::Checked(whole.node));
        let inner =
            Inner { text, kind, reads, asks, asks_now, program, named: told, redacts, reads_event, always: known };
        let expression = Self { inner: Arc::new(inner), lenient: false, needed: false };
        Ok(match known {
            // What names nothing is a constant, however it is computed.
            None if run.is_some() && expression.reads().is_empty() && !asks_now => expression.constant(),
            _ => expression,
        })
    }

    fn constant(self) -> Self {
        let always = self.holds(&EmptyActivation).ok();
        match Arc::try_unwrap(self.inner) {
            Ok(inner) => {
                Self { inner: Arc::new(Inner { always, ..inner }), lenient: self.lenient, needed: self.needed }
            }
            Err(inner) => Self { inner, lenient: self.lenient, needed: self.needed },
        }
    }

    /// The same for a guard: it must be true or false.
    ///
    /// # Errors
    /// [`ExpressionProblem`], also where the value is neither.
    pub fn compile_condition(text: &str, scope: &Scope<'_>) -> Result<Self, ExpressionProblem> {
        Self::compile(text, scope)?.condition(text)
    }

    /// The same for a guard of a workflow, which can ask for its states.
    ///
    /// # Errors
    /// As [`compile_condition`](Self::compile_condition).
    pub fn compile_condition_in(text: &str, scope: &Scope<'_>, states: &dyn States) -> Result<Self, ExpressionProblem> {
        Self::compile_in(text, scope, states)?.condition(text)
    }

    /// The same for the condition of an audit rule, which can name what there is of one run, and knows of itself what a
    /// violation tells.
    ///
    /// # Errors
    /// [`ExpressionProblem`].
    pub fn compile_rule(text: &str, scope: &Scope<'_>, run: &RunScope<'_>) -> Result<Self, ExpressionProblem> {
        Self::checked(text, scope, Some(run), None)?.condition(text)
    }

    fn condition(self, text: &str) -> Result<Self, ExpressionProblem> {
        match &self.inner.kind {
            Type::Bool | Type::Any => Ok(self),
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
        evaluate: impl Fn(&dyn Activation) -> Result<serde_json::Value, EvaluationError> + Send + Sync + 'static,
    ) -> Self {
        let program = Program::Function(Box::new(evaluate));
        let (reads, asks, named) = (Vec::new(), Box::default(), Box::default());
        let inner = Inner {
            text: text.to_owned(),
            kind: Type::Any,
            reads,
            asks,
            asks_now: false,
            program,
            named,
            redacts: false,
            reads_event: false,
            always: None,
        };
        Self { inner: Arc::new(inner), lenient: false, needed: false }
    }

    /// The same where it asks for a state.
    #[cfg(test)]
    pub(crate) fn asking(self, state: u32) -> Self {
        let inner = Arc::try_unwrap(self.inner).unwrap_or_else(|_| unreachable!("it was made just now"));
        Self { inner: Arc::new(Inner { asks: [state].into(), ..inner }), lenient: self.lenient, needed: self.needed }
    }

    /// The same where nothing is a value too: null stands for a key that the event did not bring.
    pub(crate) fn lenient(self) -> Self {
        Self { lenient: true, ..self }
    }

    /// The same where nothing is no value.
    pub(crate) fn needed(self) -> Self {
        Self { needed: true, ..self }
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

    /// The states that it asks for by `in('STATE')`, by their numbers. In the order of the text, each once.
    #[must_use]
    pub fn asks(&self) -> &[u32] {
        &self.inner.asks
    }

    /// Whether it asks what time it is: `now`.
    #[must_use]
    pub fn asks_now(&self) -> bool {
        self.inner.asks_now
    }

    /// What the condition of a rule is whatever the values are; `None` where that depends on them, or is not known.
    #[must_use]
    pub fn always(&self) -> Option<bool> {
        self.inner.always
    }

    /// Whether it reads what people are not shown.
    #[must_use]
    pub fn redacts(&self) -> bool {
        self.inner.redacts
    }

    /// Whether it looks at what the event has brought.
    #[doc(hidden)]
    #[must_use]
    pub fn reads_event(&self) -> bool {
        self.inner.reads_event
    }

    /// Whether it has no value where no event has brought anything, whatever the state is.
    pub(crate) fn fails_without_event(&self) -> bool {
        match &self.inner.program {
            // Null stands for what was not brought.
            Program::Checked(node) if self.lenient => !is_way_into_event(node) && fails_without_event(node),
            Program::Checked(Node::Payload) => self.needed,
            Program::Checked(node) => fails_without_event(node),
            #[cfg(test)]
            Program::Function(_) => false,
        }
    }

    /// Shows each path that the condition of a rule names, with its value and its unit, in the order of the text; without a value
    /// where it is not shown.
    pub fn each_named<'a>(&'a self, activation: &'a dyn Activation, see: &mut See<'_>) {
        for Named { path, node, redacts, unit } in &self.inner.named {
            if *redacts {
                see(path, None, None);
                continue;
            }
            let mut work = Work::of(MOST_STEPS);
            match guarded(|| evaluate(node, activation, &mut work)) {
                Ok(operand) => see(path, Some(operand.as_value()), *unit),
                // An index beyond the end, a key that is not there.
                Err(_) => see(path, Some(Value::Missing), None),
            }
        }
    }

    /// Its value.
    ///
    /// # Errors
    /// [`EvaluationError`] where it has none.
    pub fn evaluate(&self, activation: &dyn Activation) -> Result<serde_json::Value, EvaluationError> {
        self.value(activation, Work::of(MOST_STEPS))
    }

    /// The same with another bound, for tests.
    #[cfg(test)]
    pub(super) fn evaluate_within(
        &self,
        activation: &dyn Activation,
        steps: usize,
    ) -> Result<serde_json::Value, EvaluationError> {
        self.value(activation, Work::of(steps))
    }

    fn value<'a>(
        &'a self,
        activation: &'a dyn Activation,
        mut work: Work<'a>,
    ) -> Result<serde_json::Value, EvaluationError> {
        match &self.inner.program {
            Program::Checked(node) => {
                let value = guarded(|| to_json(&evaluate(node, activation, &mut work)?, &self.inner.kind));
                match value {
                    Err(_) if self.lenient && is_not_brought(node, activation) => Ok(serde_json::Value::Null),
                    value => value.map_err(|problem| self.failed(problem, &work)),
                }
            }
            #[cfg(test)]
            Program::Function(evaluate) => evaluate(activation),
        }
    }

    /// What this sees of its value.
    pub(super) fn seen<T>(
        &self,
        activation: &dyn Activation,
        see: impl FnOnce(&Operand<'_>) -> Result<T, Problem>,
    ) -> Result<T, EvaluationError> {
        match &self.inner.program {
            Program::Checked(node) => {
                let mut work = Work::of(MOST_STEPS);
                let seen = guarded(|| see(&evaluate(node, activation, &mut work)?));
                seen.map_err(|problem| self.failed(problem, &work))
            }
            #[cfg(test)]
            Program::Function(evaluate) => {
                let value = evaluate(activation)?;
                see(&Operand::of_json(&value)).map_err(|problem| EvaluationError::no_value(self.text(), problem))
            }
        }
    }

    /// Whether it holds; of a guard, which is checked to be a `bool` when it is loaded.
    ///
    /// # Errors
    /// [`EvaluationError`] where it has no value, or none that is true or false.
    pub fn holds(&self, activation: &dyn Activation) -> Result<bool, EvaluationError> {
        match &self.inner.program {
            Program::Checked(node) => {
                let mut work = Work::of(MOST_STEPS);
                match guarded(|| evaluate(node, activation, &mut work)) {
                    Ok(Operand::Bool(holds)) => Ok(holds),
                    Ok(other) => Err(self.is_no_truth(other.kind())),
                    Err(problem) => Err(self.failed(problem, &work)),
                }
            }
            #[cfg(test)]
            Program::Function(evaluate) => match evaluate(activation)? {
                serde_json::Value::Bool(holds) => Ok(holds),
                other => Err(self.is_no_truth(&other.to_string())),
            },
        }
    }

    #[cold]
    fn failed(&self, problem: Problem, work: &Work<'_>) -> EvaluationError {
        let kind = if work.is_spent() { EvaluationErrorKind::TooMuch } else { EvaluationErrorKind::NoValue };
        // It may name values: a text that is no number, a key that is not there.
        let problem = if self.inner.redacts { REDACTED.into() } else { problem.into() };
        EvaluationError { expression: self.text().to_owned(), problem, kind }
    }

    #[cold]
    fn is_no_truth(&self, given: &str) -> EvaluationError {
        EvaluationError::no_value(self.text(), format!("it gives {given}, which is neither true nor false"))
    }
}

/// How a value looks can be a user's code: where it panics there is no value.
fn guarded<T>(evaluate: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    caught(evaluate).unwrap_or_else(|panic| Err(format!("it panicked: {}", panic.message()).into()))
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Expression").field(&self.inner.text).finish()
    }
}
