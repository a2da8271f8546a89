//! A run that has effects, at its beginning: whether what it asks them is kept, and which keys it has.

use super::run::Asked;
#[cfg(feature = "store")]
use super::run::By;
#[cfg(feature = "store")]
use crate::effect::Tape;
use crate::process::Process;
#[cfg(feature = "store")]
use crate::store::{by_chance, encode};
use crate::transaction::Order;
#[cfg(feature = "store")]
use crate::transaction::{Exchange, KeyParts, Keys};

/// Stage 3 of it: nobody keeps what it asks.
#[cfg(not(feature = "store"))]
pub(super) fn begin<P: Process>(_: Asked<'_, P>, _: u64, _: Option<&P>) -> Order {
    Order::default()
}

/// Stage 3 of it, of a run that was let through by this epoch of the interlock.
#[cfg(feature = "store")]
#[inline(never)]
pub(super) fn begin<P: Process>(asked: Asked<'_, P>, epoch: u64, command: Option<&P>) -> Order {
    #[cfg(feature = "test")]
    if let Some(deck) = &asked.core.shared.deck {
        let tape = Tape::of(deck, P::CONTRACT.process, asked.core.shared.hides_effects(&P::CONTRACT));
        return Order::exchanging(Exchange::new(Some(tape), P::ASKS_FOR_KEYS.then(|| keys(asked, command)), epoch));
    }
    let durable = asked.core.durable.as_ref();
    let is_recorded = durable.is_some();
    let carriage = durable.and_then(|durable| durable.carriage.as_ref());
    if let Some(carriage) = carriage {
        carriage.asks();
    }
    if !is_recorded && !P::ASKS_FOR_KEYS {
        return Order::default();
    }
    let tape = is_recorded.then(Tape::recording);
    Order::exchanging(Exchange::new(tape, P::ASKS_FOR_KEYS.then(|| keys(asked, command)), epoch))
}

#[cfg(feature = "store")]
#[cold]
fn keys<P: Process>(asked: Asked<'_, P>, command: Option<&P>) -> Keys {
    let Asked { core, by, .. } = asked;
    // Arguments that cannot be written tell nothing apart: then no key is another one.
    let written = command.and_then(|command| encode(command).ok());
    let carriage = core.durable.as_ref().and_then(|durable| durable.carriage.as_ref());
    let life = carriage.map_or(core.shared.identity, |carriage| carriage.run.life);
    let identity = if written.is_some() { life } else { by_chance() };
    let turn = match by {
        By::Anyone => None,
        By::Workflow { step } => step,
    };
    let (branch, since) = (turn.map(|turn| turn.branch), turn.and_then(|turn| turn.since));
    let step = since.unwrap_or_else(|| core.step_number());
    let (session, process) = (core.audit.name(), P::CONTRACT.process);
    Keys::of(&KeyParts { identity, session, step, branch, process, command: written.as_deref().unwrap_or_default() })
}
