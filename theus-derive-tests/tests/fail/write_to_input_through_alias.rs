use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(inputs = [domain.total])]
fn double(ctx: Ctx<Bank>) {
    let bank = &mut ctx.domain;
    *bank.total *= 2;
}

fn main() {}
