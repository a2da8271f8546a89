//! The program that the tests run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use theus_core::EngineBuilder;
use theus_core::prelude::*;
use theus_core::store::MemoryStore;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) to: String,
    pub(crate) amount: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Context)]
pub(crate) struct Watch {
    pub(crate) seen: u64,
    pub(crate) last: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Context)]
pub(crate) struct Bank {
    pub(crate) total: i64,
    pub(crate) fees: f64,
    pub(crate) lines: Vec<Line>,
    pub(crate) names: BTreeMap<String, i64>,
    #[context(nested)]
    pub(crate) watch: Watch,
    pub(crate) sig_large: bool,
    pub(crate) meta_note: String,
}

pub(crate) struct Ports {
    pub(crate) now: Box<dyn Fn() -> u64 + Send + Sync>,
}

#[derive(Debug, thiserror::Error)]
#[error("{0} is nothing to book")]
pub(crate) struct NotPositive(pub i64);

#[process(
    inputs = [domain.total, domain.lines, domain.names],
    outputs = [domain.total, domain.lines, domain.names, domain.sig_large],
    errors = [NotPositive]
)]
pub(crate) fn book(ctx: Ctx<Bank, (), Ports>, to: String, amount: i64) -> Result<i64, NotPositive> {
    if amount <= 0 {
        return Err(NotPositive(amount));
    }
    *ctx.domain.total += amount;
    *ctx.domain.names.entry(to.clone()).or_default() += amount;
    if amount >= 1_000 {
        ctx.domain.sig_large.set(true);
    }
    ctx.domain.lines.push(Line { to, amount });
    Ok(*ctx.domain.total)
}

#[process(inputs = [domain.watch.seen], outputs = [domain.watch.seen, domain.watch.last])]
pub(crate) async fn observe(ctx: Ctx<Bank, (), Ports>, name: String) {
    *ctx.domain.watch.seen += 1;
    ctx.domain.watch.last.set(Some(name));
}

#[process(inputs = [domain.fees], outputs = [domain.fees], effects = [now])]
pub(crate) fn charge(ctx: Ctx<Bank, (), Ports>) {
    *ctx.domain.fees += (ctx.effects.now)() as f64;
}

#[process(inputs = [domain.total])]
pub(crate) fn total(ctx: Ctx<Bank, (), Ports>) -> i64 {
    *ctx.domain.total
}

#[process(outputs = [domain.meta_note])]
pub(crate) fn note(ctx: Ctx<Bank, (), Ports>, text: String) {
    ctx.domain.meta_note.set(text);
}

pub(crate) const RECIPE: &str = "
process_recipes:
  book:
    inputs:
      - { field: amount, max: 5000, level: B, max_threshold: 3 }
      - { field: amount, max: 1000000, level: S }
    outputs:
      - { field: domain.total, max: 100000, level: C }
";

pub(crate) type Desk = Engine<Bank, (), Ports>;

pub(crate) fn builder(locking: Locking) -> EngineBuilder<Bank, (), Ports> {
    Engine::builder(Bank::default())
        .effects(Ports { now: Box::new(|| 3) })
        .process::<Book>()
        .process::<Observe>()
        .process::<Charge>()
        .process::<Total>()
        .process::<Note>()
        .locking(locking)
        .recipe("audit.yaml", RECIPE)
        .unwrap()
}

pub(crate) fn desk(store: &MemoryStore) -> Desk {
    builder(Locking::ByKind).store(store.clone()).build().unwrap()
}

pub(crate) fn booking(to: &str, amount: i64) -> Book {
    Book { to: to.to_owned(), amount }
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    loop {
        let polled = future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
        if let std::task::Poll::Ready(output) = polled {
            return output;
        }
        std::thread::yield_now();
    }
}

/// The Data zone, as JSON.
pub(crate) fn data(desk: &Desk) -> serde_json::Value {
    serde_json::to_value(DataZone(&*desk.snapshot().unwrap())).unwrap()
}
