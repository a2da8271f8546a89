//! What judging found, to be settled once a run.

use std::sync::Arc;

use super::counted::CountedRule;
use crate::audit::Subject;
use crate::context::Value;
use theus_lang::audit::message::Seen;

/// Longer texts are cut in records.
const LONGEST_TEXT: usize = 200;

/// What judging a gate found: the rules that failed, with the value seen, and those whose pass puts a counter back.
///
/// Nothing has been counted yet: [`Auditor::settle`](super::Auditor::settle) does that, once a run.
#[derive(Debug, Default)]
#[must_use = "outcomes count only when they are settled"]
pub struct RuleOutcomes {
    pub(super) found: Vec<Found>,
}

#[derive(Debug)]
pub(super) struct Found {
    pub(super) rule: Arc<CountedRule>,
    /// What failed; `None` where the rule passed.
    pub(super) failed: Option<Seen>,
}

impl RuleOutcomes {
    /// Whether there is nothing to settle.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Adds the outcomes of a later gate of the same run.
    pub fn append(&mut self, mut later: Self) {
        self.found.append(&mut later.found);
    }

    #[cold]
    pub(super) fn note(
        &mut self,
        rule: &Arc<CountedRule>,
        value: Value<'_>,
        passes: bool,
        subject: &(impl Subject + ?Sized),
    ) {
        let seen =
            || Seen { value: shown(value).into(), before: rule.before(subject).map(|value| shown(value).into()) };
        let failed = (!passes).then(seen);
        self.found.push(Found { rule: Arc::clone(rule), failed });
    }
}

pub(super) fn shown(value: Value<'_>) -> String {
    match value {
        Value::Text(text) => match text.char_indices().nth(LONGEST_TEXT) {
            Some((end, _)) => format!("{:?}… ({} characters)", &text[..end], text.chars().count()),
            None => value.to_string(),
        },
        value => value.to_string(),
    }
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
