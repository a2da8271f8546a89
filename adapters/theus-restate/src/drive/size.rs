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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Level, Metadata, Subscriber};

    use super::*;

    /// Counts warnings.
    #[derive(Clone, Default)]
    struct Warnings(Arc<AtomicU32>);

    impl Subscriber for Warnings {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            *metadata.level() == Level::WARN && metadata.target() == "theus::restate"
        }
        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, _: &Event<'_>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn that_it_has_become_long_is_told_once_and_what_is_too_long_is_refused() {
        let warnings = Warnings::default();
        let told = |before, bytes| {
            let fits = tracing::subscriber::with_default(warnings.clone(), || fits("a", before, bytes));
            (fits.is_ok(), warnings.0.swap(0, Ordering::Relaxed))
        };
        assert_eq!(told(0, TOLD), (true, 0));
        assert_eq!(told(TOLD, TOLD + 1), (true, 1));
        assert_eq!(told(TOLD + 1, TOLD + 2), (true, 0), "it was told before");
        assert_eq!(told(TOLD + 1, MOST), (true, 0));
        assert_eq!(told(MOST, MOST + 1), (false, 0));
    }
}
