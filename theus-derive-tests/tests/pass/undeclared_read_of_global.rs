use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[derive(Clone, Default, Context)]
struct Limits {
    most: i64,
}

#[process(inputs = [global.most], outputs = [domain.total])]
fn fill(ctx: Ctx<Bank, Limits>) {
    ctx.domain.total.set(*ctx.global.most);
}

fn main() {}
