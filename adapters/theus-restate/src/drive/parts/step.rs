//! One step of a session that is kept in parts.

use serde::{Deserialize, Serialize};
use theus_core::store::Field;

use super::super::error::StepError;
use super::super::hosted::{Around, Hosted, StepInput};
use super::super::size;
use super::super::stepped::Stepped;
use super::change::{Change, Fields, Split};
use super::place::together;
use super::warm::Warm;

/// What one step of a session in parts has come to: all that a caller keeps of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum SteppedInParts {
    /// It was made.
    Stepped {
        /// What it has come to; in its state are the short fields alone.
        stepped: Box<Stepped>,
        /// Those that it has changed.
        change: Change,
    },
    /// It was not: the fields of the session are not known here. They are to be read, and it is to be made again.
    Unread,
}

/// Makes a step. Of fields that have places of their own there are those that were read, or else those that are known here.
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
    let began = input.began;
    let (kept, before, schema) = match &mut input.entry {
        Some(entry) if entry.parts.is_some() => {
            let kept = entry.parts.clone().unwrap_or_default();
            let has_apart = kept.iter().any(|kept| kept.apart.is_some());
            let known = || if has_apart { warm.fields(&session, entry) } else { Some(Vec::new()) };
            let Some(apart) = read.or_else(known) else { return Ok(SteppedInParts::Unread) };
            entry.state.fields = together(&session, entry, apart.clone())?;
            (kept, apart, Some(entry.state.schema))
        }
        // It begins, or was kept whole so far.
        _ => (Vec::new(), Vec::new(), None),
    };
    let mut stepped = hosted.step(input, around)?;
    let (after, parts) = (std::mem::take(&mut stepped.entry.state.fields), std::mem::take(&mut stepped.parts));
    // After a migration all of them are written.
    let anew = schema != Some(stepped.entry.state.schema);
    let (kept, before, parts, turn) = (&*kept, &*before, &*parts, stepped.entry.turn);
    let Split { change, kept, within, apart } = Fields { kept, before, anew, after, parts, turn, began }.split();
    stepped.entry.state.fields = within;
    stepped.entry.parts = Some(kept);
    size::fits(&session, 0, change.text() + size::of(&stepped.entry.state))?;
    warm.sees(&session, &stepped.entry, apart);
    Ok(SteppedInParts::Stepped { stepped: Box::new(stepped), change })
}

/// The fields that were read of places of their own, as they are after what the steps of a call have changed since.
#[must_use]
pub fn now(read: &[Field], since: &Change) -> Vec<Field> {
    let mut fields = read.to_vec();
    since.apply(&mut fields);
    fields
}
