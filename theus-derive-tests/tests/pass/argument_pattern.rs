use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(outputs = [domain.total])]
fn add(ctx: Ctx<Bank>, both: (i64, i64)) {
    ctx.domain.total.set(both.0 + both.1);
}

fn main() {}
