use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(inputs = [domain.limit])]
fn fill(ctx: Ctx<Bank>) {
    ctx.domain.total.set(*ctx.domain.limit);
}

fn main() {}
