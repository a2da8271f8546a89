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
fn raise(ctx: Ctx<Bank, Limits>) {
    *ctx.global.most += 1;
}

fn main() {}
