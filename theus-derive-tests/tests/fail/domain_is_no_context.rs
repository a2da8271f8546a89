use theus_core::prelude::*;

struct Bank {
    total: i64,
}

#[process(inputs = [domain.total])]
fn show(ctx: Ctx<Bank>) -> i64 {
    *ctx.domain.total
}

fn main() {}
