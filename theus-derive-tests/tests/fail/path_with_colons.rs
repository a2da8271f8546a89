use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(inputs = [domain::total])]
fn show(ctx: Ctx<Bank>) -> i64 {
    *ctx.domain.total
}

fn main() {}
