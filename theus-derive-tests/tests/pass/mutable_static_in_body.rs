use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(outputs = [domain.total])]
fn count(ctx: Ctx<Bank>) {
    static CALLS: i64 = 0;
    ctx.domain.total.set(CALLS);
}

fn main() {}
