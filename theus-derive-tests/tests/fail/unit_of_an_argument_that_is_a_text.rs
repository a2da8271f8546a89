use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Oven {
    chamber: f64,
}

#[process(outputs = [domain.chamber])]
fn heat(ctx: Ctx<Oven>, #[unit = "degF"] to: String) {
    ctx.domain.chamber.set(to.len() as f64);
}

fn main() {}
