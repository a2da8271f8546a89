//! The session that the models of commits and leases run on: a sum.

use std::sync::Arc;

use theus_core::prelude::*;
use theus_core::store::{MemoryStore, Store, StoreError};

use super::program::{Ask, OnStrings, Say, Strings};

#[derive(Clone, Default, Context)]
pub(super) struct Tally {
    pub(super) total: i64,
}

/// What is outside waits on the strings of its program.
pub(super) struct Ports {
    outside: Outside,
}

pub(super) struct Outside(pub(super) Arc<Strings>);

impl Outside {
    fn act(&self) {
        let _: Option<Say> = self.0.ask(Ask::Effect);
    }
}

#[process(inputs = [domain.total], outputs = [domain.total])]
pub(super) fn add(ctx: Ctx<Tally, (), Ports>, amount: i64) -> i64 {
    *ctx.domain.total += amount;
    *ctx.domain.total
}

/// Does something outside first.
#[process(inputs = [domain.total], outputs = [domain.total], effects = [outside])]
pub(super) fn charge(ctx: Ctx<Tally, (), Ports>, amount: i64) -> i64 {
    ctx.effects.outside.act();
    *ctx.domain.total += amount;
    *ctx.domain.total
}

pub(super) type Desk = Engine<Tally, (), Ports>;

pub(super) fn builder(store: OnStrings, strings: Arc<Strings>) -> theus_core::EngineBuilder<Tally, (), Ports> {
    let ports = Ports { outside: Outside(strings) };
    Engine::builder(Tally::default()).effects(ports).process::<Add>().process::<Charge>().store(store)
}

/// What a client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Answer {
    Total(i64),
    Conflict,
    Leased,
    Unavailable,
    InDoubt,
}

impl Answer {
    pub(super) fn of<E: std::error::Error>(answer: Result<i64, RunError<E>>) -> Self {
        match answer {
            Ok(total) => Self::Total(total),
            Err(RunError::Store(StoreError::Conflict { .. })) => Self::Conflict,
            Err(RunError::Store(StoreError::Leased { .. })) => Self::Leased,
            Err(RunError::Store(StoreError::Unavailable { .. })) => Self::Unavailable,
            Err(RunError::Store(StoreError::InDoubt { .. })) => Self::InDoubt,
            Err(error) => panic!("{error}"),
        }
    }
}

/// The step and the sum that the store has.
pub(super) fn stored(store: &MemoryStore) -> (u64, i64) {
    let state = store.load("main").unwrap().unwrap();
    let total = state.fields.iter().find(|field| field.path == "total").unwrap();
    (state.step, theus_core::store::decode(&total.value).unwrap())
}
