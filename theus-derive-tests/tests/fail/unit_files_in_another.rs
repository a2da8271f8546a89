use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Oven {
    #[context(unit = "degF")]
    chamber: f64,
}

#[process(outputs = [domain.chamber])]
fn heat(ctx: Ctx<Oven>, to: f64) {
    ctx.domain.chamber.set(to);
}

theus_core::files! {
    mod desk;
    domain = Oven,
    processes = [Heat],
    recipes = ["../../../../theus-derive-tests/tests/files/wrong_unit.yaml"],
}

fn main() {}
