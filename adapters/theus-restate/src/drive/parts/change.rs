//! What a step has changed of a session that is kept in parts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use theus_core::store::{Entry as FieldEntry, Field, Part};

use super::super::entry::Entry;
use super::super::error::StepError;
use super::super::size::of_field;
use super::place::{Apart, Kept, PartName, Since, all, changed, since_of, value_of};

/// A field of so many bytes at most is in the entry itself: a place of its own would be longer than that.
const WITHIN: usize = 256;
/// A value is written anew where what calls have changed of it since is longer than this, ..
const SHORT: usize = 4_096;
/// .. and than this share of it, so that few calls write a value, ..
const SHARE: usize = 4;
/// .. or where there are so many: who has not seen the session reads all of them.
const CALLS: u32 = 64;

/// A field that a call has changed, as it is kept from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changed {
    /// The field: with its value where that is written anew, and with the entries that are another since, or else since the call began.
    field: Field,
    /// Whether the value is there.
    is_whole: bool,
}

/// A part that is to be written; without bytes, one that is no more.
pub type Written = (PartName, Option<Vec<u8>>);

/// What a step, or a call, has changed of the fields that have places of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The fields, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    changed: Vec<Changed>,
    /// Those that have no places of their own any more, with those that they had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gone: Vec<Kept>,
}

/// The fields before a step, and after it.
pub(super) struct Fields<'a> {
    /// Where they are kept; nothing where the session has just begun, or was kept whole.
    pub(super) kept: &'a [Kept],
    /// Those that have places of their own, as they are kept.
    pub(super) before: &'a [Field],
    /// All are written, whatever was before.
    pub(super) anew: bool,
    /// Each of them whole.
    pub(super) after: Vec<Field>,
    /// What its commits have changed, in order.
    pub(super) parts: &'a [Part],
    /// The turn that the step has made, and the one that the call began with.
    pub(super) turn: u64,
    pub(super) began: u64,
}

/// A session in parts, after a step.
#[derive(Default)]
pub(super) struct Split {
    pub(super) change: Change,
    /// Where its fields are from then on.
    pub(super) kept: Vec<Kept>,
    /// Those that are in its entry.
    pub(super) within: Vec<Field>,
    /// Those that are not, as they are kept.
    pub(super) apart: Vec<Field>,
}

impl Fields<'_> {
    /// What has changed, and where all fields are kept.
    pub(super) fn split(mut self) -> Split {
        let (before, kept) = (self.before, self.kept);
        let known: BTreeMap<&str, &Field> = before.iter().map(|field| (&*field.path, field)).collect();
        let places: BTreeMap<&str, &Kept> = kept.iter().map(|kept| (&*kept.path, kept)).collect();
        let (mut split, mut gone) = (Split::default(), places.clone());
        for field in std::mem::take(&mut self.after) {
            let kept_at = places.get(field.path.as_str()).and_then(|kept| kept.apart.as_ref());
            if field.value.len() <= WITHIN {
                split.kept.push(Kept { path: field.path.clone(), apart: None });
                split.within.push(field);
                continue;
            }
            gone.remove(field.path.as_str());
            let known = known.get(field.path.as_str()).copied();
            let (apart, field) = match kept_at.zip(known).filter(|_| !self.anew) {
                Some((at, known)) => self.goes_on(at, known, field, &mut split.change),
                None => self.written(kept_at.map_or(0, |at| at.most), field, &mut split.change),
            };
            split.kept.push(Kept { path: field.path.clone(), apart: Some(apart) });
            split.apart.push(field);
        }
        let gone = gone.into_values().filter(|kept| kept.apart.is_some());
        split.change.gone = gone.cloned().collect();
        split
    }

    /// One that was there: as it was, or with what the step has changed of it.
    fn goes_on(&self, at: &Apart, known: &Field, field: Field, change: &mut Change) -> (Apart, Field) {
        let mut parts = self.parts.iter().filter(|part| part.path == field.path).peekable();
        if parts.peek().is_none() && known.written == field.written {
            return (at.clone(), known.clone());
        }
        let (mut next, mut of_step) = (known.clone(), Field::whole(&field.path, [], field.written));
        for part in parts {
            next.take(part);
            of_step.take(part);
        }
        next.written = field.written;
        of_step.written = field.written;
        let bytes: u64 = of_step.entries.iter().map(size).sum();
        let since = match at.since {
            // What this call has changed of it before is written together with that.
            Some(since) if since.turn > self.began => {
                Since { turn: self.turn, bytes: since.bytes.saturating_add(bytes), ..since }
            }
            Some(since) => Since {
                calls: since.calls.saturating_add(1),
                turn: self.turn,
                before: since.turn,
                bytes: since.bytes.saturating_add(bytes),
            },
            None => Since { calls: 1, turn: self.turn, before: at.value, bytes },
        };
        let most = SHORT.max(field.value.len() / SHARE);
        if next.value != known.value || since.calls > CALLS || usize::try_from(since.bytes).is_ok_and(|all| all > most)
        {
            return self.written(at.most, field, change);
        }
        change.changed.push(Changed { field: of_step, is_whole: false });
        let apart =
            Apart { written: next.written, value: at.value, since: Some(since), most: at.most.max(since.calls) };
        (apart, next)
    }

    /// One whose value is written.
    fn written(&self, most: u32, field: Field, change: &mut Change) -> (Apart, Field) {
        change.changed.push(Changed { field: field.clone(), is_whole: true });
        (Apart { written: field.written, value: self.turn, since: None, most }, field)
    }
}

fn size(entry: &FieldEntry) -> u64 {
    (entry.key.len() + entry.value.as_ref().map_or(0, Vec::len) + 8) as u64
}

impl Change {
    /// The fields that have places of their own, as they are after it.
    pub fn apply(&self, fields: &mut Vec<Field>) {
        fields.retain(|field| self.gone.iter().all(|gone| gone.path != field.path));
        for Changed { field, is_whole } in &self.changed {
            match fields.iter_mut().find(|known| known.path == field.path) {
                Some(known) if *is_whole => known.clone_from(field),
                Some(known) => {
                    changed(known, field.entries.clone());
                    known.written = field.written;
                }
                None => fields.push(field.clone()),
            }
        }
    }

    /// Another one came after it, in the same call.
    pub fn then(&mut self, later: Self) {
        for one in later.changed {
            // Had it gone, what it had goes all the same: before it is written.
            match self.changed.iter_mut().find(|known| known.field.path == one.field.path) {
                Some(known) if !one.is_whole => {
                    changed(&mut known.field, one.field.entries);
                    known.field.written = one.field.written;
                }
                Some(known) => *known = one,
                None => self.changed.push(one),
            }
        }
        for gone in later.gone {
            self.changed.retain(|one| one.field.path != gone.path);
            if self.gone.iter().all(|known| known.path != gone.path) {
                self.gone.push(gone);
            }
        }
    }

    /// How long it is in a journal, about.
    pub(super) fn text(&self) -> usize {
        self.changed.iter().map(|one| of_field(&one.field)).sum()
    }

    /// What is written of a session whose entry this is after all of it: the parts, without bytes where one is no more.
    ///
    /// # Errors
    /// [`StepError::Defect`], which does not come.
    pub fn written(&self, session: &str, entry: &Entry) -> Result<Vec<Written>, StepError> {
        let mut written: Vec<_> = self.gone.iter().flat_map(all).map(|name| (name, None)).collect();
        let kept = entry.parts.as_deref().unwrap_or_default();
        for Changed { field, is_whole } in &self.changed {
            let known = kept.iter().find(|known| known.path == field.path);
            let Some(apart) = known.and_then(|known| known.apart.as_ref()) else { continue };
            let name = |call| PartName { path: field.path.clone(), call };
            if *is_whole {
                written.push((name(0), Some(value_of(apart.value, &field.value))));
            }
            if let Some(since) = apart.since {
                written.push((name(since.calls), Some(since_of(session, since, &field.entries)?)));
            }
        }
        Ok(written)
    }
}
