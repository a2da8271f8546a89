//! Where the fields of a session are kept.

use serde::{Deserialize, Serialize};
use theus_core::store::{Entry as FieldEntry, Field, decode, encode};

use super::super::error::StepError;

/// One field of a session in parts, as its entry has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// The field, without the layer.
    pub path: String,
    /// Whether a commit has written it.
    pub written: bool,
    /// The turn that its value was written in.
    pub value: u64,
    /// The turn that the entries were written in that are another since; none where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
}

/// What a part of a session is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartName {
    /// The field, without the layer.
    pub path: String,
    /// Its value; else the entries that are another since.
    pub is_value: bool,
}

impl PartName {
    /// The key that it is kept under: `value:notes`, `since:notes`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}:{}", if self.is_value { "value" } else { "since" }, self.path)
    }
}

/// The parts that a field is kept in.
pub(crate) fn of(kept: &Kept) -> impl Iterator<Item = PartName> {
    all(kept).filter(|name| name.is_value || kept.since.is_some())
}

/// Those that it may be kept in.
pub(crate) fn all(kept: &Kept) -> impl Iterator<Item = PartName> {
    [true, false].into_iter().map(|is_value| PartName { path: kept.path.clone(), is_value })
}

/// A value, with the turn that it was written in before it.
pub(super) fn value_of(turn: u64, value: &[u8]) -> Vec<u8> {
    [&turn.to_be_bytes(), value].concat()
}

/// The entries that are another since, in the same way.
///
/// # Errors
/// [`StepError::Defect`], which does not come: entries are bytes.
pub(super) fn since_of(session: &str, turn: u64, entries: &[FieldEntry]) -> Result<Vec<u8>, StepError> {
    let entries = encode(entries)
        .map_err(|error| StepError::Defect { session: session.to_owned(), reason: error.to_string() })?;
    Ok(value_of(turn, &entries))
}

/// The fields of a session, out of what is kept of them: `read` gives a part.
///
/// # Errors
/// [`StepError::Damaged`]: where a part is not there, is of another turn than the entry says, or cannot be read.
pub fn fields(
    session: &str,
    kept: &[Kept],
    mut read: impl FnMut(&PartName) -> Option<Vec<u8>>,
) -> Result<Vec<Field>, StepError> {
    let mut part = |name: PartName, turn: u64| {
        let damaged = |reason: String| StepError::Damaged {
            session: session.to_owned(),
            reason: format!("`{}` {reason}", name.key()),
        };
        let bytes = read(&name).ok_or_else(|| damaged("is not there".to_owned()))?;
        let (found, rest) = bytes.split_first_chunk().ok_or_else(|| damaged("is cut off".to_owned()))?;
        match u64::from_be_bytes(*found) {
            found if found == turn => Ok(rest.to_vec()),
            found => Err(damaged(format!("is of turn {found}, and not of {turn}"))),
        }
    };
    let mut field = |kept: &Kept| {
        let name = |is_value| PartName { path: kept.path.clone(), is_value };
        let value = part(name(true), kept.value)?;
        let entries = match kept.since {
            Some(turn) => decode(&part(name(false), turn)?).map_err(|error| StepError::Damaged {
                session: session.to_owned(),
                reason: format!("`{}`: {error}", name(false).key()),
            })?,
            None => Vec::new(),
        };
        Ok(Field { path: kept.path.clone(), value, entries, written: kept.written })
    };
    kept.iter().map(&mut field).collect()
}
