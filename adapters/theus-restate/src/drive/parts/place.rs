//! Where the fields of a session are kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use theus_core::store::{Entry as FieldEntry, Field, Part, decode, encode};

use super::super::entry::Entry;
use super::super::error::StepError;

/// One field of a session in parts, as its entry has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// The field, without the layer.
    pub path: String,
    /// Where it is, where it is not in the entry itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apart: Option<Apart>,
}

/// A field that has places of its own: one for its value, and one for each call since that has changed entries of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Apart {
    /// Whether a commit has written it.
    pub written: bool,
    /// The turn that its value was written in.
    pub value: u64,
    /// What calls have changed of it since; none where that is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// How many calls there have been at most since a value was written: places that may hold something, which is of no use any more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub most: u32,
}

/// What calls have changed of a field since its value was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// How many calls, each of which has a place of its own.
    pub calls: u32,
    /// The turn that the last of them was written in.
    pub turn: u64,
    /// The turn that was written before it: of the call before, or of the value.
    pub before: u64,
    /// How long all of them are, about.
    pub bytes: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// What a part of a session is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartName {
    /// The field, without the layer.
    pub path: String,
    /// 0 for its value; else what the first, the second .. call since has changed of it.
    pub call: u32,
}

impl PartName {
    /// The key that it is kept under: `value:notes`, `since:notes:1`.
    #[must_use]
    pub fn key(&self) -> String {
        match self.call {
            0 => format!("value:{}", self.path),
            call => format!("since:{}:{call}", self.path),
        }
    }
}

/// The parts that a field is kept in.
pub(crate) fn of(kept: &Kept) -> impl Iterator<Item = PartName> {
    places(kept, |apart| apart.since.map_or(0, |since| since.calls))
}

/// Those that may hold something of it.
pub(crate) fn all(kept: &Kept) -> impl Iterator<Item = PartName> {
    places(kept, |apart| apart.most)
}

fn places(kept: &Kept, calls: impl Fn(&Apart) -> u32) -> impl Iterator<Item = PartName> {
    let calls = kept.apart.as_ref().map(calls).into_iter();
    calls.flat_map(|calls| 0..=calls).map(|call| PartName { path: kept.path.clone(), call })
}

/// A value, with the turn that it was written in before it.
pub(super) fn value_of(turn: u64, value: &[u8]) -> Vec<u8> {
    [&turn.to_be_bytes(), value].concat()
}

/// What a call has changed, in the same way, with the turn that was written before it.
///
/// # Errors
/// [`StepError::Defect`], which does not come: entries are bytes.
pub(super) fn since_of(session: &str, since: Since, entries: &[FieldEntry]) -> Result<Vec<u8>, StepError> {
    let entries = encode(entries)
        .map_err(|error| StepError::Defect { session: session.to_owned(), reason: error.to_string() })?;
    Ok([&since.turn.to_be_bytes(), &since.before.to_be_bytes(), entries.as_slice()].concat())
}

/// The fields of a session that have places of their own, out of what is kept of them: `read` gives a part.
///
/// # Errors
/// [`StepError::Damaged`]: where a part is not there, is of another turn than the entry says, or cannot be read.
pub fn fields(
    session: &str,
    kept: &[Kept],
    mut read: impl FnMut(&PartName) -> Option<Vec<u8>>,
) -> Result<Vec<Field>, StepError> {
    let damaged = |name: &PartName, reason: String| StepError::Damaged {
        session: session.to_owned(),
        reason: format!("`{}` {reason}", name.key()),
    };
    let of_turn = |name: &PartName, turn: u64, found: u64| match found == turn {
        true => Ok(()),
        false => Err(damaged(name, format!("is of turn {found}, and not of {turn}"))),
    };
    let mut field = |kept: &Kept, apart: &Apart| {
        let mut part = |name: &PartName| read(name).ok_or_else(|| damaged(name, "is not there".to_owned()));
        let name = |call| PartName { path: kept.path.clone(), call };
        let (value, bytes) = (name(0), part(&name(0))?);
        let (found, rest) = numbered(&bytes).ok_or_else(|| damaged(&value, "is cut off".to_owned()))?;
        of_turn(&value, apart.value, found)?;
        let mut field = Field::whole(&kept.path, rest, apart.written);
        let Some(since) = apart.since else { return Ok(field) };
        // Each names the one before it: none is missing, and none is an earlier one in its place.
        let mut last = apart.value;
        for call in 1..=since.calls {
            let (name, bytes) = (name(call), part(&name(call))?);
            let cut_off = || damaged(&name, "is cut off".to_owned());
            let (turn, rest) = numbered(&bytes).ok_or_else(cut_off)?;
            let (before, rest) = numbered(rest).ok_or_else(cut_off)?;
            if before != last {
                return Err(damaged(&name, format!("follows turn {before}, and not {last}")));
            }
            last = turn;
            let entries = decode(rest).map_err(|error| damaged(&name, format!("cannot be read: {error}")))?;
            changed(&mut field, entries);
        }
        of_turn(&name(since.calls), since.turn, last)?;
        field.written = apart.written;
        Ok(field)
    };
    kept.iter().filter_map(|kept| kept.apart.as_ref().map(|apart| field(kept, apart))).collect()
}

/// These entries of it are another.
pub(super) fn changed(field: &mut Field, entries: Vec<FieldEntry>) {
    field.take(&Part { path: String::new(), value: None, entries });
}

/// A number, and what comes behind it.
fn numbered(bytes: &[u8]) -> Option<(u64, &[u8])> {
    bytes.split_first_chunk().map(|(number, rest)| (u64::from_be_bytes(*number), rest))
}

/// All fields of a session, in the order of its context: those that have places of their own are given, the others are in its entry.
///
/// # Errors
/// [`StepError::Damaged`], where one is in neither.
pub fn together(session: &str, entry: &Entry, apart: Vec<Field>) -> Result<Vec<Field>, StepError> {
    let all = apart.into_iter().chain(entry.state.fields.iter().cloned());
    let mut all: BTreeMap<String, Field> = all.map(|field| (field.path.clone(), field)).collect();
    let mut field = |kept: &Kept| {
        all.remove(&kept.path).ok_or_else(|| StepError::Damaged {
            session: session.to_owned(),
            reason: format!("the field `{}` is neither in it nor in a place of its own", kept.path),
        })
    };
    let kept = entry.parts.as_deref().unwrap_or_default();
    kept.iter().map(&mut field).collect()
}
