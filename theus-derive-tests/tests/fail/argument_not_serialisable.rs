use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[derive(Clone)]
struct Amount(i64);

#[process(inputs = [domain.total], outputs = [domain.total])]
fn add(ctx: Ctx<Bank>, amount: Amount) {
    *ctx.domain.total += amount.0;
}

fn main() {}
