//! What a session in a store knows of its workflow.

use std::ops::Range;
use std::sync::Arc;

use super::super::durable::{DurableSession, Found, Riding};
use super::super::handle::Engine;
use crate::context::Context;
use crate::panics::tell;
use crate::store::{Place, StoreError, Write, called};

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
        if follows && !durable.is_beginning() {
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
        match durable.riding() {
            Some(riding) => self.write_at_rest(durable, Some(riding)),
            None => Ok(()),
        }
    }

    /// What time alone has found of this session is in its store, with where its workflow stands: no run takes it along, and the time that
    /// is waited for does not begin anew with each start of the program. Where that cannot be written now it goes with the next write.
    pub(in crate::engine) fn looks_are_stored(&self) {
        let (core, session) = (&self.core, &self.core.audit);
        let Some(durable) = &core.durable else { return };
        if !session.take_looked() {
            return;
        }
        let written = match self.is_inside() || durable.lost().is_some() {
            true => None,
            // Who has it may commit, and takes it along then.
            false => core.session.try_hold_beside_lease().map(|_held| self.write_looked(durable)),
        };
        match written {
            Some(Ok(())) => {}
            None => session.put_looked(),
            Some(Err(error)) => {
                session.put_looked();
                tell(|| {
                    tracing::warn!(target: "theus::store", session = %durable.name, %error, "what was found by time is not stored yet");
                });
            }
        }
    }

    fn write_looked(&self, durable: &DurableSession) -> Result<(), StoreError> {
        let riding = durable.riding();
        if riding.is_none() {
            // What only counts is written whatever the step: another program may have gone on with the session, and counts by now.
            let stored = called(&*durable.store.store, |store| store.load(&durable.name))?;
            if stored.map(|stored| (stored.step, stored.chain)) != Some(durable.step()) {
                return Ok(());
            }
        }
        self.write_at_rest(durable, riding)
    }

    /// By who holds the session: nobody commits meanwhile, and what is written is of one moment.
    fn write_at_rest(&self, durable: &DurableSession, riding: Option<Riding>) -> Result<(), StoreError> {
        let (auditor, session) = (&self.core.shared.auditor, &self.core.audit);
        let counted = session.take_unsaved();
        if !counted && riding.is_none() {
            return Ok(());
        }
        let (first, schema) = durable.first().map_or((None, 0), |first| (Some(first.fields), first.schema));
        let is_new = first.is_some();
        let write = Write {
            session: Arc::clone(&durable.name),
            expected: durable.step().0,
            first,
            schema,
            place: riding.as_ref().map(|riding| riding.place.clone()),
            taken: riding.as_ref().map(|riding| riding.taken.clone()).unwrap_or_default(),
            counts: counted.then(|| auditor.stored_counts(session)),
            lease: durable.lease(),
            ..Write::default()
        };
        match durable.store.write(auditor, write) {
            Ok(()) => {
                riding.into_iter().for_each(|riding| durable.has_stored(riding));
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
