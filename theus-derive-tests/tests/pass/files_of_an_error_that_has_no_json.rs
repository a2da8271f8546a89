//! A workflow that asks an error how long to wait.

use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Desk {
    calls: i64,
}

#[derive(Debug, thiserror::Error, serde::Serialize, Inspect)]
#[error("too many calls")]
struct RateLimited {
    retry_after: f64,
}

#[process(outputs = [domain.calls], errors = [RateLimited])]
fn call(ctx: Ctx<Desk>) -> Result<(), RateLimited> {
    ctx.domain.calls.set(1);
    Err(RateLimited { retry_after: 0.0 })
}

theus_core::files! {
    mod desk;
    domain = Desk,
    processes = [Call],
    types = [RateLimited],
    workflows = ["tests/files/retry_after.yaml"],
}

#[test]
fn what_an_error_holds_is_known_to_the_loader_while_the_program_is_compiled() {
    let engine = desk::builder(Desk::default()).build().unwrap();
    let mut calls = theus_core::workflow::WorkflowManager::from_checked(&engine, desk::RETRY_AFTER).unwrap();
    let handled = calls.run_until_final().unwrap();
    let steps = handled.iter().flat_map(|handled| &handled.steps);
    assert_eq!((calls.state(), steps.count()), ("END", 2));
}
