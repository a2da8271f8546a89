use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

fn half(ctx: &Ctx<Bank>) -> i64 {
    let _ = ctx;
    2
}

#[process(inputs = [domain.total])]
fn show(ctx: Ctx<Bank>) -> i64 {
    *ctx.domain.total + half(&ctx)
}

fn main() {}
