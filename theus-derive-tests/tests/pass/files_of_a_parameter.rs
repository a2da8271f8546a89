//! Rules look into what a bound says can be looked into; what they do not ask about may be anything.

use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Tank<T, U>
where
    T: Clone + Default + Inspect + Send + Sync + 'static,
    U: Clone + Default + Send + Sync + 'static,
{
    total: T,
    other: U,
    others: Vec<U>,
}

#[process(outputs = [domain.total, domain.other, domain.others])]
fn fill(ctx: Ctx<Tank<i64, u8>>, by: i64) {
    ctx.domain.total.set(by);
    ctx.domain.other.set(0);
    ctx.domain.others.set(Vec::new());
}

theus_core::files! {
    mod desk;
    domain = Tank<i64, u8>,
    processes = [Fill],
    recipes = ["tests/files/right_total.yaml"],
}

fn main() {}

#[test]
fn the_engine_takes_what_the_macro_has_passed() {
    let engine = desk::builder(Tank::default()).build().unwrap();
    assert!(engine.run(Fill { by: 100 }).is_ok());
    assert!(engine.run(Fill { by: 101 }).is_err());
}
