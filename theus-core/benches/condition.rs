//! A condition of a workflow, beside the same in Rust by hand and beside the `cel` crate's own interpreter.

use divan::{Bencher, black_box};
use serde_json::Value as Json;
use theus_core::Schema;
use theus_core::context::{Context as _, Value};
use theus_core::prelude::*;
use theus_core::workflow::condition::{Activation, Expression, Scope};

#[derive(Clone, Default, Context)]
struct Desk {
    total: i64,
    items: Vec<i64>,
}

impl Activation for Desk {
    fn domain(&self, path: &[usize]) -> Value<'_> {
        self.inspect(path)
    }
    fn global(&self, _: &[usize]) -> Value<'_> {
        Value::Opaque
    }
    fn payload(&self) -> Option<&Json> {
        None
    }
    fn item(&self, _: &str) -> Option<&Json> {
        None
    }
}

const CONDITION: &str = "domain.total > 100 && domain.items.size() > 2";
const LOOP: &str = "domain.items.exists(x, x > 1 && x % 1000 == 999)";

fn desk(items: i64) -> Desk {
    Desk { total: 150, items: (0..items).collect() }
}

fn compiled(text: &str) -> Expression {
    let (domain, global) = (Desk::schema(), Schema::empty());
    Expression::compile(text, &Scope { domain: &domain, global: &global, payload: None, items: &[] })
        .expect("it is right")
}

#[divan::bench_group(name = "condition: total > 100 && items.size() > 2")]
mod simple {
    use super::*;

    #[divan::bench]
    fn by_hand(bencher: Bencher<'_, '_>) {
        let desk = desk(1_000);
        bencher.bench_local(|| {
            let desk = black_box(&desk);
            desk.total > 100 && desk.items.len() > 2
        });
    }

    #[divan::bench(args = [3, 100_000])]
    fn theus(bencher: Bencher<'_, '_>, items: i64) {
        let (desk, condition) = (desk(items), compiled(CONDITION));
        bencher.bench_local(|| condition.holds(black_box(&desk)));
    }

    /// With the values in its context already: no cost of bringing them there.
    #[divan::bench(args = [3, 1_000])]
    fn cel_interpreter(bencher: Bencher<'_, '_>, items: i64) {
        #[derive(serde::Serialize)]
        struct Seen {
            total: i64,
            items: Vec<i64>,
        }
        let program = cel::Program::compile(CONDITION).expect("it is right");
        let mut context = cel::Context::default();
        context.add_variable("domain", Seen { total: 150, items: (0..items).collect() }).expect("it can be serialised");
        bencher.bench_local(|| program.execute(black_box(&context)));
    }
}

#[divan::bench_group(name = "condition: exists over 1000 items")]
mod looping {
    use super::*;

    #[divan::bench]
    fn by_hand(bencher: Bencher<'_, '_>) {
        let desk = desk(1_000);
        bencher.bench_local(|| black_box(&desk).items.iter().any(|x| *x > 1 && x % black_box(1000) == 999));
    }

    #[divan::bench]
    fn theus(bencher: Bencher<'_, '_>) {
        let (desk, condition) = (desk(1_000), compiled(LOOP));
        bencher.bench_local(|| condition.holds(black_box(&desk)));
    }
}

#[divan::bench_group(name = "condition: compile")]
mod compile {
    use super::*;

    #[divan::bench]
    fn theus() -> Expression {
        compiled(black_box(CONDITION))
    }
}
