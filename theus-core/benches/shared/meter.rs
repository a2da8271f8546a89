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

/// The same while what its state has invoked is under way.
pub(crate) const BESIDE: &str = "
external: [CMD_GO]
initialised: [domain.level]
states:
  LOW: { invoke: hold, events: { CMD_GO: { steps: rise } } }
";

/// Each event enters the state anew, which invokes the process.
pub(crate) const INVOKED: &str = "
external: [CMD_GO]
initialised: [domain.level]
states:
  LOW: { invoke: rise, events: { CMD_GO: LOW } }
";

/// Waits for what does not come.
#[process]
pub(crate) async fn hold(ctx: Ctx<Meter>) {
    let _ = ctx;
    std::future::pending::<()>().await;
}

pub(crate) fn engine() -> Engine<Meter> {
    Engine::builder(Meter::default()).process::<Rise>().process::<Hold>().build().expect("no recipe")
}
