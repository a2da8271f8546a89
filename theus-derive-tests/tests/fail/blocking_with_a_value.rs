use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[process(outputs = [domain.total], blocking = true)]
fn count(ctx: Ctx<Bank>) {
    ctx.domain.total.set(1);
}

fn main() {}
