//! What a condition of several values looks at, and what a violation of it tells.

use std::fmt::{Display, Write};
use std::time::Duration;

use crate::condition::{Activation, EvaluationError, Expression};
use crate::context::{REDACTED, Value};
use crate::source::duration;
use theus_model::audit::{Subject, Text};

/// Longer texts are cut in records.
const LONGEST_TEXT: usize = 200;

/// What rules look at, as conditions look at it.
struct Looks<'s, S: ?Sized>(&'s S);

impl<S: Subject + ?Sized> Activation for Looks<'_, S> {
    fn domain(&self, path: &[usize]) -> Value<'_> {
        self.0.domain(path)
    }
    fn global(&self, path: &[usize]) -> Value<'_> {
        self.0.global(path)
    }
    fn local(&self, path: &[usize]) -> Value<'_> {
        self.0.local(path)
    }
    fn argument(&self, index: usize) -> Value<'_> {
        self.0.argument(index)
    }
    fn now(&self) -> Value<'_> {
        self.0.now()
    }
    fn payload(&self) -> Option<&serde_json::Value> {
        None
    }
    fn item(&self, _: &str) -> Option<&serde_json::Value> {
        None
    }
}

/// Whether it holds.
pub(super) fn holds(expression: &Expression, subject: &(impl Subject + ?Sized)) -> Result<bool, EvaluationError> {
    expression.holds(&Looks(subject))
}

/// The paths that it names with their values: `domain.total = 100, domain.cash = 40`.
pub(super) fn named(expression: &Expression, subject: &(impl Subject + ?Sized)) -> String {
    let mut text = String::new();
    expression.each_named(&Looks(subject), &mut |path, value, unit| {
        let comma = if text.is_empty() { "" } else { ", " };
        // Writing to a string does not fail.
        let _ = match value {
            Some(value) => write!(text, "{comma}{path} = {}", measured(value, unit)),
            None => write!(text, "{comma}{path} = {REDACTED}"),
        };
    });
    text
}

/// Why there is no answer, and of which values.
#[cold]
pub(super) fn unanswered(expression: &Expression, error: &EvaluationError, subject: &(impl Subject + ?Sized)) -> Text {
    let values = named(expression, subject);
    match values.is_empty() {
        true => format!("no value: {}", error.problem).into(),
        false => format!("no value: {} ({values})", error.problem).into(),
    }
}

/// A value as records show it.
pub fn shown(value: Value<'_>) -> String {
    match value {
        Value::Text(text) => match text.char_indices().nth(LONGEST_TEXT) {
            Some((end, _)) => format!("{:?}… ({} characters)", &text[..end], text.chars().count()),
            None => value.to_string(),
        },
        value => value.to_string(),
    }
}

/// A length of time as files write it: `1h 30m`. Of more than a millisecond, whole ones.
pub fn shown_time(time: Duration) -> String {
    let whole = Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    duration::shown(if whole.is_zero() { time } else { whole })
}

/// A value as records show it; of a number, with its unit.
pub(super) fn measured(value: Value<'_>, unit: Option<impl Display>) -> String {
    let is_number = matches!(value, Value::Int(_) | Value::Huge(_) | Value::Float(_) | Value::Decimal { .. });
    match unit.filter(|_| is_number) {
        Some(unit) => format!("{} {unit}", shown(value)),
        None => shown(value),
    }
}

/// A condition as records show it, however the file has it.
pub fn in_one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_in_records() {
        assert_eq!(shown(Value::Text(&"ü".repeat(200))).chars().count(), 202);
        assert!(shown(Value::Text(&"ü".repeat(201))).ends_with("ü\"… (201 characters)"));
    }
}
