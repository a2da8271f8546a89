use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(inputs = [domain.limit], outputs = [domain.limit])]
fn fill(ctx: Ctx<Bank>) {
    let bank = &mut ctx.domain;
    bank.total.set(*bank.limit);
}

fn main() {}
