//! From a session to a position, and back.

use std::sync::Arc;

use super::beside::Beside;
use super::beside::stored::{id_of, place_of};
use super::chain::Chain;
use super::compensation::Compensation;
use super::environment::Environment;
use super::failure::RecoveryTarget;
use super::instance::{Internal, Interpreter, Stage};
use super::manager::WorkflowManager;
use super::names::{self, known, name_of};
use super::position::{Position, PositionError};
use super::restored_unit::{event, stored_event, stored_unit, unit};
use super::stored::{Ended, Message, StoredDeferral};
use super::timed;
use crate::context::Context;
use crate::engine::Engine;
use crate::signal::{Event, Payload};
use crate::workflow::chart::{Definition, StateId};
use crate::workflow::clock::Timekeeper;
use crate::workflow::trace::What;

impl<D: Context, G: Context, E: Send + Sync + 'static> WorkflowManager<D, G, E> {
    /// Where it is, to be stored, in the midst of an event too: see [`Position`].
    #[must_use]
    pub fn position(&self) -> Position {
        self.session.position(&self.keeper)
    }

    /// Goes on from a position, on an engine whose domain is as it was then. Timers that became due meanwhile are handled at
    /// once, in the order in which they were due.
    ///
    /// # Errors
    /// [`PositionError`] where the workflow cannot be there: a state, a timer or a compensation that is not in it any more.
    pub fn restore(
        engine: &Engine<D, G, E>,
        definition: Arc<Definition>,
        position: &Position,
    ) -> Result<Self, PositionError> {
        let mut manager = Self::new(engine, definition);
        manager.session.restore(position)?;
        Ok(manager)
    }
}

impl Interpreter {
    pub(crate) fn position(&self, keeper: &Timekeeper) -> Position {
        self.live.position(&self.definition, keeper, self.live.chain.as_deref())
    }

    pub(crate) fn restore(&mut self, position: &Position) -> Result<(), PositionError> {
        let definition = Arc::clone(&self.definition);
        if position.workflow != definition.name() {
            let (stored, workflow) = (position.workflow.clone(), definition.name().to_owned());
            return Err(PositionError::Workflow { stored, workflow });
        }
        let live = &mut self.live;
        live.paused = position.paused;
        live.random = fastrand::Rng::with_seed(position.random);
        live.inbox = position.inbox.iter().map(|told| internal(&definition, told)).collect::<Result<_, _>>()?;
        let Some(stored) = &position.configuration else { return Ok(()) };
        live.at = definition.configuration(stored)?;
        live.stage = Stage::Running;
        live.payload = position.payload.clone().map(Payload::from);
        live.spent = position.spent;
        live.overspent = u8::try_from(position.overspent).unwrap_or(u8::MAX);
        if let Some(reason) = &position.cancelled {
            live.is_to_end(reason.as_str().into());
        }
        live.is_by_date = timed::restore(&definition, position, &mut live.timers)?;
        if let Some(stored) = &position.unit {
            live.unit = Some(unit(&definition, stored, live.payload.as_ref())?);
        }
        if let Some(stored) = &position.chain {
            let mut chain = Chain::restored(&definition, stored)?;
            chain.payload.clone_from(&live.payload);
            if let (Some(unit), Some(failure)) = (&mut live.unit, &chain.failure) {
                unit.handled.failed = true;
                unit.handled.fault = failure.fault.as_deref().cloned();
            }
            live.chain = Some(Box::new(chain));
        }
        let kept = position.sagas.iter().map(|kept| Compensation::restored(&definition, kept));
        live.keeps_in_sagas(kept.collect::<Result<Vec<_>, _>>()?);
        if let Some(beside) = Beside::restored(&definition, position)? {
            *live.beside_or_new() = beside;
        }
        let deferred = position
            .deferred
            .iter()
            .map(|kept| event(&definition, &kept.event, kept.payload.clone().map(Payload::from)));
        live.restore_deferred(deferred.collect::<Result<_, _>>()?, position.recalls, &definition);
        match &position.ended {
            None => {}
            Some(Ended::Finished { result }) => {
                live.stage = Stage::Finished;
                result.clone().into_iter().for_each(|result| live.gives(result));
            }
            Some(Ended::Failed { reason }) => live.stage = Stage::Failed(reason.as_str().into()),
            Some(Ended::Aborted { reason }) => live.stage = Stage::Aborted(reason.as_str().into()),
            Some(Ended::Cancelled { reason }) => live.stage = Stage::Cancelled(reason.as_str().into()),
        }
        live.restored = true;
        Ok(())
    }
}

impl super::instance::Live {
    /// With this chain, which may be in the hands of who goes on with it.
    pub(super) fn position(&self, definition: &Definition, keeper: &Timekeeper, chain: Option<&Chain>) -> Position {
        let live = self;
        let ended = match &live.stage {
            Stage::New | Stage::Running => None,
            Stage::Finished => Some(Ended::Finished { result: live.result().cloned() }),
            Stage::Failed(reason) => Some(Ended::Failed { reason: reason.to_string() }),
            Stage::Aborted(reason) => Some(Ended::Aborted { reason: reason.to_string() }),
            Stage::Cancelled(reason) => Some(Ended::Cancelled { reason: reason.to_string() }),
        };
        // What is gone on with is in somebody's hands, and what it has come to is aside.
        let (chain, in_hand, unit) = match live.beside() {
            Some(beside) if beside.in_hand.is_some() => (live.chain.as_deref(), chain, beside.aside.as_ref()),
            _ => (chain, None, live.unit.as_ref()),
        };
        let invoked = live.beside().map_or_else(Vec::new, |beside| {
            beside.stored(
                definition,
                keeper,
                in_hand.map(|chain| (chain, live.unit.as_ref(), live.spent)),
                live.is_kept,
            )
        });
        let timers = if live.is_by_date { live.timers.clone() } else { live.timers.dated(keeper, definition) };
        Position {
            workflow: definition.name().to_owned(),
            configuration: (live.stage != Stage::New).then(|| definition.stored(&live.at)),
            timers: timed::timers(definition, &timers),
            reckoned: timed::reckoned(definition, &timers),
            cycles: timed::cycles(definition, &timers),
            inbox: live.inbox.iter().map(|told| message(definition, told)).collect(),
            payload: live.payload.as_ref().map(|payload| payload.value().clone()),
            unit: unit.map(|unit| stored_unit(definition, unit)),
            chain: chain.map(|chain| chain.stored(definition, keeper, live.is_kept)),
            invoked,
            sagas: live.in_sagas().iter().map(|kept| kept.stored(definition)).collect(),
            deferred: live.deferred().into_iter().flat_map(|kept| &kept.events).map(deferral).collect(),
            recalls: live.deferred().is_some_and(|kept| kept.is_open),
            turn: live.beside().map_or(0, |beside| u32::try_from(beside.next).unwrap_or(0)),
            is_due: live.beside().is_some_and(|beside| beside.is_due),
            slot: live.beside().map_or(0, |beside| beside.own),
            spent: live.beside().filter(|beside| beside.in_hand.is_some()).map_or(live.spent, |beside| beside.spent),
            overspent: live.overspent.into(),
            cancelled: live.cancelled().map(str::to_owned),
            random: live.random.get_seed(),
            paused: live.paused,
            ended,
        }
    }

    /// Says once that it went on from a position; its timers run by the clock that it has now.
    pub(super) fn tell_restored(&mut self, environment: &Environment<'_>) {
        if std::mem::take(&mut self.is_by_date) {
            self.timers.count_by(environment.keeper);
            #[cfg(feature = "store")]
            environment.engine.count_arrivals(environment.keeper);
        }
        if std::mem::take(&mut self.restored) {
            self.trace.tell(environment.clock, || What::Resumed);
        }
    }
}

fn message(definition: &Definition, told: &Internal) -> Message {
    let name = |state: &StateId| name_of(definition, *state);
    match told {
        Internal::Raised { event, urgent } => {
            let payload = event.payload.as_ref().map(|payload| payload.value().clone());
            Message::Raised { event: stored_event(event), payload, urgent: *urgent }
        }
        Internal::Done(state) => Message::Done { state: name(state) },
        Internal::InvokeDone { state, place, payload } => Message::InvokeDone {
            state: name(state),
            id: id_of(definition, *state, *place),
            payload: payload.as_ref().map(|payload| payload.value().clone()),
        },
        Internal::ChainDone { heard_by } => Message::ChainDone { heard_by: heard_by.as_ref().map(name) },
        Internal::ChainFailed { heard_by, payload } => {
            Message::ChainFailed { heard_by: heard_by.as_ref().map(name), payload: payload.value().clone() }
        }
        Internal::NotMadeGood { payload } => Message::NotMadeGood { payload: payload.value().clone() },
        Internal::Recover { state, heard_by, target, error, payload } => Message::Error {
            state: name(state),
            heard_by: heard_by.as_ref().map(name),
            target: target.as_ref().map(|recovery| name(&recovery.target)),
            error: (*error).to_owned(),
            payload: payload.value().clone(),
        },
    }
}

fn deferral(event: &Event) -> StoredDeferral {
    let payload = event.payload.as_ref().map(|payload| payload.value().clone());
    StoredDeferral { event: stored_event(event), payload }
}

fn internal(definition: &Definition, told: &Message) -> Result<Internal, PositionError> {
    let state = |name: &Option<String>| name.as_deref().map(|name| known(definition, name)).transpose();
    Ok(match told {
        Message::Raised { event: stored, payload, urgent } => {
            let event = event(definition, stored, payload.clone().map(Payload::from))?;
            Internal::Raised { event, urgent: *urgent }
        }
        Message::Done { state } => Internal::Done(known(definition, state)?),
        Message::InvokeDone { state, id, payload } => {
            let state = known(definition, state)?;
            // One that is no more in the file leads nowhere.
            let place = place_of(definition, state, id).unwrap_or(u32::MAX);
            Internal::InvokeDone { state, place, payload: payload.clone().map(Payload::from) }
        }
        Message::ChainDone { heard_by } => Internal::ChainDone { heard_by: state(heard_by)? },
        Message::ChainFailed { heard_by, payload } => {
            Internal::ChainFailed { heard_by: state(heard_by)?, payload: payload.clone().into() }
        }
        Message::NotMadeGood { payload } => Internal::NotMadeGood { payload: payload.clone().into() },
        Message::Error { state: of, heard_by, target, error, payload } => Internal::Recover {
            state: known(definition, of)?,
            heard_by: state(heard_by)?,
            target: state(target)?.map(|target| RecoveryTarget { target, place: None }),
            error: names::error(definition, error).unwrap_or_default(),
            payload: payload.clone().into(),
        },
    })
}
