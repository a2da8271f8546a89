use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[derive(Clone, Default, Context)]
struct Limits {
    most: Vec<i64>,
}

#[process(inputs = [global.most])]
fn change(ctx: Ctx<Bank, Limits>) {
    ctx.global.most.push(1);
}

fn main() {}
