//! A program for tests: a till with a workflow that waits, tries again, makes good, and sends to other tills.

pub mod asks;
pub mod reference;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use theus_core::audit::SharedInterlock;
use theus_core::context::Table;
use theus_core::prelude::*;
use theus_core::{BuildError, EngineBuilder};
use theus_restate::drive::{Delivery, Sent};
use theus_restate::{Counters, Counting, Ingress, Ledger, Object, ObjectError, Served};

#[derive(Clone, Default, Context)]
pub struct Till {
    pub total: i64,
    pub count: u64,
    pub paid: i64,
    pub told: i64,
    pub marks: Table<u64, String>,
    pub sig_big: bool,
}

#[derive(Debug, thiserror::Error, Serialize, Deserialize)]
#[error("{amount} is less than nothing")]
pub struct Negative {
    pub amount: i64,
}

#[derive(Debug, thiserror::Error)]
#[error("the other side does not answer")]
pub struct NotNow;

#[derive(Debug, thiserror::Error)]
#[error("an odd number")]
pub struct Odd;

#[derive(Serialize, Deserialize)]
pub struct Posted {
    pub to: String,
    pub amount: i64,
}

/// What is done outside.
pub trait Outside: Send + Sync + 'static {
    /// Under this key; false where it does not answer.
    fn pay(&self, key: &str, amount: i64) -> bool;
}

pub struct Ports {
    pub outside: Arc<dyn Outside>,
}

#[process(inputs = [domain.total], outputs = [domain.total, domain.sig_big], errors = [Negative])]
pub fn charge(ctx: Ctx<Till, (), Ports>, amount: i64) -> Result<i64, Negative> {
    *ctx.domain.total += amount;
    if amount > 50 {
        ctx.domain.sig_big.set(true);
    }
    if amount < 0 { Err(Negative { amount }) } else { Ok(*ctx.domain.total) }
}

#[process(updates = [domain.count, domain.marks])]
pub fn count(ctx: Ctx<Till, (), Ports>) {
    *ctx.domain.count += 1;
    let count = *ctx.domain.count;
    if count == 1 {
        // Of a table with few entries all are written.
        (0..80).for_each(|mark| drop(ctx.domain.marks.insert(mark, format!("{mark:0>60}"))));
    }
    ctx.domain.marks.insert(count % 80, format!("{count:0>60}"));
    if count % 7 == 0 {
        ctx.domain.marks.remove(&(count / 7 % 80));
    }
}

#[process(inputs = [domain.paid], outputs = [domain.paid], effects = [outside], errors = [NotNow])]
pub fn pay(ctx: Ctx<Till, (), Ports>, amount: i64) -> Result<(), NotNow> {
    *ctx.domain.paid += amount;
    let key = ctx.effects.key();
    if ctx.effects.outside.pay(key.as_str(), amount) { Ok(()) } else { Err(NotNow) }
}

#[process(inputs = [domain.total], errors = [Odd])]
fn decide(ctx: Ctx<Till, (), Ports>, number: i64) -> Result<(), Odd> {
    let _ = *ctx.domain.total;
    if number % 2 == 0 { Ok(()) } else { Err(Odd) }
}

/// It writes nothing.
#[process(inputs = [domain.told], outputs = [domain.told], messages = [Posted])]
pub fn post(ctx: Ctx<Till, (), Ports>, to: String, amount: i64) {
    *ctx.domain.told += 1;
    ctx.send(Posted { to: to.clone(), amount });
    ctx.send(Posted { to, amount: amount + 1 });
}

pub const RECIPE: &str = "
process_recipes:
  charge: { inputs: [ { field: amount, max: 100, level: B, max_threshold: 3 }, { field: amount, max: 20, level: C } ] }
  pay: { inputs: [ { field: amount, max: 900, level: B } ] }
";

pub const FLOW: &str = "
name: till
external: [CMD_COUNT, CMD_STOP, CMD_PAY, CMD_BUY]
states:
  IDLE:
    reply: \"${ {'paid': domain.paid} }\"
    events:
      CMD_COUNT: COUNTING
      CMD_PAY: PAYING
      CMD_BUY: BUYING
      SIG_BIG: BIG
  COUNTING:
    entry: count
    after: { 3s: IDLE }
    events: { CMD_STOP: IDLE }
  BIG:
    entry: [count, count]
    events: { EVT_CHAIN_DONE: IDLE, EVT_CHAIN_FAIL: IDLE }
  PAYING:
    entry:
      - { run: pay, with: { amount: \"${ event.amount }\" }, retry: { attempts: 4, backoff: 100ms, on: [NotNow] } }
      - count
      - { run: pay, with: { amount: \"${ event.amount + 1 }\" } }
    events: { EVT_CHAIN_DONE: IDLE, EVT_CHAIN_FAIL: IDLE }
  BUYING:
    entry:
      - { run: pay, with: { amount: \"${ event.amount }\" }, compensate: { run: pay, with: { amount: \"${ 0 - event.amount }\" } } }
      - { run: decide, with: { number: \"${ event.amount }\" } }
    events: { EVT_CHAIN_DONE: IDLE, EVT_CHAIN_FAIL: IDLE }
";

/// A rule that all tills count together.
pub const TOGETHER: &str = "
process_recipes:
  charge: { inputs: [ { id: large, field: amount, max: 1000, level: B, max_threshold: 5, across: engine } ] }
";

pub fn builder(outside: Arc<dyn Outside>) -> Result<EngineBuilder<Till, (), Ports>, BuildError> {
    builder_under(outside, RECIPE)
}

pub fn builder_under(outside: Arc<dyn Outside>, recipe: &str) -> Result<EngineBuilder<Till, (), Ports>, BuildError> {
    let builder = Engine::builder(Till::default()).effects(Ports { outside });
    let builder = builder.process::<Charge>().process::<Count>().process::<Pay>().process::<Decide>().process::<Post>();
    builder.recipe("till.yaml", recipe)
}

/// Where its messages go.
pub fn route(object: &str, sent: Sent<'_>) -> Vec<Delivery> {
    let to = sent.body.get("to").and_then(serde_json::Value::as_str).unwrap_or_default();
    vec![Delivery::run(object, to, "charge", json!({ "amount": sent.body.get("amount") }))]
}

pub fn object(name: &str, engine: Engine<Till, (), Ports>) -> Result<Object<Till, (), Ports>, ObjectError> {
    let own = name.to_owned();
    let object = Object::new(name, engine).workflow_text("till.yaml", FLOW)?;
    let object = object.route(move |sent| route(&own, sent)).explains::<Charge>();
    // Each has a ledger of its own, but for those of plain tills.
    let has_ledger = !name.starts_with("Plain");
    Ok(if has_ledger { object.ledger(Ledger::new(format!("{name}Ledger"), 4)) } else { object })
}

/// The tills, served; with an interlock where there is one.
pub fn served(
    name: &str,
    outside: Arc<dyn Outside>,
    interlock: Option<impl SharedInterlock>,
) -> Result<Served, Box<dyn std::error::Error>> {
    let counts = std::env::var("THEUS_COUNTS").ok();
    let builder = builder_under(outside, if counts.is_some() { TOGETHER } else { RECIPE })?.carried();
    let engine = match interlock {
        Some(interlock) => builder.interlock(interlock).build()?,
        None => builder.build()?,
    };
    let object = object(name, engine)?;
    // So few bytes that sessions are forgotten, and read again.
    let object = match &counts {
        Some(counts) => object.counting(counting(counts)?),
        None => object,
    };
    let object = if std::env::var_os("THEUS_IN_PARTS").is_some() { object.in_parts(400_000) } else { object };
    Ok(object.build()?)
}

/// How tills count together: `late` or `exact`, each by an object of its own.
fn counting(how: &str) -> Result<Counting, Box<dyn std::error::Error>> {
    let ingress = Ingress::at(&std::env::var("THEUS_RESTATE_INGRESS")?)?;
    let runtime = tokio::runtime::Handle::current();
    let counters = Counters::at(ingress, format!("Counter-{how}"), Duration::from_millis(50), &runtime);
    let counters = counters.together("Tills");
    Ok(if how == "exact" { Counting::Exact(counters) } else { Counting::Late(counters) })
}
