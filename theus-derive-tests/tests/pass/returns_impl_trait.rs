use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(inputs = [domain.total])]
fn show(ctx: Ctx<Bank>) -> std::iter::Once<i64> {
    std::iter::once(*ctx.domain.total)
}

fn main() {}
