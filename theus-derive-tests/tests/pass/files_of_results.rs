//! A workflow that goes on with what processes return.

use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Desk {
    total: i64,
}

#[derive(serde::Serialize, Inspect)]
struct Quote {
    price: i64,
    ok: bool,
}

#[process(inputs = [domain.total])]
fn ask(ctx: Ctx<Desk>) -> Quote {
    Quote { price: *ctx.domain.total, ok: true }
}

#[process(inputs = [domain.total], outputs = [domain.total])]
fn book(ctx: Ctx<Desk>, price: i64) {
    *ctx.domain.total += price;
}

/// Has no JSON, and nobody asks.
struct Secret;

#[process(inputs = [domain.total])]
fn whisper(ctx: Ctx<Desk>) -> Secret {
    let _ = *ctx.domain.total;
    Secret
}

theus_core::files! {
    mod desk;
    domain = Desk,
    processes = [Ask, Book, Whisper],
    types = [Quote],
    workflows = ["tests/files/results.yaml"],
}

#[test]
fn what_a_workflow_names_is_known_to_the_loader_while_the_program_is_compiled() {
    let engine = desk::builder(Desk { total: 4 }).build().unwrap();
    let mut buys = theus_core::workflow::WorkflowManager::from_checked(&engine, desk::RESULTS).unwrap();
    buys.run_until_final().unwrap();
    assert_eq!((buys.state(), *engine.snapshot().unwrap().total), ("END", 8));
}
