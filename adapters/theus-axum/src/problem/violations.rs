//! What the audit has found, as far as a client is told.

use serde_json::{Map, Value};
use theus_core::audit::Violation;

use super::Problem;

/// A client is told which rule it was, and what its recipe says to people. The value is told where it is an argument, which the client has
/// sent itself, and not redacted; where the rule stands, and what the state holds, is no concern of its.
#[must_use]
pub fn account(violation: &Violation) -> Value {
    let mut told = Map::new();
    told.insert("rule".to_owned(), violation.rule.to_string().into());
    told.insert("level".to_owned(), violation.level.as_str().into());
    told.insert("path".to_owned(), violation.path.to_string().into());
    told.insert("action".to_owned(), violation.action.as_str().into());
    if let Some(id) = &violation.id {
        told.insert("id".to_owned(), id.to_string().into());
    }
    let is_argument = !["domain", "global", "local"].iter().any(|layer| {
        violation.path.strip_prefix(layer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    });
    if is_argument {
        told.insert("value".to_owned(), violation.value.to_string().into());
    }
    if let Some(message) = &violation.message {
        told.insert("message".to_owned(), message.to_string().into());
    }
    Value::Object(told)
}

/// The violations whose levels acted, as the member `violations`.
pub(super) fn told(problem: Problem, violations: &[Violation]) -> Problem {
    let strongest = violations.iter().min_by_key(|violation| violation.level);
    let detail = strongest.map(|it| match &it.message {
        Some(message) => message.to_string(),
        None => format!("the rule `{}` refuses it", it.rule),
    });
    let problem = problem.member("violations", violations.iter().map(account).collect::<Vec<_>>());
    match detail {
        Some(detail) => problem.detail(detail),
        None => problem,
    }
}
