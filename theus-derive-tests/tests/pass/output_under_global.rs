use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[derive(Clone, Default, Context)]
struct Limits {
    most: i64,
}

#[process(outputs = [domain.total])]
fn raise(ctx: Ctx<Bank, Limits>) {
    ctx.domain.total.set(1);
}

fn main() {}
