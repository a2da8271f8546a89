use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(inputs = [domain.total])]
fn show(by: i64, ctx: Ctx<Bank>) -> i64 {
    by + *ctx.domain.total
}

fn main() {}
