use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[derive(Clone, Default, Context)]
struct Limits {
    most: i64,
}

#[process(inputs = [global.most, domain.total], outputs = [domain.total])]
fn raise(ctx: Ctx<Bank, Limits>) {
    *ctx.domain.total += *ctx.global.most;
}

fn main() {}
