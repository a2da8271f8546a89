//! One step of a session that is kept in parts.

use serde::{Deserialize, Serialize};
use theus_core::store::Field;

use super::super::error::StepError;
use super::super::hosted::{Around, Hosted, StepInput};
use super::super::size;
use super::super::stepped::Stepped;
use super::change::{Change, Fields};
use super::warm::Warm;

/// What one step of a session in parts has come to: all that a caller keeps of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum SteppedInParts {
    /// It was made.
    Stepped {
        /// What it has come to; the fields are not in its state.
        stepped: Box<Stepped>,
        /// Those that it has changed.
        change: Change,
    },
    /// It was not: the fields of the session are not known here. They are to be read, and it is to be made again.
    Unread,
}

/// Makes a step. The input's entry has no fields: they are those that were read, or those that are known here.
///
/// # Errors
/// As [`Hosted::step`].
pub fn step(
    hosted: &dyn Hosted,
    mut input: StepInput,
    read: Option<Vec<Field>>,
    warm: &Warm,
    around: Around<'_>,
) -> Result<SteppedInParts, StepError> {
    let session = input.session.clone();
    let (before, schema) = match &mut input.entry {
        Some(entry) if entry.parts.is_some() => {
            let Some(fields) = read.or_else(|| warm.fields(&session, entry)) else { return Ok(SteppedInParts::Unread) };
            entry.state.fields.clone_from(&fields);
            (fields, Some(entry.state.schema))
        }
        // It begins, or was kept whole so far.
        _ => (Vec::new(), None),
    };
    let mut stepped = hosted.step(input, around)?;
    let (after, parts) = (std::mem::take(&mut stepped.entry.state.fields), std::mem::take(&mut stepped.parts));
    // After a migration all of them are written.
    let anew = schema != Some(stepped.entry.state.schema);
    let (change, fields) = Fields { before: &before, anew, after: &after, parts: &parts }.change();
    size::fits(&session, 0, change.text() + size::of(&stepped.entry.state))?;
    change.noted_in(&mut stepped.entry);
    warm.sees(&session, &stepped.entry, fields);
    Ok(SteppedInParts::Stepped { stepped: Box::new(stepped), change })
}

/// The fields that were read, as they are after what the steps of a call have changed since.
#[must_use]
pub fn now(read: &[Field], since: &Change) -> Vec<Field> {
    let mut fields = read.to_vec();
    since.apply(&mut fields);
    fields
}
