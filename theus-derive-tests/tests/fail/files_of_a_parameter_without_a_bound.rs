use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Tank<T: Clone + Default + Send + Sync + 'static> {
    total: T,
    parts: Vec<T>,
    mode: u8,
}

#[process(outputs = [domain.total, domain.mode, domain.parts])]
fn fill(ctx: Ctx<Tank<i64>>, by: i64) {
    ctx.domain.total.set(by);
    ctx.domain.parts.set(vec![by]);
    ctx.domain.mode.set(0);
}

theus_core::files! {
    mod desk;
    domain = Tank<i64>,
    processes = [Fill],
    recipes = ["../../../../theus-derive-tests/tests/files/right_total.yaml"],
}

fn main() {}
