use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(inputs = [domain.total], outputs = [domain.total])]
fn double(ctx: Ctx<Bank>) {
    let bank = &mut ctx.domain;
    let doubled = *bank.total * 2;
    bank.total.set(doubled);
}

fn main() {}
