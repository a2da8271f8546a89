//! How long the messages are that a session is kept by.

use theus_core::store::{Field, SessionState};

use super::error::StepError;

/// Restate takes messages of 32 MiB: the rest of one is room for what is answered and sent along.
pub(super) const MOST: usize = 28 << 20;
/// From here on it is told.
const TOLD: usize = MOST / 4;

/// The text of a session that is kept whole, about: bytes are two digits each.
pub(super) fn of(state: &SessionState) -> usize {
    let events =
        state.events.iter().map(|event| event.payload.as_ref().map_or(0, |payload| payload.to_string().len()) + 200);
    state.fields.iter().map(of_field).sum::<usize>()
        + state.position.as_ref().map_or(0, String::len)
        + events.sum::<usize>()
}

/// The text of a field.
pub(super) fn of_field(field: &Field) -> usize {
    let entries = field.entries.iter().map(|entry| entry.key.len() + entry.value.as_ref().map_or(0, Vec::len));
    2 * (field.value.len() + entries.sum::<usize>()) + field.path.len() + 64
}

/// A message of this length can be kept; that it has become long is told once.
///
/// # Errors
/// [`StepError::TooLong`].
pub(super) fn fits(session: &str, before: usize, bytes: usize) -> Result<(), StepError> {
    if bytes > MOST {
        return Err(StepError::TooLong { session: session.to_owned(), bytes, most: MOST });
    }
    if bytes > TOLD && before <= TOLD {
        tracing::warn!(
            target: "theus::restate", session, bytes, most = MOST,
            "the session grows: one that is longer than that cannot be kept; keep it in parts, or what it has in several"
        );
    }
    Ok(())
}
