//! What is being handled, as it is stored, and back.

use super::names::{self, known, name_of};
use super::outcome::{Cause, Handled};
use super::position::PositionError;
use super::stored::{StoredEnding, StoredEvent, StoredOrigin, StoredUnit};
use super::unit::{Ending, Unit};
use crate::signal::{Event, EventName, Origin, Payload};
use crate::workflow::chart::Definition;

pub(super) fn stored_event(event: &Event) -> StoredEvent {
    let origin = match event.origin {
        Origin::External | Origin::Asked { .. } => StoredOrigin::External,
        Origin::Signal { path, process, .. } => {
            StoredOrigin::Signal { path: path.to_owned(), process: process.to_owned() }
        }
        Origin::Chain => StoredOrigin::Chain,
    };
    let redacted = event.payload.as_ref().is_some_and(Payload::is_redacted);
    StoredEvent { name: event.name.to_string(), origin, redacted, trace: event.trace.clone() }
}

pub(super) fn event(
    definition: &Definition,
    stored: &StoredEvent,
    payload: Option<Payload>,
) -> Result<Event, PositionError> {
    let name = EventName::parse(&stored.name).map_err(|_| PositionError::Event { event: stored.name.clone() })?;
    let origin = match &stored.origin {
        StoredOrigin::External => Origin::External,
        StoredOrigin::Chain => Origin::Chain,
        // No commit of this engine has raised the signal, which is not stored: the field is at rest.
        StoredOrigin::Signal { path, process } => {
            match (names::signal(definition, path), names::process(definition, process)) {
                (Some(path), Some(process)) => Origin::Signal { path, version: 0, process },
                _ => Origin::External,
            }
        }
    };
    let payload = payload.map(|payload| match stored.redacted {
        true => Payload::redacted(payload.value().clone()),
        false => payload,
    });
    Ok(Event { name, origin, payload, trace: stored.trace.clone() })
}

pub(super) fn stored_unit(definition: &Definition, unit: &Unit) -> StoredUnit {
    let Unit { handled, ending, .. } = unit;
    let name = |state| name_of(definition, state);
    let ending = ending.as_ref().map(|ending| StoredEnding {
        state: name(ending.state),
        closes: ending.closes,
        failure: ending.failure.clone(),
    });
    let event = handled.event.as_ref().map(stored_event);
    StoredUnit { event, from: name(handled.from), to: handled.to.map(name), ending }
}

/// The payload of an event is that of the session, as long as it is handled.
pub(super) fn unit(
    definition: &Definition,
    stored: &StoredUnit,
    payload: Option<&Payload>,
) -> Result<Unit, PositionError> {
    let event = stored.event.as_ref().map(|stored| event(definition, stored, payload.cloned()));
    let mut handled = Handled::new(event.transpose()?, Cause::Restart, known(definition, &stored.from)?);
    handled.to = stored.to.as_deref().map(|state| known(definition, state)).transpose()?;
    let mut unit = Unit::of(Box::new(handled));
    if let Some(StoredEnding { state, closes, failure }) = &stored.ending {
        let state = known(definition, state)?;
        unit.ending = Some(Box::new(Ending { state, closes: *closes, failure: failure.clone() }));
    }
    Ok(unit)
}
