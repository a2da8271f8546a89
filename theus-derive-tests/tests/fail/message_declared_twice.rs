use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Till {
    total: i64,
}

#[process(inputs = [domain.total], messages = [i64, i64])]
fn tell(ctx: Ctx<Till>) {
    ctx.send(*ctx.domain.total);
}

fn main() {}
