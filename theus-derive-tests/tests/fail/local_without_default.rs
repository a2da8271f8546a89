use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[derive(Clone, Context)]
struct Scratch {
    sum: i64,
}

#[process(inputs = [domain.total], local = Scratch)]
fn show(ctx: Ctx<Bank>) {
    ctx.local.sum = *ctx.domain.total;
}

fn main() {}
