//! A `fn` that blocks a thread of its own: with other options around the word, generic, with what can be sent.

use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[derive(Clone, Default, Context)]
struct Scratch {
    sum: i64,
}

struct Ports {
    look_up: fn() -> i64,
}

#[derive(Debug, thiserror::Error)]
#[error("refused")]
struct Refused;

#[process(blocking, inputs = [domain.total], outputs = [domain.total], effects = [look_up], errors = [Refused], local = Scratch)]
fn count(ctx: Ctx<Bank, (), Ports>, from: i64) -> Result<i64, Refused> {
    ctx.local.sum = from + (ctx.effects.look_up)();
    *ctx.domain.total += ctx.local.sum;
    if *ctx.domain.total > 0 { Ok(*ctx.domain.total) } else { Err(Refused) }
}

#[process(outputs = [domain.total], blocking)]
fn total_of<T: Copy + Into<i64>>(ctx: Ctx<Bank>, things: Vec<T>) {
    ctx.domain.total.set(things.into_iter().map(Into::into).sum());
}

#[test]
fn it_is_run_where_it_stands_and_says_that_it_blocks() {
    let engine =
        Engine::builder(Bank { total: 1 }).effects(Ports { look_up: || 40 }).process::<Count>().build().unwrap();
    assert_eq!(engine.run(Count { from: 1 }).unwrap(), 42);
    assert!(Count::CONTRACT.is_blocking && Count::CONTRACT.is_awaited() && !Count::CONTRACT.is_async);
    let engine = Engine::builder(Bank::default()).process::<TotalOf<i32>>().build().unwrap();
    engine.run(TotalOf { things: vec![1, 2] }).unwrap();
    assert_eq!(*engine.snapshot().unwrap().total, 3);
}
