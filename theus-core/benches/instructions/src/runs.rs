//! Runs of the smallest process: an input, an output, one addition.

use std::hint::black_box;

use theus_core::prelude::*;

use super::Scenario;
use crate::shared::nothing::Nothing;
use crate::shared::pair::{ByHand, Step, engine};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "mutex_by_hand", go: by_hand },
    Scenario { name: "run_held", go: |count| many(count, Locking::Pessimistic, "") },
    Scenario { name: "run_optimistic", go: |count| many(count, Locking::Optimistic, "") },
    Scenario { name: "run_under_one_rule", go: |count| many(count, Locking::Pessimistic, ONE_RULE) },
    Scenario { name: "run_optimistic_under_one_rule", go: |count| many(count, Locking::Optimistic, ONE_RULE) },
    Scenario { name: "run_durable_beside_the_disk", go: durable },
];

const ONE_RULE: &str = "process_recipes: { step: { outputs: [ { field: domain.b, max: 90 } ] } }";

fn many(count: usize, locking: Locking, recipe: &str) {
    let engine = engine(locking, recipe);
    for _ in 0..count {
        let _ = black_box(black_box(&engine).run(Step { by: black_box(7) }));
    }
}

#[derive(Clone, Default, Context)]
struct Account {
    balance: i64,
}

#[process(inputs = [domain.balance], outputs = [domain.balance])]
fn deposit(ctx: Ctx<Account>, amount: i64) {
    *ctx.domain.balance += amount;
}

/// The store keeps nothing: what is left is what the engine does.
fn durable(count: usize) {
    let builder = Engine::builder(Account::default()).process::<Deposit>().store(Nothing);
    let engine = builder.build().expect("no recipe");
    for _ in 0..count {
        let _ = black_box(black_box(&engine).run(Deposit { amount: black_box(7) }));
    }
}

fn by_hand(count: usize) {
    let mutex = parking_lot::Mutex::new(ByHand::default());
    for _ in 0..count {
        let _ = black_box(ByHand::step(black_box(&mutex), black_box(7)));
    }
}
