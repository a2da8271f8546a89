//! Runs of the smallest process: an input, an output, one addition.

use std::hint::black_box;

use theus_core::prelude::*;

use super::Scenario;
use crate::shared::pair::{ByHand, Step, engine};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "mutex_by_hand", go: by_hand },
    Scenario { name: "run_held", go: |count| many(count, Locking::Pessimistic, "") },
    Scenario { name: "run_optimistic", go: |count| many(count, Locking::Optimistic, "") },
    Scenario { name: "run_under_one_rule", go: |count| many(count, Locking::Pessimistic, ONE_RULE) },
    Scenario { name: "run_optimistic_under_one_rule", go: |count| many(count, Locking::Optimistic, ONE_RULE) },
];

const ONE_RULE: &str = "process_recipes: { step: { outputs: [ { field: domain.b, max: 90 } ] } }";

fn many(count: usize, locking: Locking, recipe: &str) {
    let engine = engine(locking, recipe);
    for _ in 0..count {
        let _ = black_box(black_box(&engine).run(Step { by: black_box(7) }));
    }
}

fn by_hand(count: usize) {
    let mutex = parking_lot::Mutex::new(ByHand::default());
    for _ in 0..count {
        let _ = black_box(ByHand::step(black_box(&mutex), black_box(7)));
    }
}
