use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(outputs = [domain.total])]
fn fill(ctx: Ctx<Bank>, to: i64, to: i64) {
    ctx.domain.total.set(to);
}

fn main() {}
