use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(outputs = [domain.totl])]
fn clear(ctx: Ctx<Bank>) {
    ctx.domain.totl.set(0);
}

fn main() {}
