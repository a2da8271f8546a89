use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(inputs = [domain.total, domain.limit])]
fn headroom(ctx: Ctx<Bank>) -> i64 {
    let bank = &ctx.domain;
    *bank.limit - *bank.total
}

fn main() {}
