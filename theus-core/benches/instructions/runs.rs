//! Runs of the smallest process: an input, an output, one addition.

use std::hint::black_box;

use theus_core::prelude::*;

use super::Scenario;

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "mutex_by_hand", go: by_hand },
    Scenario { name: "run_held", go: |count| many(count, Locking::Pessimistic, "") },
    Scenario { name: "run_optimistic", go: |count| many(count, Locking::Optimistic, "") },
    Scenario { name: "run_under_one_rule", go: |count| many(count, Locking::Pessimistic, ONE_RULE) },
    Scenario { name: "run_optimistic_under_one_rule", go: |count| many(count, Locking::Optimistic, ONE_RULE) },
];

#[derive(Clone, Default, Context)]
struct Pair {
    a: i64,
    b: i64,
}

#[process(inputs = [domain.a], outputs = [domain.b])]
fn step(ctx: Ctx<Pair>, by: i64) {
    ctx.domain.b.set(ctx.domain.a.wrapping_add(by));
}

const ONE_RULE: &str = "process_recipes: { step: { outputs: [ { field: domain.b, max: 90 } ] } }";

fn many(count: usize, locking: Locking, recipe: &str) {
    let builder = Engine::builder(Pair::default()).process::<Step>().locking(locking);
    let builder = if recipe.is_empty() { builder } else { builder.recipe("bench.yaml", recipe).expect("YAML") };
    let engine = builder.build().expect("an engine");
    for _ in 0..count {
        let _ = black_box(black_box(&engine).run(Step { by: black_box(7) }));
    }
}

struct ByHand {
    state: Pair,
    version: u64,
}

/// What a program without an engine would do.
#[inline(never)]
fn transaction(mutex: &parking_lot::Mutex<ByHand>, by: i64) -> Result<(), String> {
    let mut session = mutex.lock();
    let draft = session.state.a.wrapping_add(by);
    session.state.b = draft;
    session.version += 1;
    Ok(())
}

fn by_hand(count: usize) {
    let mutex = parking_lot::Mutex::new(ByHand { state: Pair::default(), version: 0 });
    for _ in 0..count {
        let _ = black_box(transaction(black_box(&mutex), black_box(7)));
    }
}
