//! The first version.

use theus_core::prelude::*;
use theus_restate::{Object, Served};

use super::{NotNow, Ports, Till};

#[derive(Clone, Default, Context)]
pub struct Order {
    pub euros: i64,
    pub paid: bool,
    pub released: u32,
}

#[process(inputs = [domain.euros], outputs = [domain.euros])]
pub fn reserve(ctx: Ctx<Order, (), Ports>, euros: i64) {
    *ctx.domain.euros += euros;
}

#[process(inputs = [domain.released], outputs = [domain.released])]
fn release(ctx: Ctx<Order, (), Ports>) {
    *ctx.domain.released += 1;
}

#[process(outputs = [domain.paid], effects = [till], errors = [NotNow])]
fn pay(ctx: Ctx<Order, (), Ports>) -> Result<(), NotNow> {
    ctx.domain.paid.set(true);
    let key = ctx.effects.key();
    if ctx.effects.till.pay(key.as_str(), "1") { Ok(()) } else { Err(NotNow) }
}

const RECIPE: &str = "process_recipes: { reserve: { inputs: [ { field: euros, max: 1000 } ] } }";

const FLOW: &str = "
name: order
external: [CMD_HOLD, CMD_PAY, CMD_ASK, CMD_YES, CMD_NO]
states:
  NEW: { events: { CMD_HOLD: HELD, CMD_PAY: PAYING, CMD_ASK: ASKING } }
  HELD:
    entry: { run: reserve, with: { euros: 5 } }
    after: { 12s: DONE }
  PAYING:
    entry:
      - { run: reserve, with: { euros: 7 }, compensate: release }
      - { run: pay, retry: { attempts: 100, backoff: 300ms, longest: 300ms, on: [NotNow] } }
    events: { EVT_CHAIN_DONE: DONE, EVT_CHAIN_FAIL: FAILED }
  ASKING:
    entry: { run: reserve, with: { euros: 9 } }
    events: { CMD_YES: DONE, CMD_NO: GIVING_BACK }
  GIVING_BACK:
    entry: release
    events: { EVT_CHAIN_DONE: FAILED, EVT_CHAIN_FAIL: FAILED }
  DONE: { final: true }
  FAILED: { final: true }
";

pub fn served(till: Till) -> Result<Served, Box<dyn std::error::Error>> {
    let builder = Engine::builder(Order::default()).effects(Ports { till });
    let builder = builder.process::<Reserve>().process::<Release>().process::<Pay>();
    let engine = builder.recipe("order.yaml", RECIPE)?.carried().build()?;
    Ok(Object::new("Orders", engine).workflow_text("order.yaml", FLOW)?.build()?)
}
