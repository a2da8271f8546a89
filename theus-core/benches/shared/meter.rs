//! The smallest workflow: one event, one process.

use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
pub(crate) struct Meter {
    pub(crate) level: i64,
}

#[process(inputs = [domain.level], outputs = [domain.level])]
pub(crate) fn rise(ctx: Ctx<Meter>) {
    *ctx.domain.level += 1;
}

pub(crate) const FLOW: &str = "
external: [CMD_GO]
initialised: [domain.level]
states:
  LOW: { events: { CMD_GO: { steps: rise } } }
";

pub(crate) fn engine() -> Engine<Meter> {
    Engine::builder(Meter::default()).process::<Rise>().build().expect("no recipe")
}
