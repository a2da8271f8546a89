//! The second version: cents in the place of euros, other names of states, a stricter recipe, one more step.

use theus_core::prelude::*;
use theus_restate::{Object, Served};

use super::{NotNow, Ports, Till, one};

#[derive(Clone, Default, Context)]
#[context(version = 2)]
pub struct Order {
    pub cents: i64,
    pub paid: bool,
    pub released: u32,
    pub receipts: u32,
}

#[process(inputs = [domain.cents], outputs = [domain.cents])]
pub fn reserve(ctx: Ctx<Order, (), Ports>, cents: i64) {
    *ctx.domain.cents += cents;
}

#[process(inputs = [domain.released], outputs = [domain.released])]
fn release(ctx: Ctx<Order, (), Ports>) {
    *ctx.domain.released += 1;
}

#[process(outputs = [domain.paid], effects = [till], errors = [NotNow])]
fn pay(ctx: Ctx<Order, (), Ports>) -> Result<(), NotNow> {
    ctx.domain.paid.set(true);
    let key = ctx.effects.key();
    if ctx.effects.till.pay(key.as_str(), "2") { Ok(()) } else { Err(NotNow) }
}

#[process(inputs = [domain.receipts], outputs = [domain.receipts])]
fn receipt(ctx: Ctx<Order, (), Ports>) {
    *ctx.domain.receipts += 1;
}

const RECIPE: &str = "process_recipes: { reserve: { inputs: [ { field: cents, max: 50000 } ] } }";

const MOVED: &str = "moved: { HELD: WAITING, PAYING: CHARGING, ASKING: OFFERING }\n";

const FLOW: &str = "
name: order
external: [CMD_HOLD, CMD_PAY, CMD_ASK, CMD_YES, CMD_NO]
states:
  NEW: { events: { CMD_HOLD: WAITING, CMD_PAY: CHARGING, CMD_ASK: OFFERING } }
  WAITING:
    entry: { run: reserve, with: { cents: 500 } }
    after: { 12s: ENDING }
  CHARGING:
    entry:
      - { run: reserve, with: { cents: 700 }, compensate: release }
      - { run: pay, retry: { attempts: 100, backoff: 300ms, longest: 300ms, on: [NotNow] } }
    events: { EVT_CHAIN_DONE: ENDING, EVT_CHAIN_FAIL: FAILED }
  OFFERING:
    entry: { run: reserve, with: { cents: 900 } }
    events: { CMD_YES: ENDING, CMD_NO: GIVING_BACK }
  GIVING_BACK:
    entry: release
    events: { EVT_CHAIN_DONE: FAILED, EVT_CHAIN_FAIL: FAILED }
  ENDING:
    entry: receipt
    events: { EVT_CHAIN_DONE: DONE, EVT_CHAIN_FAIL: FAILED }
  DONE: { final: true }
  FAILED: { final: true }
";

fn migrated(old: one::Order) -> Result<Order, String> {
    let cents = old.euros.checked_mul(100).ok_or("nobody has that much")?;
    Ok(Order { cents, paid: old.paid, released: old.released, receipts: 0 })
}

pub fn served(till: Till, says_moved: bool, migrates: bool) -> Result<Served, Box<dyn std::error::Error>> {
    let builder = Engine::builder(Order::default()).effects(Ports { till });
    let builder = builder.process::<Reserve>().process::<Release>().process::<Pay>().process::<Receipt>();
    let builder = if migrates { builder.migrate(migrated) } else { builder };
    let engine = builder.recipe("order.yaml", RECIPE)?.carried().build()?;
    let flow = if says_moved { format!("{MOVED}{FLOW}") } else { FLOW.to_owned() };
    Ok(Object::new("Orders", engine).workflow_text("order.yaml", &flow)?.build()?)
}
