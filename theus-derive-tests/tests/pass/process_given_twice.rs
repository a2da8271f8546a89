use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(inputs = [domain.total], outputs = [domain.limit])]
fn follow(ctx: Ctx<Bank>) {
    ctx.domain.limit.set(*ctx.domain.total);
}

fn main() {}
