use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Oven {
    chamber: f64,
}

#[process(outputs = [domain.chamber])]
fn heat(ctx: Ctx<Oven>, #[unit("degF")] to: f64) {
    ctx.domain.chamber.set(to);
}

fn main() {}
