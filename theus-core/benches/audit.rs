//! A run under rules that pass, beside the same run without rules and the same checks by hand.

use std::fmt::Write as _;

use divan::{Bencher, black_box};
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Tank {
    a: i64,
    b: i64,
    c: i64,
    d: i64,
    e: i64,
    v: f64,
    w: f64,
    x: f64,
    y: f64,
    z: f64,
}

#[process(inputs = [domain.a], outputs = [domain.v])]
#[allow(deprecated, reason = "the input is declared, so that a run has one to pin")]
fn warm(ctx: Ctx<Tank>, by: f64) {
    ctx.domain.v.set(by);
}

/// An engine with as many numeric rules on the output gate as asked for: a bound below and one above, on ten fields.
fn engine(rules: usize) -> Engine<Tank> {
    let builder = Engine::builder(Tank::default()).process::<Warm>().locking(Locking::Pessimistic);
    let mut recipe = String::from("process_recipes:\n  warm:\n    outputs:\n");
    let fields = ["v", "a", "w", "b", "x", "c", "y", "d", "z", "e"];
    let bounds = fields.iter().flat_map(|field| [(field, "max: 1000"), (field, "min: -5")]);
    for (field, bound) in bounds.take(rules) {
        let _ = writeln!(recipe, "      - {{ field: domain.{field}, {bound}, level: B }}");
    }
    let builder = if rules == 0 { builder } else { builder.recipe("bench.yaml", &recipe).expect("YAML") };
    builder.build().expect("a recipe that fits")
}

#[divan::bench_group(sample_count = 200, sample_size = 1000)]
mod rules {
    use super::*;

    #[divan::bench(args = [0, 1, 5, 20])]
    fn a_run_under(bencher: Bencher<'_, '_>, rules: usize) {
        let engine = engine(rules);
        bencher.bench_local(|| black_box(&engine).run(Warm { by: black_box(7.5) }));
    }

    #[divan::bench]
    fn baseline_20_checks_by_hand(bencher: Bencher<'_, '_>) {
        let tank = Tank { v: 7.5, ..Tank::default() };
        bencher.bench_local(|| {
            let mut passed = true;
            let tank = black_box(&tank);
            for value in [tank.v, tank.w, tank.x, tank.y, tank.z] {
                passed &= black_box(value) <= black_box(1000.0) && black_box(value) >= black_box(-5.0);
            }
            for value in [tank.a, tank.b, tank.c, tank.d, tank.e] {
                passed &= black_box(value) <= black_box(1000) && black_box(value) >= black_box(-5);
            }
            passed
        });
    }
}
