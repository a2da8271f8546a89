//! Reading how long to wait at least before the next try, as the error says: `after` of a `retry`.

use super::code;
use super::inside::inside;
use super::length::short;
use super::reading::Reading;
use crate::condition::{Expression, ExpressionProblem, Scope, is_length};
use crate::context::Shape;
use crate::process::{Contract, Gives};
use crate::source::{NodePath, Problem, Value, duration};
use crate::workflow::chart::{LeastWait, TIMEOUT};

/// As it is written.
const EXAMPLE: &str = "`after: \"${ error.retry_after }\"`";

impl Reading<'_> {
    /// `after` of these errors: an expression over what they hold.
    pub(super) fn least_wait(
        &mut self,
        value: &Value,
        contract: &'static Contract,
        errors: &[&'static str],
        at: &NodePath,
    ) -> Vec<(&'static str, LeastWait)> {
        let text = value.as_str().and_then(|text| inside(text).map(|inner| (text, inner.trim())));
        let Some((written, inner)) = text else {
            self.is_no_wait(value, at);
            return Vec::new();
        };
        // That its time was over holds nothing: it waits as its backoff says.
        let declared: Vec<&'static str> = errors.iter().copied().filter(|error| *error != TIMEOUT).collect();
        if declared.is_empty() {
            self.diagnostics.error(code::STEP, || {
                Problem::new(at.clone(), "no error of these says how long to wait").help(format!(
                    "`{TIMEOUT}` holds nothing, and what has an `after` of its own needs none: remove it"
                ))
            });
            return Vec::new();
        }
        let (is_one, mut all) = (declared.len() == 1, Vec::with_capacity(declared.len()));
        for error in declared {
            let found = self.wait_after(&self.meant_by(inner, at), contract, error);
            match found {
                Ok(wait) => all.push((error, LeastWait(wait))),
                Err(wrong) => {
                    self.diagnostics.error(wrong.code(), || wrong.told(at, (written, inner), error, is_one));
                    // Those after it would tell the same of the same text.
                    break;
                }
            }
        }
        all
    }

    /// What this error says, checked against what it holds.
    fn wait_after(&self, text: &str, contract: &'static Contract, error: &'static str) -> Result<Expression, Wrong> {
        let place = contract.errors.iter().position(|name| *name == error);
        let entry = self.processes.get(contract.process);
        let held = place.zip(entry).and_then(|(place, entry)| entry.errors.get(place));
        let shape = match held {
            Some(Gives::Value(shape)) => shape.clone(),
            Some(Gives::Hidden) => return Err(Wrong::Hidden),
            Some(Gives::Nothing) | None => Shape::Opaque,
        };
        let items = [(LeastWait::ERROR, shape)];
        let (domain, global) = (&self.catalog.domain, &self.catalog.global);
        // No event is handled then, and what the loops around go through is not the error's.
        let scope = Scope { domain, global, payload: None, items: &items };
        let expression = Expression::compile(text, &scope).map_err(Wrong::Expression)?;
        if Expression::compile(text, &Scope { items: &[], ..scope }).is_ok() {
            return Err(Wrong::Blind);
        }
        let given = expression.shape();
        // What may be missing is waited for as the backoff says.
        if is_length(&given) { Ok(expression) } else { Err(Wrong::NoLength(given)) }
    }

    fn is_no_wait(&mut self, value: &Value, at: &NodePath) {
        let is_constant =
            matches!(value, Value::Number(_)) || value.as_str().is_some_and(|text| duration::parse(text).is_ok());
        self.diagnostics.error(code::STEP, || {
            let problem =
                Problem::new(at.clone(), "`after` says where an error has how long to wait: one expression in `${ }`");
            if is_constant {
                let shown = value.as_str().map_or_else(|| "30s".into(), short);
                problem.help(format!("a wait that is the same for every error of a kind is its `backoff: {shown}`"))
            } else {
                problem.help(format!("write {EXAMPLE}"))
            }
        });
    }
}

/// Why an error does not say how long to wait.
enum Wrong {
    /// It has no JSON.
    Hidden,
    Expression(ExpressionProblem),
    /// It does not look at the error.
    Blind,
    NoLength(Shape),
}

impl Wrong {
    const fn code(&self) -> &'static str {
        match self {
            Self::Hidden | Self::Blind => code::STEP,
            Self::Expression(_) => code::EXPRESSION,
            Self::NoLength(_) => code::EXPRESSION_FIT,
        }
    }

    fn told(self, at: &NodePath, (written, inner): (&str, &str), error: &str, is_one: bool) -> Problem {
        let of_those = format!(
            "if only some errors say how long to wait, write it under `on`, as in `on: {{ {error}: {{ after: .. }} }}`"
        );
        match self {
            Self::Hidden => Problem::new(at.clone(), format!("what `{error}` holds cannot be looked at"))
                .label("it has no JSON")
                .help(format!(
                    "derive `serde::Serialize` for `{error}`, and `Inspect` where its fields are to be checked"
                )),
            Self::Blind => {
                Problem::new(at.clone(), format!("`{}` does not look at the error", short(written))).help(format!(
                    "what the error holds is `error` here, as in {EXAMPLE}; what is the same each time is a `backoff`"
                ))
            }
            Self::Expression(wrong) => {
                let message = if is_one { wrong.message } else { format!("{} (after `{error}`)", wrong.message) };
                let help = wrong.help.filter(|_| is_one).or((!is_one).then_some(of_those));
                Problem::new(at.clone(), message).within(inner, wrong.span).help(help.unwrap_or_default())
            }
            Self::NoLength(given) => {
                let help = if is_one {
                    "a length of time is a `Duration`, or a number: of seconds".to_owned()
                } else {
                    of_those
                };
                Problem::new(at.clone(), format!("`after` must give a length of time after `{error}`"))
                    .label(format!("this gives {given}"))
                    .help(help)
            }
        }
    }
}
