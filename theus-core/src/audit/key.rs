//! What a rule with `per` is counted by.

use std::sync::Arc;

use super::counted::CountedRule;
use super::ledger::Hash;
use crate::audit::{Subject, Text};
use crate::context::REDACTED;

/// The value whose counter it is, as records show it; none of a rule that has one counter.
pub(super) type Key = Option<Arc<str>>;

/// Longer ones are kept by their beginning and a hash.
const LONGEST: usize = 128;

/// What of a long one is shown.
const SHOWN: usize = 48;

/// A value as records show it.
pub(super) fn shown(rule: &CountedRule, key: &Key) -> Option<Text> {
    match rule.counting().per() {
        Some(per) if per.redacts() => Some(Text::from_static(REDACTED)),
        _ => key.clone().map(Text::from),
    }
}

pub(super) fn of(rule: &CountedRule, subject: &(impl Subject + ?Sized)) -> Key {
    let per = rule.counting().per()?;
    let text = per.target().read(subject).to_string();
    if per.redacts() {
        // Told apart, and not told.
        return Some(format!("#{}", Hash::of(text.as_bytes())).into());
    }
    if text.len() <= LONGEST {
        return Some(text.into());
    }
    let end = (0..=SHOWN).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    Some(format!("{}… #{}", &text[..end], Hash::of(text.as_bytes())).into())
}
