use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[derive(Clone, Default, Context)]
struct Limits {
    most: i64,
}

#[process(inputs = [global.most])]
fn show(ctx: Ctx<Bank, Limits>) -> i64 {
    *ctx.global.most
}

fn main() {}
