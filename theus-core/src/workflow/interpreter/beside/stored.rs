//! What was invoked, as it is stored, and back.

use std::collections::BTreeSet;

use super::{Beside, Invocation, is_slot};
use crate::signal::Payload;
use crate::workflow::chart::{Definition, StateId};
use crate::workflow::clock::Timekeeper;
use crate::workflow::interpreter::chain::Chain;
use crate::workflow::interpreter::names::{known, name_of};
use crate::workflow::interpreter::outcome::{Cause, Handled};
use crate::workflow::interpreter::position::{Position, PositionError};
use crate::workflow::interpreter::restored_unit::{stored_unit, unit};
use crate::workflow::interpreter::stored::{PartName, StoredInvocation};
use crate::workflow::interpreter::unit::Unit;

impl Beside {
    /// As it is stored; `in_hand` is the chain of the one that is gone on with, what it has come to, and what it has spent.
    pub(in crate::workflow::interpreter) fn stored(
        &self,
        definition: &Definition,
        keeper: &Timekeeper,
        in_hand: Option<(&Chain, Option<&Unit>, u32)>,
        is_kept: bool,
    ) -> Vec<StoredInvocation> {
        let stored = |invocation: &Invocation| {
            let in_hand = in_hand.filter(|_| self.in_hand == Some(invocation.slot));
            let here = invocation.chain.as_deref().map(|chain| (chain, invocation.unit.as_ref(), invocation.spent));
            let (chain, unit, spent) = in_hand.or(here)?;
            Some(StoredInvocation {
                state: name_of(definition, invocation.state),
                id: id_of(definition, invocation.state, invocation.place),
                slot: invocation.slot,
                begun: invocation.has_begun,
                left: invocation.is_left,
                waited: invocation.has_waited,
                spent,
                payload: chain.payload.as_ref().map(|payload| payload.value().clone()),
                chain: chain.stored(definition, keeper, is_kept),
                region: unit.filter(|_| invocation.is_region).map(|unit| stored_unit(definition, unit)),
            })
        };
        self.all.iter().filter_map(stored).collect()
    }

    /// Takes it up where it was.
    ///
    /// # Errors
    /// Where a state or a compensation is not there any more, or a number is none that it can have.
    pub(in crate::workflow::interpreter) fn restored(
        definition: &Definition,
        position: &Position,
    ) -> Result<Option<Self>, PositionError> {
        let stored = &position.invoked;
        if stored.is_empty() && position.slot == 0 {
            return Ok(None);
        }
        let mut all: Vec<Invocation> = Vec::with_capacity(stored.len());
        // That of the session's own chain is nobody else's.
        let mut slots = BTreeSet::from([position.slot]);
        for stored in stored {
            let state = known(definition, &stored.state)?;
            if !(is_slot(stored.slot) || stored.region.is_some() && stored.slot == 0) || !slots.insert(stored.slot) {
                return Err(PositionError::Slot { state: stored.state.clone(), slot: stored.slot });
            }
            // One that is no more in the file has no steps: it fails, and what it had committed is made good.
            let place = place_of(definition, state, &stored.id).unwrap_or(u32::MAX);
            let mut chain = stored.chain.clone();
            if stored.region.is_none() {
                chain.parts.iter_mut().for_each(|part| part.part = PartName::Invoke(place));
            }
            let mut chain = Chain::restored(definition, &chain)?;
            chain.payload = stored.payload.clone().map(Payload::from);
            let unit = stored.region.as_ref().map(|stored| unit(definition, stored, chain.payload.as_ref()));
            let unit =
                unit.transpose()?.unwrap_or_else(|| Unit::of(Box::new(Handled::new(None, Cause::Invoked, state))));
            let Unit { mut handled, .. } = unit;
            if let Some(failure) = &chain.failure {
                handled.failed = true;
                handled.fault = failure.fault.as_deref().cloned();
            }
            all.push(Invocation {
                result: None,
                state,
                place,
                is_region: stored.region.is_some(),
                slot: stored.slot,
                has_begun: stored.begun,
                is_left: stored.left,
                chain: Some(Box::new(chain)),
                unit: Some(Unit::of(handled)),
                spent: stored.spent,
                has_waited: stored.waited,
                has_settled: false,
            });
        }
        let next = usize::try_from(position.turn).unwrap_or(0);
        Ok(Some(Self { all, next, is_due: position.is_due, is_restored: true, own: position.slot, ..Self::default() }))
    }
}

/// What the file calls what a state invokes at a place.
pub(in crate::workflow::interpreter) fn id_of(definition: &Definition, state: StateId, place: u32) -> String {
    let found = definition.state(state).and_then(|state| state.invokes.get(place as usize));
    found.map_or_else(String::new, |invoke| invoke.id.clone())
}

/// The place of what a state invokes by that name.
pub(in crate::workflow::interpreter) fn place_of(definition: &Definition, state: StateId, id: &str) -> Option<u32> {
    let invokes = &definition.state(state)?.invokes;
    u32::try_from(invokes.iter().position(|invoke| invoke.id == id)?).ok()
}
