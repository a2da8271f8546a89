use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(outputs = [domain.total])]
fn double(ctx: Ctx<Bank>) {
    let doubled = *ctx.domain.total * 2;
    ctx.domain.total.set(doubled);
}

fn main() {}
