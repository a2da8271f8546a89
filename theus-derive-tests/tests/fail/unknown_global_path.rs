use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[derive(Clone, Default, Context)]
struct Limits {
    most: i64,
}

#[process(inputs = [global.mst])]
fn show(ctx: Ctx<Bank, Limits>) -> i64 {
    *ctx.global.mst
}

fn main() {}
