//! What a step has changed of a session that is kept in parts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use theus_core::store::{Entry as FieldEntry, Field, Part};

use super::super::entry::Entry;
use super::super::error::StepError;
use super::super::size::of_field;
use super::place::{Kept, PartName, since_of, value_of};

/// Entries that are another since are written anew with each of them: up to so many bytes, and more where the value is large, which is
/// written less often then.
const SHORT: usize = 4_096;
/// So much of the value: what is written of both is about the same then.
const SHARE: usize = 12;

/// A field that a step has changed, as it is kept from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changed {
    /// The field: with its value where that is written anew, and with all entries that are another since.
    field: Field,
    /// Whether the value is there.
    is_whole: bool,
    /// Whether entries that are another since are kept of it from before: they go where there are none any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    had_since: bool,
}

/// A part that is to be written; without bytes, one that is no more.
pub type Written = (PartName, Option<Vec<u8>>);

/// What a step has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The fields, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    changed: Vec<Changed>,
    /// Fields that are no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gone: Vec<String>,
}

/// The fields before a step, and after it.
pub(super) struct Fields<'a> {
    /// As they are kept in parts; none where the session has just begun, or was kept whole.
    pub(super) before: &'a [Field],
    /// All are written, whatever was before.
    pub(super) anew: bool,
    /// Each of them whole.
    pub(super) after: &'a [Field],
    /// What its commits have changed, in order.
    pub(super) parts: &'a [Part],
}

impl Fields<'_> {
    /// What has changed, and all fields as they are kept.
    pub(super) fn change(&self) -> (Change, Vec<Field>) {
        let before = || self.before.iter();
        let known: BTreeMap<&str, &Field> = before().map(|field| (&*field.path, field)).collect();
        let (mut changed, mut kept) = (Vec::new(), Vec::with_capacity(self.after.len()));
        for field in self.after {
            let parts = || self.parts.iter().filter(|part| part.path == field.path);
            let known = known.get(field.path.as_str());
            let had_since = known.is_some_and(|known| !known.entries.is_empty());
            let Some(known) = known.filter(|_| !self.anew) else {
                changed.push(Changed { field: field.clone(), is_whole: true, had_since });
                kept.push(field.clone());
                continue;
            };
            if parts().next().is_none() && known.written == field.written {
                kept.push((*known).clone());
                continue;
            }
            let mut next = (*known).clone();
            parts().for_each(|part| next.take(part));
            next.written = field.written;
            let since: usize = next.entries.iter().map(size).sum();
            if since > SHORT.max(field.value.len() / SHARE) || next.value != known.value {
                next = Field { entries: Vec::new(), ..field.clone() };
                changed.push(Changed { field: next.clone(), is_whole: true, had_since });
            } else {
                let field = Field { value: Vec::new(), ..next.clone() };
                changed.push(Changed { field, is_whole: false, had_since });
            }
            kept.push(next);
        }
        let is_there = |path: &str| self.after.iter().any(|field| field.path == path);
        let gone = before().map(|field| field.path.clone()).filter(|path| !is_there(path)).collect();
        (Change { changed, gone }, kept)
    }
}

fn size(entry: &FieldEntry) -> usize {
    entry.key.len() + entry.value.as_ref().map_or(0, Vec::len) + 8
}

impl Change {
    /// The fields as they are after it.
    pub fn apply(&self, fields: &mut Vec<Field>) {
        fields.retain(|field| !self.gone.contains(&field.path));
        for Changed { field, is_whole, .. } in &self.changed {
            match fields.iter_mut().find(|known| known.path == field.path) {
                Some(known) if *is_whole => known.clone_from(field),
                Some(known) => {
                    known.entries.clone_from(&field.entries);
                    known.written = field.written;
                }
                None => fields.push(field.clone()),
            }
        }
    }

    /// Another one came after it, in the same call.
    pub fn then(&mut self, later: Self) {
        for one in later.changed {
            self.gone.retain(|path| *path != one.field.path);
            match self.changed.iter_mut().find(|known| known.field.path == one.field.path) {
                Some(known) if !one.is_whole => {
                    known.field.entries = one.field.entries;
                    known.field.written = one.field.written;
                }
                // What was kept before the call is what it was before the first of them.
                Some(known) => *known = Changed { had_since: known.had_since, ..one },
                None => self.changed.push(one),
            }
        }
        for path in later.gone {
            self.changed.retain(|one| one.field.path != path);
            if !self.gone.contains(&path) {
                self.gone.push(path);
            }
        }
    }

    /// How long it is in a journal, about.
    pub(super) fn text(&self) -> usize {
        self.changed.iter().map(|one| of_field(&one.field)).sum()
    }

    /// The entry after the step knows where its fields are.
    pub(super) fn noted_in(&self, entry: &mut Entry) {
        let turn = entry.turn;
        let kept = entry.parts.get_or_insert_default();
        kept.retain(|known| !self.gone.contains(&known.path));
        for Changed { field, is_whole, .. } in &self.changed {
            let since = (!field.entries.is_empty()).then_some(turn);
            match kept.iter_mut().find(|known| known.path == field.path) {
                Some(known) => {
                    (known.written, known.since) = (field.written, since);
                    if *is_whole {
                        known.value = turn;
                    }
                }
                None => {
                    let (path, written) = (field.path.clone(), field.written);
                    kept.push(Kept { path, written, value: turn, since });
                }
            }
        }
    }

    /// What is written of a session whose entry this is after all of it: the parts, without bytes where one is no more.
    ///
    /// # Errors
    /// [`StepError::Defect`], which does not come.
    pub fn written(&self, session: &str, entry: &Entry) -> Result<Vec<Written>, StepError> {
        let name = |path: &str, is_value| PartName { path: path.to_owned(), is_value };
        let gone = self.gone.iter().flat_map(|path| [(name(path, true), None), (name(path, false), None)]);
        let mut written: Vec<_> = gone.collect();
        let kept = entry.parts.as_deref().unwrap_or_default();
        for Changed { field, is_whole, had_since } in &self.changed {
            let Some(known) = kept.iter().find(|known| known.path == field.path) else { continue };
            if *is_whole {
                written.push((name(&field.path, true), Some(value_of(known.value, &field.value))));
            }
            match known.since {
                Some(turn) => {
                    written.push((name(&field.path, false), Some(since_of(session, turn, &field.entries)?)));
                }
                None if *had_since => written.push((name(&field.path, false), None)),
                None => {}
            }
        }
        Ok(written)
    }
}
