//! What a rule with `per` is counted by.

use std::sync::Arc;

use super::counted::CountedRule;
use super::ledger::Hash;
use crate::audit::Subject;

/// The value whose counter it is, as records show it; none of a rule that has one counter.
pub(super) type Key = Option<Arc<str>>;

/// Longer ones are kept by their beginning and a hash.
const LONGEST: usize = 128;

/// What of a long one is shown.
const SHOWN: usize = 48;

pub(super) fn of(rule: &CountedRule, subject: &(impl Subject + ?Sized)) -> Key {
    let per = rule.counting().per()?;
    let text = per.target().read(subject).to_string();
    if text.len() <= LONGEST {
        return Some(text.into());
    }
    let end = (0..=SHOWN).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    Some(format!("{}… #{}", &text[..end], Hash::of(text.as_bytes())).into())
}
