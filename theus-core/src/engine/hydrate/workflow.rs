//! What a session in a store knows of its workflow.

use std::ops::Range;
use std::sync::Arc;

use super::super::durable::Found;
use super::super::handle::Engine;
use crate::context::Context;
use crate::store::{Place, StoreError, Write};

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// Where this session's workflow stands in the store, if it has one.
    pub(crate) fn workflow_in_store(&self) -> Result<Option<Box<Found>>, StoreError> {
        let durable = self.core.durable.as_ref().ok_or(StoreError::NoStore)?;
        Ok(durable.workflow())
    }

    /// A workflow drives it from now on.
    pub(crate) fn is_driven(&self) -> Result<(), StoreError> {
        let durable = self.core.durable.as_ref().ok_or(StoreError::NoStore)?;
        durable.is_driven();
        Ok(())
    }

    /// Where the workflow stands before the runs that it begins now.
    pub(crate) fn rides(&self, place: Place, goes_on: &[Range<u32>]) {
        if let Some(durable) = &self.core.durable {
            durable.rides(place, self.core.bus.take_gone(), goes_on);
        }
    }

    /// Whether the store has the workflow there, and nothing that has happened since.
    pub(crate) fn has_stored(&self, place: &Place) -> bool {
        self.core.durable.as_ref().is_none_or(|durable| durable.is_stored_at(place))
    }

    /// Where the workflow has come to: stored at once, or with the next write where it follows from what is stored.
    pub(crate) fn rests(&self, place: Place, goes_on: &[Range<u32>], follows: bool) -> Result<(), StoreError> {
        let Some(durable) = &self.core.durable else { return Ok(()) };
        durable.rides(place, self.core.bus.take_gone(), goes_on);
        let first = durable.first();
        if follows && first.is_none() {
            return Ok(());
        }
        if let Some(why) = durable.lost() {
            return Err(why);
        }
        // Nobody commits meanwhile: what is written is of one moment.
        let held = self.core.hold_beside_lease("rest", None);
        let _held = held.map_err(|error| StoreError::Unavailable {
            store: format!("the session `{}`", durable.name),
            reason: error.to_string(),
        })?;
        let Some(riding) = durable.riding() else { return Ok(()) };
        let (auditor, session) = (&self.core.shared.auditor, &self.core.audit);
        let counted = session.take_unsaved();
        let (first, schema) = first.map_or((None, 0), |first| (Some(first.fields), first.schema));
        let is_new = first.is_some();
        let write = Write {
            session: Arc::clone(&durable.name),
            expected: durable.step().0,
            first,
            schema,
            place: Some(riding.place.clone()),
            taken: riding.taken.clone(),
            counts: counted.then(|| auditor.stored_counts(session)),
            lease: durable.lease(),
            ..Write::default()
        };
        match durable.store.write(auditor, write) {
            Ok(()) => {
                durable.has_stored(riding);
                if is_new {
                    durable.has_begun();
                }
                Ok(())
            }
            Err(error) => {
                if counted {
                    session.put_unsaved();
                }
                Err(error)
            }
        }
    }
}
