use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

struct Ports {
    clock: fn() -> i64,
    log: fn(i64),
}

#[process(outputs = [domain.total, domain.limit])]
fn show(ctx: Ctx<Bank, (), Ports>) {
    ctx.domain.total.set(1);
    let limit = &mut ctx.domain.limit;
    limit.set(2);
}

fn main() {}
